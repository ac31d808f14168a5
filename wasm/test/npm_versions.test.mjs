// protocolVersion 'newest', and what MQTT 5 brings to wasmqtt's own methods and to sessions.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {until} from './support/machine.mjs';
import {load_package} from './support/package.mjs';
import {packet_brokers} from './support/packet_broker.mjs';

const {connect, connectAsync, end_clients, ReasonCodes} = await load_package();
const start = packet_brokers(end_clients);
const timeout = 30_000;
const echo = {publish: (packet, peer) => {
  peer.answer(packet);
  peer.send({cmd: 'publish', topic: packet.topic, payload: packet.payload, properties: packet.properties});
}};

test('newest: MQTT 5 where the broker speaks it', {timeout}, async () => {
  const broker = await start(echo);
  const client = connect(broker.url, {protocolVersion: 'newest', properties: {sessionExpiryInterval: 5}});
  const {reasonCode, returnCode} = await new Promise((resolve) => client.once('connect', resolve));
  assert.deepEqual([client.protocolVersion, reasonCode, returnCode, broker.of('connect').length], [5, 0, undefined, 1]);
  assert.equal(broker.of('connect')[0].properties.sessionExpiryInterval, 5);
});

const refusals = {
  'as MQTT 5 does': (peer) => peer.write(Buffer.from([0x20, 3, 0, 0x84, 0])),
  'as MQTT 3.1.1 does': (peer) => peer.write(Buffer.from([0x20, 2, 0, 1])),
  'by closing': (peer) => peer.end(),
};
for (const [how, refuse] of Object.entries(refusals)) {
  test(`newest: a broker that refuses version 5 ${how} is spoken to in 3.1.1, which leaves out what it has no place for`, {timeout}, async () => {
    const broker = await start({...echo, connect: (packet, peer) => (packet.protocolVersion === 5 ? refuse(peer) : peer.answer(packet))});
    const client = connect(broker.url, {protocolVersion: 'newest', reconnectPeriod: 5, properties: {sessionExpiryInterval: 5},
      will: {topic: 'gone', payload: 'x', properties: {willDelayInterval: 5}}});
    const connack = await new Promise((resolve) => client.once('connect', resolve));
    assert.deepEqual([client.protocolVersion, connack.returnCode, client.serverProperties], [4, 0, undefined]);
    const received = [];
    client.on('packetreceive', (packet) => received.push(packet));
    await client.subscribeAsync('a', {qos: 1, nl: true, rh: 2, properties: {subscriptionIdentifier: 7}});
    const message = new Promise((resolve) => client.once('message', (topic, payload, packet) => resolve(packet)));
    await client.publishAsync('a', 'x', {qos: 1, properties: {contentType: 'text'}});
    assert.equal((await message).properties, undefined);
    assert.deepEqual(received.map(({cmd, reasonCode}) => [cmd, reasonCode]), [['suback', undefined], ['puback', undefined], ['publish', undefined]]);
    assert.deepEqual(broker.of('subscribe')[0].subscriptions, [{topic: 'a', qos: 1}]);
    assert.equal(broker.of('unsubscribe').length, 0);
    // The next connection asks for what is known.
    broker.cut();
    await new Promise((resolve) => client.once('connect', resolve));
    assert.deepEqual(broker.of('connect').map(({protocolVersion}) => protocolVersion), [5, 4, 4]);
    await client.endAsync({reasonCode: 4});
  });
}

test('the version of each packet in the trace is that of its connection', {timeout}, async () => {
  const broker = await start({connect: (packet, peer) => (packet.protocolVersion === 5 ? refusals['as MQTT 5 does'](peer) : peer.answer(packet))});
  const client = connect(broker.url, {protocolVersion: 'newest', reconnectPeriod: 5, trace: 10});
  await new Promise((resolve) => client.once('connect', resolve));
  assert.deepEqual(client.trace().map(({packet}) => packet.protocolVersion ?? packet.reasonCode ?? packet.returnCode), [5, 0x84, 4, 0]);
});

test('a client id that the broker assigned stays on the next connection [MQTT5-3.2.2-16]', {timeout}, async () => {
  const broker = await start({connect: (packet, peer) => peer.answer(packet, {
    properties: packet.clientId === '' ? {assignedClientIdentifier: 'yours'} : undefined})});
  const client = await connectAsync(broker.url, {protocolVersion: 5, clientId: '', reconnectPeriod: 5, properties: {sessionExpiryInterval: 60}});
  assert.equal(client.serverProperties.assignedClientIdentifier, 'yours');
  broker.cut();
  await new Promise((resolve) => client.once('connect', resolve));
  assert.deepEqual(broker.of('connect').map(({clientId}) => clientId), ['', 'yours']);
});

test('the log warns of a session that ends with each connection, once', {timeout}, async () => {
  const broker = await start();
  const lines = [];
  const client = await connectAsync(broker.url, {protocolVersion: 5, clientId: 'x', clean: false, reconnectPeriod: 5,
    log: (...words) => lines.push(words.join(' '))});
  broker.cut();
  await new Promise((resolve) => client.once('connect', resolve));
  assert.equal(lines.filter((line) => /session/.test(line) && /connection/.test(line)).length, 1, lines.join('\n'));
});

test('send(): the delivery has the reason, also of what nobody has subscribed to', {timeout}, async () => {
  const broker = await start({publish: (packet, peer) => peer.answer(packet,
    {reasonCode: {nobody: 16, forbidden: 135}[packet.topic], properties: {reasonString: 'so it is'}})});
  const client = await connectAsync(broker.url, {protocolVersion: 5});
  const {state, reasonCode} = await client.send('nobody', 'x', {qos: 1, properties: {contentType: 'a'}}).done;
  assert.deepEqual([state, reasonCode], ['acknowledged', 16]);
  for (const qos of [1, 2]) {
    const delivery = client.send('forbidden', 'x', {qos});
    await assert.rejects(delivery.done, {name: 'ErrorWithReasonCode', code: 135, message: 'Publish error: Not authorized'});
    assert.deepEqual([delivery.state, delivery.reason, delivery.reasonCode], ['failed', 'refused', 135]);
  }
});

test('what was accepted before the broker said that it does not take it fails with the reason', {timeout}, async () => {
  const broker = await start({connect: (packet, peer) => peer.answer(packet, {properties: {retainAvailable: false}})});
  const client = connect(broker.url, {protocolVersion: 5, manualConnect: true});
  const delivery = client.send('a', 'x', {qos: 1, retain: true});
  client.connect();
  await assert.rejects(delivery.done, {name: 'ErrorWithReasonCode', code: 154, reason: 'not_supported', message: /Retain not supported/});
});

test('handle(): with MQTT 5’s options', {timeout}, async () => {
  const broker = await start(echo);
  const client = await connectAsync(broker.url, {protocolVersion: 5});
  const heard = [];
  const handler = client.handle('a/+', (topic, payload, {properties}) => heard.push(properties?.userProperties?.a), {qos: 1, rap: true,
    properties: {subscriptionIdentifier: 3}});
  assert.equal(await handler.granted, 1);
  assert.deepEqual(broker.of('subscribe')[0].subscriptions, [{topic: 'a/+', qos: 1, nl: false, rap: true, rh: 0}]);
  assert.equal(broker.of('subscribe')[0].properties.subscriptionIdentifier, 3);
  client.publish('a/b', 'x', {properties: {userProperties: {a: 'b'}}});
  await until(() => heard.length === 1, 'it is heard');
  assert.deepEqual(heard, ['b']);
});

test('properties wait in the journal with their message, and what is left of an expiry is sent', {timeout}, async () => {
  const stored = [];
  const journal = {load: async () => Buffer.concat(stored), append: async (records) => { stored.push(records.slice()); }};
  const options = {protocolVersion: 5, clientId: 'kept', clean: false, journal, properties: {sessionExpiryInterval: 60}};
  const first = connect('mqtt://127.0.0.1:9', {...options, reconnectPeriod: 3_600_000});
  first.on('error', () => {});
  first.publish('a', 'x', {qos: 1, properties: {contentType: 'text', userProperties: {a: 'b'}, messageExpiryInterval: 1000}}, () => {});
  await until(() => stored.length > 0, 'it is stored');
  await first.endAsync(true);
  const broker = await start();
  const second = connect(broker.url, options);
  const {properties} = await broker.packet(({cmd}) => cmd === 'publish');
  assert.ok(properties.messageExpiryInterval > 900 && properties.messageExpiryInterval <= 1000);
  assert.deepEqual([properties.contentType, properties.userProperties.a], ['text', 'b']);
  await until(() => second.unfinished().length === 0, 'it is acknowledged');
});

test('session taken over: by default it goes on, as MQTT.js does; with takeoverStrikes it gives in', {timeout}, async () => {
  const broker = await start({connect: (packet, peer) => {
    peer.answer(packet);
    if (packet.clientId === 'strict' || peer.number < 3) peer.send({cmd: 'disconnect', reasonCode: 142});
  }});
  const client = connect(broker.url, {protocolVersion: 5, clientId: 'twin', reconnectPeriod: 5});
  await until(() => broker.peers.length === 3 && client.connected, 'the third connection');
  const strict = connect(broker.url, {protocolVersion: 5, clientId: 'strict', reconnectPeriod: 5, takeoverStrikes: 3});
  const {message} = await new Promise((resolve) => strict.once('error', resolve));
  assert.match(message, /Another client signs in with the client id 'strict'/);
  assert.equal(strict.reconnecting, false);
});

test('ReasonCodes has every name of MQTT 5, in the standard’s letters', () => {
  assert.deepEqual([ReasonCodes[0], ReasonCodes[5], ReasonCodes[16], ReasonCodes[135], ReasonCodes[162]],
    ['', 'Not authorized', 'No matching subscribers', 'Not authorized', 'Wildcard Subscriptions not supported']);
  assert.equal(Object.keys(ReasonCodes).length, 43);
});
