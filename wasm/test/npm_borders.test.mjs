// What crosses from the application into the npm package's core: values of another type than is expected, and exceptions.
import assert from 'node:assert/strict';
import path from 'node:path';
import {Duplex} from 'node:stream';
import {pathToFileURL} from 'node:url';
import {after, test} from 'node:test';
import {free_ports, until} from './support/machine.mjs';
import {load_package, package_directory} from './support/package.mjs';
import {packet_brokers} from './support/packet_broker.mjs';

const {MqttClient, connect, connectAsync, end_clients, inside} = await load_package();
const start = packet_brokers(end_clients);
const event = (client, name) => new Promise((resolve) => client.once(name, resolve));
const timeout = 60_000;
const nowhere = 'mqtt://127.0.0.1:9';

// What reached nobody: exceptions that surface as uncaught, and rejections without a handler.
const surfaced = [];
const before = process.listeners('uncaughtException');
process.removeAllListeners('uncaughtException');
process.on('uncaughtException', (error) => surfaced.push(error?.message));
after(() => {
  process.removeAllListeners('uncaughtException');
  for (const listener of before) process.on('uncaughtException', listener);
});
const has_surfaced = async (...words) => {
  await until(() => surfaced.length >= words.length, `${words} surface`);
  assert.deepEqual(surfaced.splice(0), words);
};

// ---- types ----

const text = /is a string$/;
for (const [name, given, error, words] of [
  ['username', {username: 12}, TypeError, text], ['username', {username: '\uD800'}, Error, /not well-formed/],
  ['password', {password: 12_345}, TypeError], ['auth', {auth: 7}, TypeError, text], ['host', {host: 7}, TypeError, text],
  ['keepalive', {keepalive: '30'}, TypeError], ['connectTimeout', {connectTimeout: '5'}, TypeError],
  ['queue', {queue: 7}, TypeError, /an object/], ['queue.messages', {queue: {messages: '1000'}}, TypeError, /a number/],
  ['queue.bytes', {queue: {bytes: NaN}}, RangeError], ['queue.inFlight', {queue: {inFlight: 65_536}}, RangeError],
  ['queue.overflow', {queue: {overflow: 'oldest'}}, RangeError], ['trace', {trace: '200'}, TypeError],
  ['maxPacketBytes', {maxPacketBytes: '1000'}, TypeError], ['subscribeBatchSize', {subscribeBatchSize: '8'}, TypeError],
  ['backoff.first', {backoff: {first: '1000'}}, TypeError], ['backoff.longest', {backoff: {longest: -1}}, RangeError],
  ['backoff.stableAfter', {backoff: {stableAfter: {}}}, TypeError], ['takeoverStrikes', {takeoverStrikes: true}, TypeError],
  ['will', {will: 'gone'}, TypeError, /an object/], ['will.topic', {will: {topic: 7, payload: ''}}, TypeError, text],
  ['will.payload', {will: {topic: 'a', payload: 7}}, TypeError], ['will.qos', {will: {topic: 'a', payload: '', qos: '1'}}, RangeError],
  ['requests.prefix', {requests: {prefix: 7}}, TypeError, text], ['requests.answerQos', {requests: {answerQos: '0'}}, RangeError],
  ['endTimeout', {endTimeout: '5'}, TypeError], ['credentials', {credentials: {username: 'me'}}, TypeError, /a function/],
  ['log', {log: 'all'}, TypeError, /a function/],
]) {
  test(`connect() refuses an option of the wrong type, or out of its range, by name: ${name}`, () => {
    assert.throws(() => connect(nowhere, {manualConnect: true, ...given}), (caught) => {
      assert.ok(caught instanceof error, `${caught}`);
      assert.ok(caught.message.startsWith(`${name} is `), caught.message);
      assert.match(caught.message, words ?? /./);
      return true;
    });
  });
}

test('what is refused leaves no memory behind', () => {
  const one = (number) => assert.throws(() => connect(nowhere, {username: 'a\uD800', clientId: `${number}`, queue: {bytes: 1e6}}));
  connect(nowhere, {manualConnect: true});
  one(0);
  const held = inside.memory_size();
  for (let number = 0; number < 2000; ++number) one(number);
  assert.equal(inside.memory_size(), held);
});

test('true and false in any form, and bytes as a user name', {timeout}, async () => {
  const broker = await start();
  const client = await connectAsync(broker.url, {clientId: 'loose', clean: 1, resubscribe: 'yes', queueQoSZero: 1,
    username: Buffer.from('peter'), password: 'x', trace: Infinity, queue: {messages: Infinity, bytes: Infinity}});
  const [{clean, username}] = broker.of('connect');
  assert.deepEqual([clean, username], [true, 'peter']);
  await client.publishAsync('a', 'x', {qos: 1});
});

test('options of the wrong type between two attempts are an error, and the next attempt follows', {timeout}, async () => {
  const broker = await start();
  for (const [name, wrong, right] of [['clientId', Date.now(), 'named'], ['password', 7, 'secret'], ['keepalive', '9', 9],
    ['username', {}, 'peter'], ['will', {topic: 7, payload: ''}, null], ['hostname', 7, '127.0.0.1']]) {
    const client = await connectAsync(broker.url, {clientId: 'first', reconnectPeriod: 5, username: 'me', password: 'me'});
    client.options[name] = wrong;
    const errors = [];
    client.on('error', (error) => {
      errors.push(error);
      client.options[name] = right;
    });
    broker.peers.at(-1).cut();
    const connected = event(client, 'connect');
    await until(() => errors.length > 0, `the error of ${name}`);
    assert.ok(errors[0] instanceof TypeError, `${errors[0]}`);
    assert.match(errors[0].message, new RegExp(`^(${name}|host)(\\.topic)? is `));
    assert.equal(client.closeRecord.fault, 'not_prepared');
    assert.equal(client.closeRecord.sentence, `No connection: ${errors[0].message}.`);
    await connected;
    await client.endAsync(true);
  }
});

test('calls: a value of the wrong type is an error of the call', {timeout}, async () => {
  const broker = await start();
  const client = await connectAsync(broker.url, {protocolVersion: 5});
  await assert.rejects(client.request('a', 'x', {timeout: '3000'}), {name: 'TypeError', message: 'timeout is a number'});
  assert.throws(() => client.answers('a', 'x', {count: '2'}), {name: 'TypeError', message: 'count is a number'});
  assert.throws(() => client.messages('a', {limit: '2'}), {name: 'TypeError', message: 'limit is a number'});
  assert.throws(() => client.publish('a', 'x', {timeToLive: '5'}), {name: 'TypeError', message: 'timeToLive is a number'});
  assert.throws(() => client.respond('a', () => {}, {qos: '1'}), RangeError);
  assert.throws(() => client.end(false, {reasonCode: '4'}), {name: 'TypeError', message: 'reasonCode is a number'});
  assert.throws(() => client.end(false, {reasonCode: 256}), RangeError);
  assert.deepEqual(broker.of('publish'), []);
});

test('a list that is not what the core reads is refused, or read no further than it goes', {timeout}, async () => {
  const client = connect(nowhere, {manualConnect: true});
  for (const value of [{}, [], Symbol('x'), 1n, NaN, () => {}]) assert.throws(() => client._core.request([value]), TypeError);
  assert.ok(client._core.request([]) < 0, 'no topic');
  assert.ok(client._core.request([1e9]) < 0, 'a text that is shorter than it says');
});

// ---- exceptions ----

test('credentials that fail in any way are an error, as it was thrown, and the next attempt asks again', {timeout}, async () => {
  const broker = await start();
  const frozen = Object.freeze(new Error('frozen'));
  const foreign = {message: 'of another realm'};
  const ways = [
    [async () => { throw frozen; }, (error) => assert.equal(error, frozen)],
    [async () => { throw foreign; }, (error) => assert.equal(error, foreign)],
    [() => { throw new Error('at once'); }, ({message}) => assert.equal(message, 'at once')],
    [() => Promise.reject(), ({message}) => assert.equal(message, 'The attempt could not be prepared')],
    [() => Promise.reject('half a \uD800'), ({message}) => assert.equal(message, 'half a \uD800')],
    [async () => ({username: 'me', password: 7}), ({name, message}) => assert.deepEqual([name, message.startsWith('password is ')], ['TypeError', true])],
    [async () => 'me:secret', ({message}) => assert.equal(message, 'What credentials gives is an object')],
  ];
  let asked = 0;
  const client = connect(broker.url, {reconnectPeriod: 5, clientId: 'asks',
    credentials: () => (asked < ways.length ? ways[asked++][0]() : {username: 'me', password: 'secret'})});
  const errors = [];
  const faults = [];
  client.on('error', (error) => errors.push(error));
  client.on('close', () => faults.push(client.closeRecord.fault));
  await event(client, 'connect');
  assert.equal(errors.length, ways.length);
  ways.forEach(([, check], index) => check(errors[index]));
  assert.deepEqual(new Set(faults), new Set(['not_prepared']));
  assert.equal(broker.of('connect').length, 1);
  assert.deepEqual(surfaced, []);
});

test('a signed address that is none, and a socket that is none, are errors after which it tries again', {timeout}, async () => {
  const broker = await start({}, {ws: true});
  const {default: WebSocket} = await import(pathToFileURL(path.join(package_directory, 'node_modules', 'ws', 'wrapper.mjs')).href);
  const addresses = [7, broker.url, broker.url, broker.url];
  const sockets = [() => null, () => { throw new Error('no socket today'); }, (url) => new WebSocket(url, 'mqtt')];
  const client = connect(broker.url, {reconnectPeriod: 5, transformWsUrl: () => addresses.shift(), createWebsocket: (url) => sockets.shift()(url)});
  const said = [];
  client.on('error', () => said.push(client.closeRecord.sentence));
  await event(client, 'connect');
  assert.deepEqual(said, ['No connection: The address is a string.', 'No connection: A WebSocket\'s send is a function.',
    'No connection: no socket today.']);
});

test('a socket that throws when it is written to, or closed, ends the connection', {timeout}, async () => {
  let streams = 0;
  const client = new MqttClient(() => {
    const accepts = new Duplex({read() {}, write(chunk, encoding, done) {
      if (chunk[0] === 0x10) queueMicrotask(() => this.push(Buffer.of(0x20, 2, 0, 0)));
      done();
    }});
    if (++streams === 1) accepts.write = () => { throw new Error('write no more'); };
    else accepts.end = () => { throw new Error('end no more'); };
    return accepts;
  }, {reconnectPeriod: 5, clientId: 'written'});
  const errors = [];
  client.on('error', ({message}) => errors.push(message));
  await event(client, 'connect');
  assert.deepEqual(errors, ['write no more']);
  await client.endAsync(true);
  assert.deepEqual(surfaced, []);
});

test('what a handler, a callback or the log throws surfaces, and everybody else is told', {timeout}, async () => {
  const broker = await start();
  const thrower = (words) => () => { throw new Error(words); };
  let logs = 0;
  const client = await connectAsync(broker.url, {log: () => { if (++logs === 1) throw new Error('log'); }});
  await has_surfaced('log');
  const delivery = client.send('a', 'x', {qos: 1});
  delivery.onchange = () => { if (delivery.state === 'acknowledged') throw new Error('onchange'); };
  await delivery.done;
  await has_surfaced('onchange');
  client.publish('a', 'x', {qos: 1}, thrower('callback'));
  await has_surfaced('callback');
  client.subscribe('a', thrower('granted'));
  await has_surfaced('granted');
  await client.publishAsync('a', 'x', {qos: 1});
});

test('an answer to AUTH that can\'t be said ends the client with its error', {timeout}, async () => {
  const script = {connect: (packet, peer) => peer.send({cmd: 'auth', reasonCode: 24, properties: {authenticationMethod: 'T'}})};
  const options = {protocolVersion: 5, properties: {authenticationMethod: 'T'}};
  for (const authPacket of [{properties: {authenticationData: 7}}, {properties: {reasonString: 7}}]) {
    const client = connect((await start(script)).url, {...options, authPacket});
    assert.match((await event(client, 'error')).message, /^(authenticationData|The property reasonString) is /);
    assert.equal(client.reconnecting, false);
  }
  for (const error of [Object.freeze(new Error('no')), 'no']) {
    const client = connect((await start(script)).url, options);
    client.handleAuth = (packet, done) => done(error);
    assert.equal((await event(client, 'error')).message, 'no');
  }
  assert.deepEqual(surfaced, []);
});

test('a responder whose allow() throws answers others still', {timeout}, async () => {
  const broker = await start({publish: (packet, peer) => {
    peer.answer(packet);
    peer.send({cmd: 'publish', topic: packet.topic, payload: packet.payload, qos: 0, properties: packet.properties});
  }});
  const client = await connectAsync(broker.url, {protocolVersion: 5});
  let asked = 0;
  await client.respond('ask', () => 'yes', {allow: () => {
    if (++asked === 1) throw new Error('not now');
    return true;
  }}).granted;
  client.request('ask', '').catch(() => {});
  await has_surfaced('not now');
  assert.equal(`${(await client.request('ask', '')).payload}`, 'yes');
});

test('a journal that fails in any way is told, and ends nothing', {timeout}, async () => {
  const broker = await start();
  const good = {load: async () => new Uint8Array(), append: async () => {}};
  for (const [journal, words] of [
    [{...good, load: () => Promise.reject()}, 'The journal failed'], [{...good, load: async () => undefined}, null],
    [{...good, load: async () => [1]}, /^What a journal has loaded is /], [{...good, append: () => { throw null; }}, 'The journal failed'],
    [{...good, append: () => Promise.reject({message: 7})}, 'The journal failed'],
    [{...good, close: () => Promise.reject()}, 'The journal failed'],
  ]) {
    const client = connect(broker.url, {clientId: 'fails', clean: false, journal, reconnectPeriod: 0});
    const problems = [];
    client.on('journalerror', ({message}) => problems.push(message));
    await event(client, 'connect');
    await client.publishAsync('a', 'x', {qos: 1});
    broker.peers.at(-1).cut();
    await event(client, 'close');
    if (words) await until(() => problems.length > 0, 'the problem');
    if (words) assert.match(problems[0], new RegExp(words));
    await client.endAsync();
  }
  assert.deepEqual(surfaced, []);
});

// ---- subscriptions ----

test('a broker that answers UNSUBSCRIBE before SUBSCRIBE: whoever waits is told', {timeout}, async () => {
  const requests = [];
  const broker = await start({
    subscribe: (packet) => { requests.push(packet); },
    unsubscribe: (packet, peer) => {
      peer.answer(packet);
      for (const request of requests.splice(0)) peer.answer(request);
    },
  });
  const client = await connectAsync(broker.url, {protocolVersion: 5});
  const words = {message: 'Unsubscribed before the broker had answered'};
  const subscribed = client.subscribeAsync(['a', 'b']);
  await broker.packet(({cmd}) => cmd === 'subscribe');
  await client.unsubscribeAsync(['a', 'b']);
  await assert.rejects(subscribed, words);
  for (const make of [() => client.handle('c', () => {}), () => client.respond('d', () => {})]) {
    const made = make();
    await until(() => requests.length > 0, 'it is asked for');
    await made.unsubscribe();
    await assert.rejects(made.granted, words);
  }
  const loop = client.messages('e');
  await until(() => requests.length > 0, 'it is asked for');
  await loop.return();
  await assert.rejects(loop.granted, words);
  await client.endAsync();
});

test('subscribe() again after unsubscribe(), before any answer', {timeout}, async () => {
  const broker = await start({connect: () => {}});
  const client = connect(broker.url);
  const refused = assert.rejects(client.subscribeAsync('a'), /Unsubscribed/);
  const ended = client.unsubscribeAsync('a');
  const second = client.subscribeAsync('a', {qos: 1});
  (await until(() => broker.peers[0], 'a connection')).send({cmd: 'connack', returnCode: 0, sessionPresent: false});
  await refused;
  await ended;
  assert.equal((await second)[0].qos, 1);
});

// ---- words ----

test('why there is no connection: nothing listens at a port of TCP, a name that nobody has', {timeout}, async () => {
  const [port] = await free_ports(1);
  for (const [url, fault, sentence] of [
    [`mqtt://127.0.0.1:${port}`, 'refused', /^No connection to mqtt:\/\/127\.0\.0\.1:\d+: nothing listens at this address\.$/],
    [`ws://127.0.0.1:${port}`, 'refused', /nothing listens at this address \(code 1006\)\.$/],
    ['mqtt://nobody.invalid', 'name_not_resolved', /: the host name was not found\.$/],
  ]) {
    const client = connect(url, {reconnectPeriod: 0});
    client.on('error', () => {});
    await event(client, 'close');
    assert.equal(client.closeRecord.fault, fault, url);
    assert.match(client.closeRecord.sentence, sentence);
  }
});
