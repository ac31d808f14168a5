// What MQTT.js can and the package can't: refused when it is asked for, with words that say what to do instead.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {load_package} from './support/package.mjs';

const {connect, end_clients, UnsupportedError} = await load_package();
after(end_clients);

const url = 'ws://127.0.0.1:9';
const idle = () => connect(url, {manualConnect: true});

// Each option of MQTT.js's that would have to change something here, and what the error says.
const options = [
  [{protocolVersion: 6}, /protocolVersion 6.*3\.1\.1.*5/], [{protocolVersion: 3}, /protocolVersion 3/],
  [{protocolVersion: '5'}, /protocolVersion 5/],
  [{protocolId: 'MQIsdp'}, /protocolId 'MQIsdp'/], [{properties: {}}, /'properties'.*protocolVersion: 5/],
  [{authPacket: {}}, /'authPacket'.*protocolVersion: 5/], [{autoUseTopicAlias: true}, /'autoUseTopicAlias'.*protocolVersion: 5/],
  [{autoAssignTopicAlias: true}, /'autoAssignTopicAlias'/], [{customHandleAcks: () => {}}, /'customHandleAcks'.*protocolVersion: 5/],
  [{will: {topic: 'a', payload: 'b', properties: {}}}, /properties of a will/],
  [{incomingStore: {}}, /'incomingStore'.*journal/], [{outgoingStore: {}}, /'outgoingStore'.*journal/],
  [{messageIdProvider: {}}, /'messageIdProvider'.*core chooses/], [{socksProxy: 'socks5://localhost'}, /'socksProxy'/],
  [{unixSocket: true}, /'unixSocket'/], [{objectMode: true}, /'objectMode'/],
  [{timerVariant: {set() {}, clear() {}}}, /'timerVariant'/], [{reschedulePings: false}, /reschedulePings/],
  [{protocol: 'wx'}, /wx:\/\/ here.*ws:\/\//], [{share: true}, /'share' here: import \{connect\} from 'wasmqtt\/shared'/],
];
for (const [given, words] of options) {
  test(`connect() refuses ${Object.keys(given)}: ${words.source}`, () => {
    // By an options object: the protocol in a URL counts less than one that is given.
    assert.throws(() => connect(url, {manualConnect: true, ...given}), {name: 'UnsupportedError', message: words});
  });
}

test('what MQTT.js has by default may be said', () => {
  const client = connect(url, {manualConnect: true, protocolVersion: 4, protocolId: 'MQTT', reschedulePings: true,
    timerVariant: 'auto', subscribeBatchSize: 10, log: () => {}, objectMode: false, properties: undefined, incomingStore: null, autoUseTopicAlias: false});
  assert.equal(client.options.protocolVersion, 4);
});

test('addresses and numbers that make no sense are refused', () => {
  const refused = (address, given, words) => assert.throws(() => connect(address, {manualConnect: true, ...given}), words);
  refused('wx://localhost', {}, UnsupportedError);
  refused('mqtt+unix:///run/socket', {}, UnsupportedError);
  refused('localhost', {}, /Missing protocol/);
  refused('ws://', {}, /Invalid URL/);
  refused(url, {clean: false}, /Missing clientId/);
  refused(url, {keepalive: -1}, RangeError);
  refused(url, {keepalive: 65_536}, RangeError);
  refused(url, {reconnectPeriod: Infinity}, RangeError);
  refused(url, {connectTimeout: '5'}, TypeError);
  refused(url, {will: {topic: 'a', payload: 7}}, TypeError);
});

test('wrong properties are errors of the call, with their name', () => {
  const five = (properties) => connect(url, {manualConnect: true, protocolVersion: 5, properties});
  for (const [properties, error] of [
    [{sessionExpiry: 1}, /no property 'sessionExpiry'/], [{constructor: 1}, /no property 'constructor'/],
    [{sessionExpiryInterval: -1}, /sessionExpiryInterval.*4294967295/], [{receiveMaximum: 65_536}, /receiveMaximum.*65535/],
    [{receiveMaximum: '7'}, /receiveMaximum/], [{authenticationMethod: 7}, /authenticationMethod is a string/],
    [{requestProblemInformation: 256}, /requestProblemInformation/], [{userProperties: {a: 'x'.repeat(65_536)}}, /userProperties.*65,535/],
    [{userProperties: {a: '\uD800'}}, /half a character/], [{authenticationData: 7}, /authenticationData/],
  ]) {
    assert.throws(() => five(properties), error);
  }
  const client = five({});
  assert.throws(() => client.publish('a', 'b', {properties: {contentType: 7}}), /contentType is a string/);
  assert.throws(() => client.subscribe('a', {properties: {subscriptionIdentifier: 268_435_456}}), /268435455/);
  assert.throws(() => client.publish('a', 'b', {properties: {topicAlias: 65_536}}), /topicAlias.*65535/);
});

test('properties that the standard forbids are errors that the core tells', async () => {
  const refused = [
    [(client, done) => client.publish('a', 'b', {properties: {receiveMaximum: 7}}, done), /may not be in this packet|not allowed/],
    [(client, done) => client.publish('a', 'b', {properties: {responseTopic: 'a/+'}}, done), /can't contain \+ or #/],
    [(client, done) => client.publish('a', Buffer.from([255]), {properties: {payloadFormatIndicator: true}}, done), /UTF-8/],
    [(client, done) => client.subscribe('a', {properties: {subscriptionIdentifier: 0}}, done), /property/],
    [(client, done) => client.subscribe('$share/g/a', {nl: true}, done), /shared/],
    [(client, done) => client.unsubscribe('a', {properties: {contentType: 'x'}}, done), /property/],
  ];
  for (const [call, words] of refused) {
    const client = connect(url, {manualConnect: true, protocolVersion: 5});
    const error = await new Promise((resolve) => call(client, resolve));
    assert.match(error?.message ?? 'no error', words);
  }
  const client = connect(url, {protocolVersion: 5, createWebsocket: () => {
    const socket = {protocol: 'mqtt', bufferedAmount: 0, send() {}, close() {}};
    queueMicrotask(() => socket.onopen({}));
    return socket;
  }, properties: {topicAlias: 7}});
  const error = await new Promise((resolve) => client.once('error', resolve));
  assert.match(error.message, /property/);
});

test('calls that need MQTT 5, stores or the inside of MQTT.js are refused', () => {
  const client = idle();
  const refused = (call, words) => assert.throws(call, {name: 'UnsupportedError', message: words});
  refused(() => client.publish('a', 'b', {properties: {}}), /MQTT 5/);
  refused(() => client.publish('a', 'b', {dup: true}), /dup/);
  for (const option of [{nl: true}, {rap: true}, {rh: 1}, {properties: {}}]) {
    refused(() => client.subscribe('a', option), /MQTT 5/);
    refused(() => client.subscribe({a: {qos: 0, ...option}}), /MQTT 5/);
  }
  refused(() => client.unsubscribe('a', {properties: {}}), /unsubscribe.*MQTT 5/);
  refused(() => client.end(false, {reasonCode: 4}), /DISCONNECT.*MQTT 5/);
  refused(() => client.reconnect({incomingStore: {}}), /stores/);
  refused(() => client.reauthenticate('x'), /MQTT 5/);
  for (const name of ['removeOutgoingMessage', 'getLastMessageId', 'reschedulePing']) {
    refused(() => client[name](), new RegExp(name));
    refused(() => { client[name] = () => {}; }, new RegExp(name));
  }
});

test('wrong types and values are errors of the call', () => {
  const client = idle();
  assert.throws(() => client.publish('a', 42), TypeError);
  assert.throws(() => client.publish('a', {text: 'x'}), TypeError);
  assert.throws(() => client.publish(7, 'x'), TypeError);
  assert.throws(() => client.publish('a', 'b', {qos: 3}), RangeError);
  assert.throws(() => client.subscribe('a', {qos: -1}), RangeError);
  assert.throws(() => client.on('message', 'not a function'), TypeError);
});

test('auth is a user name and a password; with a certificate of one\'s own no connection is in the clear', () => {
  for (const [auth, ...expected] of [['peter:test', 'peter', 'test'], ['peter', 'peter', undefined]]) {
    const {username, password} = connect(url, {manualConnect: true, auth}).options;
    assert.deepEqual([username, password], expected);
  }
  for (const [given, expected] of [['ws', 'wss'], ['mqtt', 'mqtts'], ['mqtts', 'mqtts'], ['wss', 'wss']]) {
    const client = connect(`${given}://localhost`, {manualConnect: true, cert: 'c', key: 'k'});
    assert.equal(client.options.protocol, expected);
  }
});
