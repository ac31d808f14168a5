// Events, and what the package exports.
import net from 'node:net';
import {parse} from 'node:url';
import {startPacketBroker} from '../support/packet_broker.mjs';
import {differs, event, plain, record, refused, same, with_client} from './line.mjs';

const told = (name, observe, more = {}) => same('event', name,
  (mqtt) => with_client(mqtt, more, (side) => observe({...side, mqtt})));
const send = (broker, packet) => broker.peers.at(-1).send({cmd: 'publish', topic: 'a/b', payload: 'Grüße', ...packet});

const events = [
  told('connect', async ({client}) => plain(await event(client, 'connect')), {
    script: {connect: (packet, peer) => peer.send({cmd: 'connack', returnCode: 0, sessionPresent: true})},
    options: {clean: false, clientId: 'x'},
  }),
  told('reconnect, close, offline', async ({client, broker}) => {
    const seen = record(client, ['connect', 'reconnect', 'close', 'offline', 'end']);
    await event(client, 'connect');
    broker.peers[0].end();
    await event(client, 'connect');
    return seen;
  }, {options: {reconnectPeriod: 5}}),
  told('end', async ({client}) => {
    await event(client, 'connect');
    const seen = record(client);
    await new Promise((resolve) => client.end(() => { seen.push('callback'); resolve(); }));
    await new Promise((resolve) => setImmediate(resolve));
    return seen.sort();
  }),
  told('error: nobody listens at the port', async ({client}) => {
    const {code} = await event(client, 'error');
    return code;
  }, {url: () => 'mqtt://127.0.0.1:1', options: {reconnectPeriod: 0}}),
  told('error: CONNACK refuses', async ({client, mqtt}) => {
    const error = await event(client, 'error');
    return [error instanceof mqtt.ErrorWithReasonCode, error.message, error.code];
  }, {script: {connect: (packet, peer) => peer.send({cmd: 'connack', returnCode: 4})}}),
  told('disconnect, never in 3.1.1', async ({client}) => {
    const seen = record(client, ['disconnect']);
    await event(client, 'connect');
    return seen;
  }),
  told('message', async ({client, broker}) => {
    await event(client, 'connect');
    const seen = [];
    client.on('message', (topic, payload, packet) => seen.push([topic, Buffer.isBuffer(payload), payload.toString(), plain(packet)]));
    for (const qos of [0, 1, 2]) send(broker, {qos, retain: qos === 0, messageId: qos + 7});
    await broker.packet(({cmd}) => cmd === 'pubcomp');
    return seen;
  }),
  told('message, an empty payload', async ({client, broker}) => {
    await event(client, 'connect');
    const message = new Promise((resolve) => client.on('message', (topic, payload) => resolve([Buffer.isBuffer(payload), payload.length])));
    send(broker, {payload: ''});
    return message;
  }),
  told('packetsend', async ({client}) => {
    const seen = [];
    client.on('packetsend', (packet) => seen.push(plain(packet)));
    await event(client, 'connect');
    await client.publishAsync('t', 'x', {qos: 2});
    await client.subscribeAsync('t', {qos: 1});
    return seen;
  }, {options: {clientId: 'x'}}),
  told('packetreceive', async ({client}) => {
    const seen = [];
    client.on('packetreceive', (packet) => seen.push(plain(packet)));
    await event(client, 'connect');
    await client.publishAsync('t', 'x', {qos: 2});
    await client.subscribeAsync('t', {qos: 1});
    return seen;
  }),
];

const exports = [
  same('export', 'default: connect, connectAsync, Client, MqttClient', (mqtt) =>
    ['connect', 'connectAsync', 'Client', 'MqttClient', 'ErrorWithReasonCode'].map((name) => typeof (mqtt.default ?? mqtt)[name])),
  same('export', 'connect(url, options)', (mqtt) => with_client(mqtt, {}, ({client}) => client instanceof mqtt.MqttClient)),
  same('export', 'connect(url.parse(…))', (mqtt) => with_client(mqtt, {url: null, options: ({url}) => parse(url)}, async ({client}) => {
    await event(client, 'connect');
    return client.connected;
  })),
  differs('export', 'connect(new URL(…))', 'works', async (mqtt) => {
    const broker = await startPacketBroker();
    try {
      const client = mqtt.connect(new URL(broker.url));
      await event(client, 'connect');
      await new Promise((resolve) => client.end(true, resolve));
      return 'connected';
    } catch ({name}) {
      return name;
    } finally {
      await broker.close();
    }
  }, {theirs: 'TypeError', ours: 'connected'}),
  same('export', 'connectAsync()', async (mqtt) => {
    const broker = await startPacketBroker();
    const client = await mqtt.connectAsync(broker.url);
    const {connected} = client;
    await client.endAsync();
    await broker.close();
    return connected;
  }),
  same('export', 'connectAsync(), refused', (mqtt) => mqtt.connectAsync('mqtt://127.0.0.1:1', {reconnectPeriod: 0})
    .then(() => 'connected', ({code}) => code)),
  same('export', 'Client(streamBuilder, options)', async (mqtt) => {
    const broker = await startPacketBroker();
    const client = new mqtt.Client(() => net.connect(broker.port, '127.0.0.1'), {clientId: 'own', keepalive: 9});
    client.on('error', () => {});
    await event(client, 'connect');
    await client.publishAsync('t', 'x', {qos: 1});
    await client.endAsync();
    await broker.peers[0].closed;
    const seen = broker.packets.map(({cmd, clientId, keepalive}) => plain({cmd, clientId, keepalive}));
    await broker.close();
    return seen;
  }),
  refused('export', 'Store', 'the option journal keeps the session', (mqtt) => new mqtt.Store()),
];

export const lines = [...events, ...exports];
