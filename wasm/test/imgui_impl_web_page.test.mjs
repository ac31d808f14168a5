// Pages with Dear ImGui's own widgets in trouble, and on screens of all sizes: a graphics context that is lost or was never there, a
// canvas that cannot be read, 320 pixels and 4K.
import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {serve} from '../../scripts/serve.mjs';
import {launchBrowser} from './support/browser.mjs';
import {launch, name as engine} from './support/engines/engine.mjs';
import {settle} from './support/gallery.mjs';
import {root, until} from './support/machine.mjs';
import {colors_of} from './support/small_png.mjs';
import {on_stock, stock_directory} from './support/stock.mjs';

const {open} = on_stock();

const lose = (page) => page.evaluate(() => {
  window.extension = document.getElementById('imgui-web-canvas').getContext('webgl2').getExtension('WEBGL_lose_context');
  extension.loseContext();
});
const color_of = (locator) => locator.evaluate((element) => getComputedStyle(element).webkitTextFillColor);
const unseen = 'rgba(0, 0, 0, 0)';

describe('a graphics context that is lost', () => {
  test('and restored: the page goes on', async () => {
    const {page, close} = await open('imgui_form');
    await lose(page);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await page.evaluate(() => extension.restoreContext());
    await page.getByRole('checkbox', {name: 'Share the bill'}).check();
    await page.getByText('Each pays 23.38 Euro').waitFor();
    assert.equal(await color_of(page.getByText('Each pays 23.38 Euro')), unseen);
    await close();
  });

  test('for good: the page says so, and is read and operated as text', async () => {
    const {page, close} = await open('imgui_form');
    await lose(page);
    await page.getByRole('alert').filter({hasText: 'shown as plain text'}).waitFor();
    assert.notEqual(await color_of(page.getByText('Each pays 46.75 Euro')), unseen);
    assert.notEqual(await color_of(page.getByRole('textbox', {name: 'Guest'})), unseen);
    assert.notEqual(await color_of(page.getByText('Currency', {exact: true})), unseen);
    await page.getByRole('textbox', {name: 'Guest'}).fill('Anna');
    await page.getByRole('checkbox', {name: 'Share the bill'}).click();
    await page.getByText('Each pays 23.38 Euro').waitFor();
    assert.equal(await page.getByRole('textbox', {name: 'Guest'}).inputValue(), 'Anna');
    await close();
  });
});

describe('a browser', () => {
  let browser;
  let server;
  before(async () => {
    server = await serve({directory: stock_directory, port: 0});
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('without WebGL 2 is told so in words', async () => {
    const page = await browser.newPage();
    await page.addInitScript(() => {
      const real = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function(kind, ...more) { return kind === 'webgl2' ? null : real.call(this, kind, ...more); };
    });
    await page.goto(`${server.url}imgui_form/index.html`);
    await page.getByRole('alert').filter({hasText: 'WebGL 2'}).waitFor();
    await page.close();
  });
});

// Dark letters on a light field, as many as are drawn, and next to nothing in other colours.
async function letters_of(page) {
  const {x, y, width, height} = await page.getByText('Each pays 46.75 Euro').boundingBox();
  const clip = {x: Math.floor(x), y: Math.floor(y), width: Math.ceil(width), height: Math.ceil(height)};
  const {colors} = colors_of(await page.screenshot({clip}));
  const seen = [...colors].map((color) => [color >> 16, color >> 8 & 255, color & 255]);
  return {ink: seen.filter((rgb) => Math.min(...rgb) > 160).length, noise: seen.filter((rgb) => Math.max(...rgb) - Math.min(...rgb) > 48).length};
}

describe('a canvas that cannot be read', () => {
  test('shows the same letters: they go into the texture unread', {skip: engine === 'firefox' && 'tried with its own setting'}, async () => {
    const {page, close} = await open('imgui_form', {deviceScaleFactor: 1, init: () => {
      const read = CanvasRenderingContext2D.prototype.getImageData;
      CanvasRenderingContext2D.prototype.getImageData = function(...box) {
        const image = read.apply(this, box);
        for (let i = 0; i < image.data.length; ++i) image.data[i] = Math.random() * 256;
        return image;
      };
    }});
    const {ink, noise} = await letters_of(page);
    assert.ok(ink > 100, `${ink} light pixels`);
    assert.equal(noise, 0);
    await close();
  });

  test("as Firefox's privacy.resistFingerprinting has it", {skip: engine !== 'firefox' && 'this is a setting of Firefox'}, async () => {
    const {page, close} = await open('imgui_form', {deviceScaleFactor: 1}, await launch({prefs: {'privacy.resistFingerprinting': true}}));
    const {ink, noise} = await letters_of(page);
    assert.ok(ink > 100, `${ink} light pixels`);
    assert.equal(noise, 0);
    await close();
  });
});

// Its demo asks for each code point there is, and the browser's fonts have them all: more than Dear ImGui can count of one size.
test('a font that is asked for all its glyphs gives what it may, and begins anew', {timeout: 240000}, async () => {
  const {page, close} = await open('imgui_demo');
  page.setDefaultTimeout(120000);
  for (const name of ['Widgets', 'Fonts', /^Font: "browser"/, /^Baked at/, 'Load all']) {
    await page.getByRole('button', typeof name === 'string' ? {name, exact: true} : {name}).first().press('Enter');
    await settle(page);
  }
  await page.getByRole('button', {name: /^Rects Index \(8\d{3}\)$/}).waitFor({state: 'attached'});
  await page.getByRole('button', {name: 'Compact', exact: true}).press('Enter');
  await page.getByRole('button', {name: /^Rects Index \(\d{1,3}\)$/}).waitFor({state: 'attached'});
  await close();
});

describe('a screen', () => {
  // Of the window that holds it, and of the page.
  const sight = (page, role, name) => page.getByRole(role, {name, exact: true}).evaluate((element) => {
    const {left, right, top, bottom} = element.getBoundingClientRect();
    return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
  });

  test('of 320 pixels has all of the window in sight, and what it holds comes into sight with the focus', async () => {
    const {page, close} = await open('imgui_demo', {viewport: {width: 320, height: 640}});
    assert.ok(await sight(page, 'region', 'Dear ImGui Demo'));
    await page.getByRole('button', {name: 'Widgets', exact: true}).click();
    await page.getByRole('button', {name: 'Basic', exact: true}).press('Enter');
    const field = page.getByRole('textbox', {name: 'input text', exact: true});
    await field.focus();
    await until(() => sight(page, 'textbox', 'input text'), 'it is in sight');
    await field.fill('narrow');
    await until(async () => await field.inputValue() === 'narrow', 'it was typed');
    await close();
  });

  test('that gets narrower takes the windows along', async () => {
    const {page, close} = await open('imgui_form', {viewport: {width: 1000, height: 800}});
    await page.setViewportSize({width: 320, height: 480});
    await until(() => sight(page, 'region', 'Tip calculator'), 'all of it is in sight');
    await close();
  });

  test('of 4K has a pixel for each of its own, and what is clicked is where it is drawn', async () => {
    const {page, close} = await open('imgui_form', {viewport: {width: 3840, height: 2160}, deviceScaleFactor: 1});
    assert.deepEqual(await page.evaluate(() => [document.querySelector('canvas').width, document.querySelector('canvas').height]), [3840, 2160]);
    await page.getByRole('checkbox', {name: 'Share the bill'}).click();
    await page.getByText('Each pays 23.38 Euro').waitFor();
    await settle(page);
    await close();
  });
});

// The backend, and what it shares with imgui_web.
test('nothing in the backend knows of a chat, or of MQTT', async () => {
  const folders = ['wasm/imgui_impl_web', 'wasm/imgui_web/src', 'wasm/imgui_web/js', 'wasm/imgui_web/include', 'wasm/border', 'ui/semantic/src',
    'ui/semantic/include'];
  const told = [];
  let files = 0;
  for (const folder of folders) {
    for (const entry of await readdir(path.join(root, folder), {withFileTypes: true, recursive: true})) {
      if (!entry.isFile() || !/\.(cpp|hpp|h|js|in|css|txt)$/.test(entry.name)) continue;
      const file = path.join(entry.parentPath ?? entry.path, entry.name);
      // Comments may have examples; and `wasmqtt` is the name of all this.
      const text = (await readFile(file, 'utf8')).replace(/\/\/.*$/gm, '').replace(/wasmqtt/gi, '');
      ++files;
      if (/mqtt|\bchat|conversation|broker/i.test(text)) told.push(path.relative(root, file));
    }
  }
  assert.ok(files > 60, `${files} files`);
  assert.deepEqual(told, []);
});
