// What passed between a client and the scripted broker, packet by packet, as a person reads it.
import {createRequire} from 'node:module';
import path from 'node:path';
import {package_directory} from '../../wasm/test/support/package.mjs';

const require = createRequire(path.join(package_directory, 'node_modules', 'mqtt', 'package.json'));
const {parser} = require('mqtt-packet');

const longest_hex = 64;

// Cuts one direction of a connection into packets: push(bytes) gives those that are complete now.
export class Frames {
  #rest = Buffer.alloc(0);

  get rest() { return this.#rest; }

  push(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames = [];
    for (let size = frame_size(this.#rest); size !== null && size <= this.#rest.length; size = frame_size(this.#rest)) {
      frames.push(this.#rest.subarray(0, size));
      this.#rest = this.#rest.subarray(size);
    }
    return frames;
  }
}

// The whole packet that begins here, its fixed header included; null while that can't be said.
function frame_size(bytes) {
  for (let at = 1, length = 0; at <= 4 && at < bytes.length; ++at) {
    length += (bytes[at] & 127) * 128 ** (at - 1);
    if (bytes[at] < 128) return at + 1 + length;
  }
  return null;
}

export class Trace {
  #lines = [];

  add(who, peer, bytes) {
    for (const frame of bytes) this.#lines.push({who, peer, frame});
  }

  note(text) { this.#lines.push({text}); }

  // Each begins with the number of its connection.
  lines() {
    return this.#lines.map(({text, who, peer, frame}) =>
      text ?? `${peer.number} ${who === 'client' ? 'client →' : '← broker'} ${describe(frame, peer.version)}`);
  }
}

const shown = {
  connect: ['protocolVersion', 'clientId', 'clean', 'keepalive'], connack: ['sessionPresent'], publish: ['messageId', 'qos', 'dup', 'retain', 'topic'],
};

function describe(bytes, version) {
  const hex = bytes.toString('hex');
  const short = hex.length > longest_hex ? `${hex.slice(0, longest_hex)}… (${bytes.length} bytes)` : hex;
  const packet = parsed(bytes, version);
  if (!packet) return `${short}  (no valid packet)`;
  const fields = (shown[packet.cmd] ?? ['messageId']).filter((key) => packet[key]).map((key) => `${words[key] ?? key} ${packet[key]}`);
  const code = packet.reasonCode ?? packet.returnCode;
  if (code) fields.push(`code 0x${code.toString(16)}`);
  if (packet.properties) fields.push(JSON.stringify(packet.properties));
  return [packet.cmd.toUpperCase(), ...fields].join(' ').padEnd(28) + `  ${short}`;
}

const words = {messageId: 'id', protocolVersion: 'version', clientId: 'client id', keepalive: 'keep alive', qos: 'QoS', dup: 'DUP',
  sessionPresent: 'session present'};

function parsed(bytes, protocolVersion) {
  let found = null;
  const reader = parser({protocolVersion});
  reader.on('packet', (packet) => { found = packet; });
  reader.on('error', () => { found = null; });
  try {
    reader.parse(bytes);
  } catch {
    return null;
  }
  return found;
}
