// MQTT 5's properties, between MQTT.js's objects and the wire's bytes: table 2-4 under MQTT.js's names. Which packet may have
// which, how often, and with what values, the core checks.
import {bytes_of, text_bytes} from './payload.js';
import {Reader} from './reader.js';

function out_of_range(name, what) { throw new RangeError(`The property ${name} is ${what}`); }

function checked(value, most, name) {
  if (!(Number.isInteger(value) && value >= 0 && value <= most)) out_of_range(name, `a whole number from 0 to ${most}`);
  return value;
}

function sized(bytes, name) {
  if (bytes.length > 65_535) out_of_range(name, 'longer than 65,535 bytes');
  return [bytes.length >> 8, bytes.length & 255, ...bytes];
}

function sized_text(text, name) {
  if (typeof text !== 'string') throw new TypeError(`The property ${name} is a string`);
  return sized(text_bytes(text), name);
}

// The types of section 1.5: {read(reader), write(value, name): bytes}.
const whole = (size) => ({
  read: (reader) => reader.whole(size),
  write: (value, name) => {
    checked(value, 256 ** size - 1, name);
    return Array.from({length: size}, (_, at) => (value / 256 ** (size - 1 - at)) & 255);
  },
});
const [byte, two, four] = [1, 2, 4].map(whole);
const flag = {read: (reader) => reader.u8() !== 0, write: (value, name) => byte.write(Number(value), name)};
const variable = {
  read: (reader) => reader.variable(),
  write: (value, name) => {
    const bytes = [];
    for (checked(value, 268_435_455, name); value > 127; value >>= 7) bytes.push(value & 127 | 128);
    return [...bytes, value];
  },
};
const text = {read: (reader) => reader.text(), write: sized_text};
const binary = {read: (reader) => reader.payload(reader.data()), write: (value, name) => sized(bytes_of(value, name), name)};
const pair = {
  read: (reader) => [reader.text(), reader.text()],
  write: ([key, value], name) => [...sized_text(key, name), ...sized_text(`${value}`, name)],
};

const user_properties = 'userProperties';
const table = [
  [1, 'payloadFormatIndicator', flag], [2, 'messageExpiryInterval', four], [3, 'contentType', text], [8, 'responseTopic', text],
  [9, 'correlationData', binary], [11, 'subscriptionIdentifier', variable], [17, 'sessionExpiryInterval', four],
  [18, 'assignedClientIdentifier', text], [19, 'serverKeepAlive', two], [21, 'authenticationMethod', text],
  [22, 'authenticationData', binary], [23, 'requestProblemInformation', flag], [24, 'willDelayInterval', four],
  [25, 'requestResponseInformation', flag], [26, 'responseInformation', text], [28, 'serverReference', text],
  [31, 'reasonString', text], [33, 'receiveMaximum', two], [34, 'topicAliasMaximum', two], [35, 'topicAlias', two],
  [36, 'maximumQoS', byte], [37, 'retainAvailable', flag], [38, user_properties, pair], [39, 'maximumPacketSize', four],
  [40, 'wildcardSubscriptionAvailable', flag], [41, 'subscriptionIdentifiersAvailable', flag],
  [42, 'sharedSubscriptionAvailable', flag],
];
const by_id = new Map(table.map((row) => [row[0], row]));
const by_name = new Map(table.map((row) => [row[1], row]));

// What comes more than once is an array.
function add(all, name, value) { all[name] = name in all ? [all[name], value].flat() : value; }

// undefined: there are none. Packets are shown before they are checked: nothing is read behind what does not exist.
export function read_properties(bytes) {
  if (!bytes?.length) return undefined;
  const all = {};
  for (const reader = new Reader(bytes); reader.more;) {
    const [, name, type] = by_id.get(reader.u8()) ?? [];
    if (!type) break;
    const value = type.read(reader);
    // Names are the sender's: none is special.
    if (type === pair) add(all[name] ??= Object.create(null), ...value);
    else add(all, name, value);
  }
  return all;
}

// undefined: there are none.
export function write_properties(properties) {
  if (properties === null || properties === undefined) return undefined;
  let bytes = [];
  for (const [name, given] of Object.entries(properties)) {
    if (given === null || given === undefined) continue;
    const [id, , type] = by_name.get(name) ?? [];
    if (!type) throw new TypeError(`There is no property '${name}'`);
    for (const value of type === pair ? pairs_of(given) : [given].flat()) bytes = bytes.concat(id, type.write(value, name));
  }
  return Uint8Array.from(bytes);
}

const pairs_of = (given) => Object.entries(given).flatMap(([key, values]) => [values].flat().map((value) => [key, value]));
