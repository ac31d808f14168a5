// What MQTT.js calls the fields of packets. Checks nothing: the core does. What is shown before that may be any bytes.
import {read_properties} from './properties.js';
import {Reader} from './reader.js';

const names = ['', 'connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'suback',
  'unsubscribe', 'unsuback', 'pingreq', 'pingresp', 'disconnect', 'auth'];

export const packet_name = (type) => names[type];

function body_at(bytes) {
  let at = 1;
  while (bytes[at] & 0x80) ++at;
  return at + 1;
}

const type_of = (bytes) => bytes[0] >> 4;
// CONNECT's protocol level, behind the name 'MQTT'.
export const level_of = (bytes) => bytes[body_at(bytes) + 6];
const qos_of = (bytes) => (bytes[0] >> 1) & 3;

// The fields that MQTT.js's parser gives each packet, whether it has them or not.
export const received_fields = (cmd, length) =>
  ({cmd, retain: false, qos: 0, dup: false, length, topic: null, payload: null});

// How many bytes the properties of a packet take, with their length.
export const properties_size = (size) => size + (size < 128 ? 1 : size < 16_384 ? 2 : size < 2_097_152 ? 3 : 4);

// CONNACK that accepts. `properties`: as on the wire.
export function connack_packet(session_present, version, properties) {
  const v5 = version === 5;
  const packet = {...received_fields('connack', 2 + (v5 ? properties_size(properties.length) : 0)),
    sessionPresent: session_present, [v5 ? 'reasonCode' : 'returnCode']: 0};
  add_properties(packet, properties);
  return packet;
}

// The broker's DISCONNECT.
export function disconnect_packet(reason_code, properties) {
  const packet = {...received_fields('disconnect', 1 + properties_size(properties.length)), reasonCode: reason_code};
  add_properties(packet, properties);
  return packet;
}

// The broker's AUTH.
export function auth_packet(reason_code, properties) {
  const packet = {...received_fields('auth', 1 + properties_size(properties.length)), reasonCode: reason_code};
  add_properties(packet, properties);
  return packet;
}

function add_properties(packet, bytes) {
  const properties = read_properties(bytes);
  if (properties) packet.properties = properties;
}

function read_body_properties(packet, reader, version) {
  if (version === 5 && reader.more) add_properties(packet, reader.data(reader.variable()));
}

// Short forms leave them out.
function read_reason(packet, reader, version) {
  if (version !== 5) return;
  packet.reasonCode = reader.more ? reader.u8() : 0;
  read_body_properties(packet, reader, version);
}

// What MQTT.js hands to 'packetreceive'.
export function received(bytes, version) {
  const at = body_at(bytes);
  const reader = new Reader(bytes, at);
  const cmd = names[type_of(bytes)];
  const packet = {...received_fields(cmd, bytes.length - at), retain: (bytes[0] & 1) !== 0, qos: qos_of(bytes),
    dup: (bytes[0] & 8) !== 0};
  switch (cmd) {
    case 'connack':
      packet.sessionPresent = (reader.u8() & 1) !== 0;
      packet[version === 5 ? 'reasonCode' : 'returnCode'] = reader.u8();
      read_body_properties(packet, reader, version);
      break;
    case 'publish':
      packet.topic = reader.text();
      if (packet.qos > 0) packet.messageId = reader.u16();
      read_body_properties(packet, reader, version);
      packet.payload = reader.payload();
      break;
    case 'suback':
    case 'unsuback':
      packet.messageId = reader.u16();
      read_body_properties(packet, reader, version);
      if (version === 5 || cmd === 'suback') packet.granted = [...reader.rest()];
      break;
    case 'pingresp': break;
    case 'disconnect':
    case 'auth':
      read_reason(packet, reader, version);
      break;
    default:
      packet.messageId = reader.u16();
      read_reason(packet, reader, version);
  }
  return packet;
}

// What MQTT.js hands to 'packetsend' before a connection is opened.
export function connect_packet({protocolId, clean, clientId, keepalive, username, password, will, properties}, version) {
  return {cmd: 'connect', protocolId, protocolVersion: version, clean, clientId, keepalive, username, password,
    properties: properties && {...properties}, ...will && {will: {...will}}};
}

// What MQTT.js hands to 'packetsend': the packet as its client makes it.
export function sent(bytes, version) {
  const reader = new Reader(bytes, body_at(bytes));
  const cmd = names[type_of(bytes)];
  switch (cmd) {
    case 'publish': return sent_publish(bytes, reader, version);
    case 'subscribe':
    case 'unsubscribe': return sent_request({cmd, messageId: reader.u16()}, reader, version);
    case 'puback': return {cmd, messageId: reader.u16(), reasonCode: reader.more ? reader.u8() : 0};
    case 'pubrel': return {cmd, qos: 2, messageId: reader.u16()};
    case 'pubrec':
    case 'pubcomp': {
      const packet = {cmd, messageId: reader.u16()};
      if (reader.more) packet.reasonCode = reader.u8();
      return packet;
    }
    case 'disconnect':
    case 'auth': {
      const packet = {cmd};
      if (reader.more) read_reason(packet, reader, version);
      return packet;
    }
    default: return {cmd};
  }
}

function sent_publish(bytes, reader, version) {
  const qos = qos_of(bytes);
  const packet = {cmd: 'publish', topic: reader.text(), payload: null, qos, retain: (bytes[0] & 1) !== 0,
    messageId: qos > 0 ? reader.u16() : 0, dup: (bytes[0] & 8) !== 0};
  read_body_properties(packet, reader, version);
  packet.payload = reader.payload();
  return packet;
}

function sent_request(packet, reader, version) {
  read_body_properties(packet, reader, version);
  const all = [];
  const subscribes = packet.cmd === 'subscribe';
  while (reader.more) all.push(subscribes ? subscription_of(reader, version, packet.properties) : reader.text());
  packet[subscribes ? 'subscriptions' : 'unsubscriptions'] = all;
  return packet;
}

// Section 3.8.3.1's Subscription Options, both ways.
function subscription_of(reader, version, properties) {
  const topic = reader.text();
  const options = reader.u8();
  if (version !== 5) return {topic, qos: options};
  return {topic, qos: options & 3, nl: (options & 4) !== 0, rap: (options & 8) !== 0, rh: options >> 4, properties};
}
export const options_byte = ({qos = 0, nl, rap, rh = 0}) => qos | (nl ? 4 : 0) | (rap ? 8 : 0) | rh << 4;
