// A broker that breaks MQTT 5's rules costs a connection, never the process, and nothing stays of it: the six advisories that MQTT.js
// closed in September 2026, and their like. Each attack comes in one piece with a message behind it, on two connections in a row;
// the third is a good one. Nobody listens to 'error'; who looks at packets sees what came, as far as it can be read.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {until} from './support/machine.mjs';
import {import_source, load_package} from './support/package.mjs';
import {packet_brokers} from './support/packet_broker.mjs';

const {connect, connectAsync, end_clients, inside} = await load_package();
const start = packet_brokers(end_clients);
const {received, sent} = await import_source('packets.js');
const timeout = 30_000;
const publish = (more) => ({cmd: 'publish', topic: 't', payload: 'x', qos: 0, ...more});
const poison = publish({topic: 'poison'});
const good = publish({topic: 'good'});
const bytes = (hex) => Buffer.from(hex.replace(/\s/g, ''), 'hex');
const connack = (more) => ({cmd: 'connack', reasonCode: 0, sessionPresent: false, ...more});

// [what, its advisory or clause, what the broker says after CONNACK, the reason code that it is told, options]. Bytes, or packets.
const attacks = [
  ['an alias that nobody asked for', 'GHSA-c8jq-r765-cq7g', [publish({properties: {topicAlias: 1}})], 0x94],
  ['an alias that nobody asked for, without a topic', 'GHSA-c8jq-r765-cq7g', [publish({topic: '', properties: {topicAlias: 1}})], 0x94],
  ['an alias above the maximum', '[MQTT5-3.1.2-26]', [publish({properties: {topicAlias: 3}})], 0x94, {topicAliasMaximum: 2}],
  ['an alias that stands for nothing', '3.3.4', [publish({topic: '', properties: {topicAlias: 1}})], 0x82, {topicAliasMaximum: 2}],
  ['the alias 0', '[MQTT5-3.3.2-8]', [bytes('30 08 0001 61 03 23 0000 78')], 0x94, {topicAliasMaximum: 2}],
  ['more messages of QoS 2 than may be under way', 'GHSA-h8jm-hm87-fqw3 [MQTT5-3.3.4-9]',
    [1, 2, 3].map((messageId) => publish({qos: 2, messageId})), 0x93, {receiveMaximum: 2}],
  ['AUTH that nobody asked for', 'GHSA-fwrw-4mhv-wxvm [MQTT5-4.12.0-6]', [{cmd: 'auth', reasonCode: 24,
    properties: {authenticationMethod: 'x'}}], 0x82],
  ['a second CONNACK', 'GHSA-8phv-jwjm-93rr [MQTT5-3.2.0-2]', [connack({sessionPresent: true})], 0x82],
  ['a packet that is larger than we take', '[MQTT5-3.1.2-24]', [bytes('30 ff ff 7f')], 0x95, {maximumPacketSize: 1000}],
  ['a property that does not exist', '2.2.2.2', [bytes('30 06 0001 61 02 7f01')], 0x81],
  ['a property of another packet', '2.2.2.2', [bytes('30 07 0001 61 03 210001')], 0x81],
  ['a property twice', '3.3.2.3', [bytes('30 08 0001 61 04 0101 0101')], 0x82],
  ['properties longer than their packet', '2.2.2.1', [bytes('30 05 0001 61 7f 01')], 0x81],
  ['a property length without an end', '1.5.5', [bytes('30 08 0001 61 ffffffff 01')], 0x81],
  ['text that is not UTF-8', '[MQTT5-1.5.4-1]', [bytes('30 0b 0001 61 07 26 0002 c080 0000 ')], 0x81],
  ['a reason code that PUBACK does not have', '[MQTT5-3.4.2-1]', [bytes('40 03 0001 01')], 0x82],
  ['DISCONNECT with a reason of ours', '3.14.2.1', [bytes('e0 01 04')], 0x82],
];

for (const [what, clause, packets, reason_code, properties] of attacks) {
  test(`${what}, ${clause}: the connection ends with the reason, the next ones work`, {timeout}, async () => {
    const broker = await start({connect: (packet, peer) => {
      peer.answer(packet);
      if (peer.number > 2) return peer.send(good);
      for (const one of packets) (Buffer.isBuffer(one) ? peer.write(one) : peer.send(one));
      return peer.send(poison);
    }});
    const client = connect(broker.url, {protocolVersion: 5, clientId: 'victim', reconnectPeriod: 5, properties, trace: 100});
    const heard = [];
    const records = [];
    const seen = [];
    client.on('packetreceive', ({cmd}) => seen.push(cmd));
    client.on('message', (topic) => heard.push(topic));
    client.on('close', () => records.push(client.closeRecord));
    await until(() => heard.includes('good'), 'the good connection');
    assert.ok(!heard.includes('poison'), 'what comes behind is not read');
    assert.deepEqual(records.map(({cause, reasonCode}) => [cause, reasonCode]), Array(2).fill(['protocol_error', reason_code]));
    assert.deepEqual(broker.of('disconnect').map(({reasonCode}) => reasonCode), Array(2).fill(reason_code));
    await client.publishAsync('a', 'b', {qos: 1});
    const received = client.trace().filter(({direction}) => direction === 'in').map(({packet}) => packet.cmd);
    assert.deepEqual(received, seen);
    assert.equal(seen.filter((cmd) => cmd === 'connack').length, 3 + (what === 'a second CONNACK' ? 2 : 0));
    await client.endAsync();
  });
}

// A seeded sequence, so that a failure comes again.
function sequence(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

test('whatever bytes a packet has, showing it throws nothing', () => {
  const random = sequence(5);
  for (let round = 0; round < 50_000; ++round) {
    // Often with properties that exist, and lengths that fit nearly.
    const packet = Uint8Array.from({length: 2 + random(30)}, () => (random(3) ? random(43) : random(256)));
    packet[0] = random(256);
    for (const version of [4, 5]) {
      try {
        assert.equal(typeof received(packet, version), 'object');
        assert.equal(typeof sent(packet, version), 'object');
      } catch (error) {
        assert.fail(`${Buffer.from(packet).toString('hex')}, version ${version}: ${error.stack}`);
      }
    }
  }
});

test('answers to what was never asked complete nothing, and the connection stays', {timeout}, async () => {
  const broker = await start({connect: (packet, peer) => {
    peer.answer(packet);
    peer.send({cmd: 'suback', messageId: 1, granted: [0]}, {cmd: 'unsuback', messageId: 2, granted: [0]}, {cmd: 'puback', messageId: 3, reasonCode: 0x87},
      {cmd: 'pubcomp', messageId: 4, reasonCode: 0x92}, good);
  }});
  const client = connect(broker.url, {protocolVersion: 5});
  assert.equal(await new Promise((resolve) => client.once('message', resolve)), 'good');
  assert.deepEqual([client.connected, broker.peers.length], [true, 1]);
});

test('whoever listens to \'error\' hears the reason code', {timeout}, async () => {
  const broker = await start({connect: (packet, peer) => {
    peer.answer(packet);
    peer.send(publish({properties: {topicAlias: 1}}));
  }});
  const client = connect(broker.url, {protocolVersion: 5, reconnectPeriod: 0});
  const error = await new Promise((resolve) => client.once('error', resolve));
  assert.deepEqual([error.name, error.code, error.clause], ['ErrorWithReasonCode', 148, '[MQTT-3.1.2-26] [MQTT-3.1.2-27]']);
});

for (const [what, granted] of [['too many', [0, 0, 0]], ['too few', [0]]]) {
  test(`SUBACK with ${what} codes, GHSA-rj8f-4655-cgg2 [MQTT5-3.8.4-6]: nobody is told a grant, and the next connection asks again`, {timeout}, async () => {
    const broker = await start({subscribe: (packet, peer) => peer.answer(packet, peer.number < 3 && {granted})});
    const client = connect(broker.url, {protocolVersion: 5, reconnectPeriod: 5});
    const grants = await client.subscribeAsync(['a', 'b'], {qos: 1});
    assert.deepEqual(grants.map(({topic, qos}) => [topic, qos]), [['a', 1], ['b', 1]]);
    assert.equal(broker.peers.length, 3);
    assert.deepEqual(broker.of('disconnect').map(({reasonCode}) => reasonCode), [0x82, 0x82]);
  });
}

test('an acknowledgement of another kind than what it names, GHSA-rj8f-4655-cgg2: the message is sent again, and ends once', {timeout}, async () => {
  const broker = await start({publish: (packet, peer) => (peer.number > 2 ? peer.answer(packet)
    : peer.send({cmd: 'pubcomp', messageId: packet.messageId}))});
  const client = connect(broker.url, {protocolVersion: 5, clientId: 'x', reconnectPeriod: 5});
  let ends = 0;
  await new Promise((resolve) => client.publish('a', 'b', {qos: 1}, (error) => { ++ends; resolve(error); }));
  assert.deepEqual([ends, broker.peers.length], [1, 3]);
});

test('what CONNACK says changes no option, and holds for its connection only, GHSA-gfxc-3w7m-8ch4', {timeout}, async () => {
  const options = {protocolVersion: 5, clientId: 'x', reconnectPeriod: 5, keepalive: 30,
    properties: {maximumPacketSize: 5000, receiveMaximum: 7, topicAliasMaximum: 3}};
  const before = structuredClone(options);
  const broker = await start({connect: (packet, peer) => peer.answer(packet, peer.number === 1 && {properties: {maximumPacketSize: 20,
    receiveMaximum: 1, topicAliasMaximum: 1, serverKeepAlive: 1, sessionExpiryInterval: 0, maximumQoS: 0}})});
  const client = await connectAsync(broker.url, options);
  await assert.rejects(client.publishAsync('a', 'x'.repeat(30)), /larger than the broker takes/);
  await assert.rejects(client.publishAsync('a', 'b', {qos: 1}), /QoS/);
  broker.cut();
  await until(() => broker.peers.length === 2 && client.connected, 'the next connection');
  assert.equal(client.keepalive, 30);
  await client.publishAsync('a', 'x'.repeat(3000), {qos: 2});
  // We take what we announced, not what the broker did.
  const heard = new Promise((resolve) => client.once('message', (topic, payload) => resolve(payload.length)));
  broker.peers[1].send(publish({payload: 'y'.repeat(4000)}));
  assert.equal(await heard, 4000);
  assert.deepEqual(options, before);
  const {properties} = broker.of('connect')[1];
  assert.deepEqual({...properties}, before.properties);
});

test('a refusal and, in one piece with it, an acceptance, GHSA-8phv-jwjm-93rr: it stays refused, and nothing tries again', {timeout}, async () => {
  const broker = await start({connect: (packet, peer) => peer.send(connack({reasonCode: 0x87}), connack(), poison)});
  const client = connect(broker.url, {protocolVersion: 5, reconnectPeriod: 5});
  const seen = [];
  for (const event of ['connect', 'message', 'reconnect', 'close']) client.on(event, () => seen.push(event));
  client.on('error', ({code}) => seen.push(code));
  await until(() => seen.includes('close'), 'it is closed');
  assert.deepEqual([seen, broker.peers.length, client.connected], [[135, 'close'], 1, false]);
});

test('65,535 messages of QoS 2 that are never released leave no more than their identifiers, GHSA-h8jm-hm87-fqw3', {timeout: 60_000}, async () => {
  const broker = await start({pubrec: () => {}});
  const client = await connectAsync(broker.url, {protocolVersion: 5, clientId: 'x', clean: false, properties: {sessionExpiryInterval: 60}});
  let heard = 0;
  client.on('message', () => { ++heard; });
  const send = async (first, last) => {
    const all = [];
    for (let messageId = first; messageId <= last; ++messageId) all.push(publish({qos: 2, messageId, payload: 'x'.repeat(1000)}));
    broker.peers[0].send(...all);
    await until(() => heard === last, `${last} messages`, 30_000);
  };
  await send(1, 5000);
  const before = inside.memory_size();
  for (let first = 5001; first < 65_535; first += 5000) await send(first, Math.min(first + 4999, 65_535));
  assert.ok(inside.memory_size() - before < 8 * 1024 * 1024, `${inside.memory_size() - before} bytes more`);
  await client.endAsync(true);
});

test('names of user properties are the sender\'s: none reaches into JavaScript\'s objects', {timeout}, async () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  // What mqtt-packet would not write.
  const pairs = Buffer.concat(names.flatMap((name) => [name, 'polluted', name].map((part, index) =>
    (index === 2 ? Buffer.alloc(0) : Buffer.concat([index === 0 ? bytes('26') : Buffer.alloc(0), Buffer.from([0, part.length]), Buffer.from(part)])))));
  const broker = await start();
  const client = await connectAsync(broker.url, {protocolVersion: 5});
  const packet = new Promise((resolve) => client.once('message', (topic, payload, one) => resolve(one)));
  broker.peers[0].write(Buffer.concat([Buffer.from([0x30, 4 + pairs.length + 1]), bytes('0001 61'), Buffer.from([pairs.length]), pairs, bytes('78')]));
  const {userProperties} = (await packet).properties;
  assert.deepEqual(Object.keys(userProperties).sort(), [...names].sort());
  assert.equal(Object.getPrototypeOf(userProperties), null);
  assert.equal({}.polluted, undefined);
  assert.equal(typeof {}.toString, 'function');
});

for (const [what, properties] of [['Receive Maximum 0', '03 21 0000'], ['Maximum QoS 2', '02 24 02'], ['Maximum Packet Size 0', '05 27 00000000'],
  ['an identifier twice', '08 12 0001 61 12 0001 62'], ['a property of CONNECT', '03 17 01']]) {
  test(`CONNACK with ${what}: the attempt ends with the reason, and the next one works`, {timeout}, async () => {
    const said = bytes(properties);
    const broker = await start({connect: (packet, peer) => (peer.number > 2 ? peer.answer(packet)
      : peer.write(Buffer.concat([Buffer.from([0x20, 2 + said.length]), bytes('00 00'), said])))});
    const client = connect(broker.url, {protocolVersion: 5, reconnectPeriod: 5});
    await new Promise((resolve) => client.once('connect', resolve));
    assert.equal(broker.peers.length, 3);
    assert.equal(client.closeRecord.cause, 'protocol_error');
  });
}

test('a broker that names another server is not followed', {timeout}, async () => {
  const elsewhere = await start();
  const broker = await start({connect: (packet, peer) => (peer.number > 2 ? peer.answer(packet)
    : peer.send(connack({reasonCode: 0x9c, properties: {serverReference: `127.0.0.1:${elsewhere.port}`}})))});
  const client = connect(broker.url, {protocolVersion: 5, reconnectPeriod: 5, reconnectOnConnackError: true});
  await new Promise((resolve) => client.once('connect', resolve));
  assert.deepEqual([broker.peers.length, elsewhere.peers.length], [3, 0]);
  assert.equal(client.closeRecord.serverReference, `127.0.0.1:${elsewhere.port}`);
});
