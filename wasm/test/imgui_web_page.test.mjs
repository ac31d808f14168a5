// The page around imgui_web's canvas: frames and rest, graphics contexts, pixel densities, sizes, themes, the browser's keys.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lacks, name as engine} from './support/engines/engine.mjs';
import {colors, frames, hide_scroll_bars, on_gallery, settle, still_picture} from './support/gallery.mjs';

const on = on_gallery();
const {open} = on;

describe('the page', () => {
  test('draws nothing in two idle seconds, also with a field that has the focus', async () => {
    const gallery = await open('components');
    await gallery.page.getByRole('textbox', {name: 'Username'}).focus();
    await settle(gallery.page);
    const start = await frames(gallery.page);
    await gallery.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 2000)));
    assert.equal(await frames(gallery.page), start);
    await gallery.close();
  });

  test('is the same picture after the graphics context was lost and restored', async () => {
    const gallery = await open('components');
    const {page} = gallery;
    await hide_scroll_bars(page);
    const whole = await still_picture(page);
    const count = await frames(page);
    await page.evaluate(() => {
      window.extension = document.getElementById('imgui-web-canvas').getContext('webgl2').getExtension('WEBGL_lose_context');
      extension.loseContext();
    });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await page.evaluate(() => extension.restoreContext());
    await page.waitForFunction((n) => Module.imguiWebFrames() > n, count);
    await settle(page);
    assert.ok(whole.equals(await still_picture(page)));
    await gallery.close();
  });

  test('says when the graphics context does not come back, and stays readable and usable as text', async () => {
    const gallery = await open('components');
    const {page} = gallery;
    const color = (text) => page.getByText(text).first().evaluate((element) => getComputedStyle(element).color);
    assert.equal(await color('MQTT Chat'), 'rgba(0, 0, 0, 0)');
    await page.evaluate(() => {
      window.extension = document.getElementById('imgui-web-canvas').getContext('webgl2').getExtension('WEBGL_lose_context');
      extension.loseContext();
    });
    const notice = page.getByRole('alert').filter({hasText: 'shown as plain text'});
    await notice.waitFor();
    assert.equal(await page.title(), 'Gallery (out of sight)');
    assert.notEqual(await color('MQTT Chat'), 'rgba(0, 0, 0, 0)');
    const field = page.getByRole('textbox', {name: 'Username'});
    assert.notEqual(await field.evaluate((element) => getComputedStyle(element).webkitTextFillColor), 'rgba(0, 0, 0, 0)');
    await page.getByRole('textbox', {name: 'Username'}).fill('peter');
    await page.getByRole('button', {name: 'Sign In'}).click();
    await page.getByText('Signed in 1 times').waitFor();
    await page.evaluate(() => extension.restoreContext());
    await notice.waitFor({state: 'detached'});
    assert.equal(await page.title(), 'Gallery');
    assert.equal(await color('MQTT Chat'), 'rgba(0, 0, 0, 0)');
    await gallery.close();
  });

  for (const deviceScaleFactor of [1, 1.5, 2, 3]) {
    test(`has a canvas of the screen's pixels at a device pixel ratio of ${deviceScaleFactor}`, {skip: deviceScaleFactor % 1 !== 0 && lacks('density')}, async () => {
      const gallery = await open('components', {deviceScaleFactor, viewport: {width: 640, height: 400}});
      const [width, height] = await gallery.page.evaluate(() => {
        const canvas = document.getElementById('imgui-web-canvas');
        return [canvas.width, canvas.height];
      });
      assert.deepEqual([width, height], [640 * deviceScaleFactor, 400 * deviceScaleFactor]);
      await gallery.close();
    });
  }

  test('fits a window of 320 pixels: nothing operable lies beyond its edge', async () => {
    for (const view of ['components', 'chat', 'packets', 'dialog']) {
      const narrow = await open(view, {viewport: {width: 320, height: 640}});
      const beyond = await narrow.page.evaluate(() => [...document.querySelectorAll('#imgui-web button, #imgui-web input, #imgui-web textarea')]
        .filter((element) => element.getBoundingClientRect().right > 320 || element.getBoundingClientRect().left < 0)
        .map((element) => element.textContent || element.ariaLabel));
      assert.deepEqual(beyond, [], view);
      await narrow.close();
    }
  });

  test('follows the size of its window at once', async () => {
    const gallery = await open('components');
    await gallery.page.setViewportSize({width: 700, height: 500});
    await gallery.page.waitForFunction(() => document.getElementById('imgui-web-canvas').width === 700 * devicePixelRatio);
    await gallery.close();
  });

  test('is as sharp as before when the browser zooms', {skip: lacks('devtools')}, async () => {
    const gallery = await open('components', {deviceScaleFactor: 1, viewport: {width: 800, height: 500}});
    const devtools = await gallery.context.newCDPSession(gallery.page);
    // A window of the same pixels, zoomed to 250 percent.
    await devtools.send('Emulation.setDeviceMetricsOverride', {width: 320, height: 200, deviceScaleFactor: 2.5, mobile: false});
    await gallery.page.waitForFunction(() => {
      const canvas = document.getElementById('imgui-web-canvas');
      return innerWidth === 320 && canvas.width === 800 && canvas.height === 500;
    });
    await gallery.close();
  });

  // The root's zoom is the page's: no driver sets the browser's own.
  test('and where devicePixelRatio does not know the zoom', {skip: engine !== 'webkit' && 'WebKit alone is so'}, async () => {
    const gallery = await open('components', {viewport: {width: 800, height: 600}});
    for (const zoom of [1.5, 2, 0.75]) {
      await gallery.page.evaluate((by) => { document.documentElement.style.zoom = by; }, zoom);
      await gallery.page.waitForFunction((width) => Math.abs(document.getElementById('app').getBoundingClientRect().width - width) < 1, 800 / zoom);
      await settle(gallery.page);
      assert.deepEqual(await gallery.page.evaluate(() => {
        const {width, height} = document.getElementById('imgui-web-canvas');
        return [devicePixelRatio, width, height];
      }), [1, 800, 600], `${zoom}`);
    }
    await gallery.close();
  });

  test('shows by a ring where the keyboard is', async () => {
    const gallery = await open('components');
    const {page} = gallery;
    const button = page.getByRole('button').first();
    const {x, y, width, height} = await button.boundingBox();
    const picture = async () => {
      await settle(page);
      return page.screenshot({clip: {x: x - 5, y: y - 5, width: width + 10, height: height + 10}});
    };
    const without = await picture();
    for (let i = 0; i < 20 && !await button.evaluate((element) => element === document.activeElement); ++i)
      await page.keyboard.press('Tab');
    assert.ok(!without.equals(await picture()));
    await page.evaluate(() => document.activeElement.blur());
    assert.ok(without.equals(await picture()), 'the ring goes with the focus');
    await gallery.close();
  });

  test('moves nothing where the system asks for reduced motion', {skip: lacks('media')}, async () => {
    const gallery = await open('gallery', {reducedMotion: 'reduce'});
    const {page} = gallery;
    await page.getByRole('progressbar', {name: 'Under way'}).scrollIntoViewIfNeeded();
    await settle(page);
    const count = await frames(page);
    await page.emulateMedia({reducedMotion: 'no-preference'});
    await page.waitForFunction((n) => Module.imguiWebFrames() > n + 5, count);
    await page.emulateMedia({reducedMotion: 'reduce'});
    await settle(page);
    await gallery.close();
  });

  test('is light or dark as the system is, and changes with it', {skip: lacks('media')}, async () => {
    const gallery = await open('components', {colorScheme: 'light'});
    const scheme = () => gallery.page.evaluate(() => document.documentElement.style.colorScheme);
    assert.equal(await scheme(), 'light');
    await gallery.page.emulateMedia({colorScheme: 'dark'});
    await gallery.page.waitForFunction(() => document.documentElement.style.colorScheme === 'dark');
    await gallery.close();
  });

  test('takes forced colours from the system', {skip: lacks('media')}, async () => {
    const gallery = await open('components', {forcedColors: 'active', colorScheme: 'dark'});
    const seen = await colors(gallery.page, {x: 2, y: 2, width: 8, height: 8});
    const canvas = await gallery.page.evaluate(() => {
      const probe = document.createElement('div');
      probe.style.color = 'Canvas';
      document.body.append(probe);
      return getComputedStyle(probe).color.match(/\d+/g).slice(0, 3).join();
    });
    assert.deepEqual(Object.keys(seen), [canvas]);
    await gallery.close();
  });

  test('leaves the browser\'s keys alone', async () => {
    const gallery = await open('components');
    const prevented = await gallery.page.evaluate(() => ['F5', 'F11', 'r', 'l', 'f', 'p', 'Tab'].filter((key) => {
      const event = new KeyboardEvent('keydown', {key, code: key, ctrlKey: key.length === 1, cancelable: true, bubbles: true});
      document.querySelector('#imgui-web button').dispatchEvent(event);
      return event.defaultPrevented;
    }));
    assert.deepEqual(prevented, []);
    await gallery.close();
  });

  test('says in plain words that WebGL 2 is missing', async () => {
    const context = await on.browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      const real = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function(kind, ...more) {
        return kind.startsWith('webgl') ? null : real.call(this, kind, ...more);
      };
    });
    await page.goto(on.server.url);
    await page.getByRole('alert').filter({hasText: 'WebGL 2'}).waitFor();
    await context.close();
  });
});
