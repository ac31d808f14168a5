// Bytes of a message. As a string they are UTF-8, so that code written for Node's Buffer goes on working:
//   `${payload}`, payload.toString(), payload.toString('hex'), JSON.parse(payload), payload + ''
const decoder = new TextDecoder();
const encoder = new TextEncoder();

export class Payload extends Uint8Array {
  toString(encoding = 'utf8') {
    switch (encoding.toLowerCase()) {
      case 'utf8':
      case 'utf-8': return decoder.decode(this);
      case 'hex': return Array.from(this, (byte) => byte.toString(16).padStart(2, '0')).join('');
      case 'latin1':
      case 'binary': return Array.from(this, (byte) => String.fromCharCode(byte)).join('');
      case 'base64': return btoa(this.toString('latin1'));
      default: throw new TypeError(`Payload.toString() knows no encoding '${encoding}'`);
    }
  }
}

export const encode = (text) => encoder.encode(text);
export const decode = (bytes) => decoder.decode(bytes);

// What can be published: text, or bytes in any of JavaScript's forms.
export function bytes_of(message, what = 'A payload') {
  if (typeof message === 'string') return encode(message);
  if (message instanceof Uint8Array) return message;
  if (ArrayBuffer.isView(message)) return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  if (message instanceof ArrayBuffer) return new Uint8Array(message);
  throw new TypeError(`${what} is a string, a Uint8Array or another view, or an ArrayBuffer`);
}
