// Reads what MQTT's packets are made of. Checks nothing: behind the end are no bytes, and numbers that are none.
import {payloads} from './payload.js';

const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

export class Reader {
  constructor(bytes, at = 0) { this.bytes = bytes; this.at = at; }
  get more() { return this.at < this.bytes.length; }
  u8() { return this.bytes[this.at++]; }
  u16() { return this.whole(2); }
  // Of so many bytes.
  whole(size) {
    let value = 0;
    while (size-- > 0) value = value * 256 + this.u8();
    return value;
  }
  // Variable Byte Integer, section 1.5.5.
  variable() {
    let [value, scale, byte] = [0, 1, 0];
    do {
      byte = this.u8();
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return value;
  }
  data(size = this.u16()) { return this.bytes.subarray(this.at, this.at += size); }
  text() { return decoder.decode(this.data()); }
  rest() { return this.data(this.bytes.length - this.at); }
  payload(bytes = this.rest()) { return payloads.make(bytes, 0, bytes.length); }
}
