// Compiled, never run: what wasmqtt has beside the API of MQTT.js, and what must not compile.
import mqtt, {connect, connectAsync, ErrorWithReasonCode, MqttClient, Payload} from 'wasmqtt';
import type {Delivery, IClientOptions, ISubscriptionGrant, OnMessageCallback, TraceEntry} from 'wasmqtt';

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
