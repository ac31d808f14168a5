// The browser's side of WebSocketTransport.
//
// Why not emscripten/websocket.h: it lets the exceptions of `new WebSocket` (a malformed URL, mixed content) escape into
// the page, keeps every socket for ever, allocates for every received message, and hands text frames over as bytes.
var wasmqttSockets = {
  $WasmqttSockets: {
    live: {},  // by id; an id is used once, so a late event of an old socket finds nothing
    next: 1,
    chunk: null,   // what is being received, as it came,
    chunkAt: 0,    // and where it lies in the heap
    early: null,   // {url, socket, closed, messages, timer}: begun before its attempt, and what has come meanwhile
    earlyLife: 20000,   // milliseconds; whoever has not signed in by then may not do it at all
    earlyMessages: 16,  // a peer that sends more, before it was sent anything, is left

    // A program may bring sockets of its own in Module: of a WebSocket's shape, for any scheme, with `anyProtocol` where the
    // subprotocol is not ours to choose, a call of ondrain() when there is room again, and, where more is known than a browser
    // tells, a `fault` of those below in the event of its end.
    make: function(url) {
      return Module['openSocket'] ? Module['openSocket'](url) : new WebSocket(url, 'mqtt');
    },

    // What was begun for this URL; anything else is dropped. An attempt that failed meanwhile is made again, for its reason.
    takeEarly: function(url) {
      var early = WasmqttSockets.early;
      WasmqttSockets.early = null;
      if (!early) return null;
      clearTimeout(early.timer);
      if (early.url === url && !early.closed) return early;
      early.socket.close();
      return null;
    },

    catchUp: function(id, messages) {
      var sockets = WasmqttSockets;
      if (sockets.live[id]) sockets.opened(id);
      messages.forEach(function(data) { if (sockets.live[id]) sockets.received(id, data); });
    },

    // TransportFault's numbers, of these and others.
    none: 0, unknown: 1, invalidUrl: 2, unsupportedScheme: 3, wrongSubprotocol: 11, textFrame: 12, mixedContent: 13,
    tooLarge: 14, notPrepared: 15,

    // Takes the socket out of service, silently.
    detach: function(id) {
      var entry = WasmqttSockets.live[id];
      if (!entry) return null;
      delete WasmqttSockets.live[id];
      WasmqttTick.clear(entry.poll);
      var socket = entry.socket;
      if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
      return entry;
    },

    // Ends the attempt with the one on_transport_closed() that it gets.
    end: function(id, fault, code, reason, clean) {
      var entry = WasmqttSockets.detach(id);
      if (!entry) return;
      if (entry.socket) entry.socket.close();
      WasmqttBorder.placeText(entry.room, reason);
      _wasmqtt_socket_closed(entry.self, fault, code, clean ? 1 : 0);
    },

    mixed: function(url) {
      return url.protocol === 'ws:' && typeof location !== 'undefined' && location.protocol === 'https:';
    },

    opened: function(id) {
      var entry = WasmqttSockets.live[id];
      if (entry.socket.protocol !== 'mqtt' && !entry.socket.anyProtocol) {
        return WasmqttSockets.end(id, WasmqttSockets.wrongSubprotocol, 0, '', false);
      }
      entry.open = true;
      _wasmqtt_socket_opened(entry.self);
    },

    received: function(id, data) {
      var entry = WasmqttSockets.live[id];
      if (typeof data === 'string') return WasmqttSockets.end(id, WasmqttSockets.textFrame, 0, '', false);
      if (data.byteLength > entry.maxMessage) return WasmqttSockets.end(id, WasmqttSockets.tooLarge, 0, '', false);
      var sockets = WasmqttSockets;
      sockets.chunk = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
      sockets.chunkAt = WasmqttBorder.put(entry.room, sockets.chunk);
      _wasmqtt_socket_received(entry.self);
      sockets.chunk = null;
    },

    closed: function(id, event) {
      var entry = WasmqttSockets.live[id];
      var fault = event.wasClean && entry.open ? WasmqttSockets.none : event.fault || WasmqttSockets.unknown;
      if (!entry.open && WasmqttSockets.mixed(entry.url)) fault = WasmqttSockets.mixedContent;
      WasmqttSockets.end(id, fault, event.code, event.reason, event.wasClean);
    },

    // Bytes and milliseconds, as websocket_transport.hpp describes them.
    firstMark: 65536, leastMark: 16384, span: 100,

    // Browsers have no event for this; the tick is not throttled in a hidden tab.
    poll: function(id) {
      var entry = WasmqttSockets.live[id];
      if (entry.socket.bufferedAmount > entry.mark / 2) return WasmqttSockets.wait(id);
      if (entry.poll) WasmqttSockets.adapt(entry);
      entry.poll = 0;
      _wasmqtt_socket_writable(entry.self);
    },

    wait: function(id) {
      var entry = WasmqttSockets.live[id];
      if (!entry.poll) {
        entry.waiting = WasmqttClock.now();
        entry.held = entry.socket.bufferedAmount;
      }
      entry.poll = WasmqttTick.set(4, function() { WasmqttSockets.poll(id); });
    },

    // Half-way to what would leave in `span`, as far as the last wait tells: if all had left, the link may be faster.
    adapt: function(entry) {
      var sockets = WasmqttSockets;
      var left = entry.socket.bufferedAmount;
      var took = WasmqttClock.now() - entry.waiting;
      if (!(took > 0)) return;
      var mark = (entry.mark + (entry.held - left) / took * sockets.span) / 2;
      if (left === 0) mark = Math.max(mark, entry.mark);
      entry.mark = Math.min(Math.max(mark, sockets.leastMark), entry.highWater);
    },
  },
  $WasmqttSockets__deps: ['$WasmqttTick', '$WasmqttClock', '$WasmqttBorder'],

  // Starts an attempt and returns its id. `room`: where received bytes and the reason of a close go.
  wasmqtt_socket_open__deps: ['$WasmqttSockets'],
  wasmqtt_socket_open__sig: 'iiiiiii',
  wasmqtt_socket_open: function(self, room, text, size, highWater, maxMessage) {
    var sockets = WasmqttSockets;
    var id = sockets.next++;
    var entry = {self: self, room: room, socket: null, url: null, open: false, poll: 0, waiting: 0, held: 0, highWater: highWater,
                 mark: Math.min(sockets.firstMark, highWater), maxMessage: maxMessage};
    sockets.live[id] = entry;
    var url = WasmqttBorder.text(text, size);
    var fault = sockets.none;
    var problem = '';
    var early = null;
    try {
      entry.url = new URL(url);
    } catch (error) {
      fault = sockets.invalidUrl;
    }
    if (!Module['openSocket'] && entry.url && entry.url.protocol !== 'ws:' && entry.url.protocol !== 'wss:') fault = sockets.unsupportedScheme;
    if (!fault) {
      try {
        early = sockets.takeEarly(url);
        entry.socket = early ? early.socket : sockets.make(url);
      } catch (error) {
        fault = sockets.mixed(entry.url) ? sockets.mixedContent : sockets.invalidUrl;
        // The program's own socket: it says why there is none.
        if (Module['openSocket'] && fault === sockets.invalidUrl) {
          fault = sockets.notPrepared;
          problem = error.message;
        }
      }
    }
    if (fault) {
      // A callback never comes from inside open().
      queueMicrotask(function() { sockets.end(id, fault, 0, problem, false); });
      return id;
    }
    var socket = entry.socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = function() { sockets.opened(id); };
    socket.onmessage = function(event) { sockets.received(id, event.data); };
    socket.onclose = function(event) { sockets.closed(id, event); };
    if (early && socket.readyState === 1) queueMicrotask(function() { sockets.catchUp(id, early.messages); });
    socket.ondrain = function() {
      WasmqttTick.clear(entry.poll);
      if (entry.poll) sockets.poll(id);
    };
    return id;
  },

  // An empty URL: what was begun is dropped.
  wasmqtt_socket_open_soon__deps: ['$WasmqttSockets'],
  wasmqtt_socket_open_soon__sig: 'vii',
  wasmqtt_socket_open_soon: function(text, size) {
    var sockets = WasmqttSockets;
    var url = WasmqttBorder.text(text, size);
    if (Module['openSocket']) return;
    if (sockets.early && sockets.early.url === url && !sockets.early.closed) return;
    sockets.takeEarly('');
    if (!url) return;
    try {
      var early = sockets.early = {url: url, socket: new WebSocket(url, 'mqtt'), closed: false, messages: [], timer: 0};
    } catch (error) {
      return;  // open() says what is wrong.
    }
    early.timer = setTimeout(function() { sockets.takeEarly(''); }, sockets.earlyLife);
    early.socket.binaryType = 'arraybuffer';
    early.socket.onclose = function() { early.closed = true; };
    early.socket.onmessage = function(event) {
      if (early.messages.push(event.data) > sockets.earlyMessages) early.socket.close();
    };
  },

  // Sends up to `size` bytes as one frame and returns how many; fewer than offered when the browser holds enough,
  // or for the sake of the frame's size. Then _wasmqtt_socket_writable() follows.
  wasmqtt_socket_send__deps: ['$WasmqttSockets'],
  wasmqtt_socket_send__sig: 'iiiii',
  wasmqtt_socket_send: function(id, bytes, size, maxFrame) {
    var entry = WasmqttSockets.live[id];
    if (!entry.open || entry.poll || size === 0) return 0;
    var room = entry.mark - entry.socket.bufferedAmount;
    var taken = Math.min(size, room, maxFrame);
    if (taken < size && taken < 16384 && taken < maxFrame) {
      WasmqttSockets.wait(id);
      return 0;
    }
    entry.socket.send(WasmqttBorder.view(bytes, taken));  // copies before it returns
    if (taken < size) queueMicrotask(function() {
      if (WasmqttSockets.live[id] && !entry.poll) WasmqttSockets.poll(id);
    });
    return taken;
  },

  wasmqtt_socket_buffered__deps: ['$WasmqttSockets'],
  wasmqtt_socket_buffered__sig: 'ii',
  wasmqtt_socket_buffered: function(id) {
    var entry = WasmqttSockets.live[id];
    return entry.open ? entry.socket.bufferedAmount : 0;
  },

  // What was sent still leaves; nothing is heard of this socket any more.
  wasmqtt_socket_close__deps: ['$WasmqttSockets'],
  wasmqtt_socket_close__sig: 'vi',
  wasmqtt_socket_close: function(id) {
    var entry = WasmqttSockets.detach(id);
    if (entry && entry.socket) entry.socket.close();
  },
};
mergeInto(LibraryManager.library, wasmqttSockets);
