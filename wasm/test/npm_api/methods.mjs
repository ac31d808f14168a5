// Methods and properties of the client.
import {called, differs, event, plain, record, refused, same, with_client} from './line.mjs';

const method = (name, observe, more = {}) => same('method', name, (mqtt) => with_client(mqtt, more, observe));
const async_of = async (promise) => promise.then((value) => ({value: plain(value)}), (error) => ({error: plain(error)}));
const own_client = {manualConnect: true};

const publishing = [
  method('publish(topic, message)', async ({client, broker}) => {
    client.publish('t', 'Grüße').publish('t', Buffer.from([1, 2]));
    await broker.packet(({cmd, payload}) => cmd === 'publish' && payload.length === 2);
    return plain(broker.of('publish'));
  }),
  method('publish(…, {qos, retain}, callback)', async ({client, broker}) => {
    const results = [];
    for (const qos of [0, 1, 2]) results.push(plain(await called((done) => client.publish('t', 'x', {qos, retain: true}, done))));
    return [results, broker.packets.map(({cmd}) => cmd)];
  }),
  method('publish(topic, null)', async ({client, broker}) => {
    client.publish('t', null);
    return plain(await broker.packet(({cmd}) => cmd === 'publish'));
  }),
  method('publish(…, {cbStorePut})', async ({client}) => {
    await called((done) => client.publish('t', 'x', {qos: 1, cbStorePut: () => done()}));
    return 'called';
  }),
  refused('method', 'publish(…, {dup: true})', 'redeliveries are marked by the core', (mqtt) =>
    mqtt.connect('mqtt://127.0.0.1:1', own_client).publish('t', 'x', {dup: true})),
  method('publishAsync()', async ({client}) => [await async_of(client.publishAsync('t', 'x')),
    await async_of(client.publishAsync('t', 'x', {qos: 1}))]),
];

const subscribing = [
  method('subscribe(topic, callback)', async ({client}) => plain(await called((done) => client.subscribe('a/+', done)))),
  method('subscribe([topics], {qos}, callback)', async ({client, broker}) => [
    plain(await called((done) => client.subscribe(['a', 'b/#'], {qos: 2}, done))), plain(broker.of('subscribe'))]),
  method('subscribe({topic: {qos}}, callback)', async ({client}) =>
    plain(await called((done) => client.subscribe({a: {qos: 1}, b: {qos: 0}}, done)))),
  differs('method', 'subscribe(), refused by the broker', '`granted` tells 128 for what was refused', (mqtt) => with_client(mqtt, {
    script: {subscribe: ({messageId, subscriptions}, peer) => peer.send({cmd: 'suback', messageId,
      granted: subscriptions.map(({topic}) => (topic === 'bad' ? 128 : 1))})},
  }, async ({client}) => {
    const [error, granted, {granted: codes}] = await called((done) => client.subscribe(['good', 'bad'], {qos: 1}, done));
    return [error.message, error instanceof mqtt.ErrorWithSubackPacket, granted.map(({qos}) => qos), codes];
  }), {theirs: ['Subscribe error: Unspecified error', true, [1, 1], [1, 128]],
    ours: ['Subscribe error: Unspecified error', true, [1, 128], [1, 128]]}),
  method('subscribe(), a filter that is not one', async ({client}) => {
    await event(client, 'connect');
    return plain(await called((done) => client.subscribe('a/#/b', done)));
  }),
  differs('method', 'subscribe(), then unsubscribe() before there is a connection', '`subscribe()` is told so; neither leaves', (mqtt) =>
    with_client(mqtt, {}, async ({client, broker}) => {
      const subscribed = called((done) => client.subscribe('a', done));
      const unsubscribed = called((done) => client.unsubscribe('a', done));
      const answers = [(await subscribed)[0]?.message, (await unsubscribed)[0]?.message];
      await client.publishAsync('mark', '', {qos: 1});
      return [answers, broker.packets.map(({cmd}) => cmd)];
    }), {theirs: [[undefined, undefined], ['connect', 'subscribe', 'unsubscribe', 'publish']],
      ours: [['Unsubscribed before the broker had answered', undefined], ['connect', 'publish']]}),
  differs('method', 'subscribe() and unsubscribe(), the packet that their callbacks get', 'has neither messageId nor length: it may stand for several',
    (mqtt) => with_client(mqtt, {}, async ({client}) => {
      const packets = [(await called((done) => client.subscribe('a', done)))[2], (await called((done) => client.unsubscribe('a', done)))[1]];
      return packets.map((packet) => Object.keys(packet).filter((key) => packet[key] !== undefined).sort().join(' '));
    }), {theirs: ['cmd dup granted length messageId payload qos retain topic', 'cmd dup length messageId payload qos retain topic'],
      ours: ['cmd dup granted payload qos retain topic', 'cmd dup payload qos retain topic']}),
  method('subscribeAsync()', async ({client}) => async_of(client.subscribeAsync('a', {qos: 1}))),
  method('unsubscribe(topic, callback)', async ({client, broker}) => {
    await event(client, 'connect');
    return [plain(await called((done) => client.unsubscribe('a', done))), plain(broker.of('unsubscribe'))];
  }),
  method('unsubscribe([topics], callback)', async ({client, broker}) => {
    await client.subscribeAsync(['a', 'b']);
    return [plain(await called((done) => client.unsubscribe(['a', 'b'], done))), plain(broker.of('unsubscribe'))];
  }),
  differs('method', 'unsubscribe() of filters that were not subscribed to', 'each in a packet of its own', (mqtt) =>
    with_client(mqtt, {}, async ({client, broker}) => {
      await event(client, 'connect');
      await client.unsubscribeAsync(['a', 'b']);
      return broker.of('unsubscribe').map(({unsubscriptions}) => unsubscriptions);
    }), {theirs: [['a', 'b']], ours: [['a'], ['b']]}),
  method('unsubscribe() before the connection, with a session that the broker kept', async ({client, broker}) => [
    plain(await called((done) => client.unsubscribe('a', done))), plain(broker.of('unsubscribe')),
  ], {
    options: {clean: false, clientId: 'kept'},
    script: {connect: (packet, peer) => peer.send({cmd: 'connack', returnCode: 0, sessionPresent: true})},
  }),
  method('unsubscribeAsync()', async ({client}) => async_of(client.unsubscribeAsync('a'))),
];

const ending = [
  method('end(callback)', async ({client, broker}) => {
    await event(client, 'connect');
    const seen = record(client);
    await called((done) => client.end(done));
    await broker.peers[0].closed;
    return [seen, client.connected, client.disconnected, broker.of('disconnect').length];
  }),
  method('end(true, callback)', async ({client, broker}) => {
    await event(client, 'connect');
    await called((done) => client.end(true, done));
    await broker.peers[0].closed;
    return [client.connected, client.disconnected];
  }),
  method('end(false, {}, callback)', async ({client}) => {
    await event(client, 'connect');
    return plain(await called((done) => client.end(false, {}, done)));
  }),
  method('endAsync()', async ({client}) => {
    await event(client, 'connect');
    return async_of(client.endAsync());
  }),
  method('publish() after end()', async ({client}) => {
    await event(client, 'connect');
    await client.endAsync();
    return async_of(client.publishAsync('t', 'x'));
  }),
  method('reconnect()', async ({client, broker}) => {
    await event(client, 'connect');
    await client.endAsync();
    client.reconnect();
    await event(client, 'connect');
    return [client.connected, broker.of('connect').length];
  }),
  method('reconnect() while connected', async ({client, broker}) => {
    await event(client, 'connect');
    const seen = record(client);
    client.reconnect();
    await event(client, 'connect');
    return [seen, broker.of('connect').length];
  }),
  method('connect()', async ({client}) => {
    const same_client = client.connect() === client;
    await event(client, 'connect');
    return same_client;
  }, {options: {manualConnect: true}}),
];

const inside = [
  refused('method', 'removeOutgoingMessage()', 'use send() and cancel()', (mqtt) => with_client(mqtt, {script: {publish: () => {}}},
    async ({client, broker}) => {
      client.publish('t', 'x', {qos: 1}, () => {});
      const {messageId} = await broker.packet(({cmd}) => cmd === 'publish');
      client.removeOutgoingMessage(messageId);
    })),
  refused('method', 'getLastMessageId()', 'use the messageId of a delivery or packet', (mqtt) => with_client(mqtt, {},
    ({client}) => client.getLastMessageId())),
  differs('method', 'handleMessage = (packet, done) => …', 'done() acknowledges; other messages are delivered meanwhile', (mqtt) =>
    with_client(mqtt, {}, async ({client, broker}) => {
      await event(client, 'connect');
      const seen = [];
      let go;
      client.handleMessage = (packet, done) => {
        seen.push(`${packet.topic} ${packet.payload}`);
        if (packet.topic === 'first') go = done;
        else done();
      };
      // In one piece, so that both have arrived with the first.
      broker.peers[0].send({cmd: 'publish', topic: 'first', payload: 'x', qos: 1, messageId: 1},
        {cmd: 'publish', topic: 'second', payload: 'x', qos: 1, messageId: 2});
      await event(client, 'message');
      await new Promise((resolve) => setImmediate(resolve));
      const waiting = [[...seen], broker.of('puback').some(({messageId}) => messageId === 1)];
      go();
      await broker.packet(({cmd, messageId}) => cmd === 'puback' && messageId === 1);
      await broker.packet(({cmd, messageId}) => cmd === 'puback' && messageId === 2);
      return [waiting, seen];
    }), {theirs: [[['first x'], false], ['first x', 'second x']], ours: [[['first x', 'second x'], false], ['first x', 'second x']]}),
];

const state = [
  method('connected', async ({client, broker}) => {
    const states = [client.connected];
    await event(client, 'connect');
    states.push(client.connected);
    broker.peers[0].cut();
    await event(client, 'close');
    return [...states, client.connected];
  }),
  method('reconnecting', async ({client, broker}) => {
    const states = [client.reconnecting];
    await event(client, 'connect');
    broker.peers[0].cut();
    await event(client, 'offline');
    await event(client, 'reconnect');
    states.push(client.reconnecting);
    await event(client, 'connect');
    return [...states, client.reconnecting];
  }, {options: {reconnectPeriod: 5}}),
  method('keepalive', async ({client}) => client.keepalive, {options: {keepalive: 17}}),
  method('serverProperties', async ({client}) => {
    await event(client, 'connect');
    return client.serverProperties;
  }),
  method('options', async ({client}) => {
    const {clientId, keepalive, clean, reconnectPeriod, connectTimeout, protocolVersion, host, hostname, protocol} = client.options;
    return {clientId, keepalive, clean, reconnectPeriod, connectTimeout, protocolVersion, host, hostname, protocol};
  }, {options: {clientId: 'x'}}),
];

const emitter = ['on', 'once', 'off', 'addListener', 'removeListener', 'prependListener', 'prependOnceListener', 'removeAllListeners',
  'emit', 'listenerCount', 'listeners', 'rawListeners', 'eventNames', 'setMaxListeners', 'getMaxListeners'];
const emitting = [
  same('method', `EventEmitter: ${emitter.join('`, `')}`, (mqtt) => with_client(mqtt, {}, async ({client}) => {
    const heard = [];
    const note = (name) => (value) => heard.push(`${name} ${value}`);
    const twice = note('twice');
    client.on('x', twice).prependListener('x', note('first')).prependOnceListener('x', note('once')).once('x', note('last'));
    const counts = [client.listenerCount('x'), client.listeners('x').length, client.rawListeners('x').length];
    const told = [client.emit('x', 1), client.emit('x', 2), client.emit('nobody')];
    client.off('x', twice).emit('x', 3);
    const named = client.eventNames().includes('x');
    client.removeAllListeners('x').setMaxListeners(20);
    return [heard, counts, told, named, client.listenerCount('x'),
      emitter.filter((name) => typeof client[name] !== 'function')];
  })),
];

export const lines = [...publishing, ...subscribing, ...ending, ...inside, ...state, ...emitting];
