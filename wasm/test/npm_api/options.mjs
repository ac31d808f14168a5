// Options of mqtt.connect().
import {createRequire} from 'node:module';
import path from 'node:path';
import {package_directory} from '../support/package.mjs';
import {startPacketBroker} from '../support/packet_broker.mjs';
import {called, connect_packet, differs, event, plain, record, refused, same, with_client} from './line.mjs';

const {WebSocket} = createRequire(path.join(package_directory, 'package.json'))('ws');
const option = (name, options, pick) => same('option', name, async (mqtt) => pick(await connect_packet(mqtt, options)));
// `options`: where the table's name is not that of the option.
const refuse = (name, why, value, options = {[name]: value}) => refused('option', name, why, (mqtt) =>
  mqtt.connect('mqtt://127.0.0.1:1', {manualConnect: true, ...options}));
const ws = {wire: {ws: true}};

const connecting = [
  option('clientId', {clientId: 'chosen'}, ({clientId}) => clientId),
  same('option', 'clientId: 7', async (mqtt) => /^\w{8,}$/.test((await connect_packet(mqtt, {clientId: 7})).clientId)),
  differs('option', 'clean: false, and clientId is no string', 'is an error: its session would not be found again', (mqtt) => {
    try {
      return mqtt.connect('mqtt://127.0.0.1:9', {manualConnect: true, clean: false, clientId: 7}).options.clean;
    } catch ({message}) {
      return message;
    }
  }, {theirs: false, ours: 'Missing clientId for unclean clients'}),
  option('clean', {clean: false, clientId: 'chosen'}, ({clean}) => clean),
  option('keepalive', {keepalive: 7}, ({keepalive}) => keepalive),
  option('username', {username: 'peter'}, ({username, password}) => [username, password]),
  option('password', {username: 'peter', password: Buffer.from('secret')}, ({password}) => password),
  option('auth', {auth: 'peter:secret'}, ({username, password}) => [username, password]),
  option('will', {will: {topic: 'gone', payload: Buffer.from('x'), qos: 1, retain: true}}, ({will}) => will),
  option('protocolId', {protocolId: 'MQTT'}, ({protocolId}) => protocolId),
  option('protocolVersion: 4', {protocolVersion: 4}, ({protocolVersion}) => protocolVersion),
  refuse('protocolVersion: 3', 'MQTT 3.1', 3, {protocolVersion: 3, protocolId: 'MQIsdp'}),
];
const reconnecting = [
  same('option', 'reconnectPeriod', (mqtt) => with_client(mqtt, {options: {reconnectPeriod: 5}}, async ({client, broker}) => {
    const seen = record(client);
    await event(client, 'connect');
    broker.peers[0].cut();
    await event(client, 'connect');
    return seen.filter((one) => !one.startsWith('error'));
  })),
  same('option', 'reconnectPeriod: 0', (mqtt) => with_client(mqtt, {options: {reconnectPeriod: 0}}, async ({client, broker}) => {
    const seen = record(client, ['connect', 'reconnect', 'close', 'offline', 'end']);
    await event(client, 'connect');
    broker.peers[0].cut();
    await event(client, 'close');
    return [seen, client.reconnecting, client.connected];
  })),
  same('option', 'reconnectOnConnackError: false', (mqtt) => with_client(mqtt, {
    script: {connect: (packet, peer) => { peer.send({cmd: 'connack', returnCode: 5}); peer.end(); }}, options: {reconnectPeriod: 5},
  }, async ({client}) => {
    const seen = record(client);
    await event(client, 'close');
    return [seen, client.reconnecting];
  })),
  same('option', 'reconnectOnConnackError: true', async (mqtt) => {
    let attempts = 0;
    const connect = (packet, peer) => peer.send({cmd: 'connack', returnCode: ++attempts < 3 ? 3 : 0});
    return with_client(mqtt, {script: {connect}, options: {reconnectPeriod: 5, reconnectOnConnackError: true}}, async ({client}) => {
      const seen = record(client);
      await event(client, 'connect');
      return seen;
    });
  }),
  same('option', 'connectTimeout', (mqtt) => with_client(mqtt, {
    script: {connect: () => {}}, options: {connectTimeout: 50, reconnectPeriod: 0},
  }, async ({client}) => plain(await event(client, 'error')))),
  same('option', 'manualConnect', (mqtt) => with_client(mqtt, {options: {manualConnect: true}}, async ({client, broker}) => {
    await new Promise((resolve) => setImmediate(resolve));
    const before = broker.peers.length;
    client.connect();
    await event(client, 'connect');
    return [before, client.connected];
  })),
  same('option', 'resubscribe: true', (mqtt) => resubscribing(mqtt, true)),
  same('option', 'resubscribe: false', (mqtt) => resubscribing(mqtt, false)),
  same('option', 'queueQoSZero: false', (mqtt) => with_client(mqtt, {
    script: {connect: () => {}}, options: {queueQoSZero: false},
  }, async ({client}) => plain((await called((done) => client.publish('t', 'x', done)))[0]))),
  same('option', 'queueQoSZero: true', (mqtt) => with_client(mqtt, {}, async ({client, broker}) => {
    const done = called((callback) => client.publish('t', 'x', callback));
    await broker.packet(({cmd}) => cmd === 'publish');
    return plain(await done);
  })),
  same('option', 'servers', async (mqtt) => {
    const second = await startPacketBroker();
    try {
      const options = ({port}) => ({reconnectPeriod: 5, protocol: 'mqtt',
        servers: [{host: '127.0.0.1', port}, {host: '127.0.0.1', port: second.port}]});
      return await with_client(mqtt, {script: {connect: (packet, peer) => peer.cut()}, options, url: null}, async ({client}) => {
        await event(client, 'connect');
        return second.of('connect').length;
      });
    } finally {
      await second.close();
    }
  }),
];

const resubscribing = (mqtt, resubscribe) => with_client(mqtt, {options: {reconnectPeriod: 5, resubscribe}}, async ({client, broker}) => {
  await called((done) => client.subscribe(['a', 'b'], {qos: 1}, done));
  broker.peers[0].cut();
  await event(client, 'connect');
  await called((done) => client.publish('mark', '', {qos: 1}, done));
  return broker.peers[1].packets.filter(({cmd}) => cmd === 'subscribe').flatMap(({subscriptions}) => plain(subscriptions));
});

const transports = [
  same('option', 'transformWsUrl', (mqtt) => with_client(mqtt, {...ws, options: {
    transformWsUrl: (url, options, client) => {
      client.options.clientId = 'fresh';
      client.options.username = 'token';
      return `${url}?signed=1`;
    },
  }}, async ({client, broker}) => {
    await event(client, 'connect');
    const [{clientId, username}] = broker.of('connect');
    return [broker.requests[0].url, clientId, username];
  })),
  same('option', 'createWebsocket', (mqtt) => with_client(mqtt, {
    wire: {ws: true, protocol: (offered) => [...offered].at(-1)},
    options: {createWebsocket: (url, protocols) => new WebSocket(url, [protocols[0], 'own'])},
  }, async ({client, broker}) => {
    await event(client, 'connect');
    return [broker.requests[0].headers['sec-websocket-protocol'], client.connected];
  })),
  same('option', 'wsOptions', (mqtt) => with_client(mqtt, {...ws, options: {wsOptions: {headers: {'X-Token': 'abc'}}}},
    async ({client, broker}) => {
      await event(client, 'connect');
      return [broker.requests[0].headers['x-token'], broker.requests[0].headers['sec-websocket-protocol']];
    })),
  same('option', 'host, port, protocol', (mqtt) => with_client(mqtt, {
    options: ({port}) => ({host: '127.0.0.1', port, protocol: 'mqtt'}), url: null,
  }, async ({client}) => {
    await event(client, 'connect');
    return client.connected;
  })),
  refuse('socksProxy', 'use createWebsocket', 'socks5://127.0.0.1:1'),
  same('option', 'socksTimeout', (mqtt) => with_client(mqtt, {options: {socksTimeout: 1000}}, async ({client}) => {
    await event(client, 'connect');
    return client.connected;
  })),
  refuse('unixSocket', 'use createWebsocket', true),
];

const sessions = [
  refuse('incomingStore', 'the option journal keeps the session', {}),
  refuse('outgoingStore', 'the option journal keeps the session', {}),
];

const packets = [
  same('option', 'subscribeBatchSize', (mqtt) => with_client(mqtt, {options: {subscribeBatchSize: 2}}, async ({client, broker}) => {
    const [error, granted] = await called((done) => client.subscribe(['a', 'b', 'c'], done));
    return [error, plain(granted), broker.of('subscribe').map(({subscriptions}) => plain(subscriptions))];
  })),
  same('option', 'timerVariant', (mqtt) => with_client(mqtt, {options: {timerVariant: 'native'}}, async ({client}) => {
    await event(client, 'connect');
    return client.connected;
  })),
  same('option', 'log', (mqtt) => {
    let lines = 0;
    return with_client(mqtt, {options: {log: () => { ++lines; }}}, async ({client}) => {
      await event(client, 'connect');
      return lines > 0;
    });
  }),
  refuse('timerVariant: {set, clear}', "there are 'auto', 'worker' and 'native'", null,
    {timerVariant: {set: setInterval, clear: clearInterval}}),
  refuse('reschedulePings: false', 'a ping is due when nothing has arrived', false, {reschedulePings: false}),
  refuse('objectMode', 'payloads are bytes', true),
  same('option', 'reschedulePings', (mqtt) => connect_packet(mqtt, {reschedulePings: true, clientId: 'x'})),
  same('option', 'messageIdProvider', (mqtt) => with_client(mqtt, {
    options: {messageIdProvider: new mqtt.UniqueMessageIdProvider()},
  }, async ({client, broker}) => {
    await Promise.all([1, 2, 3].map(() => called((done) => client.publish('t', 'x', {qos: 1}, done))));
    return new Set(broker.of('publish').map(({messageId}) => messageId)).size;
  })),
  same('option', 'forceNativeWebSocket', async (mqtt) => {
    const {WebSocket: platforms} = globalThis;
    globalThis.WebSocket = WebSocket;
    try {
      return await with_client(mqtt, {...ws, options: {forceNativeWebSocket: true}}, async ({client}) => {
        await event(client, 'connect');
        return client.connected;
      });
    } finally {
      globalThis.WebSocket = platforms;
    }
  }),
];

export const lines = [...connecting, ...reconnecting, ...transports, ...sessions, ...packets];
