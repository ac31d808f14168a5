// Compiled, never run: what wasmqtt has beside the API of MQTT.js, and what must not compile.
import mqtt, {connect, connectAsync, ErrorWithReasonCode, MqttClient, Payload} from 'wasmqtt';
import type {
  Delivery, IClientOptions, IPublishPacket, ISubscriptionGrant, OnMessageCallback, Subscription, SubscriptionStream, TraceEntry,
} from 'wasmqtt';
import sharing from 'wasmqtt/shared';
import type {IClientOptions as IClientOptionsShared} from 'wasmqtt/shared';

const options: IClientOptions = {
  clientId: 'types', username: 'peter', password: new Uint8Array([1]), clean: false, keepalive: 30, reconnectPeriod: 1000,
  connectTimeout: 5000, manualConnect: true, protocolVersion: 4,
  will: {topic: 'gone', payload: 'peter', qos: 1, retain: true},
  queue: {messages: 10, overflow: 'dropOldest'}, journal: true, trace: 100, credentials: async () => ({password: 'fresh'}),
};
const client: MqttClient = connect('ws://localhost:8081', options);
const other: MqttClient = mqtt.connect({host: 'localhost', port: 8081, protocol: 'ws'});

client.on('connect', (packet) => { const present: boolean = packet.sessionPresent; return present; });
client.on('message', (topic: string, payload: Payload, packet) => {
  const text: string = payload.toString();
  const bytes: Uint8Array = payload;
  return [topic.length, text, bytes, packet.qos satisfies 0 | 1 | 2];
});
client.on('error', (error) => { if (error instanceof ErrorWithReasonCode) return error.code.toFixed(); return error.message; });
const listen: OnMessageCallback = (topic, payload) => [topic, payload.toString()];
client.on('message', listen).once('end', () => {}).off('message', listen);
client.subscribe('a/#', (error, granted) => [error?.message, granted?.[0]?.qos]);
client.subscribe(['a', 'b'], {qos: 1}).subscribe({c: {qos: 2}}).unsubscribe('a').end(true, () => {});
client.publish('a', 'text', {qos: 1, retain: true}, (error) => error?.message);

export async function use(): Promise<[ISubscriptionGrant[], Delivery, TraceEntry[]]> {
  const third = await connectAsync('wss://localhost');
  const grants = await third.subscribeAsync('a', {qos: 2});
  const delivery = third.send('a', new ArrayBuffer(1), {qos: 2, timeToLive: 1000, latest: true});
  const subscription = third.handle('a/+', (topic, payload) => console.log(topic, `${payload}`));
  const qos: 0 | 1 | 2 = await subscription.granted;
  await third.endAsync();
  return [qos > 0 ? grants : [], await delivery.done, other.trace()];
}

// @ts-expect-error no such QoS
client.publish('a', 'b', {qos: 3});
// @ts-expect-error a payload is text or bytes
client.publish('a', 42);
// @ts-expect-error no such event
client.on('connected', () => {});

// ---- MQTT 5 ----
const five: MqttClient = connect('ws://localhost:8081', {
  protocolVersion: 'newest', clientId: 'five', clean: false, autoAssignTopicAlias: true,
  properties: {sessionExpiryInterval: 3600, receiveMaximum: 10, topicAliasMaximum: 5, userProperties: {a: ['1', '2'], b: '3'}},
  will: {topic: 'gone', properties: {willDelayInterval: 5, correlationData: 'text'}},
});
five.publish('a', 'b', {properties: {contentType: 'text/plain', correlationData: new Uint8Array([1]), messageExpiryInterval: 60}});
five.subscribe('a', {qos: 1, nl: true, rap: true, rh: 2, properties: {subscriptionIdentifier: 7}});
five.unsubscribe('a', {properties: {userProperties: {a: 'b'}}});
five.handle('a', () => {}, {nl: true});
five.on('disconnect', ({reasonCode, properties}) => [reasonCode?.toFixed(), properties?.serverReference, properties?.userProperties?.['a']]);
five.on('message', (topic, payload, {properties}) => [properties?.responseTopic, properties?.subscriptionIdentifier]);
export const spoken: [4 | 5, number | undefined, number | undefined] =
  [five.protocolVersion, five.serverProperties?.receiveMaximum, five.closeRecord?.reasonCode];

// @ts-expect-error no such version
connect('ws://localhost', {protocolVersion: 6});
// @ts-expect-error no such property
five.publish('a', 'b', {properties: {expiry: 60}});
// @ts-expect-error a property of another type
five.publish('a', 'b', {properties: {messageExpiryInterval: 'soon'}});

// ---- loops, questions, values ----
export async function by_hand(signal: AbortSignal): Promise<unknown[]> {
  const {payload: bytes}: {payload: Uint8Array} = await five.request('a', 'question');
  const {payload: text, packet}: {payload: string; packet: IPublishPacket} = await five.request('a', null, {as: 'text', timeout: 100, signal});
  const {payload: number}: {payload: number} = await five.request('a', 'b', {as: (payload) => payload.readUInt8(0)});
  await five.request('a', {any: ['thing']}, {as: 'json', qos: 2, retain: true, properties: {messageExpiryInterval: 5}});
  const messages: SubscriptionStream<string> = five.messages('a/#', {qos: 1, as: 'text', limit: 10, signal, rh: 2});
  const granted: 0 | 1 | 2 = await messages.granted;
  for await (const {topic, payload, dropped} of messages) {
    const line: string = topic + payload.toUpperCase() + dropped.toFixed();
    if (line) break;
  }
  for await (const {payload} of five.answers('a', '', {count: 3, timeout: 10})) return [payload.toString(), payload.length];
  for await (const {payload} of five.answers('a', [1], {as: 'json', stream: true})) return [payload.anything];
  const responder: Subscription = five.respond('a/+', async ({topic, payload, responseTopic}) => payload.toString() + topic + responseTopic);
  five.respond('b', () => undefined).unsubscribe();
  five.respond('c', function* () {}, {as: 'json', allow: (topic) => topic.startsWith('x')});
  five.respond('d', async function* ({payload}) { yield payload; yield 'more'; });
  five.handle('a', (topic, payload) => payload.toFixed(), {as: (payload: Payload) => payload.length});
  five.handle('a', (topic, payload) => payload.any, {as: 'json', qos: 1, undecodable: (topic, payload, error) => [payload.length, error.message]});
  five.on('undecodable', (topic, payload, error, {cmd}) => [topic, payload.toString(), error.message, cmd]);
  connect('ws://localhost', {requests: {prefix: 'answers', inTopic: true, answerQos: 0}});
  return [bytes, text, number, granted, packet.topic, messages.unread.length, await responder.granted];
}

// @ts-expect-error no such codec
five.handle('a', () => {}, {as: 'xml'});
// @ts-expect-error text is no object
five.handle('a', (topic, payload) => payload.field, {as: 'text'});
// @ts-expect-error a question is text or bytes, but for JSON
void five.request('a', {any: 'thing'});
// @ts-expect-error an answer is text or bytes, but for JSON
five.respond('a', () => 42);
// @ts-expect-error the client's own
void five.request('a', 'b', {properties: {responseTopic: 'mine'}});

// ---- one connection for all tabs ----
const shared: MqttClient = sharing.connect('wss://localhost', {share: true});
sharing.connect('wss://localhost', {share: {worker: false}});
sharing.connect('wss://localhost', {share: {worker: '/wasmqtt-shared.mjs'}});
sharing.connect('wss://localhost', {share: {worker: () => ({})}, clientId: 'types'});
void sharing.connectAsync('wss://localhost', {share: true} satisfies IClientOptionsShared);
shared.on('shared', (how) => (how === false ? shared.notShared?.length : how satisfies 'leader' | 'member' | 'worker'));
shared.on('messagesmissed', ({reason}) => reason satisfies 'did not read' | 'late');
export const how: 'leader' | 'member' | 'worker' | false | null = shared.shared;
export const serve: () => void = sharing.serveTabs;
export const plain: MqttClient = sharing.connect({host: 'localhost'});

// @ts-expect-error no such part of it
sharing.connect('wss://localhost', {share: {tab: true}});
// @ts-expect-error an option of wasmqtt/shared
connect('wss://localhost', {share: true});
