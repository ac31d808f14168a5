// MQTT 5's enhanced authentication: AUTH before CONNACK.
import {asking_broker, named} from '../support/asking_broker.mjs';
import {differs, event, plain, record, same, with_client} from './line.mjs';

const with_method = (mqtt, {questions, proof, options}, work) => with_client(mqtt, {script: asking_broker(questions, proof),
  options: {clientId: 'x', protocolVersion: 5, properties: {maximumPacketSize: 100_000, ...named('begin')}, ...options}}, work);

const answers = (client, ...texts) => {
  const asked = [];
  client.handleAuth = (packet, done) => {
    asked.push(plain(packet));
    const text = texts.shift();
    if (text instanceof Error) done(text);
    else done(null, {cmd: 'auth', reasonCode: 24, properties: {...named(text), userProperties: {a: 'b'}}});
  };
  return asked;
};

const methods = [
  same('method', 'handleAuth = (packet, done) => …', (mqtt) => with_method(mqtt, {questions: ['1st?', '2nd?'], proof: 'welcome'},
    async ({client, broker}) => {
      const asked = answers(client, '1st!', '2nd!');
      const connack = await event(client, 'connect');
      return [asked, plain(broker.of('auth')), plain(connack.properties)];
    })),
  same('method', 'handleAuth(), which may take its time', (mqtt) => with_method(mqtt, {questions: ['1st?']}, async ({client, broker}) => {
    const asked = new Promise((resolve) => { client.handleAuth = (packet, done) => resolve(done); });
    const done = await asked;
    await new Promise(setImmediate);
    done(null, {cmd: 'auth', reasonCode: 24, properties: named('late')});
    await event(client, 'connect');
    return plain(broker.of('auth'));
  })),
  same('method', 'handleAuth() that nobody has replaced', (mqtt) => with_method(mqtt, {questions: ['1st?'], options: {reconnectPeriod: 0}},
    async ({client}) => {
      const error = await event(client, 'error');
      return [error.name, error.message, error.code];
    })),
  differs('method', 'handleAuth(), done(error)', 'ends the client, as a CONNACK that refuses does', (mqtt) => with_method(mqtt,
    {questions: ['1st?'], options: {reconnectPeriod: 5}}, async ({client, broker}) => {
      answers(client, new Error('not with you'), 'then');
      const seen = record(client);
      await event(client, 'close');
      await broker.peers[0].closed;
      return [seen.filter((one) => one !== 'connect'), broker.of('disconnect').map(({reasonCode}) => reasonCode)];
    }), {theirs: [['offline', 'error not with you', 'close'], []], ours: [['error not with you', 'close'], [128]]}),
];

const said = {reasonCode: 24, properties: named('said')};
// How many AUTH packets a broker gets that asks nothing and never answers.
const unasked = (mqtt) => with_client(mqtt, {script: {connect: () => {}}, options: {clientId: 'x', protocolVersion: 5,
  connectTimeout: 300, reconnectPeriod: 0, properties: named('begin'), authPacket: said}}, async ({client, broker}) => {
  await event(client, 'error');
  return broker.of('auth').length;
});
const options = [
  differs('option', 'authPacket', 'answers the first AUTH of the broker, instead of going before it [MQTT5-4.12.0-3]', async (mqtt) => [
    await unasked(mqtt),
    await with_method(mqtt, {questions: ['1st?'], options: {authPacket: said}}, async ({broker}) => {
      const {reasonCode, properties} = await broker.packet(({cmd}) => cmd === 'auth');
      return [reasonCode, plain(properties)];
    }),
  ], {theirs: [1, [24, {authenticationData: 'said', authenticationMethod: 'M'}]],
    ours: [0, [24, {authenticationData: 'said', authenticationMethod: 'M'}]]}),
];

const behaviours = [
  same('behaviour', 'properties.authenticationData of the next attempt may be changed', (mqtt) => with_method(mqtt,
    {questions: [], options: {reconnectPeriod: 5}}, async ({client, broker}) => {
      await event(client, 'connect');
      client.options.properties.authenticationData = Buffer.from('newer');
      broker.peers[0].cut();
      await event(client, 'connect');
      return plain(broker.of('connect').map(({properties}) => properties));
    })),
  same('behaviour', 'AUTH that was not asked for', (mqtt) => with_client(mqtt,
    {script: asking_broker(['1st?']), options: {clientId: 'x', protocolVersion: 5, reconnectPeriod: 0}}, async ({client}) => {
      const error = await event(client, 'error');
      return [error.name, error.code];
    })),
  differs('behaviour', 'packetsend, packetreceive: AUTH’s and CONNACK’s authenticationData', 'is masked', (mqtt) => with_method(mqtt,
    {questions: ['1st?'], proof: 'ok'}, async ({client}) => {
      answers(client, 'secret');
      const seen = [];
      for (const name of ['packetsend', 'packetreceive']) client.on(name, ({cmd, properties}) =>
        cmd !== 'connect' && seen.push([name, cmd, plain(properties.authenticationData)]));
      await event(client, 'connect');
      return seen;
    }), {theirs: [['packetreceive', 'auth', '1st?'], ['packetsend', 'auth', 'secret'], ['packetreceive', 'connack', 'ok']],
    ours: [['packetreceive', 'auth', '****'], ['packetsend', 'auth', '******'], ['packetreceive', 'connack', '**']]}),
];

export const lines = [...options, ...methods, ...behaviours];
