// What is unread: where a chat opens, what counts as read, and where it is counted.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {flood} from './support/flood.mjs';
import {until} from './support/machine.mjs';
import {message} from './support/messages.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const {signed_in, write} = world;

const title = (person, expected) => until(async () => await person.page.title() === expected, `the title ${expected}`, timeout);

describe('what is unread', () => {
  test('counts in the title and in the list until it is read; the newest chat is on top', async () => {
    const ida = await signed_in('?stage=10&user=ida');
    await ida.talk_to('bob');
    for (const text of ['psst', 'hello?']) await write('ida', 'minh', text);
    await write('ida', 'carol', 'me too');
    await title(ida, '(3) MQTT Chat');
    assert.match(await ida.chat('minh').getAttribute('aria-description'), /2 unread, hello\?, \d\d:\d\d$/);
    const names = await ida.page.getByRole('list', {name: 'Chats'}).getByRole('button').allInnerTexts();
    assert.deepEqual(names, ['carol', 'minh', 'bob']);
    await ida.chat('minh').click();
    await title(ida, '(1) MQTT Chat');
    await ida.chat('carol').click();
    await title(ida, 'MQTT Chat');
  });

  test('opens at the first of it, and counts as read when it has been in sight', async () => {
    const ulla = await signed_in('?stage=10&user=ulla');
    await flood(world.stage.open_broker, Array.from({length: 300}, (_, i) => message('ulla', 'bob', `straw ${i}`)));
    await until(async () => await ulla.page.title() === '(300) MQTT Chat', 'all have come', timeout);
    await ulla.chat('bob').click();
    await ulla.log().getByText('straw 0', {exact: true}).waitFor();
    await ulla.log().getByRole('separator', {name: 'New'}).waitFor();
    const left = async () => Number((await ulla.page.title()).match(/\((\d+)\)/)?.[1] ?? 0);
    await until(async () => await left() < 300, 'those in sight are read', timeout);
    assert.ok(await left() > 250);
    await ulla.log().focus();
    await ulla.page.keyboard.press('PageDown');
    await until(async () => await left() < 295, 'so are the next', timeout);
    await ulla.button('Jump to latest').click();
    await ulla.message('straw 299').waitFor();
    await until(async () => await left() === 0, 'all are', timeout);
  });
});

describe('without a WebGL context', () => {
  test('nothing is drawn, so what arrives stays unread until there is one again', async () => {
    const lea = await signed_in('?stage=10&user=lea');
    await lea.talk_to('bob');
    await write('lea', 'bob', 'seen');
    await lea.reads('seen');
    assert.equal(await lea.page.title(), 'MQTT Chat');
    await lea.page.evaluate(() => {
      self.context = document.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context');
      self.context.loseContext();
    });
    await lea.page.getByText('The browser has taken the graphics away').waitFor();
    await write('lea', 'bob', 'not seen');
    await title(lea, '(1) MQTT Chat');
    await lea.page.evaluate(() => self.context.restoreContext());
    await title(lea, 'MQTT Chat');
  });
});
