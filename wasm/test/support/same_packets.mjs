// What two clients saw and sent, made comparable.
import {createRequire} from 'node:module';
import path from 'node:path';
import {package_directory} from './package.mjs';

const require = createRequire(path.join(package_directory, 'node_modules', 'mqtt', 'package.json'));
const {parser} = require('mqtt-packet');

// MQTT.js begins with a random packet id, we with 1: ids are named by the order in which they appear.
export function renamed() {
  const names = new Map();
  return (id) => {
    if (!id) return id;
    if (!names.has(id)) names.set(id, names.size + 1);
    return names.get(id);
  };
}

// Each side numbers the exchanges that it begins.
export function with_renamed_ids(seen) {
  const rename = {ours: renamed(), theirs: renamed()};
  return seen.map(([event, ...details]) => [event, ...details.map((detail) => {
    if (!detail?.messageId) return detail;
    const begins = ['publish', 'pubrel', 'subscribe', 'unsubscribe'].includes(detail.cmd);
    const inbound = event === 'packetreceive' || event === 'message';
    return {...detail, messageId: rename[begins === inbound ? 'theirs' : 'ours'](detail.messageId)};
  })]);
}

// A recorder's packets as [from, packet], read as MQTT 5: several bytes can say the same.
export function parsed(packets) {
  const read = {};
  const all = [];
  for (const side of ['client', 'broker']) {
    read[side] = parser({protocolVersion: 5});
    read[side].on('packet', ({length, ...packet}) => all.push([side, packet]));
    read[side].on('error', (error) => all.push([side, {cmd: 'broken', message: error.message}]));
  }
  for (const {from, bytes} of packets) read[from].parse(bytes);
  return all;
}
