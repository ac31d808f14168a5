// The npm package is a façade over the one driver: what its own one did wrong, step by step against a scripted broker.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {after, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import {until} from './support/machine.mjs';
import {load_package, package_directory} from './support/package.mjs';
import {startPacketBroker} from './support/packet_broker.mjs';

const {connect, connectAsync, end_clients, inside} = await load_package();
after(end_clients);

const obedient = {};
const timeout = 60_000;

async function with_broker(script, work) {
  const broker = await startPacketBroker(script);
  try {
    await work(broker);
  } finally {
    await end_clients();
    await broker.close();
  }
}

// ---- subscriptions ----

test('a SUBSCRIBE that was lost before its SUBACK is sent again, though the broker kept the session', {timeout}, () =>
  with_broker((packet, peer) => {
    if (packet.cmd === 'subscribe' && peer.number === 1) return peer.cut();
    peer.answer(packet, packet.cmd === 'connect' && {sessionPresent: peer.number > 1});
  }, async (broker) => {
    const client = await connectAsync(broker.url, {clientId: 'kept', clean: false, reconnectPeriod: 5});
    assert.deepEqual(await client.subscribeAsync('lost', {qos: 0}), [{topic: 'lost', qos: 0}]);
    assert.deepEqual(broker.of('subscribe').map(({peer}) => peer), [1, 2]);
    assert.deepEqual(await client.subscribeAsync('lost'), []);
  }));

test('of two filters one is refused: the other is asked for again when the session is lost', {timeout}, () =>
  with_broker((packet, peer) => {
    peer.answer(packet, packet.cmd === 'subscribe' && {granted: packet.filters.map((filter) => (filter === 'bad' ? 0x80 : 1))});
  }, async (broker) => {
    const client = await connectAsync(broker.url, {reconnectPeriod: 5});
    await assert.rejects(client.subscribeAsync(['good', 'bad'], {qos: 1}),
      ({name, packet}) => name === 'ErrorWithSubackPacket' && packet.granted.join() === '1,128');
    broker.cut();
    await until(() => broker.of('subscribe').length === 2, 'it is asked again');
    assert.deepEqual(broker.of('subscribe')[1].filters, ['good']);
    assert.deepEqual(broker.of('unsubscribe'), []);
    // The refused one may be tried again.
    await assert.rejects(client.subscribeAsync('bad'), /Subscribe error/);
    assert.deepEqual(broker.of('subscribe')[2].filters, ['bad']);
  }));

test('what is subscribed to while offline is asked for once', {timeout}, () => with_broker(obedient, async (broker) => {
  const client = connect(broker.url, {manualConnect: true});
  const granted = client.subscribeAsync(['one', 'two']);
  client.connect();
  assert.equal((await granted).length, 2);
  await client.publishAsync('later', 'x', {qos: 1});
  assert.deepEqual(broker.of('subscribe').flatMap(({filters}) => filters).sort(), ['one', 'two']);
}));

test('1,500 subscribe() calls in a row are all answered', {timeout}, () => with_broker(obedient, async (broker) => {
  const client = await connectAsync(broker.url);
  await Promise.all(Array.from({length: 1500}, (_, index) => client.subscribeAsync(`many/${index}`)));
  assert.equal(new Set(broker.of('subscribe').flatMap(({filters}) => filters)).size, 1500);
}));

test('a handler is taken back: subscribe() to the same filter stays', {timeout}, () => with_broker((packet, peer) => {
  peer.answer(packet);
  if (packet.cmd === 'publish') peer.send({cmd: 'publish', topic: packet.topic, payload: packet.payload, qos: 0});
}, async (broker) => {
  const client = await connectAsync(broker.url);
  const seen = [];
  client.on('message', (topic, payload) => seen.push(`${payload}`));
  await client.subscribeAsync('shared');
  const handler = client.handle('shared', () => seen.push('handled'));
  await handler.granted;
  await handler.unsubscribe();
  assert.deepEqual(broker.of('unsubscribe'), []);
  client.publish('shared', 'still here');
  await until(() => seen.length === 1, 'it arrives');
  assert.deepEqual(seen, ['still here']);
  await client.unsubscribeAsync('shared');
  assert.deepEqual(broker.of('unsubscribe').map(({filters}) => filters), [['shared']]);
}));

test('resubscribe: false asks for nothing again', {timeout}, () => with_broker(obedient, async (broker) => {
  const client = await connectAsync(broker.url, {resubscribe: false, reconnectPeriod: 5});
  await client.subscribeAsync('once');
  broker.cut();
  await once(client, 'connect');
  await client.publishAsync('after', 'x', {qos: 1});
  assert.equal(broker.of('subscribe').length, 1);
  await client.subscribeAsync('once');
  assert.equal(broker.of('subscribe').length, 2);
}));

// ---- publishing ----

test('40,000 messages of QoS 0 wait offline, and arrive in order', {timeout}, () => with_broker(obedient, async (broker) => {
  const client = connect(broker.url, {manualConnect: true});
  let called = 0;
  for (let number = 0; number < 40_000; ++number) client.publish('many', `${number}`, () => { ++called; });
  client.connect();
  await until(() => broker.of('publish').length === 40_000, 'all arrive');
  assert.ok(broker.of('publish').every(({payload}, index) => `${payload}` === `${index}`));
  assert.equal(called, 40_000);
}));

test('end() after 40,000 messages of QoS 1 waits for all of them', {timeout}, () => with_broker(obedient, async (broker) => {
  const client = await connectAsync(broker.url);
  let failed = 0;
  let done = 0;
  for (let number = 0; number < 40_000; ++number) {
    client.publish('many', `${number}`, {qos: 1}, (error) => { if (error) ++failed; else ++done; });
  }
  await client.endAsync();
  assert.deepEqual([done, failed], [40_000, 0]);
  await until(() => broker.of('disconnect').length === 1, 'DISCONNECT arrives');
  assert.equal(broker.packets.at(-1).cmd, 'disconnect');
}));

test('a delivery is taken back before there is a connection, and is never sent', {timeout}, () =>
  with_broker(obedient, async (broker) => {
    const client = connect(broker.url);
    assert.equal(client.send('taken/back', 'x', {qos: 1}).cancel(), true);
    await client.publishAsync('sent', 'y', {qos: 1});
    assert.deepEqual(broker.of('publish').map(({topic}) => topic), ['sent']);
  }));

test('a publish in a callback takes the slot of one whose end is not told yet: each has its own end', {timeout}, () =>
  with_broker((packet, peer) => {
    if (packet.cmd !== 'publish') return peer.answer(packet);
    // Answered together.
    if (broker_waits.push(packet) === 3) broker_waits.splice(0).forEach((one) => peer.answer(one));
  }, async (broker) => {
    const client = await connectAsync(broker.url);
    const ends = [];
    const rest = [];
    await new Promise((resolve) => {
      for (const name of ['a', 'b', 'c']) {
        client.publish(name, 'x', {qos: 1}, () => {
          ends.push(name);
          rest.push(client.publishAsync(`${name}${name}`, 'x', {qos: 1}).then(() => ends.push(`${name}${name}`)));
          if (rest.length === 3) resolve();
        });
      }
    });
    await Promise.all(rest);
    assert.deepEqual(ends.sort(), ['a', 'aa', 'b', 'bb', 'c', 'cc']);
  }));
const broker_waits = [];

test('no payload at all is an empty one', {timeout}, () => with_broker(obedient, async (broker) => {
  const client = await connectAsync(broker.url);
  for (const payload of [null, undefined, '']) await client.publishAsync('empty', payload, {qos: 1});
  assert.deepEqual(broker.of('publish').map(({payload}) => payload.length), [0, 0, 0]);
}));

// ---- receiving ----

for (const qos of [0, 1, 2]) {
  test(`messages in one piece with CONNACK reach who awaited connectAsync(), QoS ${qos}`, {timeout}, () =>
    with_broker((packet, peer) => {
      if (packet.cmd !== 'connect') return peer.answer(packet);
      peer.send({cmd: 'connack', returnCode: 0, sessionPresent: true}, ...['one', 'two'].map((payload, index) =>
        ({cmd: 'publish', topic: 'kept', payload, qos, messageId: index + 1})));
    }, async (broker) => {
      const client = await connectAsync(broker.url, {clientId: 'reader', clean: false});
      const seen = [];
      client.on('message', (topic, payload) => seen.push(`${payload}`));
      await until(() => seen.length === 2, 'both');
      assert.deepEqual(seen, ['one', 'two']);
    }));
}

// ---- listeners and callers ----

test('listeners that throw end nothing: it reconnects, and the exceptions surface', {timeout}, async () => {
  const broker = await startPacketBroker((packet, peer) => {
    peer.answer(packet);
    if (peer.number < 3) peer.cut();
  });
  const main = pathToFileURL(path.join(package_directory, 'dist', 'node.mjs')).href;
  const program = `
    import {connect} from '${main}';
    const caught = [];
    process.on('uncaughtException', (error) => caught.push(error.message));
    const client = connect('${broker.url}', {reconnectPeriod: 5, connectTimeout: 1000});
    for (const event of ['error', 'reconnect', 'close', 'offline', 'connect']) {
      client.on(event, () => { throw new Error('from ' + event); });
    }
    client.publish('through', 'x', {qos: 1}, () => {
      console.log(JSON.stringify([...new Set(caught)].sort()));
      client.end(true);
    });`;
  try {
    const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    // A connection that is cut may have been reset, which is an error, too.
    assert.deepEqual(JSON.parse(stdout).filter((one) => one !== 'from error'),
      ['from close', 'from connect', 'from offline', 'from reconnect']);
  } finally {
    await broker.close();
  }
});

// What Vue's reactive() does: every object that is read comes wrapped.
function reactive(target) {
  return new Proxy(target, {get(object, key, receiver) {
    const value = Reflect.get(object, key, receiver);
    const plain = value && typeof value === 'object' && ['[object Object]', '[object Array]'].includes(Object.prototype.toString.call(value));
    return plain ? reactive(value) : value;
  }});
}

test('a client in a deep Proxy works', {timeout}, () => with_broker((packet, peer) => {
  peer.answer(packet);
  if (packet.cmd === 'publish') peer.send({cmd: 'publish', topic: packet.topic, payload: packet.payload, qos: 0});
}, async (broker) => {
  const client = reactive({client: connect(broker.url, {trace: 10})}).client;
  const seen = [];
  client.on('message', (topic, payload) => seen.push(`${payload}`));
  await client.subscribeAsync('wrapped');
  const handler = client.handle('wrapped/#', (topic, payload) => seen.push(`handled ${payload}`));
  await handler.granted;
  await client.publishAsync('wrapped', 'x', {qos: 1});
  await client.send('wrapped', 'y', {qos: 1}).done;
  await until(() => seen.length === 4, 'all arrive');
  assert.ok(client.trace().length > 0);
  await handler.unsubscribe();
  await client.endAsync();
}));

test('200 ended clients with 1 MB of messages each leave no memory behind', {timeout}, async () => {
  const one = async () => {
    const client = connect('mqtt://127.0.0.1:9', {reconnectPeriod: 3_600_000});
    client.on('error', () => {});
    for (let number = 0; number < 100; ++number) client.publish('left/behind', new Uint8Array(10_000), {qos: 1});
    await client.endAsync(true);
  };
  for (let number = 0; number < 5; ++number) await one();
  const before = inside.memory_size();
  for (let number = 0; number < 200; ++number) await one();
  assert.equal(inside.memory_size(), before);
});

// ---- end ----

for (const [what, options, act] of [
  ['end(true)', {}, (client) => client.end(true)],
  ['reconnectPeriod 0 and a lost connection', {reconnectPeriod: 0}, (client, broker) => broker.cut()],
]) {
  test(`${what}: whoever waits is told`, {timeout}, () => with_broker((packet, peer) => {
    if (packet.cmd === 'connect') peer.answer(packet);
  }, async (broker) => {
    const client = await connectAsync(broker.url, options);
    const waiting = [client.publishAsync('a', 'x', {qos: 1}), client.publishAsync('a', 'x', {qos: 2}),
      client.subscribeAsync('b'), client.unsubscribeAsync('c')];
    await until(() => broker.packets.length === 5, 'all have left');
    act(client, broker);
    for (const one of await Promise.allSettled(waiting)) assert.match(one.reason?.message ?? 'resolved', /Connection closed/);
  }));
}

test('end() and reconnect(): subscriptions and handlers come back', {timeout}, () => with_broker((packet, peer) => {
  peer.answer(packet);
  if (packet.cmd === 'publish') peer.send({cmd: 'publish', topic: packet.topic, payload: packet.payload, qos: 0});
}, async (broker) => {
  const client = await connectAsync(broker.url);
  const seen = [];
  client.handle('again', () => seen.push('handled'));
  await client.subscribeAsync('again');
  await client.endAsync();
  client.reconnect();
  await once(client, 'connect');
  client.publish('again', 'x');
  await until(() => seen.length === 1, 'it is heard');
}));

// ---- numbers and texts ----

test('a topic that begins with U+FEFF stays as it is [MQTT-1.5.3-3]', {timeout}, () => with_broker((packet, peer) => {
  peer.answer(packet);
  if (packet.cmd === 'publish') peer.send({cmd: 'publish', topic: packet.topic, payload: packet.payload, qos: 0});
}, async (broker) => {
  const client = await connectAsync(broker.url);
  const arrived = once(client, 'message');
  client.publish('\uFEFFa', '\uFEFFb');
  const [topic, payload] = await arrived;
  assert.deepEqual([topic, payload.toString('hex')], ['\uFEFFa', 'efbbbf62']);
  assert.equal(broker.of('publish')[0].topic, '\uFEFFa');
}));

test('texts at, and far above, what MQTT can say', {timeout}, () => with_broker(obedient, async (broker) => {
  const client = await connectAsync(broker.url);
  const longest = 'a'.repeat(65_535);
  await client.publishAsync(longest, 'x', {qos: 1});
  assert.equal(broker.of('publish')[0].topic, longest);
  await client.subscribeAsync(longest);
  assert.equal(broker.of('subscribe')[0].filters[0], longest);
  for (const length of [65_536, 65_539, 1_000_000]) {
    await assert.rejects(client.subscribeAsync('a'.repeat(length)), /Invalid topic/);
    await assert.rejects(client.publishAsync('a'.repeat(length), 'x'), /65,?535/);
  }
  await assert.rejects(client.publishAsync('half a character \uD800', 'x'), /well-formed/);
  await assert.rejects(client.subscribeAsync('half a character \uD800'), /Invalid topic/);
  assert.equal(broker.of('subscribe').length, 1);
}));

test('timeToLive: Infinity waits without end; no number is an error', {timeout}, () => with_broker(obedient, async (broker) => {
  const client = connect(broker.url, {manualConnect: true});
  const delivery = client.send('a', 'x', {qos: 1, timeToLive: Infinity});
  assert.throws(() => client.send('a', 'x', {qos: 1, timeToLive: NaN}), RangeError);
  assert.throws(() => client.send('a', 'x', {qos: 1, timeToLive: -1}), RangeError);
  client.connect();
  await delivery.done;
}));

test('70,000 unfinished messages are all listed', {timeout}, async () => {
  const client = connect('mqtt://127.0.0.1:9', {manualConnect: true});
  for (let number = 0; number < 70_000; ++number) client.publish('listed', `${number}`, {qos: 1});
  const all = client.unfinished();
  assert.equal(all.length, 70_000);
  assert.equal(`${all.at(-1).payload}`, '69999');
  await client.endAsync(true);
});

for (const megabytes of [1, 12, 40, 62]) {
  test(`a journal of ${megabytes} MB is loaded again`, {timeout}, () => with_broker(obedient, async (broker) => {
    let stored = [];
    const journal = {load: async () => Buffer.concat(stored), append: async (records) => { stored.push(records); }};
    const options = {clientId: 'large', clean: false, journal, queue: {bytes: 128 * 1024 * 1024}};
    const first = connect('mqtt://127.0.0.1:9', {...options, reconnectPeriod: 3_600_000});
    first.on('error', () => {});
    const payload = new Uint8Array(1024 * 1024).fill(7);
    for (let number = 0; number < megabytes; ++number) first.publish('large', payload, {qos: 1});
    await until(() => stored.reduce((sum, {length}) => sum + length, 0) > megabytes * payload.length, 'it is stored');
    await first.endAsync(true);
    const second = connect(broker.url, options);
    await until(() => broker.of('publish').length === megabytes && second.unfinished().length === 0, 'all arrive', 50_000);
    assert.ok(broker.of('publish').every((packet) => payload.length === packet.payload.length));
    await second.endAsync();
    stored = [];
  }));
}
