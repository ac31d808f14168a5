import type {ByHand} from './by_hand.js';
import type {ClientSubscribeCallback, MqttClientEventCallbacks, PacketCallback} from './callbacks.js';
import type {
  IClientOptions, IClientPublishOptions, IClientSubscribeOptions, IClientSubscribeProperties, IClientUnsubscribeProperties,
  ISubscriptionGrant, ISubscriptionMap,
} from './options.js';
import type {CloseRecord, Delivery, TraceEntry} from './own.js';
import type {IAuthPacket, IConnackPacket, IDisconnectPacket, IPublishPacket, Packet} from './packets.js';
import type {DoneCallback, IStream, Message, StreamBuilder} from './common.js';

type Events = MqttClientEventCallbacks;
type Filters = string | string[] | ISubscriptionMap;
type SubscribeOptions = IClientSubscribeOptions | IClientSubscribeProperties | null;

export class MqttClient {
  /** A client over a stream of your own, a Duplex of Node; most use connect(). */
  constructor(streamBuilder: StreamBuilder, options: IClientOptions);

  connected: boolean;
  reconnecting: boolean;
  disconnecting: boolean;
  disconnected: boolean;
  options: IClientOptions;
  /** Seconds. In MQTT 5 the broker may name its own. */
  readonly keepalive: number;
  /** MQTT 5: CONNACK's, while there is a connection. */
  readonly serverProperties: IConnackPacket['properties'];

  /** Node: the socket; null when there is none. */
  readonly stream: IStream;

  connect(): this;
  publish(topic: string, message: Message, callback?: PacketCallback): this;
  publish(topic: string, message: Message, options?: IClientPublishOptions | null, callback?: PacketCallback): this;
  publishAsync(topic: string, message: Message, options?: IClientPublishOptions): Promise<Packet | undefined>;
  subscribe(filters: Filters, callback?: ClientSubscribeCallback): this;
  subscribe(filters: Filters, options?: SubscribeOptions, callback?: ClientSubscribeCallback): this;
  subscribeAsync(filters: Filters, options?: SubscribeOptions): Promise<ISubscriptionGrant[]>;
  unsubscribe(filters: string | string[], callback?: PacketCallback): this;
  unsubscribe(filters: string | string[], options?: IClientUnsubscribeProperties | null, callback?: PacketCallback): this;
  unsubscribeAsync(filters: string | string[], options?: IClientUnsubscribeProperties): Promise<Packet | undefined>;
  /** Waits for what is unacknowledged, unless `force` or there is no connection, then disconnects. Always finishes; what
   *  is unfinished stays so, and is sent by the next connection if there is one. */
  end(callback?: DoneCallback): this;
  end(force?: boolean, callback?: DoneCallback): this;
  end(options?: Partial<IDisconnectPacket> | null, callback?: DoneCallback): this;
  end(force?: boolean, options?: Partial<IDisconnectPacket> | null, callback?: DoneCallback): this;
  endAsync(options?: Partial<IDisconnectPacket>): Promise<void>;
  endAsync(force?: boolean, options?: Partial<IDisconnectPacket>): Promise<void>;
  reconnect(options?: Pick<IClientOptions, 'incomingStore' | 'outgoingStore'>): this;
  /** @deprecated UnsupportedError: use send() and cancel(). */
  removeOutgoingMessage(messageId: number): this;
  /** @deprecated UnsupportedError: use the messageId of a delivery or packet. */
  getLastMessageId(): number;
  /** May be replaced: a message is acknowledged when the callback is called. */
  handleMessage(packet: IPublishPacket, callback: DoneCallback): void;
  /** May be replaced: answers the broker's AUTH. callback(null, {properties: {authenticationData}}) goes on, callback(null)
   *  takes its end (`reasonCode` 0), callback(error) ends the connection. */
  handleAuth(packet: IAuthPacket, callback: PacketCallback): void;
  sendPing(): void;
  /** @deprecated UnsupportedError: use wake(). */
  reschedulePing(force?: boolean): void;

  on<E extends keyof Events>(event: E, listener: Events[E]): this;
  once<E extends keyof Events>(event: E, listener: Events[E]): this;
  off<E extends keyof Events>(event: E, listener: Events[E]): this;
  addListener<E extends keyof Events>(event: E, listener: Events[E]): this;
  removeListener<E extends keyof Events>(event: E, listener: Events[E]): this;
  prependListener<E extends keyof Events>(event: E, listener: Events[E]): this;
  prependOnceListener<E extends keyof Events>(event: E, listener: Events[E]): this;
  removeAllListeners(event?: keyof Events): this;
  emit<E extends keyof Events>(event: E, ...values: Parameters<Events[E]>): boolean;
  listeners<E extends keyof Events>(event: E): Events[E][];
  rawListeners<E extends keyof Events>(event: E): Events[E][];
  listenerCount<E extends keyof Events>(event: E, listener?: Events[E]): number;
  eventNames(): Array<keyof Events>;
  setMaxListeners(count: number): this;
  getMaxListeners(): number;

  // ---- wasmqtt extensions ----

  /** publish() with a handle. Throws for a wrong call; what fails later is told by the handle. */
  send(topic: string, message: Message, options?: IClientPublishOptions): Delivery;
  handle: ByHand['handle'];
  messages: ByHand['messages'];
  request: ByHand['request'];
  answers: ByHand['answers'];
  respond: ByHand['respond'];
  /** What this connection speaks, or the last one. */
  readonly protocolVersion: 4 | 5;
  /** What was accepted and has not ended; with a journal, also from before. */
  unfinished(): Delivery[];
  /** MQTT 5: authenticates again on the live connection, with the method of CONNECT: a new token. `data` becomes
   *  `options.properties.authenticationData`, so that the next CONNECT has it, too; without it, that is sent. The callback
   *  gets the broker's AUTH, or why there was none; `handleAuth()` answers what it asks meanwhile. */
  reauthenticate(callback?: PacketCallback): this;
  reauthenticate(data: Message, callback?: PacketCallback): this;
  reauthenticateAsync(data?: Message): Promise<Packet | undefined>;
  /** `wasmqtt/shared`, with `share`: whose connection this is: this tab's, which leads; another tab's; or a SharedWorker's. false: its own
   *  alone, and `notShared` says why; null: not known yet. */
  readonly shared: 'leader' | 'member' | 'worker' | false | null;
  /** Why `shared` is false; null: it is not. */
  readonly notShared: string | null;
  /** Why the last connection ended. */
  readonly closeRecord: CloseRecord | null;
  /** The latest packets, oldest first; option `trace` says how many. */
  trace(): TraceEntry[];
  /** The device woke up or the network is back: checks the link now. Pages do it by themselves. */
  wake(): void;
}
