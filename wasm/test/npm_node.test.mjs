// The npm package in Node, against Mosquitto and Aedes, over WebSocket (package ws) and TCP.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {copyFile, mkdtemp, rm} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {startAedes} from './support/aedes.mjs';
import {startBroker} from './support/brokers.mjs';
import {until} from './support/machine.mjs';
import {load_package, package_directory} from './support/package.mjs';

const {connect, connectAsync, end_clients, ErrorWithReasonCode, Payload} = await load_package();
const brokers = {};
before(async () => {
  [brokers.mosquitto, brokers.auth, brokers.aedes] =
    await Promise.all([startBroker('open'), startBroker('auth'), startAedes()]);
});
after(async () => {
  await end_clients();
  for (const broker of Object.values(brokers)) await broker.close();
});

const addresses = {
  'Mosquitto over a WebSocket': () => [brokers.mosquitto.wsUrl, {}],
  'Mosquitto over TCP': () => [`mqtt://127.0.0.1:${brokers.mosquitto.tcpPort}`, {}],
  'Aedes over a WebSocket': () => [brokers.aedes.wsUrl, brokers.aedes.login],
  'Aedes over TCP': () => [`mqtt://127.0.0.1:${brokers.aedes.tcpPort}`, brokers.aedes.login],
};

for (const [name, address] of Object.entries(addresses)) {
  test(`${name}: publish and subscribe in each QoS, with callbacks and with promises`, async () => {
    const [url, login] = address();
    const client = await connectAsync(url, {...login, clientId: `npm-${Math.random()}`});
    const seen = [];
    client.on('message', (topic, payload, packet) => seen.push([topic, payload.toString(), packet.qos]));
    assert.deepEqual(await client.subscribeAsync('npm/one', {qos: 2}), [{topic: 'npm/one', qos: 2}]);
    const granted = await client.subscribeAsync({'npm/two': {qos: 1}, 'npm/+/deep': {qos: 0}});
    assert.deepEqual(granted.map(({qos}) => qos), [1, 0]);
    for (const qos of [0, 1, 2]) {
      await client.publishAsync('npm/one', `Grüße 你好 ${qos}`, {qos});
    }
    await new Promise((resolve) => client.publish('npm/two', new Uint8Array([104, 105]), {qos: 1}, resolve));
    client.publish('npm/very/deep', '');
    await until(() => seen.length === 5, 'five messages');
    assert.deepEqual(seen, [['npm/one', 'Grüße 你好 0', 0], ['npm/one', 'Grüße 你好 1', 1], ['npm/one', 'Grüße 你好 2', 2],
      ['npm/two', 'hi', 1], ['npm/very/deep', '', 0]]);
    await client.unsubscribeAsync(['npm/two']);
    await client.endAsync();
    assert.equal(client.connected, false);
  });
}

test('without the package ws, mqtt:// works, and ws:// says what is missing', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wasmqtt-'));
  t.after(() => rm(folder, {recursive: true}));
  for (const file of ['node.js', 'wasmqtt.js']) {
    await copyFile(path.join(package_directory, 'dist', file), path.join(folder, file));
  }
  const alone = createRequire(import.meta.url)(path.join(folder, 'node.js'));
  const client = await alone.connectAsync(`mqtt://127.0.0.1:${brokers.mosquitto.tcpPort}`);
  await client.publishAsync('npm/alone', 'Hello!', {qos: 1});
  await client.endAsync();
  await assert.rejects(alone.connectAsync(brokers.mosquitto.wsUrl), /npm install ws/);
});

for (const qos of [0, 1, 2]) {
  test(`what is asked before the connection is done in order when it is there: one hears oneself, QoS ${qos}`, async () => {
    const client = connect(brokers.mosquitto.wsUrl);
    client.subscribe('early/#', {qos});
    client.publish('early/one', '1', {qos});
    client.publish('early/two', '2', {qos});
    const seen = [];
    client.on('message', (topic, payload) => seen.push(`${topic}=${payload}`));
    await until(() => seen.length === 2, 'both messages');
    assert.deepEqual(seen, ['early/one=1', 'early/two=2']);
    await client.endAsync();
  });
}

test('a broker that restarts: offline, close, reconnect, connect; subscriptions are renewed, QoS 1 arrives', async () => {
  const broker = await startBroker('open');
  const events = [];
  const client = await connectAsync(broker.wsUrl, {reconnectPeriod: 50, clientId: 'survivor'});
  for (const event of ['connect', 'close', 'offline', 'reconnect']) client.on(event, () => events.push(event));
  const seen = [];
  await client.subscribeAsync('again', {qos: 1});
  client.on('message', (topic, payload) => seen.push(`${payload}`));
  await broker.stop();
  await until(() => events.includes('close'), 'the loss is noticed');
  assert.equal(client.closeRecord.cause, 'transport');
  assert.match(client.closeRecord.sentence, /connection/);
  const published = client.publishAsync('again', 'while it was down', {qos: 1});
  await broker.start();
  await published;
  await until(() => events.includes('connect'), 'it is back');
  assert.deepEqual(events.slice(0, 3), ['offline', 'close', 'reconnect']);
  await client.publishAsync('again', 'later', {qos: 1});
  await until(() => seen.includes('later'), 'the message after the reconnect');
  assert.deepEqual(seen, ['while it was down', 'later']);
  await client.endAsync();
  await broker.close();
});

test('a wrong password is an ErrorWithReasonCode with code 5, and nothing tries again', async () => {
  const client = connect(brokers.auth.wsUrl, {username: 'peter', password: 'wrong', clientId: 'nobody'});
  const events = [];
  for (const event of ['connect', 'close', 'offline', 'reconnect']) client.on(event, () => events.push(event));
  const [error] = await once(client, 'error');
  assert.ok(error instanceof ErrorWithReasonCode);
  assert.equal(error.code, 5);
  await until(() => events.includes('close'), 'closed');
  assert.deepEqual(events, ['close']);
  await client.endAsync();
  await assert.rejects(connectAsync(brokers.auth.wsUrl, {username: 'peter', password: 'wrong'}), {code: 5});
});

test('nobody listens: the socket\'s error is told, and end() finishes', async () => {
  const client = connect('ws://127.0.0.1:9', {reconnectPeriod: 20});
  const [error] = await once(client, 'error');
  assert.equal(error.code, 'ECONNREFUSED');
  await once(client, 'reconnect');
  await client.endAsync();
});

test('illegal topics are errors of the call, not of the connection', async () => {
  const client = await connectAsync(brokers.mosquitto.wsUrl);
  await assert.rejects(client.subscribeAsync('a/#/b'), /Invalid topic a\/#\/b/);
  await assert.rejects(client.subscribeAsync([]), /empty_topic_list/);
  await assert.rejects(client.publishAsync('a/+', 'x'), /MQTT-3\.3\.2-2/);
  assert.equal(client.connected, true);
  await client.endAsync();
  await assert.rejects(client.publishAsync('a', 'x'), /client disconnecting/);
});

test('a handler per subscription gets what its filter matches, until it is taken back', async () => {
  const client = await connectAsync(brokers.mosquitto.wsUrl);
  const sport = [];
  const all = [];
  const one = client.handle('news/sport/#', (topic, payload) => sport.push(`${payload}`), {qos: 1});
  const two = client.handle('news/+/+', (topic) => all.push(topic));
  assert.equal(await one.granted, 1);
  assert.equal(await two.granted, 0);
  await client.publishAsync('news/sport/formula-1', 'fast', {qos: 1});
  await client.publishAsync('news/politics/us', 'slow', {qos: 1});
  await until(() => new Set(all).size === 2, 'both in the wider handler');
  assert.ok(sport.length >= 1 && sport.every((text) => text === 'fast'));
  await one.unsubscribe();
  sport.length = 0;
  await client.publishAsync('news/sport/tennis', 'ace', {qos: 1});
  await until(() => all.includes('news/sport/tennis'), 'the other one still hears');
  assert.deepEqual(sport, []);
  await client.endAsync();
});

test('a delivery handle tells each step, and can be taken back before it is sent', async () => {
  const client = connect(brokers.mosquitto.wsUrl, {manualConnect: true, clientId: 'handles'});
  const first = client.send('handle/one', 'x', {qos: 1});
  const second = client.send('handle/two', 'y', {qos: 2});
  const third = client.send('handle/three', 'z');
  const states = [];
  first.onchange = ({state}) => states.push(state);
  assert.equal(third.cancel(), true);
  await assert.rejects(third.done, {reason: 'cancelled'});
  client.connect();
  await Promise.all([first.done, second.done]);
  assert.deepEqual(states, ['sent', 'acknowledged']);
  assert.notEqual(first.messageId, second.messageId);
  assert.deepEqual(client.unfinished(), []);
  await client.endAsync();
});

const refused_when_full = {
  reject: [2, 'the queue of unsent messages is full'], dropOldest: [0, 'dropped_oldest'], dropNewest: [2, 'dropped_newest'],
};
for (const [overflow, [which, reason]] of Object.entries(refused_when_full)) {
  for (const qos of [0, 1]) {
    test(`a full queue follows its policy, and says so: ${overflow}, QoS ${qos}`, async () => {
      const client = connect('ws://127.0.0.1:9', {clientId: 'full', reconnectPeriod: 3_000_000, queue: {messages: 2, overflow}});
      client.on('error', () => {});
      const deliveries = [1, 2, 3].map((number) => client.send('q', `${number}`, {qos}));
      await assert.rejects(deliveries[which].done, {reason});
      assert.deepEqual(deliveries.map(({state}) => state), [0, 1, 2].map((at) => (at === which ? 'failed' : 'queued')));
      for (const {done} of deliveries) done.catch(() => {});
      await client.endAsync(true);
    });
  }
}

test('what waits expires, or is superseded by the latest for its topic, when asked to', async () => {
  const client = connect('ws://127.0.0.1:9', {clientId: 'waiting', reconnectPeriod: 3_000_000});
  client.on('error', () => {});
  const short = client.send('w/short', 'x', {qos: 1, timeToLive: 5});
  const old = client.send('w/latest', 'old', {qos: 1, latest: true});
  client.send('w/latest', 'new', {qos: 1, latest: true});
  await assert.rejects(old.done, {reason: 'superseded'});
  await assert.rejects(short.done, {reason: 'expired'});
  assert.deepEqual(client.unfinished().map(({payload}) => `${payload}`), ['new']);
  await client.endAsync();
});

test('a journal keeps what was accepted for the next client with the same id', async () => {
  const batches = [];
  const journal = {load: async () => Uint8Array.from(batches.flatMap((batch) => [...batch])),
    append: async (records) => { batches.push(records); }};
  const address = 'ws://127.0.0.1:9';
  const first = connect(address, {clientId: 'durable', clean: false, journal});
  first.on('error', () => {});
  const delivery = first.send('journal/kept', 'still here', {qos: 1});
  await until(() => batches.length > 0, 'it is in the journal');
  assert.equal(delivery.state, 'queued');
  await first.endAsync(true);

  const reader = await connectAsync(brokers.mosquitto.wsUrl);
  await reader.subscribeAsync('journal/kept');
  const arrived = once(reader, 'message');
  const second = connect(brokers.mosquitto.wsUrl, {clientId: 'durable', clean: false, journal});
  const [, payload] = await arrived;
  assert.equal(`${payload}`, 'still here');
  await until(() => second.unfinished().length === 0, 'it was acknowledged');
  await Promise.all([reader.endAsync(), second.endAsync()]);
});

test('the trace holds packets both ways with round trips, and no password', async () => {
  const client = await connectAsync(brokers.auth.wsUrl, {username: 'peter', password: 'test', trace: 100,
    clientId: 'traced'});
  await client.publishAsync('chat/messages/hannes/peter', 'x', {qos: 1});
  const entries = client.trace();
  assert.deepEqual(entries.map(({direction, cmd}) => `${direction} ${cmd}`),
    ['out connect', 'in connack', 'out publish', 'in puback']);
  assert.ok(entries[3].roundTrip >= 0);
  assert.doesNotMatch(JSON.stringify(entries) + entries.map(({bytes}) => new Payload(bytes)).join(), /test/);
  await client.endAsync();
});

test('manual acknowledgement: the broker repeats what was not acknowledged', async () => {
  const options = {clientId: 'careful', clean: false, manualAcknowledge: true, reconnectPeriod: 20};
  const client = await connectAsync(brokers.mosquitto.wsUrl, options);
  const packets = [];
  client.on('message', (topic, payload, packet) => packets.push(packet));
  await client.subscribeAsync('careful', {qos: 1});
  await client.publishAsync('careful', 'x', {qos: 1});
  await until(() => packets.length === 1, 'the message');
  await client.endAsync(true);
  const again = connect(brokers.mosquitto.wsUrl, options);
  again.on('message', (topic, payload, packet) => packets.push(packet));
  await until(() => packets.length === 2, 'the message again');
  assert.equal(packets[1].dup, true);
  packets[1].acknowledge();
  await again.endAsync();
});

test('a large message passes in pieces, and a thousand small ones pass in order', async () => {
  // Mosquitto reads a WebSocket slowly, so the large one goes over TCP.
  const client = await connectAsync(`mqtt://127.0.0.1:${brokers.mosquitto.tcpPort}`);
  const seen = [];
  client.on('message', (topic, payload) => seen.push(payload));
  await client.subscribeAsync('load', {qos: 1});
  const large = new Uint8Array(3_000_000).map((_, index) => index % 251);
  await client.publishAsync('load', large, {qos: 1});
  await until(() => seen.length === 1, 'the large one');
  assert.deepEqual(Buffer.from(seen[0]), Buffer.from(large));
  await Promise.all(Array.from({length: 1000}, (_, index) => client.publishAsync('load', `${index}`, {qos: 1})));
  await until(() => seen.length === 1001, 'all of them');
  assert.deepEqual(seen.slice(1).map(String), Array.from({length: 1000}, (_, index) => `${index}`));
  await client.endAsync();
});
