// The browser's side of PageLifeCycle.
var wasmqttPage = {
  $WasmqttPages: {live: {}, next: 1},

  // Codes of page_life_cycle.cpp: 0 shown, 1 hidden, 2 resumed, 3 frozen, 4 online, 5 offline, 6 leaving, 7 asked, 8 the
  // focus came or went.
  wasmqtt_page_listen__deps: ['$WasmqttPages'],
  wasmqtt_page_listen__sig: 'ii',
  wasmqtt_page_listen: function(page) {
    var id = WasmqttPages.next++;
    var listeners = [];
    function listen(target, type, handler) {
      target.addEventListener(type, handler);
      listeners.push(function() { target.removeEventListener(type, handler); });
    }
    function tell(target, type, code) {
      listen(target, type, function() { _wasmqtt_page_event(page, code); });
    }
    WasmqttPages.live[id] = listeners;
    tell(self, 'online', 4);
    tell(self, 'offline', 5);
    if (typeof document === 'undefined') return id;  // A worker has no more than these.
    listen(document, 'visibilitychange', function() { _wasmqtt_page_event(page, document.hidden ? 1 : 0); });
    tell(document, 'resume', 2);
    tell(document, 'freeze', 3);
    listen(self, 'pageshow', function(event) { if (event.persisted) _wasmqtt_page_event(page, 2); });
    tell(self, 'pagehide', 6);
    tell(self, 'focus', 8);
    tell(self, 'blur', 8);
    listen(self, 'beforeunload', function(event) {
      if (_wasmqtt_page_event(page, 7)) event.preventDefault();
    });
    return id;
  },

  wasmqtt_page_forget__deps: ['$WasmqttPages'],
  wasmqtt_page_forget__sig: 'vi',
  wasmqtt_page_forget: function(id) {
    WasmqttPages.live[id].forEach(function(remove) { remove(); });
    delete WasmqttPages.live[id];
  },

  wasmqtt_page_online__sig: 'i',
  wasmqtt_page_online: function() {
    return navigator.onLine === false ? 0 : 1;
  },

  wasmqtt_page_attended__sig: 'i',
  wasmqtt_page_attended: function() {
    return typeof document === 'undefined' || (!document.hidden && document.hasFocus()) ? 1 : 0;
  },
};
mergeInto(LibraryManager.library, wasmqttPage);
