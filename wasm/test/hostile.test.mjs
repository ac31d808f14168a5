// What others send: shown as a notice or as text, never run, never a crash, and the chat goes on.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {flood} from './support/flood.mjs';
import {until} from './support/machine.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const now = () => new Date().toISOString();
const json = (content, more = {}) => JSON.stringify({messageId: `id-${content.slice(0, 20)}`, content, timestamp: now(), ...more});
const send = (receiver, ...payloads) => flood(world.stage.open_broker,
  payloads.map((payload) => ({topic: `chat/messages/${receiver}/mallory`, payload})), {id: 'mallory'});

async function victim(user, stage = 10, context) {
  const person = await world.arrive(`?stage=${stage}&user=${user}`, context);
  await person.sign_in();
  return person;
}

// The notice beside the packets.
const noticed = (person, words) => person.page.getByRole('group', {name: 'Notices'}).getByRole('alert').filter({hasText: words}).waitFor();

describe('hostile input', () => {
  test('markup and script addresses are text', async () => {
    const alice = await victim('alice');
    const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><a href="javascript:window.hacked=1">x</a>';
    await send('alice', json(evil), json('javascript:window.hacked=1 data:text/html,x'));
    await alice.chat('mallory').click();
    await alice.reads(evil, 'javascript:window.hacked=1 data:text/html,x');
    assert.ok(await alice.page.evaluate(() => window.hacked === undefined));
    assert.equal(await alice.page.locator('#app img, #app script, a[href^="javascript"], a[href^="data"]').count(), 0);
    assert.ok((await alice.chat('mallory').getAttribute('aria-description')).includes('javascript:'));
  });

  test('a message of one megabyte, broken JSON, a wrong shape: each a notice', async () => {
    const bob = await victim('bob', 10, {viewport: {width: 700, height: 760}});
    await bob.button('Show Packets').click();
    const cases = [[json('x'.repeat(1 << 20)), /The payload has 10\d\d\d\d\d bytes/], ['{"messageId":', /not JSON/],
      ['', /not JSON/], ['[1,2]', /not an object/], ['{"content":"x","timestamp":"2025-01-01T12:00:00Z"}', /"messageId" is missing/],
      [json('x', {content: 5}), /"content" is not a string/], [json('x', {timestamp: 'yesterday'}), /not a time/],
      [json('y'.repeat(100000)), /The text has 100000 bytes/], ['['.repeat(200000), /not JSON/]];
    for (const [payload, words] of cases) {
      await send('bob', payload);
      await noticed(bob, words);
    }
    await send('bob', json('still here'));
    await bob.chat('mallory').click();
    await bob.reads('still here');
    await bob.button('Dismiss').click();
    await bob.page.getByRole('group', {name: 'Notices'}).waitFor({state: 'detached'});
  });

  test('ill-formed UTF-8 is a notice; control characters are shown harmlessly', async () => {
    const carol = await victim('carol', 10, {viewport: {width: 700, height: 760}});
    await carol.button('Show Packets').click();
    const raw = Buffer.from(json('XX'));
    const broken = Buffer.from(raw);
    broken.writeUInt16BE(0xC080, raw.indexOf('XX'));
    await send('carol', broken);
    await noticed(carol, /not JSON in UTF-8/);
    const controls = 'a\u0000b\u0007c\u001b[31md\u202Ee\u2066f\uFEFFg';
    await send('carol', json(controls), json('after it'));
    await carol.chat('mallory').click();
    await carol.message('after it').waitFor();
    assert.equal((await carol.texts()).length, 2);
    await carol.status('Connected').waitFor();
  });

  test('names of 64 bytes, right to left, and one thousand strangers', async () => {
    const dave = await victim('dave');
    const names = ['w'.repeat(64), 'مرحبا', '<b>x</b>'.replace('/', ''), ...Array.from({length: 1000}, (_, i) => `stranger ${i}`)];
    await flood(world.stage.open_broker, names.map((name) => ({topic: `chat/messages/dave/${name}`, payload: json(`from ${name}`)})));
    const list = dave.page.getByRole('list', {name: 'Chats'}).getByRole('listitem');
    await until(async () => await list.count() > 0 && await list.first().getAttribute('aria-setsize') === '1003', 'all have a chat', timeout);
    assert.ok(await list.count() < 60, 'only what is in sight is there');
    await until(async () => await dave.page.title() === '(1003) MQTT Chat', 'all are counted', timeout);
  });

  test('a topic with a name that the chat does not allow is a notice', async () => {
    const erin = await victim('erin', 10, {viewport: {width: 700, height: 760}});
    await erin.button('Show Packets').click();
    await flood(world.stage.open_broker, [{topic: `chat/messages/erin/${'x'.repeat(65)}`, payload: json('x')}]);
    await noticed(erin, /does not belong to this chat/);
  });

  test('a name with characters that do not show is refused; one of look-alike letters is said to be one', async () => {
    const gus = await victim('gus', 10, {viewport: {width: 700, height: 760}});
    await gus.button('Show Packets').click();
    const from = (name) => flood(world.stage.open_broker, [{topic: `chat/messages/gus/${name}`, payload: json(`from ${name}`)}]);
    await from('pe\u200Bter');
    await noticed(gus, /does not belong to this chat/);
    await from('\u0440eter');
    await gus.chat('\u0440eter').click();
    await gus.alert(/This name may look like another one/).waitFor();
    assert.equal(await gus.chat('pe\u200Bter').count(), 0);
  });

  test('ten thousand retained statuses are taken in, and the page stays usable', async () => {
    const statuses = (payload) => Array.from({length: 10000}, (_, i) => ({topic: `chat/status/user${i}`, payload, retain: true}));
    await flood(world.stage.open_broker, statuses(`{"status":"online","lastOnlineTimestamp":"${now()}"}`));
    const frank = await victim('frank', 30);
    // A broker keeps only so many for one client; what comes now counts.
    await flood(world.stage.open_broker, statuses(`{"status":"online","lastOnlineTimestamp":"${now()}"}`).slice(-1));
    await frank.talk_to('user9999');
    await frank.badge('online').waitFor();
    await frank.say('hello');
    await frank.message('hello').getByText('delivered to the broker').waitFor();
    await flood(world.stage.open_broker, statuses(''));
  });
});
