// Bytes of a message: in Node a Buffer, elsewhere an object with those of its methods that people call on payloads.
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});
const encoder = new TextEncoder();

const characters = (bytes, mask) => Array.from(bytes, (byte) => String.fromCharCode(byte & mask)).join('');
const base64 = (bytes) => btoa(characters(bytes, 255));
const writers = {
  utf8: (bytes) => decoder.decode(bytes),
  hex: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  latin1: (bytes) => characters(bytes, 255),
  ascii: (bytes) => characters(bytes, 127),
  base64,
  base64url: (bytes) => base64(bytes).replace(/[+/=]/g, (letter) => ({'+': '-', '/': '_', '=': ''})[letter]),
  utf16le: (bytes) => new TextDecoder('utf-16le', {ignoreBOM: true}).decode(bytes.subarray(0, bytes.length & ~1)),
};
Object.assign(writers, {'utf-8': writers.utf8, binary: writers.latin1, ucs2: writers.utf16le, 'utf-16le': writers.utf16le});

export class Payload extends Uint8Array {
  toString(encoding = 'utf8', start = 0, end = this.length) {
    const write = writers[String(encoding).toLowerCase()];
    if (!write) throw new TypeError(`Unknown encoding: ${encoding}`);
    return write(this.subarray(start, end));
  }
  toJSON() { return {type: 'Buffer', data: Array.from(this)}; }
  // As Buffer's: the same memory.
  slice(start, end) { return this.subarray(start, end); }
  equals(other) { return this.length === other.length && this.every((byte, at) => byte === other[at]); }
  indexOf(value, from = 0) {
    if (typeof value === 'number') return super.indexOf(value & 255, from);
    const wanted = typeof value === 'string' ? encoder.encode(value) : value;
    for (let at = from; at + wanted.length <= this.length; ++at) {
      if (wanted.every((byte, index) => this[at + index] === byte)) return at;
    }
    return -1;
  }
  includes(value, from) { return this.indexOf(value, from) >= 0; }
}

// readUInt8, readInt16LE, readDoubleBE, readBigInt64LE and their like, under both spellings.
for (const [kind, size] of [['Uint8', 1], ['Int8', 1], ['Uint16', 2], ['Int16', 2], ['Uint32', 4], ['Int32', 4],
  ['Float32', 4], ['Float64', 8], ['BigUint64', 8], ['BigInt64', 8]]) {
  const name = kind.replace('Float32', 'Float').replace('Float64', 'Double').replace('BigUint', 'BigUInt');
  for (const order of size === 1 ? [''] : ['LE', 'BE']) {
    const read = function (offset = 0) {
      return new DataView(this.buffer, this.byteOffset, this.length)[`get${kind}`](offset, order === 'LE');
    };
    for (const spelling of [name, name.replace('Uint', 'UInt'), name.replace('UInt', 'Uint')]) {
      Object.defineProperty(Payload.prototype, `read${spelling}${order}`,
        {value: read, writable: true, configurable: true});
    }
  }
}

// How payloads are made: node.js puts Buffers in its place.
export const payloads = {
  make: (bytes, offset, size) => new Payload(bytes.buffer, bytes.byteOffset + offset, size),
};

const nothing = new Uint8Array(0);

// A lone surrogate is in no UTF-8 [MQTT-1.5.3-1].
const lone_surrogate = /\p{Surrogate}/u;
export const is_well_formed = (text) => !lone_surrogate.test(text);
export function well_formed(text, name = 'The text') {
  if (!is_well_formed(text)) throw new Error(`${name} is not well-formed: it holds half a character (MQTT-1.5.3-1)`);
  return text;
}
export const text_bytes = (text) => encoder.encode(well_formed(text));

// What can be published: text, or bytes in any of JavaScript's forms; nothing at all is an empty payload.
export function bytes_of(message, what = 'A payload') {
  if (typeof message === 'string') return encoder.encode(message);
  if (message === null || message === undefined) return nothing;
  if (message instanceof Uint8Array) return message;
  if (ArrayBuffer.isView(message)) return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  if (message instanceof ArrayBuffer) return new Uint8Array(message);
  throw new TypeError(`${what} is a string, a Uint8Array or another view, or an ArrayBuffer`);
}
