// Stage 20: nothing is lost and nothing comes twice, across closed pages, reloads, restarts and lost packets.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {until} from './support/machine.mjs';
import {publish, subscribe} from './support/mosquitto.mjs';
import {Person, on_stage, timeout} from './support/person.mjs';
import {startProxy} from './support/proxy.mjs';

const world = on_stage();
const delivered = 'delivered to the broker';

// Sends message after message as somebody else.
async function write(receiver, sender, ...texts) {
  for (const content of texts)
    await publish(world.stage.open_broker, `chat/messages/${receiver}/${sender}`,
      {messageId: `${sender}-${content}`, content, timestamp: new Date().toISOString()}, {qos: 1});
}

async function another_tab(person, address) {
  const {page} = await world.stage.open(address, {context: person.page.context()});
  page.setDefaultTimeout(timeout);
  const again = new Person(page);
  await again.button('Sign In').waitFor();
  return again;
}

describe('stage 20', () => {
  test('who closed the page and comes back has all that was sent meanwhile, once each, in order', async () => {
    const bob = await world.arrive('?stage=20&user=bob');
    await bob.sign_in();
    await write('bob', 'alice', 'one');
    await bob.chat('alice').click();
    await bob.reads('one');
    await bob.page.close();
    const alice = await world.arrive('?stage=20&user=alice');
    await alice.sign_in();
    await alice.talk_to('bob');
    for (const text of ['two', 'three', 'four', 'five']) await alice.say(text);
    await until(async () => await alice.page.getByText(delivered).count() === 4, 'all are delivered', timeout);
    const again = await another_tab(bob, '?stage=20&user=bob');
    await again.sign_in();
    await again.chat('alice').click();
    await again.reads('one', 'two', 'three', 'four', 'five');
  });

  test('a message written while the broker is down survives broker and reload, and is delivered once', async () => {
    const alice = await world.arrive('?stage=20&user=alicia');
    await alice.sign_in();
    await alice.talk_to('bob');
    await alice.say('before');
    await alice.page.getByText(delivered).waitFor();
    await world.stage.open_broker.stop();
    await alice.status(/Reconnecting|Offline/).waitFor();
    await alice.page.getByText('Not connected. Messages are queued and sent after the reconnect.').waitFor();
    await alice.say('meanwhile');
    await alice.message('meanwhile').getByText('queued').waitFor();
    await alice.page.reload();
    // Signed in again, though nobody answers: the history is there, and says what waits.
    await alice.status(/Reconnecting/).waitFor();
    await alice.chat('bob').click();
    await alice.reads('before', 'meanwhile');
    await alice.message('meanwhile').getByText('queued').waitFor();
    await alice.log_out();
    await alice.page.getByText('A message from alicia waits to be sent: sign in as alicia to send it.').waitFor();
    await world.stage.open_broker.start();
    const seen = await subscribe(world.stage.open_broker, 'chat/messages/bob/alicia', {qos: 1});
    await alice.page.reload();
    await alice.page.getByText('A message from alicia waits to be sent').waitFor();
    await alice.sign_in();
    await alice.chat('bob').click();
    await alice.reads('before', 'meanwhile');
    assert.equal((await seen.next(undefined, timeout)).json.content, 'meanwhile');
    await until(async () => await alice.page.getByText(delivered).count() === 2, 'both delivered', timeout);
    assert.equal(seen.messages.length, 1);
    await seen.close();
  });

  test('a message whose acknowledgement got lost is sent again and still shown once', async () => {
    const wire = await startProxy(world.stage.open_broker.wsPort);
    const carol = await world.arrive('?stage=20&user=carol');
    const dave = await world.arrive(`?stage=20&user=dave&broker=${wire.url}`);
    await Promise.all([carol.sign_in(), dave.sign_in()]);
    const seen = await subscribe(world.stage.open_broker, 'chat/messages/carol/dave', {qos: 1});
    await dave.talk_to('carol');
    wire.lose('down');
    await dave.say('only once');
    await seen.next(undefined, timeout);
    await dave.message('only once').getByText('sent').waitFor();
    wire.cut();
    await dave.status(/Reconnecting/).waitFor();
    wire.mend();
    await dave.comes_back();
    await dave.message('only once').getByText(delivered).waitFor();
    await until(() => seen.messages.length === 2, 'the copy', timeout);
    assert.equal(seen.messages[0].json.messageId, seen.messages[1].json.messageId);
    await dave.say('after it');
    await carol.chat('dave').click();
    await carol.reads('only once', 'after it');
    await seen.close();
    await wire.close();
  });

  test('what the broker delivers again, because it never heard the acknowledgement, is shown once', async () => {
    const wire = await startProxy(world.stage.open_broker.wsPort);
    const erin = await world.arrive(`?stage=20&user=erin&broker=${wire.url}`, {viewport: {width: 800, height: 1000}});
    await erin.sign_in();
    wire.lose('up');
    await write('erin', 'alice', 'hello');
    await erin.chat('alice').click();
    await erin.reads('hello');
    wire.cut();
    await erin.status(/Reconnecting/).waitFor();
    wire.mend();
    await erin.comes_back();
    await write('erin', 'alice', 'next');
    await until(async () => (await erin.texts()).length > 1, 'the next message', timeout);
    await erin.reads('hello', 'next');
    await erin.button('Show Packets').click();
    await erin.page.getByRole('radio', {name: 'Inbound Only'}).check();
    await erin.fill('Filter', 'publish');
    const rows = erin.page.getByRole('table', {name: 'Packets'}).getByRole('row').filter({hasText: 'messages/erin'});
    await until(async () => await rows.count() === 3, 'two copies of one message, and the next one', timeout);
    await wire.close();
  });

  test('what comes again after the page was closed is shown once, too', async () => {
    const wire = await startProxy(world.stage.open_broker.wsPort);
    const address = `?stage=20&user=hal&broker=${wire.url}`;
    const hal = await world.arrive(address);
    await hal.sign_in();
    wire.lose('up');
    await write('hal', 'alice', 'hello');
    await hal.chat('alice').click();
    await hal.reads('hello');
    await hal.page.close();
    wire.cut();
    wire.mend();
    const again = await another_tab(hal, address);
    await again.sign_in();
    await write('hal', 'alice', 'next');
    await again.chat('alice').click();
    await again.reads('hello', 'next');
  });

  test('to somebody never heard of says from when on the broker keeps messages', async () => {
    const jo = await world.arrive('?stage=20&user=jo');
    await jo.sign_in();
    await jo.talk_to('newcomer');
    const hint = jo.page.getByText(/^The broker queues messages for newcomer only after newcomer has signed in with QoS 1 once/);
    await hint.waitFor();
    await write('jo', 'newcomer', 'here I am');
    await hint.waitFor({state: 'detached'});
  });

  test('a second copy with the same messageId is dropped, or shown when deduplication is off', async () => {
    const [with_it, without] = await Promise.all([world.arrive('?stage=20&user=finn'),
      world.arrive('?stage=20&user=gina&deduplicate=0')]);
    await Promise.all([with_it.sign_in(), without.sign_in()]);
    for (const name of ['finn', 'gina']) await write(name, 'alice', 'twin', 'twin', 'other');
    await with_it.chat('alice').click();
    await with_it.reads('twin', 'other');
    await without.chat('alice').click();
    await without.reads('twin', 'twin', 'other');
  });

  test('a reload in the middle of sending loses nothing and doubles nothing', async () => {
    const ivy = await world.arrive('?stage=20&user=ivy');
    await ivy.sign_in();
    const seen = await subscribe(world.stage.open_broker, 'chat/messages/bob/ivy', {qos: 1});
    await ivy.talk_to('bob');
    const texts = Array.from({length: 5}, (_, i) => `message ${i}`);
    for (const text of texts) await ivy.say(text);
    await ivy.reload();
    await ivy.chat('bob').click();
    await ivy.reads(...texts);
    await until(async () => await ivy.page.getByText(delivered).count() === 5, 'all are delivered', timeout);
    await until(() => new Set(seen.messages.map((m) => m.json.messageId)).size === 5, 'all came', timeout);
    assert.deepEqual([...new Set(seen.messages.map((m) => m.json.content))], texts);
    await seen.close();
  });
});
