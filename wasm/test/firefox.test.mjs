// What people set in Firefox alone: no cookies at all, and resistance against fingerprinting, as Tor and LibreWolf have it.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {openStage} from './support/browser.mjs';
import {launch, name} from './support/engines/engine.mjs';
import {arrive_at} from './support/person.mjs';
import {colors_of} from './support/small_png.mjs';

const skip = name !== 'firefox' && 'these are settings of Firefox';

const with_settings = (prefs) => {
  const world = {stage: null};
  before(async () => { world.stage = await openStage({start: () => launch({prefs})}); });
  after(() => world.stage?.close());
  return world;
};

describe('Firefox, with all cookies blocked', {skip}, () => {
  const world = with_settings({'network.cookie.cookieBehavior': 2});

  test('chats, and says that it cannot remember', async () => {
    const ann = await arrive_at(world.stage, '?stage=20&user=ann');
    await ann.sign_in();
    await ann.talk_to('bob');
    await ann.say('hello');
    await ann.message('hello').getByText('delivered').waitFor();
    await ann.page.getByText('The chat cannot be saved on this device').first().waitFor();
  });
});

describe('Firefox that resists fingerprinting', {skip}, () => {
  const world = with_settings({'privacy.resistFingerprinting': true});

  test('shows letters that can be read: all of a heading is between its colour and the card\'s', async () => {
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
