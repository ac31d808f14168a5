// connect() and its like, for a class of clients: what the entries have in common, index.js and shared.js, and node.js for both.
import {compact, memory_size} from './core.js';
import {journals} from './journal.js';
import * as names from './names.js';
import {read_options, url_of} from './options.js';
import {payloads} from './payload.js';
import {foreign_websocket, native_websocket, stream_socket} from './sockets.js';

// By URL scheme: (url, options, client, failed) => a socket of a WebSocket's shape. The first one is the default.
const websocket = (url, options, client, failed) => {
  if (!options.createWebsocket) return client.stream = native_websocket(url);
  return foreign_websocket(client.stream = options.createWebsocket(url, ['mqtt'], options), failed);
};
const transports = {ws: websocket, wss: websocket};

const connector = {
  url_of,
  open: (url, client, failed) => transports[url.slice(0, url.indexOf(':'))](url, client.options, client, failed),
};

// What an entry exports by default, with clients of this class. `share`: see read_options().
export function api_of(Client, share = null) {
  // connect(url, options) or connect(options). Throws for what is not supported; connects by itself otherwise.
  const connect = (url, options) => new Client(connector, read_options(url ?? '', options, transports, share));
  const connectAsync = (url, options, allowRetries = true) => first_connection(() => connect(url, options), allowRetries);
  return {...names, connect, connectAsync, Client, MqttClient: Client};
}

// Resolves to the client at its first connection; rejects, and gives up, at its first error.
function first_connection(connect, allowRetries) {
  return new Promise((resolve, reject) => {
    const client = connect();
    const listeners = {
      connect: () => settle(resolve, client),
      end: () => settle(resolve, client),
      error: (error) => {
        settle(reject, error);
        client.end();
      },
    };
    if (!allowRetries) listeners.close = () => listeners.error(new Error("Couldn't connect to server"));
    const settle = (how, value) => {
      for (const event in listeners) client.off(event, listeners[event]);
      how(value);
    };
    for (const event in listeners) client.on(event, listeners[event]);
  });
}

// For node.js and the tests.
export const inside = {transports, payloads, journals, compact, memory_size, foreign_websocket, stream_socket};
