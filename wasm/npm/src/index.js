// wasmqtt for pages and workers. node.js is the same for Node, with TCP and TLS.
import {MqttClient} from './client.js';
import {ErrorWithReasonCode, ErrorWithSubackPacket, UnsupportedError} from './errors.js';
import {follow_page} from './lifecycle.js';
import {read_options} from './options.js';
import {Payload} from './payload.js';
import {websocket_transport} from './transports.js';

const websocket = websocket_transport((url, protocols) => new WebSocket(url, protocols));

// Inside the package: by URL scheme; node.js puts its own here.
export const transports = {ws: websocket, wss: websocket};

// connect(url, options) or connect(options). Throws for what is not supported; connects by itself otherwise.
export function connect(url, options) {
  const client = new MqttClient(read_options(url, options, transports), transports);
  if (typeof globalThis.addEventListener === 'function') follow_page(client);
  return client;
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

export {MqttClient as Client, ErrorWithReasonCode, ErrorWithSubackPacket, MqttClient, Payload, UnsupportedError, websocket_transport};
export default {connect, connectAsync, Client: MqttClient, MqttClient, ErrorWithReasonCode};
