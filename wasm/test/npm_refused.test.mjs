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
  [{protocolVersion: 5}, /protocolVersion 5.*3\.1\.1/], [{protocolVersion: 3}, /protocolVersion 3/],
  [{protocolId: 'MQIsdp'}, /protocolId 'MQIsdp'/], [{properties: {}}, /'properties'.*MQTT 5/],
  [{authPacket: {}}, /'authPacket'.*MQTT 5/], [{autoUseTopicAlias: true}, /'autoUseTopicAlias'/],
  [{autoAssignTopicAlias: true}, /'autoAssignTopicAlias'/], [{customHandleAcks: () => {}}, /'customHandleAcks'/],
  [{will: {topic: 'a', payload: 'b', properties: {}}}, /properties of a will/],
  [{incomingStore: {}}, /'incomingStore'.*journal/], [{outgoingStore: {}}, /'outgoingStore'.*journal/],
  [{messageIdProvider: {}}, /'messageIdProvider'.*core chooses/], [{socksProxy: 'socks5://localhost'}, /'socksProxy'/],
  [{unixSocket: true}, /'unixSocket'/], [{objectMode: true}, /'objectMode'/],
  [{timerVariant: {set() {}, clear() {}}}, /'timerVariant'/], [{reschedulePings: false}, /reschedulePings/],
  [{protocol: 'wx'}, /wx:\/\/ here.*ws:\/\//],
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
  refused(url, {connectTimeout: '5'}, RangeError);
  refused(url, {will: {topic: 'a', payload: 7}}, TypeError);
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
  refused(() => client.unsubscribe('a', {properties: {}}), /unsubscribe/);
  refused(() => client.end(false, {reasonCode: 4}), /DISCONNECT/);
  refused(() => client.reconnect({incomingStore: {}}), /stores/);
  for (const name of ['handleAuth', 'removeOutgoingMessage', 'getLastMessageId', 'reschedulePing']) {
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
