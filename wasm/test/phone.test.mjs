// A phone: one column, a finger instead of a mouse. Touch is Chromium's emulation; the layout is every browser's.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lacks} from './support/engines/engine.mjs';
import {until} from './support/machine.mjs';
import {publish} from './support/mosquitto.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const viewport = {width: 360, height: 640};
const said = (content) => ({messageId: content, content, timestamp: new Date().toISOString()});

// Every control that is shown lies within the window's width and is large enough for a finger.
const misplaced = (page, least) => page.evaluate((smallest) => [...document.querySelectorAll('#imgui-web :is(button, input, textarea)')]
  .map((element) => ({element, box: element.getBoundingClientRect()}))
  .filter(({element, box}) => box.height > 0 && !element.closest('[inert]') &&
    (box.left < -1 || box.right > innerWidth + 1 || Math.max(box.height, box.width) < smallest))
  .map(({element, box}) => `${element.getAttribute('aria-label') ?? element.textContent} ${JSON.stringify(box)}`), least);

describe('on a phone', () => {
  test('login, chats, conversation and packets each fit into the width, one at a time', async () => {
    const ann = await world.arrive('?stage=20&user=ann', {viewport});
    assert.deepEqual(await misplaced(ann.page, 24), []);
    await ann.sign_in();
    await publish(world.stage.open_broker, 'chat/messages/ann/bob', said('a line that is too long for the window of a phone, and has to be broken'));
    await ann.chat('bob').waitFor();
    assert.equal(await ann.log().count(), 0, 'the list alone');
    assert.deepEqual(await misplaced(ann.page, 24), []);
    await ann.chat('bob').click();
    await ann.message('a line that is').waitFor();
    assert.equal(await ann.page.getByRole('list', {name: 'Chats'}).count(), 0, 'the conversation alone');
    assert.deepEqual(await misplaced(ann.page, 24), []);
    await ann.button('Back to chats').click();
    await ann.chat('bob').waitFor();
    await ann.button('Show Packets').click();
    await ann.page.getByRole('table', {name: 'Packets'}).waitFor();
    assert.deepEqual(await misplaced(ann.page, 24), []);
    assert.deepEqual(await ann.page.evaluate(() => [document.scrollingElement.scrollWidth, document.getElementById('imgui-web').scrollLeft]), [360, 0]);
  });

  test('a soft keyboard that leaves a tablet one column takes neither the focus nor what is typed', async () => {
    const tab = await world.arrive('?stage=20&user=tab', {viewport: {width: 1024, height: 768}});
    await tab.sign_in();
    await tab.talk_to('dan');
    await tab.field('Message').click();
    await tab.page.keyboard.type('half a ');
    await tab.page.setViewportSize({width: 1024, height: 380});
    await tab.button('Back to chats').waitFor();
    await tab.page.keyboard.type('word');
    assert.equal(await tab.field('Message').inputValue(), 'half a word');
    await tab.page.setViewportSize({width: 1024, height: 768});
    await tab.button('Back to chats').waitFor({state: 'detached'});
    await tab.page.keyboard.type('!');
    assert.equal(await tab.field('Message').inputValue(), 'half a word!');
  });

  test('a finger signs in, opens a chat, writes, scrolls without clicking, and goes back', {skip: lacks('touch')}, async () => {
    const cem = await world.arrive('?stage=20&user=cem', {viewport, hasTouch: true, isMobile: true, deviceScaleFactor: 1});
    await cem.button('Sign In').tap();
    await cem.status('Connected').waitFor();
    for (let i = 0; i < 30; ++i) await publish(world.stage.open_broker, 'chat/messages/cem/dan', said(`line ${i}`));
    await cem.chat('dan').tap();
    await cem.log().getByRole('article').first().waitFor();
    // Nothing takes the focus by itself: the soft keyboard would cover half of the page.
    assert.notEqual(await cem.page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
    await cem.field('Message').tap();
    await cem.page.keyboard.type('by finger');
    await cem.button('Send').tap();
    await cem.message('by finger').getByText('delivered').waitFor();
    const box = await cem.log().boundingBox();
    const devtools = await cem.page.context().newCDPSession(cem.page);
    const touch = (type, ...touchPoints) => devtools.send('Input.dispatchTouchEvent', {type, touchPoints});
    const x = box.x + box.width / 2;
    for (let stroke = 0; stroke < 4; ++stroke) {
      await touch('touchStart', {x, y: box.y + 20});
      for (let y = 40; y < box.height - 10; y += 20) await touch('touchMove', {x, y: box.y + y});
      await touch('touchEnd');
    }
    await until(async () => await cem.message('by finger').count() === 0, 'older messages are in sight', timeout);
    await cem.button('Jump to latest').tap();
    await cem.message('by finger').waitFor();
    await cem.button('Back to chats').tap();
    await cem.chat('dan').waitFor();
  });
});
