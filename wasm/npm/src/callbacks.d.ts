import type {ErrorWithReasonCode} from './errors.js';
import type {ISubscriptionGrant} from './options.js';
import type {IConnackPacket, IDisconnectPacket, IPublishPacket, ISubackPacket, Packet} from './packets.js';
import type {PayloadBuffer} from './payload.js';
import type {VoidCallback} from './common.js';

export type OnConnectCallback = (packet: IConnackPacket) => void;
export type OnDisconnectCallback = (packet: IDisconnectPacket) => void;
export type OnMessageCallback = (topic: string, payload: PayloadBuffer, packet: IPublishPacket) => void;
export type OnPacketCallback = (packet: Packet) => void;
export type OnCloseCallback = () => void;
export type OnErrorCallback = (error: Error | ErrorWithReasonCode) => void;
export type PacketCallback = (error?: Error | ErrorWithReasonCode, packet?: Packet) => any;
export type CloseCallback = (error?: Error) => void;
export type ClientSubscribeCallback =
  (error: Error | null, granted?: ISubscriptionGrant[], packet?: ISubackPacket) => void;

export interface MqttClientEventCallbacks {
  /** The connection is accepted; also after each reconnect. */
  connect: OnConnectCallback;
  message: OnMessageCallback;
  packetsend: OnPacketCallback;
  packetreceive: OnPacketCallback;
  /** MQTT 5: the broker said why it ends the connection. */
  disconnect: OnDisconnectCallback;
  error: OnErrorCallback;
  close: OnCloseCallback;
  end: VoidCallback;
  reconnect: VoidCallback;
  offline: VoidCallback;
  outgoingEmpty: VoidCallback;
  /** wasmqtt extension. The broker forgot the session that this client had. */
  sessionlost: (lost: {republished: number; failed: number}) => void;
  /** wasmqtt extension. A payload is not what the option `as` of its handler or iteration says, and that has no option
   *  `undecodable` of its own. */
  undecodable: (topic: string, payload: PayloadBuffer, error: Error, packet: IPublishPacket) => void;
  /** wasmqtt extension, with `share`. What `client.shared` is from now on. */
  shared: (how: 'leader' | 'member' | 'worker' | false) => void;
  /** wasmqtt extension, with `share`. This tab may have missed messages: it had not read for too long, or came late to a new
   *  leader. Its subscriptions are made anew, with their stored messages. */
  messagesmissed: (missed: {reason: 'did not read' | 'late'}) => void;
  /** wasmqtt extension. The journal cannot be read or written: the session is kept in memory from now on. */
  journalerror: (error: Error) => void;
}
