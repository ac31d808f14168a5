// Everything that the package exports by name.
import {MqttClient} from './client.js';
import type {IClientOptions} from './options.js';

/** Connects, and reconnects until end(). Throws for options that are wrong or not supported, naming them. */
export function connect(url: string, options?: IClientOptions): MqttClient;
export function connect(options: IClientOptions): MqttClient;

/** Resolves to the client at its first connection, rejects at its first error. Messages that arrive before a listener was
 *  added are kept for it. */
export function connectAsync(url: string, options?: IClientOptions, allowRetries?: boolean): Promise<MqttClient>;
export function connectAsync(options: IClientOptions): Promise<MqttClient>;

export {MqttClient, MqttClient as Client};
export {ErrorWithReasonCode, ErrorWithSubackPacket, RequestError, UnsupportedError} from './errors.js';
export {Payload} from './payload.js';
export {validateTopic, validateTopics, ReasonCodes} from './common.js';
export {Store, DefaultMessageIdProvider, UniqueMessageIdProvider} from './unsupported.js';
export type {IStore, IMessageIdProvider, KeepaliveManager} from './unsupported.js';
export * from './by_hand.js';
export * from './callbacks.js';
export * from './options.js';
export * from './own.js';
export * from './packets.js';
export type {
  Callback, Constructor, DoneCallback, GenericCallback, IStream, Message, PacketHandler, PacketPump, PendingCommand,
  StreamBuilder, Timer, TimerVariant, VoidCallback,
} from './common.js';
