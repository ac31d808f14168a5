// Parts of MQTT.js that are refused: with the same names and types, so that code that mentions them compiles, and is told
// at run time by UnsupportedError what to use instead.
import type {PacketCallback} from './callbacks.js';
import type {Packet} from './packets.js';
import type {DoneCallback} from './common.js';

export interface IStore {
  put(packet: Packet, callback: DoneCallback): IStore;
  /** A Readable of Node. */
  createStream(): any;
  del(packet: Pick<Packet, 'messageId'>, callback: PacketCallback): IStore;
  get(packet: Pick<Packet, 'messageId'>, callback: PacketCallback): IStore;
  close(callback: DoneCallback): void;
}
/** @deprecated UnsupportedError: the option `journal` keeps the session durably. */
export class Store implements IStore {
  constructor(options?: {clean?: boolean});
  put(packet: Packet, callback: DoneCallback): this;
  createStream(): any;
  del(packet: Pick<Packet, 'messageId'>, callback: PacketCallback): this;
  get(packet: Pick<Packet, 'messageId'>, callback: PacketCallback): this;
  close(callback: DoneCallback): void;
}

export interface IMessageIdProvider {
  allocate(): number | null;
  getLastAllocated(): number | null;
  register(id: number): boolean;
  deallocate(id: number): void;
  clear(): void;
}
/** Of no effect as the option `messageIdProvider`: the core chooses packet identifiers that are free. */
export class DefaultMessageIdProvider implements IMessageIdProvider {
  /** @deprecated UnsupportedError. */
  allocate(): number;
  /** @deprecated UnsupportedError. */
  getLastAllocated(): number;
  /** @deprecated UnsupportedError. */
  register(id: number): boolean;
  /** @deprecated UnsupportedError. */
  deallocate(id: number): void;
  /** @deprecated UnsupportedError. */
  clear(): void;
}
export class UniqueMessageIdProvider extends DefaultMessageIdProvider {}

/** Type only: the core keeps the connection alive. */
export interface KeepaliveManager {
  readonly keepalive: number;
  readonly keepaliveTimeoutTimestamp: number;
  readonly intervalEvery: number;
  setKeepalive(seconds: number): void;
  reschedule(): void;
  destroy(): void;
}
