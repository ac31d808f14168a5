// request(), answers() and respond(): questions and answers as calls, in both versions and between them, with Mosquitto and with
// MQTT.js at the other end.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {event} from './npm_api/line.mjs';
import {startBroker} from './support/brokers.mjs';
import {until} from './support/machine.mjs';
import {load_package, package_directory} from './support/package.mjs';
import {packet_brokers} from './support/packet_broker.mjs';

const {connect, connectAsync, end_clients, RequestError} = await load_package();
const mqttjs = createRequire(path.join(package_directory, 'package.json'))('mqtt');
const played = packet_brokers(end_clients);
const timeout = 30_000;

let broker;
before(async () => { broker = await startBroker('open'); });
after(async () => {
  await end_clients();
  await broker.close();
});
const url = () => `mqtt://127.0.0.1:${broker.tcpPort}`;
const client_of = (protocolVersion, more) => connectAsync(url(), {protocolVersion, ...more});
const settled = async (stream) => {
  const all = [];
  for await (const {payload} of stream) all.push(payload);
  return all;
};
const in_topic = {requests: {inTopic: true}};

for (const [asks, answers, options] of [[5, 5], [4, 4], [4, 5], [5, 4, in_topic]]) {
  const versions = `asked in MQTT ${asks}, answered in ${answers}`;

  test(`${versions}: one question and its answer, as JSON, text and bytes`, {timeout}, async () => {
    const [client, server] = await Promise.all([client_of(asks, options), client_of(answers)]);
    await Promise.all([
      server.respond('sum/+', ({topic, payload}) => ({topic, sum: payload.reduce((a, b) => a + b)}), {as: 'json'}).granted,
      server.respond('upper', async ({payload}) => payload.toUpperCase(), {as: 'text', qos: 2}).granted,
      server.respond('same', ({payload, responseTopic, packet}) => {
        assert.match(responseTopic, /^responses\/[0-9a-f]{32}/);
        assert.equal(packet.cmd, 'publish');
        return payload;
      }).granted]);
    const sum = await client.request('sum/1', [1, 2, 3], {as: 'json'});
    assert.deepEqual(sum.payload, {topic: 'sum/1', sum: 6});
    assert.match(sum.topic, /^responses\//);
    assert.equal((await client.request('upper', 'grüße', {as: 'text', timeout: 5000})).payload, 'GRÜSSE');
    assert.deepEqual([...(await client.request('same', new Uint8Array([0, 255]), {qos: 2})).payload], [0, 255]);
    // Many at once, each its own.
    const many = await Promise.all(Array.from({length: 50}, (_, index) => client.request('sum/x', [index, 1], {as: 'json'})));
    assert.deepEqual(many.map(({payload}) => payload.sum), Array.from({length: 50}, (_, index) => index + 1));
    await Promise.all([client.endAsync(), server.endAsync()]);
  });

  test(`${versions}: a stream of answers comes in order and ends; a break ends the responder's generator, too`, {timeout}, async () => {
    const [client, server] = await Promise.all([client_of(asks, options), client_of(answers)]);
    let finished = 0;
    const responder = server.respond('count', async function* ({payload: {to}}) {
      try {
        for (let at = 1; at <= to; ++at) yield at;
      } finally {
        ++finished;
      }
    }, {as: 'json'});
    await responder.granted;
    const all = await settled(client.answers('count', {to: 1000}, {as: 'json', stream: true}));
    assert.deepEqual(all, Array.from({length: 1000}, (_, index) => index + 1));
    assert.equal(finished, 1);
    assert.deepEqual(await settled(client.answers('count', {to: 0}, {as: 'json', stream: true})), []);
    for await (const {payload} of client.answers('count', {to: 1e9}, {as: 'json', stream: true})) if (payload === 3) break;
    const endless = client.answers('count', {to: 1e9}, {as: 'json', stream: true, count: 5});
    assert.deepEqual(await settled(endless), [1, 2, 3, 4, 5]);
    await until(() => finished >= 4, 'the generators end');
    await responder.unsubscribe();
    await Promise.all([client.endAsync(), server.endAsync()]);
  });
}

for (const protocolVersion of [4, 5]) {
  test(`MQTT ${protocolVersion}: several responders are heard until the time is over, or so many have answered`, {timeout}, async () => {
    const client = await client_of(protocolVersion);
    const servers = await Promise.all(['a', 'b', 'c', 'silent'].map(async (name) => {
      const server = await client_of(protocolVersion);
      await server.respond('who', () => (name === 'silent' ? undefined : name)).granted;
      return server;
    }));
    const heard = await settled(client.answers('who', '', {as: 'text', timeout: 1500}));
    assert.deepEqual(heard.sort(), ['a', 'b', 'c']);
    const start = performance.now();
    assert.equal((await settled(client.answers('who', '', {timeout: 60_000, count: 3}))).length, 3);
    assert.ok(performance.now() - start < 20_000);
    assert.deepEqual(await settled(client.answers('who', '', {timeout: 60_000, count: 1, as: 'text'})).then(({length}) => length), 1);
    await Promise.all([client, ...servers].map((one) => one.endAsync()));
  });

  test(`MQTT ${protocolVersion}: who fails says so; its words are for the requester if they are meant for it`, {timeout}, async () => {
    const client = await client_of(protocolVersion);
    const surfaced = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => surfaced.push(error.message));
    try {
      await client.respond('fails', () => { throw new Error('the password is xyzzy'); }).granted;
      await client.respond('refuses', async () => { throw Object.assign(new Error('no such lamp'), {expose: true}); }).granted;
      await client.respond('breaks', async function* () { yield 'a'; throw Object.assign(new Error('burnt'), {expose: true}); }).granted;
      await client.respond('number', () => 42).granted;
      const failed = (message) => ({name: 'RequestError', reason: 'responder_failed', message});
      await assert.rejects(client.request('fails', ''), failed('whoever was asked has no answer'));
      await assert.rejects(client.request('number', ''), failed('whoever was asked has no answer'));
      await assert.rejects(client.request('refuses', ''), failed('whoever was asked has no answer: no such lamp'));
      const heard = [];
      await assert.rejects(async () => {
        for await (const {payload} of client.answers('breaks', '', {stream: true, as: 'text'})) heard.push(payload);
      }, failed('whoever was asked has no answer: burnt'));
      assert.deepEqual(heard, ['a']);
      await until(() => surfaced.length === 2, 'both errors surface here');
      assert.match(surfaced.join(), /xyzzy,A payload is a string/);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
    await client.endAsync();
  });
}

test('a time-out, nobody who listens, and an abort are told as what they are', {timeout}, async () => {
  const client = await client_of(5);
  await client.respond('never', () => new Promise(() => {})).granted;
  const timed_out = {name: 'RequestError', reason: 'timed_out'};
  await assert.rejects(client.request('never', '', {timeout: 50}), timed_out);
  await assert.rejects(client.request('nobody/listens', ''), {name: 'RequestError', reason: 'not_delivered'});
  const abort = new AbortController();
  const asked = client.request('never', '', {signal: abort.signal});
  abort.abort(new Error('enough'));
  await assert.rejects(asked, {message: 'enough'});
  await assert.rejects(client.request('never', '', {signal: abort.signal}), {message: 'enough'});
  await assert.rejects(settled(client.answers('never', '', {signal: abort.signal})), {message: 'enough'});
  await assert.rejects(settled(client.answers('never', '', {signal: AbortSignal.timeout(20)})), {name: 'TimeoutError'});
  await assert.rejects(settled(client.answers('never', '', {stream: true, timeout: 50})), timed_out);
  const old = await client_of(4);
  await assert.rejects(old.request('nobody/listens', '', {timeout: 50}), timed_out);
  assert.ok(new RequestError('x', '', null) instanceof Error);
  await Promise.all([client.endAsync(), old.endAsync()]);
});

test('wrong calls are errors of the call; an end answers what waits', {timeout}, async () => {
  const client = await client_of(5);
  await assert.rejects(client.request('a/#', ''), /contain \+ or #/);
  await assert.rejects(client.request('a', '', {timeout: 0}), RangeError);
  await assert.rejects(client.request('a', '', {qos: 3}), RangeError);
  await assert.rejects(client.request('a', 42), TypeError);
  await assert.rejects(client.request(42, ''), TypeError);
  await assert.rejects(client.request('a', '', {properties: {responseTopic: 'mine'}}), /property/);
  assert.throws(() => client.answers('a/#', ''), /contain \+ or #/);
  assert.throws(() => client.answers('a', '', {count: 0}), RangeError);
  assert.throws(() => client.respond('a', 'b'), TypeError);
  await assert.rejects(client.respond('a/#/b', () => {}).granted, /Invalid topic/);
  assert.equal(client._streams.size, 0);
  const waits = client.request('never', '').catch((error) => error);
  await client.respond('never', () => new Promise(() => {})).granted;
  const stream = client.answers('never', '');
  const next = stream.next();
  const ended = client.request('never', '');
  client.end();
  await assert.rejects(ended, {message: 'Connection closed'});
  assert.equal((await next).done, true);
  assert.ok(await waits instanceof Error);
});

test('a question that is cancelled before there is a connection never leaves; others do, when there is one', {timeout}, async () => {
  const one = await played();
  const client = connect(one.url, {manualConnect: true});
  const abort = new AbortController();
  const never = client.request('never', '', {signal: abort.signal});
  client.request('asked', '').catch(() => {});
  abort.abort();
  await assert.rejects(never, {name: 'AbortError'});
  client.connect();
  const {topic} = await one.packet(({cmd}) => cmd === 'publish');
  assert.match(topic, /^asked\/request\//);
});

test('responders answer again after end() and connect(), and no more once they are unsubscribed', {timeout}, async () => {
  const [client, server] = await Promise.all([client_of(4), client_of(4)]);
  const responder = server.respond('again', () => 'yes');
  await responder.granted;
  await server.endAsync();
  server.connect();
  await event(server, 'connect');
  await server.subscribeAsync('after/it');
  assert.equal(`${(await client.request('again', '')).payload}`, 'yes');
  await responder.unsubscribe();
  await assert.rejects(client.request('again', '', {timeout: 50}), {reason: 'timed_out'});
  await server.endAsync();
  await responder.unsubscribe();
  await client.endAsync();
});

test('a question that is no JSON fails there, and is told here; an answer that is none rejects', {timeout}, async () => {
  const client = await client_of(5);
  const told = [];
  client.on('undecodable', (topic, payload, error) => told.push([topic, `${payload}`, error.name]));
  await client.respond('json', () => 1, {as: 'json'}).granted;
  await client.respond('text', () => 'no JSON').granted;
  await assert.rejects(client.request('json', '{'), {reason: 'responder_failed'});
  assert.deepEqual(told, [['json', '{', 'SyntaxError']]);
  await assert.rejects(client.request('text', '', {as: 'json'}), {name: 'SyntaxError'});
  assert.deepEqual(await settled(client.answers('text', '', {as: 'json', count: 1, timeout: 5000})), []);
  assert.equal(told.length, 2);
  await client.endAsync();
});

test('answers go only where `allow` lets them go', {timeout}, async () => {
  const client = await client_of(5);
  const asked = [];
  await client.respond('door', () => 'open', {allow: (topic) => asked.push(topic) && topic.startsWith('responses/')}).granted;
  await client.publishAsync('door', '', {qos: 1, properties: {responseTopic: 'safe/open'}});
  assert.equal(`${(await client.request('door', '')).payload}`, 'open');
  assert.deepEqual(asked.map((topic) => topic.split('/')[0]), ['safe', 'responses']);
  await client.endAsync();
});

test('MQTT.js asks and answers as its users write it, with Response Topic and Correlation Data', {timeout}, async () => {
  const [client, theirs] = await Promise.all([client_of(5), mqttjs.connectAsync(url(), {protocolVersion: 5})]);
  theirs.on('message', (topic, payload, {properties}) => {
    if (topic !== 'theirs') return;
    const {responseTopic, correlationData} = properties;
    theirs.publish(responseTopic, `${payload}!`, {properties: {correlationData}});
  });
  await theirs.subscribeAsync('theirs');
  assert.equal(`${(await client.request('theirs', 'hello')).payload}`, 'hello!');
  assert.deepEqual(await settled(client.answers('theirs', 'hello', {stream: true, as: 'text'})), ['hello!']);
  await client.respond('ours', ({payload}) => `${payload}?`).granted;
  await theirs.subscribeAsync('my/answers');
  const heard = new Promise((resolve) => theirs.on('message', (topic, payload, {properties}) => {
    if (topic === 'my/answers') resolve([`${payload}`, `${properties.correlationData}`]);
  }));
  theirs.publish('ours', 'hello', {properties: {responseTopic: 'my/answers', correlationData: Buffer.from('7')}});
  assert.deepEqual(await heard, ['hello?', '7']);
  await Promise.all([client.endAsync(), theirs.endAsync()]);
});

test('a loop that waits for answers of QoS 0 while the broker may send it no more of QoS 1', {timeout}, async () => {
  const [client, server] = await Promise.all([
    client_of(5, {requests: {answerQos: 0}}), client_of(5)]);
  await server.respond('price', ({payload}) => payload * 2, {as: 'json'}).granted;
  const orders = client.messages('orders', {qos: 1, as: 'json'});
  await orders.granted;
  const count = 25;  // Mosquitto sends 20 without an acknowledgement
  await Promise.all(Array.from({length: count}, (_, index) => server.publishAsync('orders', `${index + 1}`, {qos: 1})));
  const prices = [];
  for await (const {payload} of orders) {
    prices.push((await client.request('price', payload, {as: 'json', timeout: 10_000})).payload);
    if (prices.length === count) break;
  }
  assert.deepEqual(prices, Array.from({length: count}, (_, index) => 2 * (index + 1)));
  await Promise.all([client.endAsync(), server.endAsync()]);
});
