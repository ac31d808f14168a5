// What people set in Firefox: no cookies at all, resistance against fingerprinting, as Tor and LibreWolf have it, larger text.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {openStage} from './support/browser.mjs';
import {launch, name} from './support/engines/engine.mjs';
import {publish} from './support/mosquitto.mjs';
import {arrive_at} from './support/person.mjs';
import {colors_of} from './support/small_png.mjs';

const skip = name !== 'firefox' && 'these are settings of Firefox';

const with_settings = (prefs) => {
  const world = {stage: null};
  before(async () => { if (!skip) world.stage = await openStage({start: () => launch({prefs})}); });
  after(() => world.stage?.close());
  return world;
};

describe('Firefox, with all cookies blocked', () => {
  const world = with_settings({'network.cookie.cookieBehavior': 2});

  test('chats, and says that it cannot remember', {skip}, async () => {
    const ann = await arrive_at(world.stage, '?stage=20&user=ann');
    await ann.sign_in();
    await ann.talk_to('bob');
    await ann.say('hello');
    await ann.message('hello').getByText('delivered').waitFor();
    await ann.page.getByText('The chat cannot be saved on this device').first().waitFor();
  });
});

describe('Firefox that resists fingerprinting', () => {
  const world = with_settings({'privacy.resistFingerprinting': true});

  test('shows letters that can be read: all of a heading is between its colour and the card\'s', {skip}, async () => {
    const someone = await arrive_at(world.stage, '?stage=40&user=ann', {deviceScaleFactor: 1, colorScheme: 'light'});
    const {x, y, width, height} = await someone.page.getByRole('heading', {name: 'Login'}).boundingBox();
    // Read outside of the page, where nothing is made up.
    const clip = {x: Math.floor(x), y: Math.floor(y), width: Math.min(100, Math.ceil(width)), height: Math.ceil(height)};
    const seen = [...colors_of(await someone.page.screenshot({clip})).colors].map((color) => [color >> 16, color >> 8 & 255, color & 255]);
    const ink = seen.filter((rgb) => Math.max(...rgb) < 100).length;
    const noise = seen.filter((rgb) => Math.max(...rgb) - Math.min(...rgb) > 48).length;
    assert.ok(ink > 100, `${ink} dark pixels`);
    assert.ok(noise < seen.length / 100, `${noise} of ${seen.length} pixels are noise`);
  });
});

for (const [what, least, prefs] of [['a smallest size of letters', 20, {'font.minimum-size.x-western': 20}],
  ['a text-only zoom', 24, {'ui.textScaleFactor': 150, 'browser.display.os-zoom-behavior': 2}]]) {
  describe(`Firefox with ${what}`, () => {
    const world = with_settings(prefs);

    test('draws its letters as large, under the browser\'s own: the caret stands where they do', {skip}, async () => {
      const ann = await arrive_at(world.stage, '?stage=10&user=ann', {deviceScaleFactor: 1, colorScheme: 'light'});
      await ann.sign_in();
      const text = 'M'.repeat(12);
      await publish(world.stage.open_broker, 'chat/messages/ann/bob', {messageId: '1', content: text, timestamp: new Date().toISOString()});
      await ann.chat('bob').click();
      await ann.message(text).waitFor();
      const {x, y, width, height} = await ann.log().getByText(text, {exact: true}).last().boundingBox();
      assert.ok(height > least, `a line of ${height} pixels`);
      const ink = async (from) => {
        const clip = {x: Math.round(x + width * from), y: Math.round(y), width: Math.round(width / 4), height: Math.round(height)};
        return colors_of(await ann.page.screenshot({clip})).colors.filter((color) => [16, 8, 0].every((shift) => (color >> shift & 255) < 110)).length;
      };
      const [first, last] = [await ink(0), await ink(0.75)];
      assert.ok(first > 50 && Math.abs(first - last) < first / 4, `${first} dark pixels in its first quarter, ${last} in its last`);
    });

    test('keeps all of the page in reach, and scrolls as before', {skip}, async () => {
      const bea = await arrive_at(world.stage, '?stage=10&user=bea', {viewport: {width: 760, height: 560}});
      await bea.sign_in();
      await bea.talk_to('bob');
      for (let i = 0; i < 12; ++i) await bea.say(`number ${i}`);
      await bea.message('number 11').waitFor();
      assert.deepEqual(await bea.page.evaluate(() => [...document.querySelectorAll('#imgui-web :is(button, input, textarea)')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1).map((element) => element.textContent || element.ariaLabel)), []);
      await bea.log().focus();
      await bea.page.keyboard.press('Home');
      await bea.message('number 0').waitFor();
      // Firefox scrolls there smoothly.
      await bea.page.waitForFunction(() => document.querySelector('[role=log]').scrollTop === 0);
      await bea.page.keyboard.press('End');
      await bea.message('number 11').waitFor();
    });
  });
}
