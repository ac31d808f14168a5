// The browser's side of IndexedDbStore. One database; two object stores:
//   journal   [client id]          -> token of the page that owns the session now
//             [client id, number]  -> a batch of journal records
//   records   key (a string)       -> the application's bytes
// C++ starts one transaction at a time; each ends in one call of _wasmqtt_store_ended().
var wasmqttStore = {
  $WasmqttStores: {
    live: {},
    next: 1,

    text: function(at, size) { return new TextDecoder().decode(HEAPU8.slice(at, at + size)); },

    sentence: function(error) {
      var name = error ? error.name : '';
      if (name === 'QuotaExceededError') return 'The browser has no room left for this page';
      if (name === 'SecurityError' || name === 'InvalidStateError' || name === 'UnknownError') {
        return 'The browser refuses to store anything for this page';
      }
      return 'The browser could not store anything' + (error ? ' (' + (error.message || name) + ')' : '');
    },

    ended: function(id, problem) {
      var store = WasmqttStores.live[id];
      if (!store) return;
      var size = WasmqttStores.join(store, [new TextEncoder().encode(problem)]);
      _wasmqtt_store_ended(store.self, problem ? 0 : 1, size);
    },

    // Calls work(database) when there is one; ends the operation with a problem otherwise.
    open: function(id, work) {
      var stores = WasmqttStores;
      var store = stores.live[id];
      if (store.database) return work();
      var answered = false;
      function answer(problem) {
        if (answered || !stores.live[id]) return;
        answered = true;
        WasmqttTick.clear(timer);
        if (problem) stores.ended(id, problem);
        else work();
      }
      // Some browsers never answer.
      var timer = WasmqttTick.set(5000, function() { answer('The browser\'s storage does not answer'); });
      try {
        var request = indexedDB.open(store.name, 1);
      } catch (error) {
        return queueMicrotask(function() { answer(stores.sentence(error)); });
      }
      request.onupgradeneeded = function() {
        request.result.createObjectStore('journal');
        request.result.createObjectStore('records');
      };
      request.onerror = function(event) {
        event.preventDefault();
        answer(stores.sentence(request.error));
      };
      request.onsuccess = function() {
        var database = request.result;
        if (answered || !stores.live[id]) return database.close();
        // A newer version of the page wants to change the database; the next write here tells that it is gone.
        database.onversionchange = function() { database.close(); };
        store.database = database;
        answer('');
      };
    },

    // Runs work(transaction) in one transaction over both stores, if this page still owns the session.
    transact: function(id, work) {
      var stores = WasmqttStores;
      var store = stores.live[id];
      try {
        var transaction = store.database.transaction(['journal', 'records'], 'readwrite',
                                                     {durability: store.strict ? 'strict' : 'relaxed'});
      } catch (error) {
        return queueMicrotask(function() { stores.ended(id, stores.sentence(error)); });
      }
      var problem = '';
      transaction.oncomplete = function() { stores.ended(id, ''); };
      transaction.onabort = function() { stores.ended(id, problem || stores.sentence(transaction.error)); };
      // Else some browsers report to the console what is told in a sentence above.
      transaction.onerror = function(event) { event.stopPropagation(); };
      if (store.client === null) return work(transaction);
      transaction.objectStore('journal').get([store.client]).onsuccess = function(event) {
        if (event.target.result === store.token) return work(transaction);
        problem = 'Another tab has taken over this session';
        transaction.abort();
      };
    },

    // The session's batches.
    all: function(store) {
      return IDBKeyRange.bound([store.client, 0], [store.client, Infinity]);
    },

    // Copies byte arrays one after the other to where C++ finds them; returns their size.
    join: function(store, batches) {
      var size = batches.reduce(function(sum, batch) { return sum + batch.length; }, 0);
      var at = _wasmqtt_store_room(store.self, size);
      batches.forEach(function(batch) {
        HEAPU8.set(batch, at);
        at += batch.length;
      });
      return size;
    },
  },
  $WasmqttStores__deps: ['$WasmqttTick'],

  wasmqtt_store_new__deps: ['$WasmqttStores'],
  wasmqtt_store_new__sig: 'iiiii',
  wasmqtt_store_new: function(self, name, size, strict) {
    var id = WasmqttStores.next++;
    WasmqttStores.live[id] = {self: self, name: WasmqttStores.text(name, size), strict: strict, database: null,
                              client: null, token: '', last: 0, staged: {}};
    return id;
  },

  // What is under way still becomes durable; nothing is heard of it.
  wasmqtt_store_delete__deps: ['$WasmqttStores'],
  wasmqtt_store_delete__sig: 'vi',
  wasmqtt_store_delete: function(id) {
    var store = WasmqttStores.live[id];
    delete WasmqttStores.live[id];
    if (store.database) store.database.close();
  },

  // Takes the session over and hands its records to _wasmqtt_store_loaded().
  wasmqtt_store_load__deps: ['$WasmqttStores'],
  wasmqtt_store_load__sig: 'viii',
  wasmqtt_store_load: function(id, client, size) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    var name = stores.text(client, size);
    stores.open(id, function() {
      store.client = null;
      stores.transact(id, function(transaction) {
        var journal = transaction.objectStore('journal');
        store.client = name;
        store.token = Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-');
        journal.put(store.token, [name]);
        journal.getAllKeys(stores.all(store)).onsuccess = function(event) {
          var keys = event.target.result;
          store.last = keys.length ? keys[keys.length - 1][1] : 0;
        };
        journal.getAll(stores.all(store)).onsuccess = function(event) {
          if (stores.live[id]) _wasmqtt_store_loaded(store.self, stores.join(store, event.target.result));
        };
      });
    });
  },

  wasmqtt_store_read__deps: ['$WasmqttStores'],
  wasmqtt_store_read__sig: 'viii',
  wasmqtt_store_read: function(id, prefix, size) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    var range = stores.text(prefix, size);
    stores.open(id, function() {
      var keys = [];
      stores.transact(id, function(transaction) {
        var records = transaction.objectStore('records');
        var bounds = IDBKeyRange.bound(range, range + '\uffff');
        records.getAllKeys(bounds).onsuccess = function(event) { keys = event.target.result; };
        records.getAll(bounds).onsuccess = function(event) {
          event.target.result.forEach(function(value, i) {
            if (!stores.live[id]) return;
            var key = new TextEncoder().encode(keys[i]);
            stores.join(store, [key, value]);
            _wasmqtt_store_record(store.self, key.length, value.length);
          });
        };
      });
    });
  },

  // Keeps an application record for the next write; a negative size removes it.
  wasmqtt_store_stage__deps: ['$WasmqttStores'],
  wasmqtt_store_stage__sig: 'viiiii',
  wasmqtt_store_stage: function(id, key, keySize, value, size) {
    WasmqttStores.live[id].staged[WasmqttStores.text(key, keySize)] =
        size < 0 ? null : HEAPU8.slice(value, value + size);
  },

  // Writes a batch of journal records (may be empty) and what is staged.
  wasmqtt_store_write__deps: ['$WasmqttStores'],
  wasmqtt_store_write__sig: 'viii',
  wasmqtt_store_write: function(id, bytes, size) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    var batch = HEAPU8.slice(bytes, bytes + size);
    var staged = store.staged;
    store.staged = {};
    stores.open(id, function() {
      stores.transact(id, function(transaction) {
        if (batch.length) transaction.objectStore('journal').add(batch, [store.client, ++store.last]);
        var records = transaction.objectStore('records');
        Object.keys(staged).forEach(function(key) {
          if (staged[key]) records.put(staged[key], key);
          else records.delete(key);
        });
      });
    });
  },

  // Replaces the journal by what _wasmqtt_store_compact() makes of it; a negative answer leaves it alone.
  wasmqtt_store_compact_now__deps: ['$WasmqttStores'],
  wasmqtt_store_compact_now__sig: 'vi',
  wasmqtt_store_compact_now: function(id) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    stores.transact(id, function(transaction) {
      var journal = transaction.objectStore('journal');
      journal.getAll(stores.all(store)).onsuccess = function(event) {
        if (!stores.live[id]) return;
        var size = _wasmqtt_store_compact(store.self, stores.join(store, event.target.result));
        if (size < 0) return;
        var at = _wasmqtt_store_room(store.self, size);
        journal.delete(stores.all(store));
        if (size) journal.add(HEAPU8.slice(at, at + size), [store.client, ++store.last]);
      };
    });
  },

  // Removes the session of a client id, and the application's records whose key begins with `prefix`.
  wasmqtt_store_forget__deps: ['$WasmqttStores'],
  wasmqtt_store_forget__sig: 'viiiii',
  wasmqtt_store_forget: function(id, client, clientSize, prefix, prefixSize) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    var name = stores.text(client, clientSize);
    var range = stores.text(prefix, prefixSize);
    stores.open(id, function() {
      store.client = null;
      stores.transact(id, function(transaction) {
        transaction.objectStore('journal').delete(IDBKeyRange.bound([name], [name, Infinity]));
        transaction.objectStore('records').delete(IDBKeyRange.bound(range, range + '\uffff'));
      });
    });
  },

  // Whoever put something away turns here for the moment after: see IndexedDbStore::put.
  wasmqtt_store_soon__deps: ['$WasmqttStores'],
  wasmqtt_store_soon__sig: 'vi',
  wasmqtt_store_soon: function(id) {
    queueMicrotask(function() {
      var store = WasmqttStores.live[id];
      if (store) _wasmqtt_store_turned(store.self);
    });
  },
};
mergeInto(LibraryManager.library, wasmqttStore);
