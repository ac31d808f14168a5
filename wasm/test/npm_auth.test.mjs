// MQTT 5's enhanced authentication: one program, written against MQTT.js's API, run with both; and what it has not,
// reauthenticate(). The broker is scripted, for those at hand know no AUTH without a plugin.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {createRequire} from 'node:module';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {event, plain} from './npm_api/line.mjs';
import {asking_broker, named} from './support/asking_broker.mjs';
import {startBroker} from './support/brokers.mjs';
import {until} from './support/machine.mjs';
import {load_package, package_directory} from './support/package.mjs';
import {packet_brokers} from './support/packet_broker.mjs';
import {with_renamed_ids} from './support/same_packets.mjs';

const mqttjs = createRequire(path.join(package_directory, 'package.json'))('mqtt');
const ours = await load_package();
const {connect, end_clients} = ours;
const start = packet_brokers(end_clients);
let mosquitto;
before(async () => { mosquitto = await startBroker('open'); });
after(() => mosquitto?.close());
const timeout = 30_000;

// Proves that it knows a word, without saying it, and wants the same of the broker.
async function program(mqtt, broker) {
  const proof = (text) => createHash('sha256').update(`secret ${text}`).digest('hex');
  const seen = [];
  const note = (name) => (...values) => seen.push([name, ...values.map((value) => (value instanceof Error ? value.message : value))]);
  const client = mqtt.connect(broker.url, {clientId: 'prover', protocolVersion: 5, clean: false, reconnectPeriod: 20,
    properties: {maximumPacketSize: 100_000, sessionExpiryInterval: 60, ...named('1')}});
  for (const name of ['connect', 'reconnect', 'close', 'offline', 'end', 'error', 'disconnect', 'message']) client.on(name, note(name));
  client.handleAuth = (packet, done) => {
    note('handleAuth')(packet);
    const {reasonCode, properties: {authenticationData}} = packet;
    if (reasonCode !== 24) return done();
    return done(null, {cmd: 'auth', reasonCode: 24, properties: named(proof(authenticationData))});
  };
  await event(client, 'connect');
  note('granted')(await client.subscribeAsync('a', {qos: 1}));
  note('published')(plain(await client.publishAsync('a', 'x', {qos: 1})));
  client.options.properties.authenticationData = Buffer.from('2');
  broker.peers[0].cut();
  await event(client, 'connect');
  // The broker's own end of an authentication: a program hears of it, whoever began it.
  note('published')(plain(await client.publishAsync('a', 'y', {qos: 1})));
  await client.endAsync();
  await broker.peers.at(-1).closed;
  const packets = broker.packets.map(({peer, ...packet}) => ['packetsend', plain_but_ids(packet)]);
  return {seen: with_renamed_ids(seen.map((one) => one.map(plain_but_ids))), packets: with_renamed_ids(packets)};
}
const plain_but_ids = (value) => (value?.messageId ? {...plain(value), messageId: value.messageId} : plain(value));

test('the same program proves itself to a broker with MQTT.js and with wasmqtt, on each connection anew', {timeout}, async () => {
  const script = asking_broker(['nonce 1', 'nonce 2'], 'the broker knows it, too');
  const theirs = await program(mqttjs, await start(script));
  const mine = await program(ours, await start(script));
  assert.deepEqual(mine, theirs);
  assert.equal(theirs.seen.filter(([name]) => name === 'handleAuth').length, 4);
  assert.ok(theirs.seen.length > 12, `the program does something: ${theirs.seen.length} events`);
});

for (const [name, mqtt] of [['MQTT.js', mqttjs], ['wasmqtt', ours]]) {
  test(`a broker without that method refuses it: Mosquitto, ${name}`, {timeout}, async () => {
    const client = mqtt.connect(mosquitto.wsUrl, {clientId: `refused-${name}`, protocolVersion: 5, properties: named('1')});
    const error = await event(client, 'error');
    await client.endAsync(true);
    assert.deepEqual([error.name, error.message, error.code],
      ['ErrorWithReasonCode', 'Connection refused: Bad authentication method', 140]);
  });
}

// ---- what MQTT.js has not ----

const connected = async (script, options) => {
  const broker = await start(script);
  const client = connect(broker.url, {protocolVersion: 5, clientId: 'renewer', properties: named('token 1'), ...options});
  await event(client, 'connect');
  return {broker, client};
};
const auths = (broker) => broker.of('auth').map(({reasonCode, properties}) => [reasonCode, plain(properties.authenticationData)]);

test('reauthenticate() renews a token on the live connection, and the next CONNECT has it, too', {timeout}, async () => {
  const {broker, client} = await connected(asking_broker([], 'seen'), {reconnectPeriod: 20});
  const packet = await client.reauthenticateAsync('token 2');
  assert.deepEqual([packet.cmd, packet.reasonCode, plain(packet.properties)], ['auth', 0, {authenticationData: 'seen', authenticationMethod: 'M'}]);
  assert.deepEqual(auths(broker), [[25, 'token 2']]);
  assert.equal(client.connected, true);
  assert.equal(broker.peers.length, 1);
  broker.peers[0].cut();
  await event(client, 'connect');
  assert.deepEqual(broker.of('connect').map(({properties}) => plain(properties.authenticationData)), ['token 1', 'token 2']);
  // What the application has put there meanwhile is said without naming it.
  client.options.properties.authenticationData = Buffer.from('token 3');
  await client.reauthenticateAsync();
  assert.deepEqual(auths(broker).at(-1), [25, 'token 3']);
});

test('handleAuth() answers what the broker asks meanwhile, and messages go on', {timeout}, async () => {
  const {broker, client} = await connected(asking_broker([], 'seen', ['who?']));
  const asked = [];
  client.handleAuth = (packet, done) => {
    asked.push([packet.reasonCode, plain(packet.properties.authenticationData)]);
    if (packet.reasonCode === 0) return done();
    return client.publish('a', 'meanwhile', {qos: 1}, () => done(null, {cmd: 'auth', reasonCode: 24, properties: named('me')}));
  };
  await client.reauthenticateAsync('again');
  assert.deepEqual(asked, [[24, 'who?'], [0, 'seen']]);
  assert.deepEqual(auths(broker), [[25, 'again'], [24, 'me']]);
  assert.equal(broker.of('publish').length, 1);
});

test('a broker that does not take it ends the connection, and the callback has its reason', {timeout}, async () => {
  const script = {...asking_broker([], 'seen'), auth: (packet, peer) => {
    peer.send({cmd: 'disconnect', reasonCode: 135});
    peer.end();
  }};
  const {client} = await connected(script, {reconnectPeriod: 0});
  await assert.rejects(client.reauthenticateAsync('stale'), {name: 'ErrorWithReasonCode', code: 135});
});

test('a connection that is lost meanwhile is an error of the call, and so is one that ends by itself', {timeout}, async () => {
  for (const end of [(peer) => peer.cut(), (peer, client) => client.end()]) {
    const {broker, client} = await connected({...asking_broker([], 'seen'), auth: () => {}}, {reconnectPeriod: 0});
    const renewed = assert.rejects(client.reauthenticateAsync('x'), {message: 'Connection closed'});
    await broker.packet(({cmd}) => cmd === 'auth');
    end(broker.peers[0], client);
    await renewed;
  }
});

test('what may not be is an error of the call: twice at once, without a connection, without a method', {timeout}, async () => {
  const {broker, client} = await connected({...asking_broker([], 'seen'), auth: () => {}}, {reconnectPeriod: 0});
  client.reauthenticate('x');
  await assert.rejects(client.reauthenticateAsync('y'), /out of turn/);
  assert.equal(broker.of('auth').length, 0, 'nothing has left in this turn');
  await assert.rejects(connect('mqtt://127.0.0.1:9', {protocolVersion: 5, manualConnect: true, properties: named()}).reauthenticateAsync('x'),
    /connect|closed/i);
  const plainly = await connected(asking_broker([]), {properties: {}});
  await assert.rejects(plainly.client.reauthenticateAsync('x'), /named no method/);
  assert.equal(plainly.client.connected, true);
});

test('an application that does not trust what the broker shows in the end ends the connection', {timeout}, async () => {
  const {broker, client} = await connected(asking_broker([], 'anybody'), {reconnectPeriod: 0});
  client.handleAuth = (packet, done) => done(new Error('not the broker that I know'));
  const told = event(client, 'error');
  await assert.rejects(client.reauthenticateAsync('x'), Error);
  assert.equal((await told).message, 'not the broker that I know');
  await broker.peers[0].closed;
  assert.deepEqual(broker.of('disconnect').map(({reasonCode}) => reasonCode), [128]);
});

test('answers that come twice, or after their connection, do nothing', {timeout}, async () => {
  const broker = await start(asking_broker(['1st?', '2nd?']));
  const client = connect(broker.url, {protocolVersion: 5, clientId: 'late', reconnectPeriod: 20, properties: named('1')});
  const callbacks = [];
  client.handleAuth = (packet, done) => callbacks.push(() => done(null, {cmd: 'auth', reasonCode: 24, properties: named('x')}));
  await until(() => callbacks.length === 1, 'a question');
  broker.peers[0].cut();
  await until(() => callbacks.length === 2, 'the question of the next connection');
  callbacks[0]();
  callbacks[1]();
  callbacks[1]();
  await until(() => callbacks.length === 3, 'the second question');
  callbacks[2]();
  await event(client, 'connect');
  assert.equal(broker.of('auth').length, 2);
  assert.ok(broker.of('auth').every(({peer}) => peer === 2));
});
