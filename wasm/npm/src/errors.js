// What can go wrong, in the classes that users of MQTT.js look for.

// The broker refused the connection: `code` is the CONNACK's return code.
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

export const closed_error = () => new Error('Connection closed');

// Section 3.2.2.3, in MQTT.js's words.
export const refusals = ['', 'Unacceptable protocol version', 'Identifier rejected', 'Server unavailable',
  'Bad username or password', 'Not authorized'];

export const refusal = (code) =>
  new ErrorWithReasonCode(`Connection refused: ${refusals[code] ?? `return code ${code}`}`, code);
