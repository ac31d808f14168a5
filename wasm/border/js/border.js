// The only place where bytes and text pass between JavaScript and the WebAssembly heap: see wasmqtt/border.hpp.
//
// A call into C++ may make the heap grow, which detaches every view of it: nobody else keeps or makes one.
var wasmqttBorder = {
  $WasmqttBorder__postset: 'WasmqttBorder.start();',
  $WasmqttBorder: {
    encoder: null,
    decoder: null,
    exactDecoder: null,

    start: function() {
      WasmqttBorder.encoder = new TextEncoder();
      // U+FEFF at the beginning is a character like any other [MQTT-1.5.3-3].
      WasmqttBorder.decoder = new TextDecoder('utf-8', {ignoreBOM: true});
      WasmqttBorder.exactDecoder = new TextDecoder('utf-8', {ignoreBOM: true, fatal: true});
    },

    // Places byte arrays, one after the other, in a Room. Returns the size of all.
    place: function(room, pieces) {
      var size = pieces.reduce(function(sum, piece) { return sum + piece.length; }, 0);
      var at = _wasmqtt_border_make(room, size);  // before HEAPU8 is looked at
      pieces.forEach(function(piece) {
        HEAPU8.set(piece, at);
        at += piece.length;
      });
      return size;
    },

    // One byte array; returns where it lies.
    put: function(room, bytes) {
      var at = _wasmqtt_border_make(room, bytes.length);
      HEAPU8.set(bytes, at);
      return at;
    },

    // Text as UTF-8, without an array of it; returns its size, which may be less than the Room's. Short texts are mostly
    // ASCII, for which a loop is faster than a call of the encoder.
    putText: function(room, text) {
      var at = _wasmqtt_border_make(room, text.length * 3);
      var size = text.length > 256 ? 0 : text.length;
      var i = 0;
      for (var unit = 0; i < size && (unit = text.charCodeAt(i)) < 128; ++i) HEAPU8[at + i] = unit;
      if (i === text.length) return i;
      return i + WasmqttBorder.encoder.encodeInto(i ? text.slice(i) : text,
                                                  HEAPU8.subarray(at + i, at + text.length * 3)).written;
    },

    // A lone surrogate becomes U+FFFD: UTF-8 has none.
    placeText: function(room, text) { return WasmqttBorder.place(room, [WasmqttBorder.encode(text)]); },

    encode: function(text) { return WasmqttBorder.encoder.encode(text); },

    // Fills memory that C++ holds ready at `at`.
    fill: function(at, bytes) { HEAPU8.set(bytes, at); },

    // A copy.
    bytes: function(at, size) { return HEAPU8.slice(at, at + size); },

    // For calls that copy before they return, and before any C++ runs.
    view: function(at, size) { return HEAPU8.subarray(at, at + size); },

    // For people to read: ill-formed UTF-8 shows as U+FFFD.
    text: function(at, size) { return WasmqttBorder.decoder.decode(WasmqttBorder.view(at, size)); },

    // For programs to compare: null if it is ill-formed, since two such texts could become the same.
    exactText: function(at, size) {
      try {
        return WasmqttBorder.exactDecoder.decode(WasmqttBorder.view(at, size));
      } catch (error) {
        return null;
      }
    },
  },
};
mergeInto(LibraryManager.library, wasmqttBorder);
