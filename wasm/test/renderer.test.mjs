// What a frame asks of the graphics process: nothing when it looks like the last, no answers, and few pixels.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lacks} from './support/engines/engine.mjs';
import {flood} from './support/flood.mjs';
import {hide_scroll_bars, still_picture} from './support/gallery.mjs';
import {watch_graphics} from './support/graphics.mjs';
import {until} from './support/machine.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();

async function arrive(address, options = {}) {
  const person = await world.arrive(address, {prepare: (page) => page.addInitScript(watch_graphics), ...options});
  person.count = () => person.page.evaluate(() => ({...graphics}));
  return person;
}
// A busy graphics process lets hundreds of milliseconds pass between two turns of the page: both count.
const rest = (person) => person.page.evaluate(async () => {
  for (let last = -1, since = 0, turns = 0; turns < 5 || performance.now() - since < 300; ++turns) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    if (Module.imguiWebFrames() === last) continue;
    last = Module.imguiWebFrames();
    since = performance.now();
    turns = 0;
  }
});

describe('a frame that looks like the last', () => {
  test('is not drawn: a pointer that moves over nothing costs no picture', async () => {
    const someone = await arrive('?stage=10');
    await someone.page.mouse.move(5, 5);
    await rest(someone);
    const before = await someone.count();
    const frames = await someone.page.evaluate(() => Module.imguiWebFrames());
    for (let i = 0; i < 5; ++i) await someone.page.mouse.move(5, 5 + i * 4);
    await until(() => someone.page.evaluate((n) => Module.imguiWebFrames() > n, frames), 'a frame', timeout);
    await rest(someone);
    assert.equal((await someone.count()).pictures, before.pictures);
  });

  test('and a key draws none where the browser shows it, and one of what is around it where it does not', async () => {
    const someone = await arrive('?stage=40');
    const type_into = async (name) => {
      await someone.field(name).focus();
      await someone.page.keyboard.type('a');
      await rest(someone);
      const before = await someone.count();
      const frames = await someone.page.evaluate(() => Module.imguiWebFrames());
      await someone.page.keyboard.type('a');
      await until(() => someone.page.evaluate((n) => Module.imguiWebFrames() > n, frames), 'a frame', timeout);
      await rest(someone);
      const after = await someone.count();
      return {frames: await someone.page.evaluate(() => Module.imguiWebFrames()) - frames, pictures: after.pictures - before.pictures, area: after.area};
    };
    const shown_by_browser = await type_into('Username');
    assert.deepEqual([shown_by_browser.frames, shown_by_browser.pictures], [1, 0]);
    const {frames, pictures, area} = await type_into('Password');
    assert.deepEqual([frames, pictures], [2, 1], 'its own frame, and one for the pointer');
    assert.ok(area < 0.4, `${area} of the window`);
  });

  test('is drawn when the canvas was emptied by another size', async () => {
    const someone = await arrive('?stage=10', {viewport: {width: 760, height: 560}});
    await rest(someone);
    const before = await someone.count();
    await someone.page.setViewportSize({width: 700, height: 560});
    await until(async () => (await someone.count()).pictures > before.pictures, 'a picture', timeout);
  });
});

describe('a picture', () => {
  test('that was drawn in parts is the same as one drawn as a whole', async () => {
    const someone = await arrive('?stage=20&user=alice', {deviceScaleFactor: 1});
    await someone.page.getByRole('checkbox', {name: 'Use QoS 1'}).uncheck();
    await someone.button('Options').hover();
    await someone.sign_in();
    await someone.talk_to('bob');
    for (const text of ['hello', 'Grüße 你好 👩‍👩‍👧', 'a line that is long enough to be broken, and broken again, in a window as small as this']) await someone.say(text);
    await someone.message('a line that is').waitFor();
    await someone.button('Theme').hover();
    await someone.field('Message').pressSequentially('not sent');
    await hide_scroll_bars(someone.page);
    await rest(someone);
    const parts = await still_picture(someone.page);
    const {pictures} = await someone.count();
    await someone.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));  // the whole, to be sure
    await until(async () => (await someone.count()).pictures > pictures, 'the whole picture', timeout);
    await rest(someone);
    assert.ok(parts.equals(await still_picture(someone.page)));
  });

  test('asks the graphics process nothing', async () => {
    const someone = await arrive('?stage=10&user=alice');
    const before = await someone.count();
    await someone.sign_in();
    await someone.talk_to('bob');
    await someone.say('hello');
    await someone.message('hello').waitFor();
    const after = await someone.count();
    assert.ok(after.pictures > before.pictures);
    assert.equal(after.questions, before.questions);
  });

  test('fills at most one and a half times the window, shadows and all', async () => {
    const someone = await arrive('?stage=10&user=alice', {viewport: {width: 1280, height: 800}});
    await rest(someone);
    const {most: login} = await someone.count();
    await someone.sign_in();
    await someone.talk_to('bob');
    await flood(world.stage.open_broker, Array.from({length: 60}, (_, i) => ({topic: 'chat/messages/alice/bob',
      payload: JSON.stringify({messageId: `m${i}`, content: `Message ${i}, about as long as people write them`, timestamp: new Date().toISOString()})})));
    await someone.message('Message 59,').waitFor();
    await rest(someone);
    const {most: chat} = await someone.count();
    assert.ok(login > 0.2 && login <= 1.5, `login: ${login}`);
    assert.ok(chat > 0.5 && chat <= 1.5, `chat: ${chat}`);
  });
});

describe('what comes into sight', () => {
  const pictures_of_a_message = async (reducedMotion) => {
    const someone = await arrive('?stage=10&user=alice', {reducedMotion});
    await someone.sign_in();
    await someone.talk_to('bob');
    await someone.say('hello');
    await someone.message('hello').waitFor();
    await rest(someone);
    const before = await someone.count();
    await flood(world.stage.open_broker, [{topic: 'chat/messages/alice/bob',
      payload: JSON.stringify({messageId: 'm', content: 'moves', timestamp: new Date().toISOString()})}]);
    await someone.message('moves').waitFor();
    await rest(someone);
    const frames = await someone.page.evaluate(() => Module.imguiWebFrames());
    await someone.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    assert.equal(await someone.page.evaluate(() => Module.imguiWebFrames()), frames, 'no frame once it stands still');
    return (await someone.count()).pictures - before.pictures;
  };

  test('moves there, in some pictures', {skip: lacks('media')}, async () => assert.ok(await pictures_of_a_message('no-preference') > 1));

  test('stands there at once where no motion is wanted', {skip: lacks('media')}, async () =>
    assert.equal(await pictures_of_a_message('reduce'), 1));
});
