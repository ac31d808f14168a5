// wasmqtt for pages and workers. node.js is the same for Node, with TCP, TLS and files.
import {MqttClient} from './client.js';
import {ErrorWithReasonCode, ErrorWithSubackPacket, RequestError, UnsupportedError} from './errors.js';
import {journals} from './journal.js';
import {check_filter, compact, memory_size} from './core.js';
import {read_options, url_of} from './options.js';
import {Payload, payloads} from './payload.js';
import {ReasonCodes} from './reasons.js';
import {is_own_worker, serve} from './sharing.js';
import {foreign_websocket, native_websocket, stream_socket} from './sockets.js';
import {DefaultMessageIdProvider, Store, UniqueMessageIdProvider} from './unsupported.js';

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

// connect(url, options) or connect(options). Throws for what is not supported; connects by itself otherwise.
export function connect(url, options) {
  return new MqttClient(connector, read_options(url ?? '', options, transports));
}

// Resolves to the client at its first connection; rejects, and gives up, at its first error.
export function connectAsync(url, options, allowRetries = true) {
  return new Promise((resolve, reject) => {
    const client = connect(url, options);
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

// In a SharedWorker: it leads the tabs that name it.
export function serveTabs() { serve(connect); }
if (is_own_worker()) serveTabs();

// For node.js and the tests.
export const inside = {transports, payloads, journals, compact, memory_size, foreign_websocket, stream_socket};

export const validateTopic = (topic) => check_filter(topic) === null;
export const validateTopics = (topics) => (topics.length ? topics.find((topic) => !validateTopic(topic)) ?? null : 'empty_topic_list');

export {MqttClient as Client, ErrorWithReasonCode, ErrorWithSubackPacket, MqttClient, Payload, RequestError, UnsupportedError};
export {ReasonCodes, DefaultMessageIdProvider, Store, UniqueMessageIdProvider};
export default {connect, connectAsync, Client: MqttClient, MqttClient, ErrorWithReasonCode, ErrorWithSubackPacket,
  RequestError, UnsupportedError, Payload, Store, DefaultMessageIdProvider, UniqueMessageIdProvider, ReasonCodes, serveTabs,
  validateTopic, validateTopics};
