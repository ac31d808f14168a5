// What people write by hand on top of MQTT: values instead of bytes, iterations, questions and answers.
import type {IClientSubscribeOptions} from './options.js';
import type {Subscription} from './own.js';
import type {IPublishPacket, PublishProperties, QoS} from './packets.js';
import type {PayloadBuffer} from './payload.js';
import type {Message} from './common.js';

/** What a payload is taken for: bytes as they are, UTF-8, JSON. Text that is not UTF-8 and JSON that is none are told to
 *  `undecodable`, or by the event of that name. */
export type Codec = 'bytes' | 'text' | 'json';
/** What a payload is then: JSON is whatever the sender wrote, so check it; of a function, what that gives. */
export type Decoded<C, T> = [T] extends [never] ? C extends 'json' ? any : C extends 'text' ? string : PayloadBuffer : T;

export interface DecodeOptions<C, T> {
  /** Default: 'bytes'. A function makes a value of the bytes, and throws if they are none. */
  as?: C | ((payload: PayloadBuffer) => T);
  undecodable?(topic: string, payload: PayloadBuffer, error: Error, packet: IPublishPacket): void;
}

export type HandleOptions<C, T> = Partial<IClientSubscribeOptions> & DecodeOptions<C, T>;
export interface StreamOptions {
  /** Throws its reason in the loop, and ends it. */
  signal?: AbortSignal;
  /** How many messages may wait for the loop; default: 1000. Then the oldest of QoS 0 are dropped, which `dropped` of the next one
   *  tells, and with QoS 1 and 2 the client's other messages wait, too, at most 16 MiB of them. */
  limit?: number;
}
export type MessagesOptions<C, T> = HandleOptions<C, T> & StreamOptions;

export interface Received<T> {
  topic: string;
  payload: T;
  packet: IPublishPacket;
}
export interface Streamed<T> extends Received<T> {
  /** Messages of QoS 0 that were dropped before this one. */
  dropped: number;
}

/** One loop: `for await (const {topic, payload} of …)`. A message of QoS 1 or 2 is acknowledged when the loop asks for the next
 *  one. A `break` ends it. */
export interface MessageStream<T> extends AsyncIterableIterator<Streamed<T>> {
  next(): Promise<IteratorResult<Streamed<T>, undefined>>;
  return(): Promise<IteratorResult<Streamed<T>, undefined>>;
  [Symbol.asyncIterator](): MessageStream<T>;
  /** After a `break`: what had arrived and was not handed out. */
  readonly unread: Streamed<T>[];
}
export interface SubscriptionStream<T> extends MessageStream<T> {
  /** What the broker granted; without it the loop throws, too. */
  readonly granted: Promise<QoS>;
}

export interface RequestOptions<C, T> {
  /** Milliseconds; default: 30 000. */
  timeout?: number;
  signal?: AbortSignal;
  /** What the answer is taken for; with 'json' the question is written so, too. */
  as?: C | ((payload: PayloadBuffer) => T);
  /** Of the question; default: 1. */
  qos?: QoS;
  retain?: boolean;
  /** MQTT 5; Response Topic and Correlation Data are the client's. */
  properties?: Omit<PublishProperties, 'responseTopic' | 'correlationData'>;
}
export interface AnswersOptions<C, T> extends RequestOptions<C, T>, StreamOptions, DecodeOptions<C, T> {
  /** After so many answers it ends. */
  count?: number;
  /** One responder streams: the end of its answers is ours, and `timeout` is from one to the next. Without it several responders
   *  answer, and the time-out is the end. */
  stream?: boolean;
}

export interface IncomingRequest<T> extends Received<T> {
  /** Where the answer goes. */
  responseTopic: string;
}
export interface RespondOptions<C, T> extends DecodeOptions<C, T> {
  /** Of the subscription, and of the answers; default: 1. */
  qos?: QoS;
  /** Whether answers may go there; default: everywhere. The requester chooses the topic, and they are sent with our rights. */
  allow?(responseTopic: string): boolean;
}
/** undefined: this one does not answer. */
export type Reply = Message | null | undefined | void | AsyncIterable<Message | null>;

export interface ByHand {
  /** Messages of this filter go to this handler, besides the event 'message'. */
  handle<C extends Codec = 'bytes', T = never>(filter: string,
    handler: (topic: string, payload: Decoded<C, T>, packet: IPublishPacket) => void, options?: HandleOptions<C, T>): Subscription;
  /** Messages of this filter, as an async iteration. It subscribes at once, and unsubscribes when it ends: by `break`, by `signal`,
   *  or with the client. */
  messages<C extends Codec = 'bytes', T = never>(filter: string, options?: MessagesOptions<C, T>): SubscriptionStream<Decoded<C, T>>;
  /** A question and its answer. Rejects with a RequestError, or with the reason of `signal`. */
  request<C extends Codec = 'bytes', T = never>(topic: string, question: QuestionOf<C>, options?: RequestOptions<C, T>): Promise<Received<Decoded<C, T>>>;
  /** A question and all its answers. */
  answers<C extends Codec = 'bytes', T = never>(topic: string, question: QuestionOf<C>, options?: AnswersOptions<C, T>): MessageStream<Decoded<C, T>>;
  /** Answers questions: with what the handler returns, or promises; with several, when that is an async iterable, until the
   *  requester wants no more. When it throws, the requester is told that it failed, and, if the error has `expose: true`, its message.
   *  A question may come twice. */
  respond<C extends Codec = 'bytes', T = never>(filter: string, handler: (request: IncomingRequest<Decoded<C, T>>) => ReplyOf<C> | Promise<ReplyOf<C>>,
    options?: RespondOptions<C, T>): Subscription;
}
export type QuestionOf<C> = C extends 'json' ? unknown : Message | null;
export type ReplyOf<C> = C extends 'json' ? unknown : Reply;
