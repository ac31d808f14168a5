// Options of connect(), publish() and subscribe().
import type {MqttClient} from './client.js';
import type {IOwnClientOptions, IOwnPublishOptions} from './own.js';
import type {IAuthPacket, IConnectPacket, ISubscribePacket, PublishProperties, IUnsubscribePacket, IWill, QoS} from './packets.js';
import type {PayloadBuffer} from './payload.js';
import type {Timer, TimerVariant} from './common.js';
import type {IMessageIdProvider, IStore} from './unsupported.js';

export type BaseMqttProtocol = 'wss' | 'ws' | 'mqtt' | 'mqtts' | 'tcp' | 'ssl' | 'wx' | 'wxs' | 'ali' | 'alis';
export type MqttProtocolWithUnix = `${BaseMqttProtocol}+unix`;
export type MqttProtocol = BaseMqttProtocol | MqttProtocolWithUnix;
export type StorePutCallback = () => void;
export type AckHandler =
  (topic: string, message: PayloadBuffer, packet: any, callback: (error: Error | number, code?: number) => void) => void;

/** Node: options of TLS. Every other option of `net.connect()` and `tls.connect()` is handed on as well. */
export interface ISecureClientOptions {
  key?: string | string[] | Uint8Array | Uint8Array[] | any[];
  keyPath?: string;
  /** With `key`, ws: and mqtt: become wss: and mqtts:. */
  cert?: string | string[] | Uint8Array | Uint8Array[];
  certPath?: string;
  ca?: string | string[] | Uint8Array | Uint8Array[];
  caPaths?: string | string[];
  pfx?: string | Uint8Array;
  passphrase?: string;
  rejectUnauthorized?: boolean;
  ALPNProtocols?: string[] | Uint8Array[] | Uint8Array;
}

export interface IClientOptions extends ISecureClientOptions, IOwnClientOptions {
  // ---- who ----
  /** Default: one at random. */
  clientId?: string;
  username?: string;
  password?: string | Uint8Array;
  /** 'username:password', instead of the two. */
  auth?: string;
  /** Default: true, no session is kept. */
  clean?: boolean;
  will?: IWill;
  /** 4, the default, is MQTT 3.1.1. wasmqtt extension: 'newest' is 5, and 4 where the broker speaks no other. */
  protocolVersion?: IConnectPacket['protocolVersion'] | 'newest';
  protocolId?: IConnectPacket['protocolId'];

  // ---- where ----
  protocol?: MqttProtocol;
  defaultProtocol?: MqttProtocol;
  host?: string;
  hostname?: string;
  port?: number;
  path?: string;
  query?: Record<string, string>;
  /** Tried in turn. */
  servers?: Array<{host: string; port: number; protocol?: 'wss' | 'ws' | 'mqtt' | 'mqtts' | 'tcp' | 'ssl' | 'wx' | 'wxs'}>;
  createWebsocket?: (url: string, websocketSubProtocols: string[], options: IClientOptions) => any;
  transformWsUrl?: (url: string, options: IClientOptions, client: MqttClient) => string | Promise<string>;
  /** Node: options of the package ws. */
  wsOptions?: {[name: string]: any};
  /** Node: the platform's WebSocket, not the package's. */
  forceNativeWebSocket?: boolean;
  servername?: string;

  // ---- when ----
  /** Seconds, default 60; 0 turns it off. */
  keepalive?: number;
  reschedulePings?: boolean;
  /** Milliseconds between the end of a connection and the next attempt, default 1000; 0: no reconnect. */
  reconnectPeriod?: number;
  /** Milliseconds until CONNACK, default 30 000. */
  connectTimeout?: number;
  reconnectOnConnackError?: boolean;
  /** connect() does not connect by itself; client.connect() does. */
  manualConnect?: boolean;
  /** Default: true. */
  resubscribe?: boolean;
  subscribeBatchSize?: number;
  /** Default: true. */
  queueQoSZero?: boolean;
  timerVariant?: TimerVariant | Timer;
  log?: (...args: any[]) => void;
  encoding?: string;
  /** Of no effect: it serves MQTT.js's streams. */
  browserBufferSize?: number;
  /** Of no effect: it serves MQTT.js's streams. */
  browserBufferTimeout?: number;
  /** Of no effect: it serves MQTT.js's streams. */
  writeCache?: boolean;
  /** Of no effect: it serves MQTT.js's streams. */
  binary?: boolean;
  /** @deprecated UnsupportedError: payloads are bytes. */
  objectMode?: boolean;
  /** Of no effect: it serves mini programs. */
  my?: any;

  // ---- MQTT 5; with protocolVersion 4: UnsupportedError ----
  /** `authenticationMethod` and `authenticationData` are read at each attempt. */
  properties?: IConnectPacket['properties'];
  /** What answers the first AUTH of the broker, instead of `handleAuth()`: its `authenticationData` and words. */
  authPacket?: Partial<IAuthPacket>;
  /** Decides of each message of QoS 1 and 2: done(0) accepts it, another reason code, from 128 on, refuses it. Until then
   *  it is not told, and other messages are. */
  customHandleAcks?: AckHandler;
  /** Topics have numbers, as far as the broker takes them: shorter packets. */
  autoAssignTopicAlias?: boolean;
  /** Of no effect: it uses the numbers that publish() gives in MQTT.js. */
  autoUseTopicAlias?: boolean;

  // ---- refused ----
  /** @deprecated UnsupportedError: the option `journal` keeps the session durably. */
  incomingStore?: IStore;
  /** @deprecated UnsupportedError: the option `journal` keeps the session durably. */
  outgoingStore?: IStore;
  /** One of this package's, of no effect: the core chooses packet identifiers that are free. Any other: UnsupportedError. */
  messageIdProvider?: IMessageIdProvider;
  /** @deprecated UnsupportedError. */
  socksProxy?: string;
  /** Of no effect: it belongs to socksProxy. */
  socksTimeout?: number;
  /** @deprecated UnsupportedError. */
  unixSocket?: boolean;
}

export interface IClientPublishOptions extends IOwnPublishOptions {
  qos?: QoS;
  retain?: boolean;
  /** @deprecated true: UnsupportedError. Redeliveries are marked by the core. */
  dup?: boolean;
  /** MQTT 5. What is left of a `messageExpiryInterval` is sent. */
  properties?: PublishProperties;
  /** A message of QoS 1 or 2 was accepted. */
  cbStorePut?: StorePutCallback;
}

export interface IClientSubscribeProperties {
  /** MQTT 5: of each SUBSCRIBE for these filters. */
  properties?: ISubscribePacket['properties'];
}
export interface IClientSubscribeOptions extends IClientSubscribeProperties {
  qos: QoS;
  /** MQTT 5, No Local: what this client publishes does not come back. */
  nl?: boolean;
  /** MQTT 5, Retain As Published: `retain` of a message is as it was published. */
  rap?: boolean;
  /** MQTT 5, Retain Handling: stored messages come always (0), with a new subscription only (1), or not (2). */
  rh?: number;
}
export interface ISubscriptionRequest extends IClientSubscribeOptions { topic: string }
/** `qos` is what the broker granted; refused: 128, in MQTT 5 any reason code from 128 on. */
export interface ISubscriptionGrant extends Omit<ISubscriptionRequest, 'qos' | 'properties'> { qos: QoS | 128 }
export type ISubscriptionMap = {[topic: string]: IClientSubscribeOptions} & {resubscribe?: boolean};
export interface IClientUnsubscribeProperties {
  /** MQTT 5. */
  properties?: IUnsubscribePacket['properties'];
}
/** @deprecated UnsupportedError: the option `journal` keeps the session durably. */
export interface IClientReconnectOptions { incomingStore?: IStore; outgoingStore?: IStore }
