// What a screen reader has to say of login, chat and packets: Chromium's accessibility tree, read over AT-SPI as Orca does.
import assert from 'node:assert/strict';
import {after, afterEach, before, test} from 'node:test';
import {start_reader} from './screen_reader/reader.mjs';
import {openStage} from './support/browser.mjs';
import {name as engine} from './support/engines/engine.mjs';
import {until} from './support/machine.mjs';
import {publish} from './support/mosquitto.mjs';
import {arrive_at} from './support/person.mjs';

const skip = engine !== 'chromium' && 'AT-SPI is read from Chromium';
let reader;
let stage;
before(async () => {
  if (skip) return;
  reader = await start_reader();
  stage = await openStage({start: () => reader.browser});
});
afterEach(async () => {
  await stage?.leave_all();
  reader?.forget();
});
after(async () => {
  await stage?.close();
  await reader?.close();
});

// As somebody would hear it: name, role, and the states that matter.
const worth = {checked: 'checked', expanded: 'expanded', pressed: 'pressed', selected: 'selected', required: 'required', 'invalid-entry': 'invalid'};
const words = ({role, name, states}) => [name, role, ...Object.keys(worth).filter((state) => states.includes(state)).map((state) => worth[state])].join(', ');

// Waits until `look` gives what `wanted` is true of; else says what it gave last.
async function hears_of(look, wanted, what) {
  let last;
  await until(async () => wanted(last = await look()), what)
    .catch((error) => { throw new Error(`${error.message}; but ${JSON.stringify(last)}`); });
  return last;
}
const hears = (wanted) => hears_of(() => reader.focus(), (focus) => focus && words(focus) === wanted, wanted);
const hears_live = (live, wanted) => hears_of(() => reader.said, (said) => said.some((one) => one.live === live && wanted.test(one.text)), `${live} ${wanted}`);
const finds = (role, name, attribute) => hears_of(() => reader.tree(), (tree) => tree.some(([, its_role, its_name, , attributes]) =>
  its_role === role && name.test(its_name) && (!attribute || attributes[attribute] === 'true')), `${role} ${name} ${attribute ?? ''}`);

test('the login: each field and option by name, role and state, and what is wrong', {skip}, async () => {
  const {page} = await arrive_at(stage, '?stage=40');
  for (const [role, name, wanted] of [['textbox', 'Username', 'entry, required'], ['textbox', 'Password', 'password text, required'],
    ['button', 'Sign In', 'push button'], ['button', 'Options', 'push button, expanded'], ['checkbox', 'Use QoS 1', 'check box, checked'],
    ['checkbox', 'Use authentication', 'check box, checked']]) {
    await page.getByRole(role, {name, exact: true}).focus();
    await hears(`${name}, ${wanted}`);
  }
  assert.match((await reader.focus()).description, /broker that requires passwords/);
  await page.getByRole('button', {name: 'Sign In'}).focus();
  await page.keyboard.press('Enter');
  await hears('Username, entry, required, invalid');
  assert.match((await reader.focus()).description, /Please enter a user name/);
  assert.ok(!reader.said.some(({text}) => /Please/.test(text)), 'the focus brings it');
  await page.keyboard.press('Enter');
  await hears_live('assertive', /Please enter a user name/);
});

test('the chat: a heading, messages called by sender, time, text and state, and what arrives elsewhere', {skip}, async () => {
  const ann = await arrive_at(stage, '?stage=20&user=ann');
  await ann.sign_in();
  await hears('New chat, entry');
  await ann.talk_to('bob');
  await hears('Message, entry');
  await finds('heading', /^Conversation with bob$/);
  await ann.say('hello');
  await finds('article', /^You, \d\d:\d\d, hello, delivered/);
  const said = (content) => ({messageId: content, content, timestamp: new Date().toISOString()});
  await publish(stage.open_broker, 'chat/messages/ann/bob', said('good day'));
  await hears_live('polite', /^bob, \d\d:\d\d, good day$/);
  await publish(stage.open_broker, 'chat/messages/ann/cem', said('over here'));
  await hears_live('polite', /^Message from cem: over here$/);
  assert.ok(!reader.said.some(({text}) => /hello/.test(text)), 'what one has written is not read back');
});

test('the packets: rows of a table, and which one is chosen', {skip}, async () => {
  const dan = await arrive_at(stage, '?stage=20&user=dan');
  await dan.sign_in();
  await dan.button('Show Packets').click();
  await finds('table', /^Packets$/);
  for (const column of ['Direction', 'Packet', 'Topic']) await finds('column header', new RegExp(`^${column}$`));
  const row = dan.page.getByRole('table', {name: 'Packets'}).getByRole('row').filter({hasText: 'connack'});
  await row.focus();
  await hears_of(() => reader.focus(), (focus) => focus?.role === 'table row', 'a row');
  await finds('table cell', /^connack$/);
  await dan.page.keyboard.press('Enter');
  await dan.page.getByRole('region', {name: 'Packet details'}).waitFor();
  // Chromium tells of aria-current; of aria-selected only where several could be chosen, in a grid.
  await finds('table row', /^/, 'current');
});
