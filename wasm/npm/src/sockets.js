// Sockets for the core, of a WebSocket's shape: see js/socket.js in wasm/browser.
import {work} from './checks.js';

// The platform's own.
export const native_websocket = (url) => new WebSocket(url, 'mqtt');

// Node's names for what TransportFault numbers: see js/socket.js in wasm/browser.
const [name_not_resolved, refused, unreachable, timed_out, reset, tls] = [4, 5, 6, 7, 8, 9];
const faults = {
  ENOTFOUND: name_not_resolved, EAI_AGAIN: name_not_resolved, ECONNREFUSED: refused, EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable, ETIMEDOUT: timed_out, ECONNRESET: reset, EPIPE: reset, EPROTO: tls,
};
// 0: nothing is known.
const fault_of = (error) => faults[error?.code] ?? (/TLS|SSL|CERT|SIGNATURE/.test(error?.code) ? tls : 0);

// A socket for the core. `send`, `close`: of what is behind it, which may throw anything: no exception goes through the core,
// which it would leave half-way. Instead the connection ends with it. `failed`: (error, told: in any case) => void.
function socket_for_core(send, close, failed, more) {
  let fault = 0;
  const careful = (work) => (value) => {
    try {
      work(value);
    } catch (error) {
      failed(error, true);
      queueMicrotask(() => socket.end());
    }
  };
  const socket = {
    onopen: null, onmessage: null, onclose: null, ondrain: null, send: careful(send), close: careful(close),
    fail(error) {
      fault = fault_of(error);
      failed(error);
    },
    end(code = 0, reason = '', wasClean = false) { socket.onclose?.({code, reason, wasClean, fault}); },
  };
  return Object.defineProperties(socket, Object.getOwnPropertyDescriptors(more));
}

// A WebSocket that somebody else made: it may keep what it is given, and chose its subprotocol itself.
export function foreign_websocket(socket, failed) {
  for (const name of ['send', 'close']) work(socket?.[name], `A WebSocket's ${name}`);
  socket.binaryType = 'arraybuffer';
  const own = socket_for_core((bytes) => socket.send(bytes.slice()), () => socket.close(), failed, {
    anyProtocol: true, get protocol() { return socket.protocol; }, get bufferedAmount() { return socket.bufferedAmount ?? 0; },
  });
  socket.onopen = () => own.onopen?.();
  socket.onmessage = (event) => own.onmessage?.(event);
  socket.onerror = (event) => own.fail(event?.error ?? event);
  socket.onclose = (event) => own.end(event?.code, event?.reason, event?.wasClean);
  return own;
}

// A duplex stream of Node's. `opened`: the event that says that it is connected; none: it takes bytes at once.
export function stream_socket(stream, opened, failed) {
  let timer = null;
  let ended = false;
  let failure = null;
  const close = () => {
    stream.end();
    // A peer that does not answer the end is not waited for.
    timer = setTimeout(() => stream.destroy(), 2000);
    timer.unref?.();
  };
  const socket = socket_for_core((bytes) => stream.write(copy(bytes)), close, failed, {
    protocol: 'mqtt', get bufferedAmount() { return stream.writableLength ?? 0; },
  });
  const open = () => socket.onopen?.();
  if (opened) stream.once(opened, open);
  else queueMicrotask(open);
  stream.on('data', (data) => socket.onmessage?.({data}));
  stream.on('drain', () => socket.ondrain?.());
  stream.on('end', () => { ended = true; });
  stream.on('error', (error) => {
    failure = error;
    socket.fail(error);
  });
  stream.on('close', () => {
    clearTimeout(timer);
    socket.end(0, '', ended && !failure);
  });
  return socket;
}

const copy = (bytes) => (typeof Buffer === 'undefined' ? bytes.slice() : Buffer.from(bytes));
