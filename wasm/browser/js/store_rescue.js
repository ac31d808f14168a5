// What is on its way to IndexedDB when the page is left. A browser aborts the transactions of a page that goes, also those
// that were committed by commit() (Chromium 156), so that a message sent in the moment of a reload would be lost.
// localStorage writes at once: it takes the changes then, and the page that opens the database next brings them there
// before it reads anything.
//
// An entry, as JSON: {format: 1, page, before, changes: [{what, key, bytes}], batches: [{session, token, number, bytes}]};
// bytes as text, a letter for each.
//
// Nothing old replaces what is newer: the journal's entry [''] names the page that wrote last. Records are restored only if
// that still is the page that was left, or `before`, the one that it found there. A batch stays with its page's token.
var wasmqttStoreRescue = {
  $WasmqttRescue: {
    // Letters in an entry. An origin's localStorage holds 5 MB in all; more than this is lost, as when a browser is killed.
    limit: 1048576,

    prefix: function(store) { return 'wasmqtt-rescue ' + JSON.stringify(store.name) + ' '; },

    text: function(bytes) {
      return Array.from(bytes, function(byte) { return String.fromCharCode(byte); }).join('');
    },

    bytes: function(text) { return Uint8Array.from(text, function(letter) { return letter.charCodeAt(0); }); },

    // `writes`: what stores.prepare() returns, the oldest first.
    keep: function(store, writes) {
      var rescue = WasmqttRescue;
      var size = 0;
      function told(change) {
        size += change.bytes.length;
        return size > rescue.limit ? null : Object.assign({}, change, {bytes: rescue.text(change.bytes)});
      }
      var entry = {format: 1, page: store.page, before: store.before, changes: [], batches: []};
      writes.forEach(function(write) {
        entry.changes = entry.changes.concat(write.changes.map(told));
        entry.batches = entry.batches.concat(write.batches.map(told));
      });
      if (!size && !entry.changes.length) return;
      var text = JSON.stringify(entry);
      if (size > rescue.limit || text.length > rescue.limit) return;
      try {
        localStorage.setItem(rescue.prefix(store) + store.page, text);
      } catch (error) {
        return;  // Denied or full: what was not reported as written is lost, as when the browser is killed.
      }
      store.rescued = true;
    },

    // The page came back from the browser's cache, and continues by itself.
    drop: function(store) {
      if (store.rescued) localStorage.removeItem(WasmqttRescue.prefix(store) + store.page);
      store.rescued = false;
    },

    kept: function(store) {
      try {
        return Object.keys(localStorage).filter(function(key) { return key.startsWith(WasmqttRescue.prefix(store)); });
      } catch (error) {
        return [];  // No localStorage here: a worker, or denied.
      }
    },

    // null for what keep() cannot have written: another format, or another script's work.
    parse: function(text) {
      function texts(one, names) { return names.every(function(name) { return typeof one[name] === 'string'; }); }
      function all(list, good) {
        return Array.isArray(list) && list.every(function(one) { return one && typeof one === 'object' && good(one); });
      }
      try {
        var entry = JSON.parse(text);
      } catch (error) {
        return null;
      }
      var good = entry && typeof entry === 'object' && entry.format === 1 && texts(entry, ['page', 'before']) &&
        all(entry.changes, function(one) { return [0, 1, 2].indexOf(one.what) >= 0 && texts(one, ['key', 'bytes']); }) &&
        all(entry.batches, function(one) {
          return Number.isSafeInteger(one.number) && texts(one, ['session', 'token', 'bytes']);
        });
      return good ? entry : null;
    },

    // Brings all that was kept into the database; then calls then(), also if that could not be done: then what was kept stays
    // for the next page.
    restore: function(store, then) {
      var keys = WasmqttRescue.kept(store);
      try {
        var transaction = store.database.transaction(['journal', 'records'], 'readwrite');
      } catch (error) {
        return then();  // The first operation will say why.
      }
      var journal = transaction.objectStore('journal');
      journal.get(['']).onsuccess = function(event) {
        store.before = event.target.result || '';
        keys.forEach(function(key) {
          var entry = WasmqttRescue.parse(localStorage.getItem(key));
          if (entry) WasmqttRescue.apply(transaction, entry, store.before);
          else console.warn('What the last page had not stored cannot be read: ' + key);
        });
      };
      transaction.oncomplete = function() {
        keys.forEach(function(key) { localStorage.removeItem(key); });
        then();
      };
      transaction.onabort = function() { then(); };
      transaction.onerror = function(event) { event.stopPropagation(); };
    },

    apply: function(transaction, entry, lastPage) {
      var journal = transaction.objectStore('journal');
      entry.batches.forEach(function(batch) {
        journal.put(WasmqttRescue.bytes(batch.bytes), [batch.session, batch.token, batch.number]);
      });
      if (entry.page !== lastPage && entry.before !== lastPage) return;
      var records = transaction.objectStore('records');
      entry.changes.forEach(function(change) {
        WasmqttStores.apply(records, {what: change.what, key: change.key, bytes: WasmqttRescue.bytes(change.bytes)});
      });
    },

    // A page in WebKit's cache keeps its turn at the database for ever, and nobody else gets one: it gives up the write that was
    // kept. Should it come back, it writes that again.
    yieldTurn: function(store) {
      if (!store.rescued || !store.writing || !store.transaction) return;
      try {
        store.transaction.abort();
        store.left = store.transaction;
      } catch (error) {
        // It is over, and its turn with it.
      }
    },

    again: function(store, work) {
      store.left = null;
      if (store.away) store.then = work;
      else work();
    },

    // Returns what ends it.
    watch: function(store) {
      if (typeof document === 'undefined') return function() {};
      function leave(event) {
        store.away = true;
        WasmqttRescue.keep(store, WasmqttStores.unwritten(store));
        if (event.persisted) WasmqttRescue.yieldTurn(store);
      }
      function back(event) {
        var then = store.then;
        store.away = false;
        store.then = null;
        if (event.persisted) WasmqttRescue.drop(store);
        if (then) then();
      }
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
