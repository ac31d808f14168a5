// The npm package where its own driver once lost or leaked: connectAsync(), handle(), addresses, dead links.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import path from 'node:path';
import {test} from 'node:test';
import {own_clock} from './support/machine.mjs';
import {load_package, package_directory} from './support/package.mjs';
import {packet_brokers} from './support/packet_broker.mjs';

const {connect, connectAsync, end_clients} = await load_package();
const mqttjs = createRequire(path.join(package_directory, 'package.json'))('mqtt');
const start = packet_brokers(end_clients);
const event = (client, name) => new Promise((resolve) => client.once(name, resolve));
const timeout = 60_000;
const kept = (packet, peer) => peer.send({cmd: 'connack', returnCode: 0, sessionPresent: peer.number > 1});

test('a handle() that the broker refuses leaves no count behind', {timeout}, async () => {
  let answers = 0;
  const broker = await start({subscribe: ({messageId}, peer) => peer.send({cmd: 'suback', messageId, granted: [++answers > 1 ? 0 : 128]})});
  const client = connect(broker.url);
  await assert.rejects(client.handle('x', () => {}).granted);
  const second = client.handle('x', () => {});
  await second.granted;
  await second.unsubscribe();
  assert.equal(broker.of('unsubscribe').length, 1);
});

test('connectAsync() loses no message that comes with CONNACK, and acknowledges none before whoever awaited it can listen', {timeout}, async () => {
  const broker = await start({connect: (packet, peer) => {
    kept(packet, peer);
    for (const messageId of [1, 2, 3]) peer.send({cmd: 'publish', topic: 'waiting', payload: `${messageId}`, qos: 1, messageId});
  }});
  const client = await connectAsync(broker.url, {clientId: 'late', clean: false});
  const heard = [];
  client.on('message', (topic, payload) => heard.push(`${payload}`));
  await broker.packet(({cmd, messageId}) => cmd === 'puback' && messageId === 3);
  assert.deepEqual(heard, ['1', '2', '3'], 'what was acknowledged was heard');
});

test('reserved flags in a header of 3.1.1 are ignored, or end the connection with strictReserved [MQTT-2.2.2-2]', {timeout}, async () => {
  const flagged = {publish: ({messageId}, peer) => peer.write(Buffer.of(0x41, 2, messageId >> 8, messageId & 255))};
  const lenient = await connectAsync((await start(flagged)).url, {clientId: 'lenient'});
  await lenient.publishAsync('t', 'm', {qos: 1});
  assert.equal(lenient.connected, true);
  const strict = await connectAsync((await start(flagged)).url, {clientId: 'strict', strictReserved: true, reconnectPeriod: 0});
  strict.on('error', () => {});
  strict.publish('t', 'm', {qos: 1}, () => {});
  await event(strict, 'close');
  assert.equal(strict.closeRecord.cause, 'protocol_error');
  assert.match(strict.closeRecord.sentence, /MQTT-2\.2\.2-2/);
});

test('the address: percent signs that encode nothing and a # in the password are told without the password', {timeout}, () => {
  for (const url of ['mqtt://user:100%@localhost', 'mqtt://user:top#1@localhost']) {
    let error = null;
    try {
      connect(url, {manualConnect: true});
    } catch (caught) {
      error = caught;
    }
    if (!error) continue;  // understood is better still
    assert.doesNotMatch(error.message, /100%|top|#1/);
    assert.match(error.message, /URL|address/i, 'the error says what is wrong');
    assert.ok(!(error instanceof URIError));
  }
});

test("the address: a host with an umlaut is its IDNA name", {timeout}, () => {
  const client = connect('mqtt://bücher.example', {manualConnect: true});
  assert.equal(client.options.hostname ?? client.options.host, 'xn--bcher-kva.example');
});

for (const [name, mqtt] of [['MQTT.js', mqttjs], ['wasmqtt', {connectAsync}]]) {
  test(`a dead link is noticed within two keep-alives: ${name}`, {timeout}, async () => {
    const broker = await start({pingreq: () => {}});
    const client = await mqtt.connectAsync(broker.url, {keepalive: 1, reconnectPeriod: 0});
    client.on('error', () => {});
    const [began, clock] = [performance.now(), own_clock()];
    await event(client, 'close');
    assert.ok(performance.now() - began > 1000 && clock() < 2000, `${performance.now() - began} ms, ${clock()} of them ours`);
    assert.equal(broker.of('pingreq').length, 1);
  });
}

test('connectTimeout is the time of opening and CONNACK together', {timeout}, async () => {
  const socket = {protocol: 'mqtt', bufferedAmount: 0, send() {}, close() {}};
  const [began, clock] = [performance.now(), own_clock()];
  const client = connect('ws://slow', {connectTimeout: 400, reconnectPeriod: 0, createWebsocket: () => {
    setTimeout(() => socket.onopen({}), 300);
    return socket;
  }});
  const failed = event(client, 'error');
  await event(client, 'close');
  assert.ok(performance.now() - began >= 399 && clock() < 650, `${performance.now() - began} ms, ${clock()} of them ours`);
  assert.match((await failed).message, /connack timeout/);
});

for (const when of ['at once', 'when it has loaded its journal']) {
  test(`end(true), ${when}: the end is told when the journal holds what was accepted`, {timeout}, async () => {
    const stored = [];
    const slowly = (work) => new Promise((resolve) => setTimeout(() => resolve(work?.()), 50));
    const journal = {load: () => slowly(() => Buffer.concat(stored)), append: (records) => slowly(() => stored.push(records.slice()))};
    const client = connect('mqtt://127.0.0.1:9', {clientId: 'brief', clean: false, journal, reconnectPeriod: 3_600_000});
    if (when !== 'at once') await event(client, 'error');
    const failed = ['one', 'two'].map((text) => assert.rejects(client.publishAsync('brief', text, {qos: 1}), /Connection closed/));
    await client.endAsync(true);
    assert.match(Buffer.concat(stored).toString('latin1'), /one[^]*two/);
    await Promise.all(failed);
  });
}
