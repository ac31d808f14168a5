// wasmqtt: an MQTT 3.1.1 client for pages, workers and Node. The names are MQTT.js's where it has one; what is marked
// "own" is not in MQTT.js.

export type QoS = 0 | 1 | 2;
/** What can be published. */
export type Message = string | Uint8Array | ArrayBufferView | ArrayBuffer;

/** Bytes of a message; as a string they are UTF-8, as with Node's Buffer. */
export class Payload extends Uint8Array {
  toString(encoding?: 'utf8' | 'utf-8' | 'hex' | 'base64' | 'latin1' | 'binary'): string;
}

export interface IPacket { cmd: string; messageId?: number; length?: number }
export interface IConnackPacket extends IPacket { cmd: 'connack'; sessionPresent: boolean; returnCode: number }
export interface IPublishPacket extends IPacket {
  cmd: 'publish'; topic: string; payload: Payload; qos: QoS; retain: boolean; dup: boolean;
  /** Own, with `manualAcknowledge` and QoS 1 or 2: lets PUBACK or PUBREC go. */
  acknowledge?(): void;
}
export interface ISubackPacket extends IPacket { cmd: 'suback'; granted: number[] }
/** Any packet, as 'packetsend' and 'packetreceive' show it. */
export type Packet = IPacket & Record<string, unknown>;

/** CONNACK refused the connection; `code` is its return code, 1 to 5. */
export class ErrorWithReasonCode extends Error { code: number }
/** SUBACK refused a subscription. */
export class ErrorWithSubackPacket extends Error { packet: ISubackPacket }
/** Something of MQTT.js, or of MQTT 5, that is not here was asked for. Own. */
export class UnsupportedError extends Error {}

export interface IClientOptions {
  clientId?: string;
  username?: string;
  password?: string | Uint8Array;
  /** 'username:password', instead of the two. */
  auth?: string;
  clean?: boolean;
  /** Seconds, 60 unless told; 0 turns it off. */
  keepalive?: number;
  /** Milliseconds between the end of a connection and the next attempt, 1000 unless told; 0: no reconnect. */
  reconnectPeriod?: number;
  /** Milliseconds until CONNACK, 30 000 unless told. */
  connectTimeout?: number;
  reconnectOnConnackError?: boolean;
  will?: {topic: string; payload?: Message; qos?: QoS; retain?: boolean};
  /** connect() does not connect by itself; client.connect() does. */
  manualConnect?: boolean;
  resubscribe?: boolean;
  queueQoSZero?: boolean;
  protocolVersion?: 4;
  protocolId?: 'MQTT';
  protocol?: string;
  host?: string;
  hostname?: string;
  port?: number;
  path?: string;
  /** Tried in turn. */
  servers?: Array<{host: string; port?: number; protocol?: string}>;
  createWebsocket?(url: string, protocols: string[], options: IClientOptions): unknown;
  transformWsUrl?(url: string, options: IClientOptions, client: MqttClient): string | Promise<string>;
  /** Node: options of the package ws. */
  wsOptions?: object;
  /** Node: the platform's WebSocket, not the package's. */
  forceNativeWebSocket?: boolean;
  /** Node, TLS; with `cert` and `key`, ws: and mqtt: become wss: and mqtts:. TCP and TLS sockets get every other option of
   *  Node's `net` and `tls`, too. */
  ca?: unknown; cert?: unknown; key?: unknown; pfx?: unknown; passphrase?: string; rejectUnauthorized?: boolean;
  servername?: string; ALPNProtocols?: string[];

  // ---- own ----
  /** Asked before each attempt: a fresh token, say. */
  credentials?(): Credentials | Promise<Credentials>;
  /** Limits of what waits unsent, and what happens at one: 'reject' unless told. */
  queue?: {messages?: number; bytes?: number; inFlight?: number; overflow?: 'reject' | 'dropOldest' | 'dropNewest'};
  /** Keeps unfinished QoS 1 and 2 messages through a reload or crash: in IndexedDB (true, or a database's name), or where
   *  you say. Needs a clientId that stays the same. A failing journal is told by 'journalerror'; memory serves then. */
  journal?: boolean | string | Journal;
  /** Reconnect with full-jitter exponential backoff instead of reconnectPeriod; milliseconds. */
  backoff?: {first?: number; longest?: number; stableAfter?: number};
  /** Stop after this many connections in a row that the broker ended within 5 s: another client has our client id. */
  takeoverStrikes?: number;
  /** PUBACK and PUBREC wait for packet.acknowledge(). */
  manualAcknowledge?: boolean;
  /** How many packets trace() remembers; 0 unless told. */
  trace?: number;
  /** Of one incoming packet, 16 MiB unless told; more ends the connection. */
  maxPacketBytes?: number;
  /** Milliseconds that end() waits for acknowledgements while there is a connection, 10 000 unless told. */
  endTimeout?: number;
}
export interface Credentials { username?: string; password?: string | Uint8Array }
/** Where a session's journal lives. Batches are appended in order; load() gives them joined. */
export interface Journal {
  load(clientId: string): Promise<Uint8Array>;
  append(records: Uint8Array): Promise<void>;
}

export interface IClientPublishOptions {
  qos?: QoS;
  retain?: boolean;
  cbStorePut?: () => void;
  /** Own. Milliseconds that it may wait unsent. */
  timeToLive?: number;
  /** Own. Takes the place of an unsent message for the same topic. */
  latest?: boolean;
}
export interface IClientSubscribeOptions { qos?: QoS }
export type ISubscriptionMap = {[filter: string]: {qos: QoS}};
export interface ISubscriptionGrant { topic: string; qos: QoS | 128 }

export type PacketCallback = (error?: Error | null, packet?: Packet) => void;
export type ClientSubscribeCallback =
  (error: Error | null, granted?: ISubscriptionGrant[], packet?: ISubackPacket) => void;
export type MessageHandler = (topic: string, payload: Payload, packet: IPublishPacket) => void;

/** Own. One accepted publish and its way, across reconnects. */
export interface Delivery {
  readonly topic: string; readonly payload: Message; readonly qos: QoS; readonly retain: boolean;
  /** 0 until it was sent. */
  readonly messageId: number;
  readonly state: 'queued' | 'sent' | 'acknowledged' | 'failed';
  /** Why it failed: 'dropped_oldest', 'dropped_newest', 'superseded', 'expired', 'cancelled', 'session_lost',
   *  'connection_lost', or a sentence about the call. */
  readonly reason: string | null;
  onchange: ((delivery: Delivery) => void) | null;
  /** Resolves when it is sent (QoS 0) or acknowledged; rejects when it failed. */
  readonly done: Promise<Delivery>;
  /** False: it is on the wire already. */
  cancel(): boolean;
}

/** Own. One handle() call. */
export interface Subscription {
  readonly filter: string;
  readonly granted: Promise<QoS>;
  unsubscribe(): Promise<void>;
}

/** Own. Why a connection ended, or never came to be. */
export interface CloseRecord {
  phase: 'opening' | 'connecting' | 'connected' | 'disconnecting';
  cause: 'transport' | 'refused' | 'protocol_error' | 'timed_out' | 'disconnected' | 'aborted';
  fault: string;
  /** The WebSocket's close code and the peer's words; 0 and '' where there are none. */
  code: number; reason: string; clean: boolean;
  returnCode: number;
  /** Milliseconds since the attempt began, and since CONNACK. */
  elapsed: number; connectedFor: number;
  lastSent: string; lastReceived: string;
  /** What happened and what is likely wrong, for a person. */
  sentence: string;
}

/** Own. One packet that passed. */
export interface TraceEntry {
  number: number; time: number; direction: 'in' | 'out'; cmd: string; size: number; packet: Packet;
  /** Milliseconds until the answer; the number of the packet that this one answers, or is answered by. */
  roundTrip: number | null; partner: number;
  /** As on the wire, passwords masked. */
  bytes: Uint8Array;
}

export interface MqttClientEvents {
  connect: (packet: IConnackPacket) => void;
  reconnect: () => void;
  close: () => void;
  offline: () => void;
  end: () => void;
  error: (error: Error | ErrorWithReasonCode) => void;
  message: MessageHandler;
  packetsend: (packet: Packet) => void;
  packetreceive: (packet: Packet) => void;
  outgoingEmpty: () => void;
  /** Own. The broker forgot the session that this client had. */
  sessionlost: (lost: {republished: number; failed: number}) => void;
  /** Own. The journal can't be read or written: memory serves from now on. */
  journalerror: (error: Error) => void;
}
type Events = keyof MqttClientEvents;
// MQTT.js's names for some of these.
export type MqttClientEventCallbacks = MqttClientEvents;
export type OnMessageCallback = MessageHandler;
export type OnConnectCallback = MqttClientEvents['connect'];
export type OnErrorCallback = MqttClientEvents['error'];
export type OnPacketCallback = MqttClientEvents['packetsend'];
export type OnCloseCallback = MqttClientEvents['close'];
export interface ISubscriptionRequest extends IClientSubscribeOptions { topic: string }

export class MqttClient {
  private constructor();
  readonly connected: boolean;
  readonly reconnecting: boolean;
  readonly disconnecting: boolean;
  readonly disconnected: boolean;
  readonly options: IClientOptions;

  connect(): this;
  publish(topic: string, message: Message, callback?: PacketCallback): this;
  publish(topic: string, message: Message, options?: IClientPublishOptions | null, callback?: PacketCallback): this;
  publishAsync(topic: string, message: Message, options?: IClientPublishOptions): Promise<Packet | undefined>;
  subscribe(filters: string | string[] | ISubscriptionMap, callback?: ClientSubscribeCallback): this;
  subscribe(filters: string | string[] | ISubscriptionMap, options?: IClientSubscribeOptions | null,
            callback?: ClientSubscribeCallback): this;
  subscribeAsync(filters: string | string[] | ISubscriptionMap,
                 options?: IClientSubscribeOptions): Promise<ISubscriptionGrant[]>;
  unsubscribe(filters: string | string[], callback?: PacketCallback): this;
  unsubscribe(filters: string | string[], options?: object | null, callback?: PacketCallback): this;
  unsubscribeAsync(filters: string | string[]): Promise<Packet | undefined>;
  /** Waits for what is unacknowledged, unless `force` or there is no connection, then disconnects. Always finishes; what
   *  is unfinished stays so, and leaves with the next connection if there is one. */
  end(callback?: () => void): this;
  end(force: boolean, callback?: () => void): this;
  end(force: boolean, options: object | null, callback?: () => void): this;
  endAsync(force?: boolean): Promise<void>;
  reconnect(): this;

  on<E extends Events>(event: E, listener: MqttClientEvents[E]): this;
  once<E extends Events>(event: E, listener: MqttClientEvents[E]): this;
  off<E extends Events>(event: E, listener: MqttClientEvents[E]): this;
  addListener<E extends Events>(event: E, listener: MqttClientEvents[E]): this;
  removeListener<E extends Events>(event: E, listener: MqttClientEvents[E]): this;
  prependListener<E extends Events>(event: E, listener: MqttClientEvents[E]): this;
  removeAllListeners(event?: Events): this;
  emit<E extends Events>(event: E, ...values: Parameters<MqttClientEvents[E]>): boolean;
  listenerCount(event: Events): number;
  setMaxListeners(count: number): this;

  // ---- own ----
  /** publish() with a handle. Throws for a wrong call; what fails later is told by the handle. */
  send(topic: string, message: Message, options?: IClientPublishOptions): Delivery;
  /** Messages of this filter go to this handler, besides the event 'message'. */
  handle(filter: string, handler: MessageHandler, options?: {qos?: QoS}): Subscription;
  /** What was accepted and has not ended; with a journal, also from before. */
  unfinished(): Delivery[];
  /** Why the last connection ended. */
  readonly closeRecord: CloseRecord | null;
  /** The latest packets, oldest first; option `trace` says how many. */
  trace(): TraceEntry[];
  /** The device woke up or the network is back: looks at the link now. Pages do it by themselves. */
  wake(): void;
}

export {MqttClient as Client};

export function connect(url: string, options?: IClientOptions): MqttClient;
export function connect(options: IClientOptions): MqttClient;
export function connectAsync(url: string, options?: IClientOptions, allowRetries?: boolean): Promise<MqttClient>;

declare const mqtt: {
  connect: typeof connect; connectAsync: typeof connectAsync; MqttClient: typeof MqttClient;
  Client: typeof MqttClient; ErrorWithReasonCode: typeof ErrorWithReasonCode;
};
export default mqtt;
