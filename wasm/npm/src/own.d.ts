// What wasmqtt has and MQTT.js does not.
import type {IPublishPacket, Packet, PublishProperties, QoS} from './packets.js';
import type {PayloadBuffer} from './payload.js';
import type {Message} from './common.js';

export interface IOwnClientOptions {
  /** Asked before each attempt: a fresh token, for example. What it throws is an 'error', and the next attempt asks again. */
  credentials?(): Credentials | Promise<Credentials>;
  /** Limits of what waits unsent, and what happens at one; default: 'reject'. */
  queue?: {messages?: number; bytes?: number; inFlight?: number; overflow?: 'reject' | 'dropOldest' | 'dropNewest'};
  /** Keeps unfinished QoS 1 and 2 messages through a reload or crash: in IndexedDB (true, or a database's name), or where
   *  you say. Needs a clientId that stays the same. A failing journal is told by 'journalerror'; memory serves then. */
  journal?: boolean | string | Journal;
  /** Reconnect with full-jitter exponential backoff instead of reconnectPeriod; milliseconds. */
  backoff?: {first?: number; longest?: number; stableAfter?: number};
  /** Stop after this many connections in a row that the broker ended within 5 s, or, in MQTT 5, when it says so: another client
   *  has our client id. Default: 0, go on. */
  takeoverStrikes?: number;
  /** PUBACK and PUBREC wait for packet.acknowledge(). */
  manualAcknowledge?: boolean;
  /** How many packets trace() remembers; default: 0. */
  trace?: number;
  /** Of one incoming packet, default 16 MiB; more ends the connection. */
  maxPacketBytes?: number;
  /** MQTT 3.1.1: true ends the connection when the broker sets flags in the header of a packet that has none [MQTT-2.2.2-2], or
   *  answers CONNECT with a code above 5. Default: false; there are brokers that do it, and would do it on the next connection, too. */
  strictReserved?: boolean;
  /** How request(), answers() and respond() appear on the wire. */
  requests?: RequestSettings;
  /** Milliseconds that end() waits for acknowledgements while there is a connection; default: 10 000. */
  endTimeout?: number;
}

export interface RequestSettings {
  /** Topics of answers begin so; default: 'responses'. In 3.1.1 both sides need the same. */
  prefix?: string;
  /** true: as in 3.1.1, also where 5 is spoken, for responders that speak 3.1.1. */
  inTopic?: boolean;
  /** Of the subscription for answers; default: 1. */
  answerQos?: QoS;
}

export interface Credentials { username?: string; password?: string | Uint8Array }

/** Where a session's journal lives. Batches are appended in order; load() gives them joined. */
export interface Journal {
  load(clientId: string): Promise<Uint8Array>;
  append(records: Uint8Array): Promise<void>;
}

export interface IOwnPublishOptions {
  /** Milliseconds that it may wait unsent. */
  timeToLive?: number;
  /** Takes the place of an unsent message for the same topic. */
  latest?: boolean;
}

export type MessageHandler = (topic: string, payload: PayloadBuffer, packet: IPublishPacket) => void;

/** One accepted publish and its progress, across reconnects. */
export interface Delivery {
  readonly topic: string; readonly payload: Message; readonly qos: QoS; readonly retain: boolean;
  readonly properties: PublishProperties | undefined;
  /** 0 until it was sent. */
  readonly messageId: number;
  readonly state: 'queued' | 'sent' | 'acknowledged' | 'failed';
  /** Why it failed: 'dropped_oldest', 'dropped_newest', 'superseded', 'expired', 'cancelled', 'session_lost',
   *  'connection_lost', 'connection_closed_repeatedly', 'refused' and 'not_supported' by the broker, or a sentence about the call. */
  readonly reason: string | null;
  /** MQTT 5: of the broker's acknowledgement; 16: nobody has subscribed. */
  readonly reasonCode: number;
  onchange: ((delivery: Delivery) => void) | null;
  /** Resolves when it is sent (QoS 0) or acknowledged; rejects when it failed. */
  readonly done: Promise<Delivery>;
  /** False: it is on the wire already. */
  cancel(): boolean;
}

/** One handle() call. */
export interface Subscription {
  readonly filter: string;
  readonly granted: Promise<QoS>;
  unsubscribe(): Promise<void>;
}

/** Why a connection ended, or was never made. */
export interface CloseRecord {
  phase: 'opening' | 'connecting' | 'connected' | 'disconnecting';
  cause: 'transport' | 'refused' | 'protocol_error' | 'timed_out' | 'disconnected' | 'aborted' | 'ended_by_broker';
  /** What the network said, where it can be told, among others: 'refused', 'name_not_resolved', 'unreachable', 'reset', 'tls', or
   *  'not_prepared', where it did not come to an attempt (credentials, options); 'unknown': a browser does not say. */
  fault: string;
  /** The WebSocket's close code and the peer's words; 0 and '' where there are none. */
  code: number; reason: string; clean: boolean;
  returnCode: number;
  /** MQTT 5: what the broker said, or we told it; and where it says that it has moved to. */
  reasonCode: number; serverReference: string;
  /** Milliseconds since the attempt began, and since CONNACK. */
  elapsed: number; connectedFor: number;
  lastSent: string; lastReceived: string;
  /** What happened and what is likely wrong, in plain words. */
  sentence: string;
}

/** One packet, sent or received. */
export interface TraceEntry {
  number: number; time: number; direction: 'in' | 'out'; cmd: string; size: number; packet: Packet;
  /** Milliseconds until the answer; the number of the packet that this one answers, or is answered by. */
  roundTrip: number | null; partner: number;
  /** As on the wire, passwords masked. */
  bytes: Uint8Array;
}
