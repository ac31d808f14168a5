// messages(): what a loop gets, when it is acknowledged, how much may wait, and every end of it; and what handle() and it take
// payloads for. Against Mosquitto; where a broker has to misbehave, or to send at a known moment, one that the test plays.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {event} from './npm_api/line.mjs';
import {startBroker} from './support/brokers.mjs';
import {until} from './support/machine.mjs';
import {load_package} from './support/package.mjs';
import {packet_brokers} from './support/packet_broker.mjs';

const {connect, connectAsync, end_clients} = await load_package();
const played = packet_brokers(end_clients);
const timeout = 30_000;
const versions = [4, 5];

let broker;
before(async () => { broker = await startBroker('open'); });
after(async () => {
  await end_clients();
  await broker.close();
});

const url = () => `mqtt://127.0.0.1:${broker.tcpPort}`;
const publish_all = (client, topic, count, qos) =>
  Promise.all(Array.from({length: count}, (_, index) => client.publishAsync(topic, `${index + 1}`, {qos})));
const numbers = (count, first = 1) => Array.from({length: count}, (_, index) => `${first + index}`);
async function take(stream, count) {
  const taken = [];
  while (taken.length < count) taken.push(`${(await stream.next()).value.payload}`);
  return taken;
}
// Of QoS 1 and 2 on the wire, as one client sees it.
function counting(client) {
  const count = {publish: 0, puback: 0};
  client.on('packetreceive', ({cmd, qos}) => { if (cmd === 'publish' && qos > 0) ++count.publish; });
  client.on('packetsend', ({cmd}) => { if (cmd === 'puback') ++count.puback; });
  return count;
}

for (const protocolVersion of versions) {
  test(`MQTT ${protocolVersion}: a loop gets all in order, and a break unsubscribes`, {timeout}, async () => {
    const client = await connectAsync(url(), {protocolVersion});
    const answered = [];
    client.on('packetreceive', ({cmd}) => answered.push(cmd));
    const stream = client.messages('loop/+', {qos: 2});
    assert.equal(await stream.granted, 2);
    publish_all(client, 'loop/a', 30, 2);
    const heard = [];
    for await (const {topic, payload, packet, dropped} of stream) {
      assert.deepEqual([topic, packet.qos, dropped], ['loop/a', 2, 0]);
      if (heard.push(`${payload}`) === 30) break;
    }
    assert.deepEqual(heard, numbers(30));
    assert.deepEqual(await stream.next(), {done: true, value: undefined});
    assert.deepEqual(stream.unread, []);
    await until(() => answered.includes('unsuback'), 'UNSUBACK');
    await client.endAsync();
  });
}

// Mosquitto 2.0.11 sends more than a Receive Maximum once some have been acknowledged, so this one keeps to it.
test('MQTT 5: a loop that takes nothing stops the broker at the Receive Maximum; then all come, none lost', {timeout}, async () => {
  let number = 0;
  const send = (peer) => number < 50 && peer.send({cmd: 'publish', topic: 'slow', payload: `${++number}`, qos: 1, messageId: number});
  let window = 0;
  const one = await played({
    connect: (packet, peer) => { window = packet.properties.receiveMaximum; peer.answer(packet); },
    puback: (packet, peer) => send(peer),
  });
  const client = connect(one.url, {protocolVersion: 5, properties: {receiveMaximum: 5}});
  const count = counting(client);
  const stream = client.messages('slow', {qos: 1});
  await stream.granted;
  for (let at = 0; at < window; ++at) send(one.peers[0]);
  await until(() => count.publish === 5, 'as many as it may send');
  assert.deepEqual(await take(stream, 3), numbers(3));
  await until(() => count.publish === 7, 'the broker sends as many as were taken before the last');
  assert.equal(one.of('puback').length, 2);
  assert.deepEqual(await take(stream, 47), numbers(47, 4));
  await stream.return();
});

for (const protocolVersion of versions) {
  test(`MQTT ${protocolVersion}: without one, it stops where the broker\'s own setting has it, Mosquitto\'s 20`, {timeout}, async () => {
    const sender = await connectAsync(url());
    const client = await connectAsync(url(), {protocolVersion});
    const count = counting(client);
    const stream = client.messages('slow', {qos: 1});
    await stream.granted;
    await publish_all(sender, 'slow', 50, 1);
    await client.publishAsync('ping', '', {qos: 1});
    assert.deepEqual({...count}, {publish: 20, puback: 0});
    assert.deepEqual(await take(stream, 50), numbers(50));
    await stream.return();
    await client.endAsync();
    await sender.endAsync();
  });
}

test('a broker that sends on is bounded: at the limit messages wait in the core, for other handlers, too', {timeout}, async () => {
  const one = await played();
  const client = connect(one.url);
  const others = [];
  const stream = client.messages('a', {qos: 1, limit: 10});
  await client.handle('b', (topic, payload) => others.push(`${payload}`)).granted;
  const publish = (topic, index) => ({cmd: 'publish', topic, payload: `${index}`, qos: topic === 'a' ? 1 : 0, messageId: index});
  one.peers[0].send(...numbers(50).map((index) => publish('a', Number(index))), publish('b', 51));
  await until(() => client._held_back === 1, 'the stream is full');
  assert.deepEqual(await take(stream, 4), numbers(4));
  assert.deepEqual(others, []);
  assert.deepEqual(await take(stream, 46), numbers(46, 5));
  await until(() => others.length === 1, 'the message behind them');
  await stream.return();
  await until(() => one.of('puback').length === 50, 'all are acknowledged');
});

test('messages of QoS 0 beyond the limit take the place of the oldest, and the loop is told how many', {timeout}, async () => {
  const client = await connectAsync(url());
  const stream = client.messages('flood', {limit: 10});
  const heard = [];
  client.on('message', (topic, payload) => heard.push(payload));
  await stream.granted;
  await publish_all(client, 'flood', 100, 0);
  await until(() => heard.length === 100, 'all have come');
  const {value} = await stream.next();
  assert.deepEqual([`${value.payload}`, value.dropped], ['91', 90]);
  assert.deepEqual(await take(stream, 9), numbers(9, 92));
  client.publish('flood', 'x');
  assert.equal((await stream.next()).value.dropped, 0);
  await client.endAsync();
});

test('a break in the middle: what was not handed out is acknowledged, and lies in `unread`', {timeout}, async () => {
  const one = await played();
  const client = connect(one.url);
  const stream = client.messages('a', {qos: 1});
  await stream.granted;
  one.peers[0].send(...[1, 2, 3, 4].map((messageId) => ({cmd: 'publish', topic: 'a', payload: `${messageId}`, qos: 1, messageId})));
  for await (const {payload} of stream) {
    if (`${payload}` !== '2') continue;
    assert.equal(one.of('puback').length, 0);
    break;
  }
  await until(() => one.of('puback').length === 4 && one.of('unsubscribe').length === 1, 'both are told');
  assert.deepEqual(stream.unread.map(({payload}) => `${payload}`), ['3', '4']);
});

test('a loop and a handler of one message: it is acknowledged when the loop is done with it; two loops: when both are', {timeout}, async () => {
  const one = await played();
  const client = connect(one.url);
  const heard = [];
  client.handle('a', (topic, payload) => heard.push(`${payload}`), {qos: 1});
  const streams = ['a', '+'].map((filter) => client.messages(filter, {qos: 1}));
  await Promise.all(streams.map(({granted}) => granted));
  one.peers[0].send({cmd: 'publish', topic: 'a', payload: 'x', qos: 1, messageId: 7}, {cmd: 'publish', topic: 'b', payload: '', qos: 0});
  await until(() => heard.length === 1, 'the handler has heard');
  await streams[0].next();
  await streams[1].next();
  streams[0].return();
  await client.publishAsync('ping', '', {qos: 1});
  assert.equal(one.of('puback').length, 0);
  await streams[1].next();
  await until(() => one.of('puback').length === 1, 'the acknowledgement');
});

test('with manualAcknowledge the loop acknowledges nothing by itself', {timeout}, async () => {
  const one = await played();
  const client = connect(one.url, {manualAcknowledge: true});
  const stream = client.messages('a', {qos: 1});
  await stream.granted;
  one.peers[0].send(...[1, 2].map((messageId) => ({cmd: 'publish', topic: 'a', payload: '', qos: 1, messageId})));
  const {value} = await stream.next();
  await stream.next();
  await client.publishAsync('ping', '', {qos: 1});
  assert.equal(one.of('puback').length, 0);
  value.packet.acknowledge();
  await until(() => one.of('puback').length === 1, 'the acknowledgement');
});

for (const qos of [1, 2]) {
  test(`QoS ${qos}: what waits unread when the connection breaks is handed out ${qos === 2 ? 'once' : 'at least once'}`, {timeout}, async () => {
    const one = await played({connect: (packet, peer) => peer.answer(packet, {sessionPresent: peer.number > 1})});
    const client = connect(one.url, {clientId: 'loop', clean: false, reconnectPeriod: 10});
    const stream = client.messages('a', {qos});
    await stream.granted;
    const send = (payload, messageId, dup) => one.peers.at(-1).send({cmd: 'publish', topic: 'a', payload, qos, messageId, dup});
    send('1', 1);
    send('2', 2);
    assert.deepEqual(await take(stream, 1), ['1']);
    one.peers[0].cut();
    await until(() => one.peers.length === 2 && client.connected, 'the next connection');
    send('1', 1, true);
    send('2', 2, true);
    send('3', 3);
    assert.deepEqual(await take(stream, qos === 2 ? 2 : 4), qos === 2 ? ['2', '3'] : ['2', '1', '2', '3']);
    await stream.return();
  });
}

test('client.end() ends a loop, and what it had not taken comes again to a session that is kept', {timeout}, async () => {
  const options = {clientId: 'keeps', clean: false};
  const client = await connectAsync(url(), options);
  const sender = await connectAsync(url());
  const stream = client.messages('jobs', {qos: 1});
  await stream.granted;
  await publish_all(sender, 'jobs', 4, 1);
  const heard = [];
  for await (const {payload} of stream) {
    heard.push(`${payload}`);
    if (heard.length === 2) client.end();
    if (heard.length === 2) await event(client, 'end');
  }
  assert.deepEqual(heard, ['1', '2']);
  assert.deepEqual(stream.unread.map(({payload}) => `${payload}`), ['3', '4']);
  const next = connect(url(), options);
  const again = next.messages('jobs', {qos: 1});
  assert.deepEqual(await take(again, 3), ['2', '3', '4']);
  await again.return();
  await next.endAsync();
  await sender.endAsync();
});

test('an AbortSignal ends it with its reason: while it waits, before it began, and for what came before it', {timeout}, async () => {
  const client = await connectAsync(url());
  const abort = new AbortController();
  const stream = client.messages('never', {signal: abort.signal});
  const waiting = stream.next();
  abort.abort(new Error('enough'));
  await assert.rejects(waiting, {message: 'enough'});
  assert.deepEqual(await stream.next(), {done: true, value: undefined});
  await assert.rejects(client.messages('never', {signal: abort.signal}).next(), {message: 'enough'});
  await assert.rejects(client.messages('never', {signal: AbortSignal.timeout(1)}).next(), {name: 'TimeoutError'});
  await client.endAsync();
});

test('errors surface: a refused subscription, wrong filters and options, and a client that gives up', {timeout}, async () => {
  const one = await played({subscribe: (packet, peer) => peer.answer(packet, {granted: [128]})});
  const client = connect(one.url);
  const refused = client.messages('a');
  await assert.rejects(refused.next(), {name: 'ErrorWithSubackPacket'});
  await assert.rejects(refused.granted, {name: 'ErrorWithSubackPacket'});
  await assert.rejects(client.messages('a/#/b').next(), /Invalid topic/);
  assert.throws(() => client.messages('a', {qos: 3}), RangeError);
  assert.throws(() => client.messages('a', {limit: 0}), RangeError);
  assert.throws(() => client.messages('a', {as: 'xml'}), TypeError);
  assert.equal(client._streams.size, 0);
  const two = await played({connect: (packet, peer) => peer.answer(packet, {returnCode: 5})});
  const gone = connect(two.url);
  await assert.rejects(gone.messages('a').next(), /Not authorized/);
});

test('calls of next() may be made ahead: each has its message, or the end', {timeout}, async () => {
  const client = await connectAsync(url());
  const stream = client.messages('ahead', {qos: 1});
  const calls = [stream.next(), stream.next(), stream.next()];
  await stream.granted;
  await publish_all(client, 'ahead', 2, 1);
  assert.deepEqual([`${(await calls[0]).value.payload}`, `${(await calls[1]).value.payload}`], ['1', '2']);
  await stream.return();
  assert.equal((await calls[2]).done, true);
  await client.endAsync();
});

// ---- what payloads are taken for ----

test('json, text, bytes or a function: values for handlers and loops; what is no such thing is told with its bytes', {timeout}, async () => {
  const client = await connectAsync(url());
  const told = [];
  client.on('undecodable', (topic, payload, error, packet) => told.push([topic, payload.toString('hex'), error.name, packet.cmd]));
  const heard = [];
  const keep = (name) => (topic, payload) => heard.push([name, payload]);
  const number = (bytes) => bytes.readUInt16BE(0);
  const own = [];
  await Promise.all([client.handle('as', keep('json'), {as: 'json'}), client.handle('as', keep('text'), {as: 'text'}),
    client.handle('as', keep('number'), {as: number, undecodable: (topic, payload, error) => own.push([topic, payload.length, error.name])}),
  ].map(({granted}) => granted));
  const stream = client.messages('as', {as: 'json'});
  await stream.granted;
  for (const payload of ['{"a": [1, "ü"]}', '\ufeff1', Buffer.from([0x22, 0xff, 0x22]), Buffer.from([0xed, 0xa0, 0x80]), '', '"end"']) {
    client.publish('as', payload);
  }
  const values = [];
  for await (const {payload} of stream) {
    values.push(payload);
    if (payload === 'end') break;
  }
  assert.deepEqual(values, [{a: [1, 'ü']}, 'end']);
  const of = (name) => heard.filter(([one]) => one === name).map(([, value]) => value);
  assert.deepEqual(of('json'), values);
  assert.deepEqual(of('text'), ['{"a": [1, "ü"]}', '\ufeff1', '', '"end"']);
  assert.deepEqual(of('number'), [0x7b22, 0xefbb, 0x22ff, 0xeda0, 0x2265]);
  assert.deepEqual(own, [['as', 0, 'RangeError']]);
  // JSON for the handler and for the loop: a BOM, two that are not UTF-8, nothing at all; text: the two.
  assert.equal(told.filter(([, , name]) => name === 'SyntaxError').length, 4);
  assert.equal(told.filter(([, , name]) => name === 'TypeError').length, 6);
  assert.ok(told.every(([topic, , , cmd]) => topic === 'as' && cmd === 'publish'));
  assert.ok(told.some(([, bytes]) => bytes === '22ff22'));
  await client.endAsync();
});
