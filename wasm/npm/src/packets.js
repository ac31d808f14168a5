// What MQTT.js calls the fields of packets. Checks nothing: the core has made or checked what comes here.
import {payloads} from './payload.js';

const names = ['', 'connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'suback',
  'unsubscribe', 'unsuback', 'pingreq', 'pingresp', 'disconnect'];

export const packet_name = (type) => names[type];

const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

class Reader {
  constructor(bytes, at) { this.bytes = bytes; this.at = at; }
  get more() { return this.at < this.bytes.length; }
  u8() { return this.bytes[this.at++]; }
  u16() { return this.u8() * 256 + this.u8(); }
  data(size = this.u16()) { return this.bytes.subarray(this.at, this.at += size); }
  text() { return decoder.decode(this.data()); }
  payload() {
    const rest = this.rest();
    return payloads.make(rest, 0, rest.length);
  }
  rest() { return this.data(this.bytes.length - this.at); }
}

function body_at(bytes) {
  let at = 1;
  while (bytes[at] & 0x80) ++at;
  return at + 1;
}

const type_of = (bytes) => bytes[0] >> 4;
const qos_of = (bytes) => (bytes[0] >> 1) & 3;

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
      packet.payload = reader.payload();
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
  return {cmd: 'publish', topic, payload: reader.payload(), qos, retain: (bytes[0] & 1) !== 0, messageId,
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
