import type {ISubackPacket} from './packets.js';

/** CONNACK refused the connection; `code` is its return code. */
export class ErrorWithReasonCode extends Error {
  code: number;
  constructor(message: string, code: number);
}

/** SUBACK refused a subscription. */
export class ErrorWithSubackPacket extends Error {
  packet: ISubackPacket;
  constructor(message: string, packet: ISubackPacket);
}

/** wasmqtt extension. Something of MQTT.js, or of MQTT 5, that is not supported was asked for; the message names it. */
export class UnsupportedError extends Error {
  constructor(what: string, instead?: string);
}
