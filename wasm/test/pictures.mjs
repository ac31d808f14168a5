// Makes the README's pictures from the built page, with real brokers, a bot and people who talk.
//
//   node wasm/test/pictures.mjs [FOLDER [LOOK...]]      default: ui/pictures, in every look
//
// The programs are those of the native preset, or of the build directory that WASMQTT_NATIVE names.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {openStage} from './support/browser.mjs';
import {root} from './support/machine.mjs';
import {arrive_at} from './support/person.mjs';
import {smaller} from './support/small_png.mjs';

const folder = process.argv[2] ?? path.join(root, 'ui', 'pictures');
await mkdir(folder, {recursive: true});
const stage = await openStage({rights: true});
const native = process.env.WASMQTT_NATIVE ?? path.join(root, 'build', 'native');
const bot = spawn(path.join(native, 'ui', 'bots', 'bot-peter'),
  ['--url', `mqtt://127.0.0.1:${stage.open_broker.tcpPort}`], {stdio: 'ignore'});

const looks = {
  small: {viewport: {width: 320, height: 640}, deviceScaleFactor: 2, hasTouch: true, colorScheme: 'dark'},
  huge: {viewport: {width: 2560, height: 1440}, deviceScaleFactor: 1, colorScheme: 'dark'},
  wide: {viewport: {width: 1280, height: 800}, deviceScaleFactor: 1, colorScheme: 'light'},
  'wide-dark': {viewport: {width: 1280, height: 800}, deviceScaleFactor: 1, colorScheme: 'dark'},
  phone: {viewport: {width: 390, height: 844}, deviceScaleFactor: 2, hasTouch: true, colorScheme: 'light'},
};

// Nothing moves any more: two pictures in a row are the same. The pointer rests nowhere, unless it points at something.
async function take(page, name, {pointing = false} = {}) {
  if (!pointing) await page.mouse.move(0, 0);
  let last = await page.screenshot();
  for (let i = 0; i < 20; ++i) {
    const next = await page.screenshot();
    if (next.equals(last)) break;
    last = next;
  }
  await writeFile(path.join(folder, `${name}.png`), smaller(last));
}

async function conversation(alice, bob, one_column) {
  await alice.sign_in();
  await alice.talk_to('peter');
  await alice.say('Are you there?');
  await alice.page.getByText('you said: Are you there?').first().waitFor();
  await bob.sign_in();
  await bob.talk_to('alice');
  await bob.say('Grüße 你好 👩‍👩‍👧 مرحبا');
  if (one_column) await alice.page.goBack();
  await alice.page.getByRole('button', {name: /^bob/}).click();
  await alice.page.getByRole('heading', {name: 'Conversation with bob'}).waitFor();
  await alice.say('Hello bob! Every script works, and no font was downloaded.');
  await bob.say('This message went through a real broker: see https://mosquitto.org');
  await alice.page.getByText('went through a real broker').first().waitFor();
}

// One column: the inspector is a page of its own.
const narrow = new Set(['phone', 'small']);

// What lies behind the packets' other tabs.
async function tabs(alice, name) {
  if (!narrow.has(name)) await alice.button('Close details').click();
  const tab = (words) => alice.page.getByRole('radio', {name: words, exact: true}).check();
  await tab('Timeline');
  await alice.page.getByRole('log', {name: 'Timeline'}).getByRole('button').first().waitFor();
  await take(alice.page, `timeline-${name}`);
  await tab('Session');
  await alice.page.getByRole('table', {name: 'Session', exact: true}).waitFor();
  await take(alice.page, `session-${name}`);
  await tab('Trouble');
  await alice.button('Send in each lane').click();
  await alice.page.getByRole('table', {name: 'Lanes'}).getByRole('row').filter({hasText: 'QoS 2'}).filter({hasText: /1/}).waitFor();
  await alice.page.getByRole('region', {name: 'Trouble on the connection'}).evaluate((area) => area.scrollTo(0, 0));
  await take(alice.page, `trouble-${name}`);
  await tab('Lessons');
  await alice.button('Why did it come twice?').click();
  await alice.page.getByText('(seen)').first().waitFor();
  await take(alice.page, `lessons-${name}`);
}

// A group, who is in it, and the stages.
async function groups(look, name) {
  const [vy, minh] = await Promise.all([arrive_at(stage, '?stage=60&user=vy', look), arrive_at(stage, '?stage=60&user=minh')]);
  await take(vy.page, `login-60-${name}`);
  for (const person of [vy, minh]) await person.sign_in('test');
  const garden = `Garden ${name}`;
  await vy.button('New group').click();
  await vy.field('Group name').fill(garden);
  await vy.button('Create').click();
  await vy.page.getByRole('heading', {name: `Group ${garden}`}).waitFor();
  await vy.button('Members').click();
  await vy.field('User to invite').fill('minh');
  await vy.button('Invite').click();
  await vy.page.getByRole('dialog').getByRole('listitem', {name: 'minh', exact: true}).waitFor();
  await take(vy.page, `members-${name}`);
  await vy.button('Close').click();
  await minh.chat(garden).click();
  await minh.say('The tomatoes need water.');
  await vy.message('The tomatoes').waitFor();
  await vy.say('I am on my way.');
  await vy.message('I am on').getByText('accepted').waitFor();
  await take(vy.page, `group-${name}`);
  if (narrow.has(name)) await vy.button('Back to chats').click();
  await vy.button('Stage 60').click();
  await vy.page.getByRole('dialog', {name: 'Stages'}).waitFor();
  await take(vy.page, `stages-${name}`);
  for (const person of [vy, minh]) await person.page.context().close();
}

const wanted = process.argv.slice(3);
for (const [name, look] of Object.entries(looks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const {page: gallery, context: own} = await stage.open('?gallery', look);
  await gallery.getByRole('region', {name: 'States of buttons'}).waitFor();
  await take(gallery, `gallery-${name}`);
  await own.close();
  const alice = await arrive_at(stage, '?stage=30&user=alice', look);
  await take(alice.page, `login-${name}`);
  const bob = await arrive_at(stage, '?stage=30&user=bob');
  await conversation(alice, bob, narrow.has(name));
  await take(alice.page, `chat-${name}`);
  await alice.button('Show Packets').click();
  await alice.page.getByRole('table', {name: 'Packets'}).waitFor();
  if (!narrow.has(name)) {
    // The table is virtual: a row that was scrolled out of it is not there.
    await alice.field('Filter').fill('connack');
    const rows = alice.page.getByRole('table', {name: 'Packets'}).getByRole('row');
    await rows.filter({hasText: 'puback'}).first().waitFor({state: 'detached'});
    await rows.filter({hasText: 'connack'}).click();
    await alice.page.getByRole('heading', {name: /^Packet \d+: connack/}).waitFor();
    await alice.field('Filter').fill('');
    await alice.page.getByRole('row').filter({hasText: 'Return code'}).hover();
  }
  await take(alice.page, `packets-${name}`, {pointing: !narrow.has(name)});
  await tabs(alice, name);
  await alice.page.context().close();
  await bob.page.context().close();
  await groups(look, name);
}
bot.kill('SIGTERM');
await once(bot, 'exit');
await stage.close();
console.log(`pictures are in ${folder}`);
