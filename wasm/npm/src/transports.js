// The network, as link.js wants it. transport(url, handlers, options) begins to connect and gives
//   {send(bytes), close(), destroy(), ready}
// It calls handlers.open(), bytes(Uint8Array), writable() and, once and last, closed({fault, code, reason, clean, error}),
// never from inside a call; after close() still closed(), so that one can wait for it. A transport that has to load
// something first has a function prepare(options), which resolves when it has.
const high_water = 1024 * 1024;

// A WebSocket of the platform's, or anything of its shape.
export function websocket_transport(make_socket) {
  return (url, handlers, options) => {
    let socket;
    let opened = false;
    let polling = null;
    let error = null;
    const end = (fault, event = {}) => {
      clearTimeout(polling);
      if (!handlers) return;
      const {closed} = handlers;
      handlers = null;
      closed({fault, code: event.code ?? 0, reason: event.reason ?? '', clean: event.wasClean ?? false, error});
    };
    try {
      socket = (options.createWebsocket ?? make_socket)(url, ['mqtt'], options);
      socket.binaryType = 'arraybuffer';
    } catch (problem) {
      error = problem;
      queueMicrotask(() => end(is_mixed(url) ? 'mixed_content' : 'invalid_url'));
      return {send() {}, close() {}, destroy() {}, ready: false};
    }
    const fail = (fault) => {
      end(fault);
      socket.close();
    };
    socket.onopen = () => {
      if (socket.protocol !== 'mqtt') return fail('wrong_subprotocol');
      opened = true;
      handlers?.open();
    };
    socket.onmessage = ({data}) => {
      if (typeof data === 'string') return fail('text_frame');
      handlers?.bytes(new Uint8Array(data));
    };
    socket.onerror = (event) => { error = event.error ?? event; };
    socket.onclose = (event) => {
      end(event.wasClean && opened ? 'none' : !opened && is_mixed(url) ? 'mixed_content' : 'unknown', event);
    };
    // Browsers have no event for this.
    const poll = () => {
      polling = null;
      if (socket.bufferedAmount > high_water / 2) polling = setTimeout(poll, 4);
      else handlers?.writable();
    };
    return {
      send: (bytes) => socket.send(bytes),
      close: () => socket.close(),
      destroy: () => (socket.terminate ? socket.terminate() : socket.close()),
      // Whether it takes more; if not, handlers.writable() follows.
      get ready() {
        if (!opened) return false;
        if (socket.bufferedAmount < high_water) return true;
        polling ??= setTimeout(poll, 4);
        return false;
      },
    };
  };
}

const is_mixed = (url) => url.startsWith('ws:') && globalThis.location?.protocol === 'https:';
