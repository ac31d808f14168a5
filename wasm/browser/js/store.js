// The browser's side of IndexedDbStore. One database; two object stores:
//   journal   [session]          -> token of the page that owns the session now
//             [session, number]  -> a batch of journal records
//   records   key (a string)     -> the application's bytes
// C++ starts one transaction at a time; each ends in one call of _wasmqtt_store_ended().
var wasmqttStore = {
  $WasmqttStores: {
    live: {},
    next: 1,

    // Outcome of indexed_db_store.hpp.
    failed: 0, done: 1, takenOver: 2,
    piece: 200,  // records that are read at a time

    sentence: function(error) {
      var name = error ? error.name : '';
      if (name === 'QuotaExceededError') return 'The browser has no room left for this page';
      if (name === 'SecurityError' || name === 'InvalidStateError' || name === 'UnknownError') {
        return 'The browser refuses to store anything for this page';
      }
      return 'The browser could not store anything' + (error ? ' (' + (error.message || name) + ')' : '');
    },

    ended: function(id, problem, outcome) {
      var store = WasmqttStores.live[id];
      if (!store) return;
      store.writing = null;
      WasmqttBorder.placeText(store.room, problem);
      _wasmqtt_store_ended(store.self, outcome || (problem ? WasmqttStores.failed : WasmqttStores.done));
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
        WasmqttRescue.restore(store, function() { answer(''); });
      };
    },

    // Runs work(transaction) in one transaction over both stores, if this page still owns all of `sessions`.
    transact: function(id, sessions, work) {
      var stores = WasmqttStores;
      var store = stores.live[id];
      try {
        var transaction = store.database.transaction(['journal', 'records'], 'readwrite',
                                                     {durability: store.strict ? 'strict' : 'relaxed'});
      } catch (error) {
        return queueMicrotask(function() { stores.ended(id, stores.sentence(error)); });
      }
      var lost = false;
      transaction.oncomplete = function() { stores.ended(id, ''); };
      transaction.onabort = function() {
        if (lost) stores.ended(id, 'Another tab has taken over this session', stores.takenOver);
        else stores.ended(id, stores.sentence(transaction.error));
      };
      // Else some browsers report to the console what is told in a sentence above.
      transaction.onerror = function(event) { event.stopPropagation(); };
      var unchecked = sessions.length;
      sessions.forEach(function(session) {
        transaction.objectStore('journal').get([session]).onsuccess = function(event) {
          if (lost) return;
          lost = !store.sessions[session] || event.target.result !== store.sessions[session].token;
          if (lost) transaction.abort();
          else if (--unchecked === 0) work(transaction);
        };
      });
      if (!unchecked) work(transaction);
    },

    // What one transaction will do: {changes: of records, batches: one for each session}.
    prepare: function(store, staged) {
      var batches = {};
      staged.forEach(function(change) {
        if (change.what === 3) (batches[change.key] = batches[change.key] || []).push(change.bytes);
      });
      return {
        changes: staged.filter(function(change) { return change.what !== 3; }),
        batches: Object.keys(batches).map(function(session) {
          var own = store.sessions[session] || {token: '', last: 0};
          return {session: session, token: own.token, number: own.last + 1, bytes: WasmqttStores.joined(batches[session])};
        }),
      };
    },

    unwritten: function(store) {
      var writes = store.writing ? [store.writing] : [];
      return store.staged.length ? writes.concat(WasmqttStores.prepare(store, store.staged)) : writes;
    },

    apply: function(records, change) {
      if (change.what === 0) records.put(change.bytes, change.key);
      else records.delete(change.what === 1 ? change.key : WasmqttStores.starting(change.key));
    },

    // A session's batches.
    batches: function(session) { return IDBKeyRange.bound([session, 0], [session, Infinity]); },

    starting: function(prefix) { return IDBKeyRange.bound(prefix, prefix + '\uffff'); },

    joined: function(batches) {
      var whole = new Uint8Array(batches.reduce(function(sum, batch) { return sum + batch.length; }, 0));
      var at = 0;
      batches.forEach(function(batch) {
        whole.set(batch, at);
        at += batch.length;
      });
      return whole;
    },
  },
  $WasmqttStores__deps: ['$WasmqttTick', '$WasmqttRescue', '$WasmqttBorder'],

  wasmqtt_store_new__deps: ['$WasmqttStores'],
  wasmqtt_store_new__sig: 'iiiiii',
  wasmqtt_store_new: function(self, room, name, size, strict) {
    var id = WasmqttStores.next++;
    WasmqttStores.live[id] = {self: self, room: room, name: WasmqttBorder.text(name, size), strict: strict,
                              database: null, sessions: {}, staged: [], writing: null};
    WasmqttStores.live[id].unwatch = WasmqttRescue.watch(WasmqttStores.live[id]);
    return id;
  },

  // What is under way still becomes durable; nothing is heard of it.
  wasmqtt_store_delete__deps: ['$WasmqttStores'],
  wasmqtt_store_delete__sig: 'vi',
  wasmqtt_store_delete: function(id) {
    var store = WasmqttStores.live[id];
    delete WasmqttStores.live[id];
    store.unwatch();
    if (store.database) store.database.close();
  },

  // Takes the session over and hands its records to _wasmqtt_store_loaded().
  wasmqtt_store_load__deps: ['$WasmqttStores'],
  wasmqtt_store_load__sig: 'viii',
  wasmqtt_store_load: function(id, text, size) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    var session = WasmqttBorder.text(text, size);
    stores.open(id, function() {
      stores.transact(id, [], function(transaction) {
        var journal = transaction.objectStore('journal');
        var own = {token: Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-'), last: 0};
        store.sessions[session] = own;
        journal.put(own.token, [session]);
        journal.getAllKeys(stores.batches(session)).onsuccess = function(event) {
          var keys = event.target.result;
          if (keys.length) own.last = keys[keys.length - 1][1];
        };
        journal.getAll(stores.batches(session)).onsuccess = function(event) {
          if (!stores.live[id]) return;
          WasmqttBorder.place(store.room, event.target.result);
          _wasmqtt_store_loaded(store.self);
        };
      });
    });
  },

  wasmqtt_store_read__deps: ['$WasmqttStores'],
  wasmqtt_store_read__sig: 'viii',
  wasmqtt_store_read: function(id, prefix, size) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    var start = WasmqttBorder.text(prefix, size);
    stores.open(id, function() {
      stores.transact(id, [], function(transaction) {
        var records = transaction.objectStore('records');
        // In pieces: a long history is never in memory as a whole.
        (function next(range) {
          var keys = [];
          records.getAllKeys(range, stores.piece).onsuccess = function(event) { keys = event.target.result; };
          records.getAll(range, stores.piece).onsuccess = function(event) {
            event.target.result.forEach(function(value, i) {
              if (!stores.live[id]) return;
              var key = WasmqttBorder.encode(keys[i]);
              WasmqttBorder.place(store.room, [key, value]);
              _wasmqtt_store_record(store.self, key.length);
            });
            if (keys.length === stores.piece)
              next(IDBKeyRange.bound(keys[keys.length - 1], range.upper, true, range.upperOpen));
          };
        })(stores.starting(start));
      });
    });
  },

  // Keeps for the next write: 0 a record, 1 its removal, 2 the removal of a prefix, 3 a batch of a session's journal.
  wasmqtt_store_stage__deps: ['$WasmqttStores'],
  wasmqtt_store_stage__sig: 'viiiiii',
  wasmqtt_store_stage: function(id, what, key, keySize, value, size) {
    WasmqttStores.live[id].staged.push(
        {what: what, key: WasmqttBorder.text(key, keySize), bytes: WasmqttBorder.bytes(value, size)});
  },

  wasmqtt_store_write__deps: ['$WasmqttStores'],
  wasmqtt_store_write__sig: 'vi',
  wasmqtt_store_write: function(id) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    var write = store.writing = stores.prepare(store, store.staged);
    store.staged = [];
    write.batches.forEach(function(batch) {
      if (store.sessions[batch.session]) store.sessions[batch.session].last = batch.number;
    });
    stores.open(id, function() {
      stores.transact(id, write.batches.map(function(batch) { return batch.session; }), function(transaction) {
        var journal = transaction.objectStore('journal');
        write.batches.forEach(function(batch) { journal.add(batch.bytes, [batch.session, batch.number]); });
        var records = transaction.objectStore('records');
        write.changes.forEach(function(change) { stores.apply(records, change); });
      });
    });
  },

  // Replaces the journal by what _wasmqtt_store_compact() makes of it and hands to wasmqtt_store_shorter(); the answer 0
  // leaves it alone.
  wasmqtt_store_compact_now__deps: ['$WasmqttStores'],
  wasmqtt_store_compact_now__sig: 'viii',
  wasmqtt_store_compact_now: function(id, text, size) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    var session = WasmqttBorder.text(text, size);
    stores.transact(id, [session], function(transaction) {
      var journal = transaction.objectStore('journal');
      journal.getAll(stores.batches(session)).onsuccess = function(event) {
        if (!stores.live[id]) return;
        WasmqttBorder.place(store.room, event.target.result);
        if (!_wasmqtt_store_compact(store.self)) return;
        journal.delete(stores.batches(session));
        var shorter = store.shorter;
        if (shorter.length) journal.add(shorter, [session, ++store.sessions[session].last]);
      };
    });
  },

  wasmqtt_store_shorter__deps: ['$WasmqttStores'],
  wasmqtt_store_shorter__sig: 'viii',
  wasmqtt_store_shorter: function(id, records, size) {
    WasmqttStores.live[id].shorter = WasmqttBorder.bytes(records, size);
  },

  // Removes all sessions of a client id.
  wasmqtt_store_forget__deps: ['$WasmqttStores'],
  wasmqtt_store_forget__sig: 'viii',
  wasmqtt_store_forget: function(id, client, size) {
    var stores = WasmqttStores;
    var name = WasmqttBorder.text(client, size) + '\n';
    stores.open(id, function() {
      stores.transact(id, [], function(transaction) {
        transaction.objectStore('journal').delete(IDBKeyRange.bound([name], [name + '\uffff', Infinity]));
      });
    });
  },

  // _wasmqtt_store_turned() at the end of this turn.
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
