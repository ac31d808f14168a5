// Small things that MQTT.js exports.
import type {MqttClient} from './client.js';
import type {IClientOptions} from './options.js';
import type {Packet} from './packets.js';

/** What can be published. */
export type Message = string | ArrayBufferView | ArrayBuffer;

export type DoneCallback = (error?: Error) => void;
export type GenericCallback<T> = (error?: Error, result?: T) => void;
export type VoidCallback = () => void;
export type Callback = () => void;
export type Constructor<T = {}> = new (...args: any[]) => T;

/** A Duplex of Node. */
export type IStream = any;
export type StreamBuilder = (client: MqttClient, options?: IClientOptions) => IStream;

export type TimerVariant = 'auto' | 'worker' | 'native';
export interface Timer {
  set(callback: () => void, milliseconds: number): any;
  clear(id: any): void;
}

export type PendingCommand = 'publish' | 'pubrel' | 'subscribe' | 'unsubscribe';
export interface PacketPump { discardParsedPackets(): void; isCurrent(): boolean }
export type PacketHandler = (client: MqttClient, packet: Packet, done?: DoneCallback, pump?: PacketPump) => void;

/** Whether `topic` is a valid topic filter [MQTT-4.7]. */
export function validateTopic(topic: string): boolean;
/** The first of the filters that is not valid; null: all are. */
export function validateTopics(topics: string[]): string | null;
/** Names of CONNACK's return codes, and of MQTT 5's reason codes. */
export const ReasonCodes: Readonly<Record<number, string>>;
