// What applications rely on beyond single options and calls.
import {startPacketBroker} from '../support/packet_broker.mjs';
import {called, differs, event, plain, same, with_client} from './line.mjs';

const behaviour = (name, observe, more = {}) => same('behaviour', name,
  (mqtt) => with_client(mqtt, more, (side) => observe({...side, mqtt})));

const addresses = [
  behaviour('connect({host, port}) is TCP in Node', async ({client}) => {
    await event(client, 'connect');
    return client.connected;
  }, {options: ({port}) => ({host: '127.0.0.1', port}), url: null}),
  behaviour('servers without a protocol are TCP in Node', async ({client}) => {
    await event(client, 'connect');
    return client.connected;
  }, {options: ({port}) => ({servers: [{host: '127.0.0.1', port}]}), url: null}),
  same('behaviour', "host: '::1'", async (mqtt) => {
    const broker = await startPacketBroker({}, {host: '::1'});
    const client = mqtt.connect({host: '::1', port: broker.port, protocol: 'mqtt'});
    client.on('error', () => {});
    await event(client, 'connect');
    await new Promise((resolve) => client.end(true, resolve));
    await broker.close();
    return 'connected';
  }),
  behaviour('host, port, path and who signs in, beside a URL that has others', async ({broker, client}) => {
    const {clientId, username, password} = await broker.packet(({cmd}) => cmd === 'connect');
    return plain([clientId, username, password, client.connected || (await event(client, 'connect')) && true]);
  }, {url: () => 'mqtt://peter:url@127.0.0.2:9?clientId=url', options: ({port}) => ({host: '127.0.0.1', port, clientId: 'option',
    username: 'option', password: 'option'})}),
  behaviour('a user name alone in a URL, beside the option password', async ({broker}) => {
    const {username, password} = await broker.packet(({cmd}) => cmd === 'connect');
    return plain([username, password]);
  }, {url: ({port}) => `mqtt://peter@127.0.0.1:${port}`, options: {password: 'secret'}}),
  differs('behaviour', 'mqtt://user:password@host, with an encoded colon', 'each part is decoded by itself', (mqtt) => with_client(mqtt,
    {url: ({port}) => `mqtt://p%40ul:a%3Ab@127.0.0.1:${port}`}, async ({broker}) => {
      const {username, password} = await broker.packet(({cmd}) => cmd === 'connect');
      return plain([username, password]);
    }), {theirs: ['p@ul:a', 'b'], ours: ['p@ul', 'a:b']}),
  same('behaviour', 'the option encoding, over TCP', (mqtt) => with_client(mqtt, {options: {encoding: 'utf8'}}, async ({client}) => {
    await event(client, 'connect');
    return client.connected;
  })),
];

const attempts = [
  behaviour('clientId, keepalive, clean, username and will of the next attempt may be changed', async ({client, broker}) => {
    await event(client, 'connect');
    Object.assign(client.options, {clientId: 'second', keepalive: 33, clean: false, username: 'other',
      will: {topic: 'gone', payload: 'x', qos: 1, retain: false}});
    broker.peers[0].cut();
    await event(client, 'connect');
    const {length, cmd, ...packet} = broker.of('connect')[1];
    return plain(packet);
  }, {options: {clientId: 'first', reconnectPeriod: 5}}),
  behaviour('the link ends with reconnectPeriod 0: what is pending stays for the next connection, or fails', async ({client, broker}) => {
    await event(client, 'connect');
    const subscribed = called((done) => client.subscribe('a', done));
    const unsubscribed = called((done) => client.unsubscribe('b', done));
    await broker.packet(({cmd}) => cmd === 'unsubscribe');
    broker.peers[0].cut();
    return [plain((await subscribed)[0]), plain((await unsubscribed)[0])];
  }, {options: {reconnectPeriod: 0}, script: {subscribe: () => {}, unsubscribe: () => {}}}),
  differs('behaviour', 'end(true), callbacks of publish() that are pending', 'are called with an error', (mqtt) => with_client(mqtt, {
    script: {publish: () => {}, subscribe: () => {}, unsubscribe: () => {}},
  }, async ({client, broker}) => {
    await event(client, 'connect');
    const pending = [
      called((done) => client.publish('t', 'x', {qos: 1}, done)), called((done) => client.publish('t', 'y', {qos: 2}, done)),
      called((done) => client.subscribe('a', done)), called((done) => client.unsubscribe('b', done)),
    ];
    await broker.packet(({cmd}) => cmd === 'unsubscribe');
    await called((done) => client.end(true, done));
    const settled = await Promise.all(pending.map((one) => Promise.race([one.then(([error]) => plain(error)), later('never called')])));
    return settled.map((one) => one.message ?? one);
  }), {theirs: ['never called', 'never called', 'Connection closed', 'Connection closed'], ours: Array(4).fill('Connection closed')}),
  behaviour('a message is published after a reconnect, with its callback', async ({client, broker}) => {
    await event(client, 'connect');
    const done = called((callback) => client.publish('t', 'x', {qos: 1}, callback));
    await broker.packet(({cmd}) => cmd === 'publish');
    broker.peers[0].cut();
    return [plain(await done), broker.of('publish').length];
  }, {options: {reconnectPeriod: 5}, script: {
    // The first connection does not acknowledge.
    publish: ({messageId}, peer) => { if (peer.number > 1) peer.send({cmd: 'puback', messageId}); },
  }}),
  differs('behaviour', 'a message that is sent again', 'is marked as a duplicate [MQTT-3.3.1-1]', (mqtt) => with_client(mqtt, {
    options: {clientId: 'kept', clean: false, reconnectPeriod: 5},
    script: {
      connect: (packet, peer) => peer.send({cmd: 'connack', returnCode: 0, sessionPresent: peer.number > 1}),
      publish: ({messageId}, peer) => { if (peer.number > 1) peer.send({cmd: 'puback', messageId}); else peer.cut(); },
    },
  }, async ({client, broker}) => {
    await called((done) => client.publish('t', 'x', {qos: 1}, done));
    return broker.of('publish').map(({dup}) => dup);
  }), {theirs: [false, false], ours: [false, true]}),
  differs('behaviour', 'publish() to a topic with wildcards', 'is an error of the call', (mqtt) => with_client(mqtt, {},
    async ({client, broker}) => {
      await event(client, 'connect');
      const failed = called((done) => client.publish('a/+', 'x', done)).then(([error]) => Boolean(error));
      await called((done) => client.publish('mark', 'x', {qos: 1}, done));
      return [await failed, broker.of('publish').map(({topic}) => topic)];
    }), {theirs: [false, ['a/+', 'mark']], ours: [true, ['mark']]}),
  same('behaviour', 'calls before the connection leave in their order', (mqtt) => with_client(mqtt, {}, async ({client, broker}) => {
    client.subscribe('a');
    client.publish('b', 'x');
    client.subscribe('c');
    await called((done) => client.publish('d', 'x', done));
    return broker.packets.map(({cmd, topic, subscriptions}) => `${cmd} ${topic ?? subscriptions?.[0].topic ?? ''}`);
  })),
];

// After everything that is due has run.
const later = (value) => new Promise((resolve) => setImmediate(() => setImmediate(() => resolve(value))));

export const lines = [...addresses, ...attempts];
