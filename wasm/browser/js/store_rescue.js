// What is on its way to IndexedDB when the page is left. A browser aborts the transactions of a page that goes, so that
// a message sent in the moment of a reload would be lost. localStorage writes at once: it takes the changes then, and
// the page that opens the store next brings them into IndexedDB before it reads anything. All of them are such that
// making them twice does no harm, for one that was under way may have been made.
var wasmqttStoreRescue = {
  $WasmqttRescue: {
    prefix: function(store) { return 'wasmqtt-rescue ' + JSON.stringify(store.name) + ' '; },

    // `writes`: what stores.prepare() returns, the oldest first.
    keep: function(store, writes) {
      if (!writes.length) return;
      store.rescue = store.rescue || WasmqttRescue.prefix(store) + crypto.getRandomValues(new Uint32Array(2)).join('-');
      try {
        localStorage.setItem(store.rescue, JSON.stringify(writes, function(key, value) {
          return value instanceof Uint8Array ? Array.from(value, function(byte) { return String.fromCharCode(byte); }).join('') : value;
        }));
      } catch (error) {
        return;  // Denied or full: what was not reported as written is lost, as when the browser is killed.
      }
    },

    // The page came back from the browser's cache, and goes on by itself.
    drop: function(store) {
      if (store.rescue) localStorage.removeItem(store.rescue);
      store.rescue = null;
    },

    kept: function(store) {
      try {
        return Object.keys(localStorage).filter(function(key) { return key.startsWith(WasmqttRescue.prefix(store)); });
      } catch (error) {
        return [];  // No localStorage here: a worker, or denied.
      }
    },

    parse: function(text) {
      try {
        return JSON.parse(text);
      } catch (error) {
        return [];  // Nothing that keep() wrote.
      }
    },

    // Calls then() when all that was kept is in IndexedDB, or can't be brought there.
    restore: function(store, then) {
      var keys = WasmqttRescue.kept(store);
      if (!keys.length) return then();
      function bytes(text) { return Uint8Array.from(text, function(letter) { return letter.charCodeAt(0); }); }
      var transaction = store.database.transaction(['journal', 'records'], 'readwrite');
      var journal = transaction.objectStore('journal');
      var records = transaction.objectStore('records');
      keys.forEach(function(key) {
        WasmqttRescue.parse(localStorage.getItem(key)).forEach(function(write) {
          write.changes.forEach(function(change) {
            WasmqttStores.apply(records, {what: change.what, key: change.key, bytes: bytes(change.bytes)});
          });
          write.batches.forEach(function(batch) {
            // Unless another page has taken the session over since.
            journal.get([batch.session]).onsuccess = function(event) {
              if (event.target.result === batch.token) journal.put(bytes(batch.bytes), [batch.session, batch.number]);
            };
          });
        });
      });
      transaction.oncomplete = transaction.onabort = function() {
        keys.forEach(function(key) { localStorage.removeItem(key); });
        then();
      };
      transaction.onerror = function(event) { event.stopPropagation(); };
    },

    // Returns what ends it.
    watch: function(store) {
      if (typeof document === 'undefined') return function() {};
      function leave() { WasmqttRescue.keep(store, WasmqttStores.unwritten(store)); }
      function back(event) { if (event.persisted) WasmqttRescue.drop(store); }
      addEventListener('pagehide', leave);
      addEventListener('pageshow', back);
      return function() {
        removeEventListener('pagehide', leave);
        removeEventListener('pageshow', back);
      };
    },
  },
};
mergeInto(LibraryManager.library, wasmqttStoreRescue);
