// customHandleAcks beside what MQTT.js has not: handlers of handle(), and decisions that come late. What both have is in
// npm_api/mqtt5.mjs.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {event} from './npm_api/line.mjs';
import {until} from './support/machine.mjs';
import {load_package} from './support/package.mjs';
import {packet_brokers} from './support/packet_broker.mjs';

const {connect, end_clients} = await load_package();
const start = packet_brokers(end_clients);
const timeout = 20_000;

// Messages by their payloads: {text: done}.
async function deciding(options) {
  const broker = await start({connect: (packet, peer) => peer.answer(packet, {sessionPresent: peer.number > 1})});
  const decide = new Map();
  const client = connect(broker.url, {protocolVersion: 5, clientId: 'decider', clean: false, reconnectPeriod: 10, ...options,
    properties: {sessionExpiryInterval: 60}, customHandleAcks: (topic, payload, packet, done) => decide.set(`${payload}`, done)});
  const errors = [];
  client.on('error', ({message}) => errors.push(message));
  await event(client, 'connect');
  const incoming = (payload, qos, messageId, more) => broker.peers.at(-1).send({cmd: 'publish', topic: 'a', payload, qos, messageId, ...more});
  const asked = (text) => until(() => decide.has(text), `${text} is asked about`);
  return {broker, client, decide, errors, incoming, asked};
}
const answers = (broker) => broker.packets.filter(({cmd}) => cmd === 'puback' || cmd === 'pubrec')
  .map(({cmd, messageId, reasonCode = 0}) => `${cmd} ${messageId} ${reasonCode}`);

test('handlers of handle() hear of a message once it is accepted, and of a refused one never', {timeout}, async () => {
  const {broker, client, decide, incoming, asked} = await deciding();
  const heard = [];
  await client.handle('a', (topic, payload) => heard.push(`${payload}`), {qos: 2}).granted;
  incoming('refused', 1, 1);
  incoming('accepted', 2, 2);
  incoming('at once', 0);
  await asked('accepted');
  await until(() => heard.length === 1, 'the message of QoS 0, which nobody is asked about');
  decide.get('refused')(135);
  decide.get('accepted')(0);
  assert.deepEqual(heard, ['at once', 'accepted']);
  await until(() => answers(broker).length === 2, 'both are answered');
  assert.deepEqual(answers(broker), ['puback 1 135', 'pubrec 2 0']);
});

test('what is no code of a PUBACK, or an error, leaves the message unanswered, and it can be decided again', {timeout}, async () => {
  const {broker, client, decide, errors, incoming, asked} = await deciding();
  incoming('x', 1, 1);
  await asked('x');
  const done = decide.get('x');
  done(new Error('not now'));
  done(undefined);
  done(137);
  assert.equal(errors.length, 3);
  assert.equal(errors[0], 'not now');
  assert.match(errors[2], /reason code/);
  done(null, 0);
  await until(() => answers(broker).length === 1, 'the answer');
  assert.equal(client.connected, true);
});

test('a decision that comes after its connection answers the message when the broker sends it again', {timeout}, async () => {
  const {broker, client, decide, incoming, asked} = await deciding();
  incoming('x', 2, 9);
  await asked('x');
  broker.peers[0].cut();
  await event(client, 'close');
  decide.get('x')(151);
  await event(client, 'connect');
  incoming('x', 2, 9, {dup: true});
  await until(() => answers(broker).length === 1, 'the answer');
  assert.deepEqual(answers(broker), ['pubrec 9 151']);
});
