// end(): drains what is under way as long as it can, and finishes always.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startBroker} from './support/brokers.mjs';
import {until} from './support/machine.mjs';
import {load_package} from './support/package.mjs';
import {startProxy} from './support/proxy.mjs';

const {connect, connectAsync, end_clients} = await load_package();
let broker;
let wire;
before(async () => {
  broker = await startBroker('open');
  wire = await startProxy(broker.wsPort);
});
after(async () => {
  await end_clients();
  await wire?.close();
  await broker?.close();
});

// Longer than any test lasts: whoever waits for it is found out by the limit of the test.
const endTimeout = 3_600_000;
const timeout = 60_000;

test('end() waits for the acknowledgements of QoS 1 and 2, and says goodbye after them', {timeout}, async () => {
  const client = await connectAsync(broker.wsUrl, {endTimeout});
  const seen = [];
  client.on('packetsend', ({cmd}) => seen.push(cmd));
  client.on('end', () => seen.push('end'));
  broker.freeze();
  for (const qos of [1, 2]) client.publish('end/drained', 'x', {qos}, () => seen.push(`QoS ${qos} done`));
  const ended = client.endAsync();
  await until(() => seen.length === 2, 'both have left');
  broker.thaw();
  await ended;
  assert.deepEqual(seen, ['publish', 'publish', 'QoS 1 done', 'pubrel', 'QoS 2 done', 'disconnect', 'end']);
  assert.deepEqual(client.unfinished(), []);
});

test('the connection is lost while end() waits: it finishes at once, and says so of what it waited for', {timeout}, async () => {
  const client = await connectAsync(wire.url, {endTimeout, reconnectPeriod: 10, clientId: 'lost', clean: false});
  const seen = [];
  for (const event of ['reconnect', 'offline', 'close', 'end']) client.on(event, () => seen.push(event));
  wire.lose('up');
  const lost = [1, 2].map((qos) => assert.rejects(client.publishAsync('end/lost', 'x', {qos}), /Connection closed/));
  const subscribed = assert.rejects(client.subscribeAsync('end/lost'), /Connection closed/);
  const ended = client.endAsync();
  assert.equal(client.connected, true);
  wire.cut();
  await ended;
  await Promise.all([...lost, subscribed]);
  assert.deepEqual(seen, ['close', 'end']);
  assert.deepEqual(client.unfinished(), []);

  // As with MQTT.js, a connection that is asked for later begins without them.
  wire.mend();
  client.reconnect();
  await until(() => client.connected, 'it is back');
  await client.publishAsync('end/lost', 'y', {qos: 1});
  await client.endAsync();
});

test('end() without a connection finishes at once, whatever waits', {timeout}, async () => {
  const client = connect('ws://127.0.0.1:9', {endTimeout, reconnectPeriod: 3_000_000});
  client.on('error', () => {});
  client.publish('end/queued', 'x', {qos: 1});
  const waiting = assert.rejects(client.publishAsync('end/queued', 'x'), /Connection closed/);
  await until(() => client.reconnecting, 'the first attempt has failed');
  await client.endAsync();
  await waiting;

  const never = connect('ws://127.0.0.1:9', {endTimeout, manualConnect: true});
  never.publish('end/queued', 'x', {qos: 2});
  await never.endAsync();

  // While CONNACK is awaited.
  broker.freeze();
  const connecting = connect(`mqtt://127.0.0.1:${broker.tcpPort}`, {endTimeout, trace: 10});
  connecting.publish('end/queued', 'x', {qos: 1});
  await until(() => connecting.trace().length === 1, 'CONNECT has left');
  await connecting.endAsync();
  broker.thaw();
});

test('a broker that does not acknowledge, or reads nothing, is waited for no longer than endTimeout', {timeout}, async () => {
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.tcpPort}`, {endTimeout: 50});
  broker.freeze();
  client.publish('end/frozen', 'x', {qos: 1});
  await client.endAsync();
  assert.equal(client.closeRecord.cause, 'disconnected');

  broker.thaw();
  const flooded = await connectAsync(`mqtt://127.0.0.1:${broker.tcpPort}`, {endTimeout: 50});
  broker.freeze();
  // More than the kernel's buffers take.
  for (let count = 0; count < 40; ++count) flooded.publish('end/frozen', new Uint8Array(1024 * 1024));
  await flooded.endAsync();
  assert.equal(flooded.closeRecord.cause, 'aborted');
  broker.thaw();
});
