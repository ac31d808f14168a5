// What Orca says of login, chat and packets, word by word. Where it is not installed, screen_reader.test.mjs hears in its place.
import assert from 'node:assert/strict';
import {after, before, beforeEach, test} from 'node:test';
import {lacks_orca, start_orca} from './screen_reader/orca.mjs';
import {start_reader} from './screen_reader/reader.mjs';
import {openStage} from './support/browser.mjs';
import {name as engine} from './support/engines/engine.mjs';
import {publish} from './support/mosquitto.mjs';
import {arrive_at} from './support/person.mjs';

const skip = engine !== 'chromium' ? 'AT-SPI is read from Chromium' : lacks_orca;
let reader;
let orca;
let stage;
let ann;
before(async () => {
  if (skip) return;
  reader = await start_reader();
  orca = await start_orca(reader);
  stage = await openStage({start: () => reader.browser});
});
beforeEach(() => orca?.forget());
after(async () => {
  await orca?.close();
  await stage?.close();
  await reader?.close();
});

const key = (name) => () => ann.page.keyboard.press(name);
const says = (...words) => orca.says(words, () => {});
const to = (name, ...words) => orca.says(words, key(name));

test('the login is read from its heading to its last option, once', {skip}, async () => {
  // Before the heading it speaks of windows.
  await orca.says_before('Login', async () => { ann = await arrive_at(stage, '?stage=30'); });
  await says('heading level 1', 'Enter your credentials to access the MQTT Chat!',
    'form', 'Login', 'Username', 'entry', 'Your name', 'required', 'Sign In', 'push button', 'Options', 'expanded', 'push button',
    'Stage', 'panel');
  for (const stage_number of [10, 20, 30, 40, 50, 60])
    await says(`Stage ${stage_number}`, stage_number === 30 ? 'selected' : 'not selected', 'radio button');
  await says('leaving panel.', 'Who is online: retained messages and a last will. ',
    'Try this: close a tab, and look at the badge of its user.');
  for (const [option, state] of [['Use QoS 1', 'checked'], ['Use status messages', 'checked'], ['Use authentication', 'not checked'],
    ['Deduplicate messages client side', 'checked'], ['Remember on this device', 'checked'], ['Use groups', 'not checked'],
    ['Check messages', 'not checked'], ['Use MQTT 5', 'not checked']]) await says(option, 'check box', state);
  await says('Advanced', 'collapsed', 'push button');
});

test('what is wrong comes with the field that it is wrong in, and is not announced besides', {skip}, async () => {
  await orca.says_before('Username entry Your name required.', () => ann.field('Username').focus());
  await to('Tab', 'Sign In push button.');
  await to('Enter', 'Username entry Your name required.', 'invalid entry.', /^Please enter a user name/);
  // Orca may repeat the description as one that has changed.
  const more = await orca.says_before('Sign In push button.', key('Tab'));
  assert.ok(more.length <= 1 && more.every((words) => words.startsWith('Please enter a user name')), JSON.stringify(more));
});

test('the chat: the message to write, and each message that comes, by its sender, once; one\'s own is not said', {skip}, async () => {
  await to('Shift+Tab', 'Username entry Your name required.', 'invalid entry.', /^Please enter a user name/);
  await ann.field('Username').fill('ann');
  // Where the focus goes then is heard in screen_reader.test.mjs: Orca may still be busy with the login that has gone.
  await ann.page.keyboard.press('Enter');
  await ann.status('Connected').waitFor();
  await ann.field('New chat').fill('bob');
  await orca.says_before('Message entry Type your message...', key('Enter'));
  await ann.say('hello');
  await ann.message('hello').getByText('delivered').waitFor();
  const said = (sender, content) => publish(stage.open_broker, `chat/messages/ann/${sender}`,
    {messageId: content, content, timestamp: new Date().toISOString()});
  await orca.says([/^bob, \d\d:\d\d, good day$/], () => said('bob', 'good day'));
  await orca.says(['Message from cem: over here'], () => said('cem', 'over here'));
  await to('Shift+Tab', 'leaving form.', 'leaving panel.', 'About this chat panel.', 'Delete chat push button.');
  await to('Shift+Tab', 'leaving panel.', 'leaving region.', 'navigation Chats', 'Conversations panel.', 'List with 2 items.',
    'bob push button.', /^unknown, good day, \d\d:\d\d\.$/);
  await to('Shift+Tab', 'cem push button.', /^unknown, 1 unread, over here, \d\d:\d\d\.$/);
});

test('the packets: the button says its state, and each row what is in it', {skip}, async () => {
  await orca.says_before('Show Packets toggle button not pressed.', () => ann.button('Show Packets').focus());
  await to('Enter', 'pressed');
  const row = ann.page.getByRole('table', {name: 'Packets'}).getByRole('row').last();
  const around = await orca.says_before('clickable.', () => row.focus());
  assert.match(around.join(' '), /region Packets .*Packets\. table with \d+ rows 12 columns \d+ INBOUND [\d.]+ publish chat\/messages\/ann\/cem 0 \d+\.$/);
  await to('ArrowUp', /^\d+ INBOUND [\d.]+ publish chat\/messages\/ann\/bob 0 \d+\.$/, 'clickable.');
});
