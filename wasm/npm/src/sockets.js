// Sockets for the core, of a WebSocket's shape: see js/socket.js in wasm/browser.

// The platform's own.
export const native_websocket = (url) => new WebSocket(url, 'mqtt');

// A WebSocket that somebody else made: it may keep what it is given, and chose its subprotocol itself.
export function foreign_websocket(socket, failed) {
  const {send} = socket;
  socket.send = (bytes) => send.call(socket, bytes.slice());
  socket.anyProtocol = true;
  if (!('bufferedAmount' in socket)) socket.bufferedAmount = 0;
  socket.onerror = (event) => failed(event?.error ?? event);
  return socket;
}

// A duplex stream of Node's. `opened`: the event that says that it is connected; none: it takes bytes at once.
export function stream_socket(stream, opened, failed) {
  const socket = {
    protocol: 'mqtt', onopen: null, onmessage: null, onclose: null, ondrain: null,
    get bufferedAmount() { return stream.writableLength ?? 0; },
    send(bytes) { stream.write(copy(bytes)); },
    close() {
      stream.end();
      // A peer that does not answer the end is not waited for.
      timer = setTimeout(() => stream.destroy(), 2000);
      timer.unref?.();
    },
    terminate() { stream.destroy(); },
  };
  let timer = null;
  let ended = false;
  let failure = null;
  const open = () => socket.onopen?.();
  if (opened) stream.once(opened, open);
  else queueMicrotask(open);
  stream.on('data', (data) => socket.onmessage?.({data}));
  stream.on('drain', () => socket.ondrain?.());
  stream.on('end', () => { ended = true; });
  stream.on('error', (error) => {
    failure = error;
    failed(error);
  });
  stream.on('close', () => {
    clearTimeout(timer);
    socket.onclose?.({code: 0, reason: '', wasClean: ended && !failure});
  });
  return socket;
}

const copy = (bytes) => (typeof Buffer === 'undefined' ? bytes.slice() : Buffer.from(bytes));
