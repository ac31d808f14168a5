// wasmqtt for Node: WebSockets of the package `ws`, and TCP and TLS.
import net from 'node:net';
import tls from 'node:tls';
import {transports, websocket_transport} from './wasmqtt.js';

const tls_options = ['rejectUnauthorized', 'ca', 'cert', 'key', 'pfx', 'passphrase', 'servername', 'ALPNProtocols'];

function picked(options) {
  return Object.fromEntries(tls_options.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}

let WebSocket = null;
const websocket = websocket_transport((url, protocols, options) => (options.forceNativeWebSocket
  ? new globalThis.WebSocket(url, protocols)
  : new WebSocket(url, protocols, {...picked(options), ...options.wsOptions})));

// The first connection that needs the package loads it, so that TCP does without.
websocket.prepare = async ({createWebsocket, forceNativeWebSocket}) => {
  if (WebSocket || createWebsocket || forceNativeWebSocket) return;
  const loaded = await import('ws').catch((cause) => {
    throw new Error('For ws:// and wss:// Node needs the package ws: npm install ws', {cause});
  });
  WebSocket = loaded.default;
};

// Sockets get all options, as MQTT.js hands them on: `lookup`, `minVersion` and many more are theirs; only `path` would name
// a socket in the file system.
const stream_transport = (connect) => (url, handlers, {path, ...options}) => {
  const {hostname, port} = new URL(url);
  const socket = connect({...options, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), noDelay: true});
  let opened = false;
  let error = null;
  let ended = false;
  socket.on(socket.encrypted ? 'secureConnect' : 'connect', () => {
    opened = true;
    handlers.open();
  });
  socket.on('data', (chunk) => handlers.bytes(chunk));
  socket.on('drain', () => handlers.writable());
  socket.on('end', () => { ended = true; });
  socket.on('error', (problem) => { error = problem; });
  socket.on('close', () => handlers.closed({fault: ended && !error ? 'none' : 'unknown', code: 0, reason: '',
    clean: ended && !error, error}));
  return {
    send: (bytes) => socket.write(bytes),
    close: () => socket.end(),
    destroy: () => socket.destroy(),
    get ready() { return opened && !socket.writableNeedDrain; },
  };
};

const tcp = stream_transport((options) => net.connect(options));
const secure = stream_transport((options) => tls.connect({servername: net.isIP(options.host) ? '' : options.host, ...options}));
Object.assign(transports, {mqtt: tcp, tcp, mqtts: secure, ssl: secure, tls: secure, ws: websocket, wss: websocket});

export * from './wasmqtt.js';
export {default} from './wasmqtt.js';
