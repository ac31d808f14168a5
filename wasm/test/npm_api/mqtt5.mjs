// MQTT 5: `protocolVersion: 5` and what comes with it.
import {until} from '../support/machine.mjs';
import {called, connect_packet, differs, event, plain, record, same, with_client} from './line.mjs';

// With a size of packets, since we announce one and MQTT.js does not unless asked to.
const five = (options) => ({clientId: 'x', protocolVersion: 5, ...options,
  properties: {maximumPacketSize: 100_000, ...options?.properties}});
const with_five = (mqtt, {options, ...more}, work) => with_client(mqtt, {options: five(options), ...more}, work);
const method = (name, observe, more = {}) => same('method', name, (mqtt) => with_five(mqtt, more, observe));
const told = (name, observe, more = {}) => same('event', name, (mqtt) => with_five(mqtt, more, (side) => observe({...side, mqtt})));
const option = (name, options) => same('option', name, (mqtt) => connect_packet(mqtt, five(options)));
const welcome = (properties) => ({connect: (packet, peer) => peer.answer(packet, {properties})});

const bytes = (text) => Buffer.from(text);
const user_properties = {a: ['1', '3'], b: '', 'Grüße': '你好'};
const of_a_message = {payloadFormatIndicator: true, messageExpiryInterval: 4_000_000_000, responseTopic: 'answers',
  correlationData: bytes('\0\xff'), userProperties: user_properties, contentType: 'text/plain'};

// What customHandleAcks is asked, what of it is told, and the codes on the wire, in the order of the messages.
const decided = (mqtt, qos, {good = 0} = {}) => {
  const asked = [];
  const later = [];
  const customHandleAcks = (topic, payload, packet, done) => {
    asked.push([topic, payload.toString()]);
    if (`${payload}` === 'good') done(null, good);
    else if (`${payload}` === 'bad') done(135);
    else later.push(done);
  };
  return with_five(mqtt, {options: {customHandleAcks}}, async ({client, broker}) => {
    const told = [];
    const errors = [];
    client.on('message', (topic, payload) => told.push(payload.toString()));
    client.on('error', ({message}) => errors.push(message));
    await event(client, 'connect');
    const answered = qos === 1 ? 'puback' : 'pubrec';
    const codes = [];
    for (const [index, payload] of ['good', 'bad', 'late'].entries()) {
      broker.peers[0].send({cmd: 'publish', topic: 'a', payload, qos, messageId: index + 1});
      if (payload === 'good' && good !== 0) await until(() => later.length + errors.length + broker.of(answered).length, 'a decision');
      if (payload === 'late') await until(() => later.length, 'the question');
      later.shift()?.(null, 0);
      if (errors.length) return {codes: [0], errors};
      codes.push((await broker.packet(({cmd, messageId}) => cmd === answered && messageId === index + 1)).reasonCode ?? 0);
      if (qos === 2 && codes.at(-1) === 0) {
        broker.peers[0].send({cmd: 'pubrel', messageId: index + 1});
        await broker.packet(({cmd, messageId}) => cmd === 'pubcomp' && messageId === index + 1);
      }
      if (good !== 0) return {codes, errors};
    }
    return {asked, told, codes, errors};
  });
};

const options = [
  differs('option', 'protocolVersion: 5', 'CONNECT says how large a packet may be: `maxPacketBytes`', (mqtt) =>
    connect_packet(mqtt, {protocolVersion: 5, clientId: 'x'}).then(({properties, protocolVersion}) => [protocolVersion, properties]),
  {theirs: [5, undefined], ours: [5, {maximumPacketSize: 16 * 1024 * 1024}]}),
  option('properties', {clean: false, properties: {sessionExpiryInterval: 4_294_967_295, receiveMaximum: 7,
    topicAliasMaximum: 65_535, requestResponseInformation: true, requestProblemInformation: false, userProperties: user_properties}}),
  same('option', 'properties: {authenticationMethod, authenticationData}', (mqtt) => {
    const properties = {authenticationMethod: 'TOKEN', authenticationData: bytes('abc')};
    return connect_packet(mqtt, five({properties}), {script: welcome(properties)});
  }),
  option('will: {properties}', {will: {topic: 'gone', payload: 'x', qos: 1, retain: true,
    properties: {willDelayInterval: 5, ...of_a_message}}}),
  same('option', 'autoAssignTopicAlias', (mqtt) => with_five(mqtt, {options: {autoAssignTopicAlias: true},
    script: welcome({topicAliasMaximum: 2})}, async ({client, broker}) => {
    await event(client, 'connect');
    for (const topic of ['a', 'b', 'a', 'b', 'a']) await called((done) => client.publish(topic, 'x', {qos: 1}, done));
    return broker.of('publish').map(({topic, properties}) => [topic, plain(properties)]);
  })),
  same('option', 'autoUseTopicAlias', (mqtt) => with_five(mqtt, {options: {autoUseTopicAlias: true},
    script: welcome({topicAliasMaximum: 2})}, async ({client, broker}) => {
    await event(client, 'connect');
    for (const topic of ['a', 'a']) await called((done) => client.publish(topic, 'x', {qos: 1}, done));
    return broker.of('publish').map(({topic, properties}) => [topic, plain(properties)]);
  })),
  same('option', 'customHandleAcks', (mqtt) => decided(mqtt, 1)),
  same('option', 'customHandleAcks, messages of QoS 2', (mqtt) => decided(mqtt, 2)),
  differs('option', 'customHandleAcks: done(null, 16)', 'is an error: a client may not say it (3.4.2.1)', async (mqtt) => {
    const {codes, errors} = await decided(mqtt, 1, {good: 16});
    return [codes[0], errors.length];
  }, {theirs: [16, 0], ours: [0, 1]}),
];

const publishing = [
  method('publish(…, {properties})', async ({client, broker}) => {
    const results = [];
    for (const qos of [0, 1, 2]) {
      results.push(plain(await called((done) => client.publish('t', 'x', {qos, properties: of_a_message}, done))));
    }
    return [results, plain(broker.of('publish'))];
  }),
  differs('method', 'publish(…, {properties: {topicAlias}})', 'stands for its topic from then on, also over a reconnect; on the wire with `autoAssignTopicAlias` only',
    (mqtt) => with_five(mqtt, {script: welcome({topicAliasMaximum: 2})}, async ({client, broker}) => {
      await event(client, 'connect');
      for (const topic of ['a', '', 'b', '']) await called((done) => client.publish(topic, 'x', {qos: 1, properties: {topicAlias: 2}}, done));
      return broker.of('publish').map(({topic, properties}) => [topic, properties?.topicAlias]);
    }), {theirs: [['a', 2], ['', 2], ['b', 2], ['', 2]], ours: [['a', undefined], ['a', undefined], ['b', undefined], ['b', undefined]]}),
  method('publish(), refused by PUBACK or PUBREC', async ({client}) => {
    const results = [];
    for (const qos of [1, 2]) {
      const [error, packet] = await called((done) => client.publish('t', 'x', {qos}, done));
      results.push([error.name, error.message, error.code, plain(packet)]);
    }
    return results;
  }, {script: {publish: (packet, peer) => peer.answer(packet, {reasonCode: 135, properties: {reasonString: 'no rights'}})}}),
  method('publish(), and nobody has subscribed', async ({client}) => plain(await called((done) => client.publish('t', 'x', {qos: 1}, done))),
    {script: {publish: (packet, peer) => peer.answer(packet, {reasonCode: 16})}}),
];

const in_suback = {reasonString: 'most of it', userProperties: {a: 'b'}};
const subscribing = [
  method('subscribe(…, {nl, rap, rh, properties})', async ({client, broker}) => [
    plain(await called((done) => client.subscribe('a', {qos: 1, nl: true, rap: true, rh: 2,
      properties: {subscriptionIdentifier: 268_435_455, userProperties: user_properties}}, done))),
    plain(await called((done) => client.subscribe(['b', 'c'], {qos: 2}, done))),
    plain(broker.of('subscribe'))]),
  method('subscribe({topic: {qos, nl, rap, rh}}, {properties}, callback)', async ({client, broker}) => [
    plain(await called((done) => client.subscribe({a: {qos: 1, nl: true, rap: false, rh: 1}, b: {qos: 0}},
      {properties: {subscriptionIdentifier: 7}}, done))),
    plain(broker.of('subscribe'))]),
  method('subscribe(), the properties of SUBACK', async ({client}) => plain(await called((done) => client.subscribe('a', done))),
    {script: {subscribe: (packet, peer) => peer.answer(packet, {properties: in_suback})}}),
  differs('method', 'subscribe(), refused with a reason code', '`granted` tells the code for what was refused', (mqtt) => with_five(mqtt, {
    script: {subscribe: (packet, peer) => peer.answer(packet, {granted: [1, 143]})},
  }, async ({client}) => {
    const [error, granted, {granted: codes}] = await called((done) => client.subscribe(['good', 'bad'], {qos: 1}, done));
    return [error.name, error.message, granted.map(({qos}) => qos), codes];
  }), {theirs: ['ErrorWithSubackPacket', 'Subscribe error: Topic Filter invalid', [1, 1], [1, 143]],
    ours: ['ErrorWithSubackPacket', 'Subscribe error: Topic Filter invalid', [1, 143], [1, 143]]}),
  method('unsubscribe(…, {properties})', async ({client, broker}) => {
    await called((done) => client.subscribe(['a', 'b'], done));
    return [plain(await called((done) => client.unsubscribe(['a', 'b'], {properties: {userProperties: user_properties}}, done))),
      plain(broker.of('unsubscribe'))];
  }, {script: {unsubscribe: (packet, peer) => peer.answer(packet, {granted: [0, 17], properties: in_suback})}}),
];

const in_disconnect = {sessionExpiryInterval: 10, reasonString: 'enough', userProperties: user_properties};
const ending = [
  method('end(…, {reasonCode, properties})', async ({client, broker}) => {
    const seen = [];
    client.on('packetsend', (packet) => packet.cmd === 'disconnect' && seen.push(plain(packet)));
    await event(client, 'connect');
    await called((done) => client.end(false, {reasonCode: 4, properties: in_disconnect}, done));
    await broker.peers[0].closed;
    return [seen, plain(broker.of('disconnect'))];
  }, {options: {properties: {sessionExpiryInterval: 60}}}),
  method('endAsync({reasonCode})', async ({client, broker}) => {
    await event(client, 'connect');
    await client.endAsync({reasonCode: 4});
    await broker.peers[0].closed;
    return plain(broker.of('disconnect'));
  }),
  differs('method', 'end(…, {properties: {sessionExpiryInterval}}), and CONNECT had none', 'is an error of the call (3.14.2.2.2)', (mqtt) =>
    with_five(mqtt, {}, async ({client, broker}) => {
      await event(client, 'connect');
      const failed = await called((done) => client.end(false, {properties: {sessionExpiryInterval: 10}}, done));
      return [failed.map(({message}) => message), client.connected, broker.of('disconnect').length];
    }), {theirs: [[], false, 1],
    ours: [["a session that was to end with its connection can't be given a time at its end (3.14.2.2.2)"], true, 0]}),
];

const connack = {sessionExpiryInterval: 60, receiveMaximum: 9, maximumQoS: 1, retainAvailable: true, maximumPacketSize: 50_000,
  topicAliasMaximum: 3, reasonString: 'welcome', userProperties: user_properties, wildcardSubscriptionAvailable: true,
  subscriptionIdentifiersAvailable: false, sharedSubscriptionAvailable: false, serverKeepAlive: 7, responseInformation: 'here',
  serverReference: 'there'};
const state = [
  method('serverProperties and keepalive, as CONNACK says', async ({client, broker}) => {
    const seen = [client.serverProperties, client.keepalive];
    await event(client, 'connect');
    seen.push(plain(client.serverProperties), client.keepalive);
    broker.peers[0].cut();
    await event(client, 'close');
    return [...seen, client.serverProperties, client.keepalive];
  }, {options: {keepalive: 30}, script: welcome(connack)}),
];

const said = async ({client, broker}, packet) => {
  await event(client, 'connect');
  const seen = record(client);
  const disconnect = event(client, 'disconnect');
  const closed = event(client, 'close');
  broker.peers[0].send({cmd: 'disconnect', ...packet});
  broker.peers[0].end();
  const heard = plain(await disconnect);
  await closed;
  return {seen: [...seen], heard};
};
const refuse_connection = {connect: (packet, peer) =>
  peer.send({cmd: 'connack', reasonCode: 138, properties: {reasonString: 'you know why'}})};
const events = [
  told('connect, with CONNACK’s properties', async ({client}) => plain(await event(client, 'connect')), {script: welcome(connack)}),
  told('error: CONNACK refuses with a reason code', async ({client, mqtt}) => {
    const error = await event(client, 'error');
    return [error instanceof mqtt.ErrorWithReasonCode, error.message, error.code];
  }, {script: refuse_connection}),
  told('disconnect, and it connects again', async (side) => {
    const result = await said(side, {reasonCode: 139, properties: {reasonString: 'bye', userProperties: user_properties, serverReference: 'x'}});
    await event(side.client, 'connect');
    return result;
  }, {options: {reconnectPeriod: 5}}),
  told('message, with properties', async ({client, broker}) => {
    await event(client, 'connect');
    const seen = [];
    client.on('message', (topic, payload, packet) => seen.push([topic, plain(packet), packet.length,
      Buffer.isBuffer(packet.properties?.correlationData)]));
    for (const properties of [{...of_a_message, subscriptionIdentifier: [1, 268_435_455]}, {subscriptionIdentifier: 5}, undefined]) {
      broker.peers[0].send({cmd: 'publish', topic: 'a/b', payload: 'Grüße', qos: 1, messageId: seen.length + 1, properties});
      await broker.packet(({cmd, messageId}) => cmd === 'puback' && messageId === seen.length);
    }
    return seen;
  }),
  told('packetsend, packetreceive, with reason codes and properties', async ({client, broker}) => {
    const seen = [];
    for (const name of ['packetsend', 'packetreceive']) client.on(name, (packet) => seen.push([name, plain(packet)]));
    await event(client, 'connect');
    await client.publishAsync('t', 'x', {qos: 2, properties: of_a_message});
    await client.subscribeAsync('t', {qos: 1, properties: {userProperties: {a: 'b'}}}).catch(() => {});
    await client.unsubscribeAsync('t');
    broker.peers[0].send({cmd: 'publish', topic: 't', payload: 'x', qos: 1, messageId: 1, properties: of_a_message});
    await broker.packet(({cmd}) => cmd === 'puback');
    return seen;
  }, {script: {...welcome({...connack, maximumQoS: undefined}),
    pubrel: (packet, peer) => peer.answer(packet, {reasonCode: 0, properties: {reasonString: 'all of it'}}),
    unsubscribe: (packet, peer) => peer.answer(packet, {granted: [17], properties: in_suback}),
    subscribe: (packet, peer) => peer.answer(packet, {granted: [151], properties: in_suback})}}),
];

const behaviours = [
  differs('behaviour', 'a message to a topic’s alias', '`packet.topic` is the topic', (mqtt) => with_five(mqtt, {
    options: {properties: {topicAliasMaximum: 3}},
  }, async ({client, broker}) => {
    await event(client, 'connect');
    const seen = [];
    client.on('message', (topic, payload, packet) => seen.push([topic, packet.topic]));
    const properties = {topicAlias: 3};
    broker.peers[0].send({cmd: 'publish', topic: 'a', payload: 'x', properties}, {cmd: 'publish', topic: '', payload: 'x', properties},
      {cmd: 'publish', topic: 'last', payload: 'x', qos: 1, messageId: 1});
    await broker.packet(({cmd}) => cmd === 'puback');
    return seen;
  }), {theirs: [['a', 'a'], ['a', ''], ['last', 'last']], ours: [['a', 'a'], ['a', 'a'], ['last', 'last']]}),
  differs('behaviour', 'DISCONNECT that another connection would get, too (rights, authentication, what the broker has not)',
    'is told by an error, and ends it', (mqtt) => with_five(mqtt, {options: {reconnectPeriod: 5}},
      async (side) => (await said(side, {reasonCode: 135})).seen),
    {theirs: ['disconnect', 'offline', 'close'], ours: ['disconnect', 'error Disconnected by the broker: Not authorized', 'close']}),
  differs('behaviour', 'publish() of what the broker does not take, as CONNACK says', 'is an error of the call [MQTT5-3.2.2-11] [MQTT5-3.2.2-14] [MQTT5-3.2.2-15]',
    (mqtt) => with_five(mqtt, {script: welcome({maximumQoS: 1, retainAvailable: false, maximumPacketSize: 100})}, async ({client, broker}) => {
      await event(client, 'connect');
      const calls = [['a', 'x', {qos: 2}], ['b', 'x', {retain: true}], ['c', 'x'.repeat(100), {}], ['d', 'x', {qos: 1}]];
      const failed = await Promise.all(calls.map((values) => called((done) => client.publish(...values, done))));
      return [failed.map(([error]) => Boolean(error)), broker.of('publish').map(({topic}) => topic)];
    }), {theirs: [[false, false, false, false], ['a', 'b', 'c', 'd']], ours: [[true, true, true, false], ['d']]}),
  differs('behaviour', 'user properties with one name, the first of them empty', 'all of them are told [MQTT5-3.3.2-18]', (mqtt) =>
    with_five(mqtt, {script: welcome({userProperties: {a: ['', 'x']}})}, async ({client}) => plain((await event(client, 'connect')).properties)),
  {theirs: {userProperties: {a: 'x'}}, ours: {userProperties: {a: ['', 'x']}}}),
];

export const lines = [...options, ...publishing, ...subscribing, ...ending, ...state, ...events, ...behaviours];
