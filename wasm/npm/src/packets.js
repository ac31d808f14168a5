// Where packets begin and end in a stream of bytes, and what MQTT.js calls their fields. Checks nothing: what comes in
// here is checked by the core as well.
import {Payload, decode} from './payload.js';

const names = ['', 'connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'suback',
  'unsubscribe', 'unsuback', 'pingreq', 'pingresp', 'disconnect'];

export const packet_name = (type) => names[type];

// Cuts a stream into packets. For each piece of a chunk calls piece(bytes, whole): `whole` is the packet that this piece
// completes, or null.
export class Splitter {
  #left = 0;        // bytes of the packet under way that have not come yet; only once its length is known
  #head = [];       // its fixed header, as far as it has come
  #parts = [];

  push(chunk, piece) {
    let from = 0;
    for (let at = 0; at < chunk.length;) {
      if (this.#left === 0) {
        this.#head.push(chunk[at++]);
        if (this.#head.length === 1 || (this.#head.at(-1) & 0x80 && this.#head.length < 5)) continue;
        this.#left = this.#head.slice(1).reduce((sum, byte, place) => sum + (byte & 0x7f) * 128 ** place, 0);
      } else {
        const count = Math.min(this.#left, chunk.length - at);
        at += count;
        this.#left -= count;
      }
      if (this.#left > 0) continue;
      const part = chunk.subarray(from, at);
      const whole = this.#parts.length ? joined([...this.#parts, part]) : part;
      this.#head = [];
      this.#parts = [];
      from = at;
      piece(part, whole);
    }
    if (from === chunk.length) return;
    const rest = chunk.slice(from);
    this.#parts.push(rest);
    piece(rest, null);
  }
}

export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

class Reader {
  constructor(bytes, at) { this.bytes = bytes; this.at = at; }
  get more() { return this.at < this.bytes.length; }
  u8() { return this.bytes[this.at++]; }
  u16() { return this.u8() * 256 + this.u8(); }
  data(size = this.u16()) { return new Payload(this.bytes.subarray(this.at, this.at += size)); }
  text() { return decode(this.data()); }
  rest() { return this.data(this.bytes.length - this.at); }
}

function body_at(bytes) {
  let at = 1;
  while (bytes[at] & 0x80) ++at;
  return at + 1;
}

export const type_of = (bytes) => bytes[0] >> 4;
export const qos_of = (bytes) => (bytes[0] >> 1) & 3;

// The packet id of any packet that has one.
export function id_of(bytes) {
  const reader = new Reader(bytes, body_at(bytes));
  if (type_of(bytes) === 3) reader.at += 2 + bytes[reader.at] * 256 + bytes[reader.at + 1];
  return reader.u16();
}

// What MQTT.js hands to 'packetreceive': with the fields that its parser gives each packet.
export function received(bytes) {
  const at = body_at(bytes);
  const reader = new Reader(bytes, at);
  const cmd = names[type_of(bytes)];
  const packet = {cmd, retain: (bytes[0] & 1) !== 0, qos: qos_of(bytes), dup: (bytes[0] & 8) !== 0,
    length: bytes.length - at, topic: null, payload: null};
  switch (cmd) {
    case 'connack':
      packet.sessionPresent = (reader.u8() & 1) !== 0;
      packet.returnCode = reader.u8();
      break;
    case 'publish':
      packet.topic = reader.text();
      if (packet.qos > 0) packet.messageId = reader.u16();
      packet.payload = reader.rest();
      break;
    case 'suback':
      packet.messageId = reader.u16();
      packet.granted = [...reader.rest()];
      break;
    case 'pingresp': break;
    default: packet.messageId = reader.u16();
  }
  return packet;
}

// What MQTT.js hands to 'packetsend' before a connection is opened.
export function connect_packet({protocolId, protocolVersion, clean, clientId, keepalive, username, password, will}) {
  return {cmd: 'connect', protocolId, protocolVersion, clean, clientId, keepalive, username, password,
    properties: undefined, ...will && {will: {...will}}};
}

// What MQTT.js hands to 'packetsend': the packet as its client makes it.
export function sent(bytes) {
  const reader = new Reader(bytes, body_at(bytes));
  const cmd = names[type_of(bytes)];
  switch (cmd) {
    case 'publish': return sent_publish(bytes, reader);
    case 'subscribe': {
      const messageId = reader.u16();
      return {cmd, subscriptions: subscriptions_of(reader), messageId};
    }
    case 'unsubscribe': return {cmd, messageId: reader.u16(), unsubscriptions: filters_of(reader)};
    case 'puback': return {cmd, messageId: reader.u16(), reasonCode: 0};
    case 'pubrel': return {cmd, qos: 2, messageId: reader.u16()};
    case 'pubrec':
    case 'pubcomp': return {cmd, messageId: reader.u16()};
    default: return {cmd};
  }
}

function sent_publish(bytes, reader) {
  const qos = qos_of(bytes);
  const topic = reader.text();
  const messageId = qos > 0 ? reader.u16() : 0;
  return {cmd: 'publish', topic, payload: reader.rest(), qos, retain: (bytes[0] & 1) !== 0, messageId,
    dup: (bytes[0] & 8) !== 0};
}

function subscriptions_of(reader) {
  const subscriptions = [];
  while (reader.more) subscriptions.push({topic: reader.text(), qos: reader.u8()});
  return subscriptions;
}

function filters_of(reader) {
  const filters = [];
  while (reader.more) filters.push(reader.text());
  return filters;
}
