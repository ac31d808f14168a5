// What can go wrong, in the classes that users of MQTT.js look for.
import {reason_of} from './reasons.js';

// The broker refused something, or broke the protocol: `code` is CONNACK's return code, or a reason code of MQTT 5.
export class ErrorWithReasonCode extends Error {
  constructor(message, code) {
    super(message);
    this.name = 'ErrorWithReasonCode';
    this.code = code;
  }
}

// The broker refused a subscription: `packet` is the SUBACK.
export class ErrorWithSubackPacket extends Error {
  constructor(message, packet) {
    super(message);
    this.name = 'ErrorWithSubackPacket';
    this.packet = packet;
  }
}

export class UnsupportedError extends Error {
  constructor(what, instead) {
    super(`wasmqtt does not support ${what}${instead ? `: ${instead}` : ''}`);
    this.name = 'UnsupportedError';
  }
}

// What was thrown, if it is an error, of whatever realm.
export const as_error = (thrown, what) => (typeof thrown?.message === 'string' ? thrown
  : new Error(typeof thrown === 'string' ? thrown : what, {cause: thrown}));

export const closed_error = () => new Error('Connection closed');

export const refused_by = (what, code) => new ErrorWithReasonCode(`${what}: ${reason_of(code)}`, code);

// A request without an answer. `reason`: 'timed_out', 'not_delivered' or 'responder_failed'; `packet`: what the responder said then.
export class RequestError extends Error {
  constructor(message, reason, packet) {
    super(packet?.payload.length ? `${message}: ${packet.payload}` : message);
    this.name = 'RequestError';
    this.reason = reason;
    this.packet = packet;
  }
}
