// wasmqtt for Node: TCP and TLS beside WebSockets of the package `ws`, payloads as Buffers, the journal in files.
import {webcrypto} from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import {inside} from './wasmqtt.js';
import {FileJournal} from './node_journal.js';

// Which every page and Node from 20 on has; the core takes its random numbers from it.
globalThis.crypto ??= webcrypto;

const {transports, payloads, journals, foreign_websocket, stream_socket} = inside;

payloads.make = (bytes, offset, size) => Buffer.from(bytes.buffer, bytes.byteOffset + offset, size);
journals.file = (option) => new FileJournal(option === true ? 'wasmqtt-journal' : String(option), inside.compact);

const tls_options = ['rejectUnauthorized', 'ca', 'cert', 'key', 'pfx', 'passphrase', 'servername', 'ALPNProtocols'];

function picked(options) {
  return Object.fromEntries(tls_options.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}

// Loaded by the first connection that needs it, so that TCP does without.
function ws() {
  try {
    return require('ws');
  } catch (cause) {
    throw new Error('For ws:// and wss:// Node needs the package ws: npm install ws', {cause});
  }
}

function websocket(url, options, client, failed) {
  if (options.forceNativeWebSocket) return client.stream = new WebSocket(url, 'mqtt');
  client.stream = options.createWebsocket
    ? options.createWebsocket(url, ['mqtt'], options)
    : new (ws())(url, ['mqtt'], {...picked(options), ...options.wsOptions});
  const socket = foreign_websocket(client.stream, failed);
  socket.anyProtocol = Boolean(options.createWebsocket);
  return socket;
}

// Sockets get all options, as MQTT.js hands them on: `lookup`, `minVersion` and many more are theirs; what would name a
// socket in the file system, or decode what arrives, is not.
const stream_transport = (connect, opened) => (url, {path, encoding, ...options}, client, failed) => {
  const {hostname, port} = new URL(url);
  const host = decodeURIComponent(hostname.replace(/^\[|\]$/g, ''));
  client.stream = connect({...options, host, port: Number(port), noDelay: true});
  return stream_socket(client.stream, opened, failed);
};

const tcp = stream_transport((options) => net.connect(options), 'connect');
const secure = stream_transport(
  (options) => tls.connect({servername: net.isIP(options.host) ? '' : options.host, ...options}), 'secureConnect');
for (const name of Object.keys(transports)) delete transports[name];
Object.assign(transports, {mqtt: tcp, tcp, mqtts: secure, ssl: secure, tls: secure, ws: websocket, wss: websocket});

export * from './wasmqtt.js';
export {default} from './wasmqtt.js';
