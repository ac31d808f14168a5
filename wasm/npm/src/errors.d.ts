import type {ISubackPacket} from './packets.js';

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

/** wasmqtt extension. Something of MQTT.js that is not supported was asked for; the message names it. */
export class UnsupportedError extends Error {
  constructor(what: string, instead?: string);
}
