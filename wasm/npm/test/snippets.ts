// Compiled, never run: how applications that are typed for MQTT.js use its types. The test puts either library in.
import mqtt, {
  connect, connectAsync, Client, ErrorWithReasonCode, MqttClient,
  type ClientSubscribeCallback, type CloseCallback, type DoneCallback, type IClientOptions, type IClientPublishOptions,
  type IClientSubscribeOptions, type IConnackPacket, type IDisconnectPacket, type IPublishPacket, type ISubscriptionGrant,
  type ISubscriptionMap, type ISubscriptionRequest, type MqttClientEventCallbacks, type MqttProtocol, type OnConnectCallback,
  type OnErrorCallback, type OnMessageCallback, type OnPacketCallback, type Packet, type PacketCallback,
} from 'mqtt';
import * as all from 'mqtt';
import type {EventEmitter} from 'node:events';

// ---- the README's first example ----
export function readme(): void {
  const client = mqtt.connect('mqtt://test.mosquitto.org');
  client.on('connect', () => {
    client.subscribe('presence', (err) => {
      if (!err) client.publish('presence', 'Hello mqtt');
    });
  });
  client.on('message', (topic, message) => {
    console.log(topic, message.toString());
    client.end();
  });
}

// ---- the default export as a namespace of types ----
export class Service {
  private client: mqtt.MqttClient | null = null;
  private readonly options: mqtt.IClientOptions = {
    host: process.env.MQTT_HOST ?? 'localhost', port: parseInt(process.env.MQTT_PORT ?? '1883', 10), protocol: 'mqtt',
    username: process.env.MQTT_USERNAME, password: process.env.MQTT_PASSWORD, clientId: `service-${Date.now()}`, clean: true,
    connectTimeout: 4000, reconnectPeriod: 1000, rejectUnauthorized: false, keepalive: 60, protocolVersion: 4,
    will: {topic: 'state', payload: Buffer.from('gone'), qos: 1, retain: true},
    servers: [{host: 'one', port: 1883}, {host: 'two', port: 8883, protocol: 'mqtts'}],
    wsOptions: {headers: {'X-Token': 'x'}}, resubscribe: true, queueQoSZero: false,
    transformWsUrl: (url, options, client) => { client.options.username = 'fresh'; return `${url}?id=${options.clientId}`; },
  };
  start(): void {
    this.client = mqtt.connect(this.options);
    this.client.on('connect', this.connected).on('message', this.message.bind(this));
    this.client.once('error', (error: Error) => console.error(error.message));
  }
  private readonly connected = (packet: mqtt.IConnackPacket): void => { console.log(packet.sessionPresent, packet.returnCode); };
  private async message(topic: string, payload: Buffer, packet: mqtt.IPublishPacket): Promise<void> {
    const text: string = payload.toString('utf8');
    const copy: Buffer = Buffer.from(payload);
    console.log(topic, text, copy.readUInt8(0), payload.subarray(1), packet.retain, packet.qos, packet.properties?.contentType);
  }
  stop(): Promise<void> | undefined { return this.client?.endAsync(); }
}

// ---- callbacks with and without null ----
const published: PacketCallback = (error?: Error, packet?: Packet) => { if (error) console.error(error.message, packet?.messageId); };
const subscribed: ClientSubscribeCallback = (error: Error | null, granted?: ISubscriptionGrant[]) => {
  const qos: 0 | 1 | 2 | 128 | undefined = granted?.[0]?.qos;
  console.log(error, qos);
};
const closed: CloseCallback = (error) => console.log(error);
const done: DoneCallback = (error) => console.log(error);
export function callbacks(client: MqttClient): void {
  client.publish('a', 'b');
  client.publish('a', Buffer.from('b'), published);
  client.publish('a', 'b', {qos: 1, retain: true}, published);
  client.publish('a', 'b', {qos: 2}, (error) => { if (error) throw error; });
  client.publish('a', 'b', undefined, (error?: Error | null) => { console.log(error); });
  client.subscribe('a');
  client.subscribe(['a', 'b'], subscribed);
  client.subscribe({a: {qos: 1}, b: {qos: 0}}, subscribed);
  client.subscribe('a', {qos: 1}, (error, granted, packet) => console.log(error?.message, granted?.map(({topic}) => topic), packet?.granted));
  client.unsubscribe('a');
  client.unsubscribe(['a', 'b'], published);
  client.unsubscribe('a', {}, published);
  client.end();
  client.end(true);
  client.end(done);
  client.end(false, done);
  client.end({reasonCode: 0}, done);
  client.end(true, {}, (error) => closed(error));
  client.end(undefined, undefined, () => {});
  client.reconnect();
}

export async function promises(): Promise<void> {
  const client: MqttClient = await connectAsync('mqtt://localhost', {clientId: 'x'});
  const second = await connectAsync({host: 'localhost', port: 1883});
  const third = await connectAsync('mqtt://localhost', {}, false);
  const packet: Packet | undefined = await client.publishAsync('a', 'b', {qos: 1});
  const grants: ISubscriptionGrant[] = await client.subscribeAsync(['a'], {qos: 1});
  const answer: Packet | undefined = await client.unsubscribeAsync('a');
  const void_: void = await client.endAsync(true);
  await second.endAsync({reasonCode: 0});
  await third.endAsync(false, {});
  console.log(packet?.cmd, grants.length, answer?.cmd, void_);
}

// ---- events ----
export function events(client: all.MqttClient): void {
  const connect_listener: OnConnectCallback = (packet: IConnackPacket) => { console.log(packet.properties?.assignedClientIdentifier); };
  const message: OnMessageCallback = (topic, payload, packet) => console.log(topic, payload.length, packet.dup);
  const failed: OnErrorCallback = (error) => { if (error instanceof ErrorWithReasonCode) console.log(error.code.toFixed()); };
  const packets: OnPacketCallback = (packet) => console.log(packet.cmd);
  client.on('connect', connect_listener).on('message', message).on('error', failed).on('packetsend', packets).on('packetreceive', packets);
  client.on('disconnect', (packet: IDisconnectPacket) => console.log(packet.reasonCode));
  client.on('close', () => {}).on('offline', () => {}).on('end', () => {}).on('reconnect', () => {}).on('outgoingEmpty', () => {});
  client.once('connect', () => {}).prependListener('message', message).prependOnceListener('close', () => {});
  client.off('message', message).removeListener('error', failed).removeAllListeners('close').removeAllListeners();
  client.setMaxListeners(0).emit('reconnect');
  const names: Array<keyof MqttClientEventCallbacks> = ['connect', 'message', 'error'];
  for (const name of names) console.log(name, client.listenerCount(name), client.listeners(name).length, client.eventNames().length);
  const emitter = client as unknown as EventEmitter;
  emitter.on('anything', () => {});
}

// ---- MQTT 5 ----
export async function five(url: string): Promise<number | undefined> {
  const options: IClientOptions = {protocolVersion: 5, clean: false, clientId: 'five', autoAssignTopicAlias: true,
    properties: {sessionExpiryInterval: 60, receiveMaximum: 5, userProperties: {a: ['1', '2']}},
    will: {topic: 'gone', payload: 'x', qos: 1, retain: false, properties: {willDelayInterval: 5}}};
  const client = await all.connectAsync(url, options);
  const publishing: IClientPublishOptions = {qos: 1, properties: {responseTopic: 'r', correlationData: Buffer.from('7'), messageExpiryInterval: 60}};
  client.publish('a', 'b', publishing, (error) => { if (error instanceof ErrorWithReasonCode) console.log(error.code.toFixed()); });
  client.on('message', (topic, payload, {properties}) => {
    if (properties?.responseTopic) client.publish(properties.responseTopic, payload, {properties: {correlationData: properties.correlationData}});
  });
  await client.subscribeAsync({a: {qos: 1, nl: true, rap: true, rh: 1}}, {properties: {subscriptionIdentifier: 7}});
  await client.unsubscribeAsync('a', {properties: {userProperties: {a: 'b'}}});
  const maximum = client.serverProperties?.receiveMaximum;
  await client.endAsync(false, {reasonCode: 4, properties: {reasonString: 'enough'}});
  return maximum;
}

// ---- packets narrow by cmd ----
export function describe(packet: Packet): string {
  switch (packet.cmd) {
    case 'connect': return `${packet.clientId} ${packet.keepalive} ${packet.will?.topic}`;
    case 'connack': return `${packet.returnCode} ${packet.sessionPresent}`;
    case 'publish': return `${packet.topic} ${packet.payload.toString()} ${packet.qos} ${packet.messageId}`;
    case 'subscribe': return packet.subscriptions.map(({topic, qos}) => `${topic} ${qos}`).join();
    case 'suback': return packet.granted.join();
    case 'unsubscribe': return packet.unsubscriptions.join();
    case 'puback': case 'pubrec': case 'pubrel': case 'pubcomp': return `${packet.messageId} ${packet.reasonCode}`;
    default: return packet.cmd;
  }
}

// ---- options and other types by name ----
interface Config extends IClientOptions { brokers: string[] }
export function configure({brokers, ...options}: Config, more: Partial<IClientOptions> = {}): MqttClient[] {
  const protocol: MqttProtocol = options.protocol ?? 'wss';
  const publishing: IClientPublishOptions = {qos: 1, retain: false, dup: false, cbStorePut: () => {}};
  const subscribing: IClientSubscribeOptions = {qos: 1};
  const requests: ISubscriptionRequest[] = [{topic: 'a', qos: 1}, {topic: 'b', qos: 0}];
  const map: ISubscriptionMap = Object.fromEntries(requests.map(({topic, qos}) => [topic, {qos}]));
  const level: IClientPublishOptions['qos'] = 2;
  const properties: NonNullable<IClientOptions['properties']> = {sessionExpiryInterval: 1};
  const will: IClientOptions['will'] = {topic: 'a', payload: 'b', qos: 1, retain: true};
  console.log(protocol, publishing, subscribing, map, level, properties, will);
  return brokers.map((url) => connect(url, {...options, ...more, will}));
}
export const made: typeof MqttClient = Client;
export type Listener = (topic: string, payload: Buffer, packet: IPublishPacket) => void;
export const register = (client: MqttClient, listener: Listener): MqttClient => client.on('message', listener);
export type Parameters_ = Parameters<MqttClient['publish']>;
export const ids = {messageIdProvider: new mqtt.UniqueMessageIdProvider()} satisfies IClientOptions;
export const valid: boolean = all.validateTopic('a/+');
export const reason: string = all.ReasonCodes[5];
