import type {IPublishPacket, ISubackPacket} from './packets.js';

/** The broker refused the connection or a message, or broke the protocol: `code` is CONNACK's return code, or MQTT 5's reason
 *  code. */
export class ErrorWithReasonCode extends Error {
  code: number;
  constructor(message: string, code: number);
}

/** SUBACK refused a subscription. */
export class ErrorWithSubackPacket extends Error {
  packet: ISubackPacket;
  constructor(message: string, packet: ISubackPacket);
}

/** wasmqtt extension. A request has no answer. */
export class RequestError extends Error {
  /** '': an error of the call, or of the connection, as the message says. */
  reason: 'timed_out' | 'not_delivered' | 'responder_failed' | '';
  /** With 'responder_failed': its words. */
  packet: IPublishPacket | null;
  constructor(message: string, reason: string, packet: IPublishPacket | null);
}

/** wasmqtt extension. Something of MQTT.js that is not supported was asked for; the message names it. */
export class UnsupportedError extends Error {
  constructor(what: string, instead?: string);
}
