// The browser's side of IndexedDbStore. Format 2, the version of the database: two object stores.
//   journal   ['']                      -> the page that wrote last
//             [session]                 -> token of the page that owns the session now; before it, if there is one, its epoch
//             [session, token, number]  -> a batch of that page's journal records
//   records   key (a string)            -> the application's bytes
// Format 1 named batches [session, number]; loading a session turns them into format 2.
//
// A page reads the batches of the owner before it only: what a page writes that has lost the session unknowingly does no
// harm. With an epoch it takes over from an older one only.
//
// C++ starts one transaction at a time; each ends in one call of _wasmqtt_store_ended().
var wasmqttStore = {
  $WasmqttStores: {
    live: {},
    next: 1,

    // Outcome of indexed_db_store.hpp.
    failed: 0, done: 1, takenOver: 2,
    piece: 200,  // records that are read at a time

    // Milliseconds. Some browsers never answer open().
    openTimeout: 5000,

    sentence: function(error) {
      var name = error ? error.name : '';
      if (name === 'QuotaExceededError') return 'The browser has no room left for this page';
      if (name === 'VersionError') return 'A newer version of this page has stored its data here';
      if (name === 'SecurityError' || name === 'InvalidStateError' || name === 'UnknownError') {
        return 'The browser refuses to store anything for this page';
      }
      return 'The browser could not store anything' + (error ? ' (' + (error.message || name) + ')' : '');
    },

    // Whether C++ still has the store.
    heard: function(id) {
      var store = WasmqttStores.live[id];
      return store && !store.closing;
    },

    ended: function(id, problem, outcome) {
      var store = WasmqttStores.live[id];
      if (!store) return;
      store.busy = false;
      store.writing = store.transaction = null;
      outcome = outcome || (problem ? WasmqttStores.failed : WasmqttStores.done);
      if (outcome === WasmqttStores.failed) store.staged = [];  // nobody will ask for them again
      if (store.closing) return WasmqttStores.close(id);
      WasmqttBorder.placeText(store.room, problem);
      _wasmqtt_store_ended(store.self, outcome);
    },

    // Once nothing is under way, and when what is staged has been written.
    close: function(id) {
      var store = WasmqttStores.live[id];
      if (store.staged.length) return _wasmqtt_store_write(id);
      delete WasmqttStores.live[id];
      store.unwatch();
      if (store.database) store.database.close();
    },

    // Calls work() when there is a database; ends the operation with a problem otherwise.
    open: function(id, work) {
      var stores = WasmqttStores;
      var store = stores.live[id];
      store.busy = true;
      if (store.database) return work();
      var answered = false;
      var silence = 'The browser\'s storage does not answer';
      function answer(problem) {
        if (answered || !stores.live[id]) return;
        answered = true;
        WasmqttTick.clear(timer);
        if (problem) stores.ended(id, problem);
        else work();
      }
      var timer = WasmqttTick.set(stores.openTimeout, function() { answer(silence); });
      try {
        var request = indexedDB.open(store.name, 2);
      } catch (error) {
        return queueMicrotask(function() { answer(stores.sentence(error)); });
      }
      // Both are there in format 1, which is converted session by session.
      request.onupgradeneeded = function() {
        ['journal', 'records'].forEach(function(name) {
          if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name);
        });
      };
      request.onblocked = function() { silence = 'Another tab with an older version of this page is open'; };
      request.onerror = function(event) {
        event.preventDefault();
        answer(stores.sentence(request.error));
      };
      request.onsuccess = function() {
        var database = request.result;
        if (answered || !stores.live[id]) return database.close();
        // A newer version of the page wants to change the database; the next write here tells that it is gone.
        database.onversionchange = function() { database.close(); };
        // The browser has ended it: its data were removed, its disk failed.
        database.onclose = function() { stores.forsake(store, database); };
        store.database = database;
        WasmqttRescue.restore(store, function() { answer(''); });
      };
    },

    // The next operation opens another one.
    forsake: function(store, database) {
      database.close();
      if (store.database === database) store.database = null;
    },

    // Runs work(transaction, lose) in one transaction over both stores, and undoes it unless this page still owns all of
    // `sessions`, or when lose() is called. `fenced`: it is not undone, but reported. What is in it does no harm then, and it ends
    // even if this page stands still from now on: nobody else waits for it. Where the browser has ended the connection to the
    // database, it runs in another one; `retried`: it is that one.
    transact: function(id, sessions, work, fenced, retried) {
      var stores = WasmqttStores;
      var store = stores.live[id];
      function failed(error, again) {
        var ended = error && ['InvalidStateError', 'AbortError', 'UnknownError'].indexOf(error.name) >= 0;
        if (!ended || !again || !stores.live[id]) return stores.ended(id, stores.sentence(error));
        if (store.database) stores.forsake(store, store.database);
        stores.open(id, function() { stores.transact(id, sessions, work, fenced, true); });
      }
      try {
        var transaction = store.database.transaction(['journal', 'records'], 'readwrite',
                                                     {durability: store.strict ? 'strict' : 'relaxed'});
      } catch (error) {
        return queueMicrotask(function() { failed(error, !retried); });
      }
      var lost = '';  // why
      function lose(deleted) {
        lost = deleted ? 'What was stored for this session has been deleted' : 'Another tab has taken over this session';
        if (!fenced) transaction.abort();
      }
      function ended() { stores.ended(id, lost, stores.takenOver); }
      store.transaction = transaction;
      transaction.oncomplete = function() { lost ? ended() : stores.ended(id, ''); };
      transaction.onabort = function() {
        if (store.left === transaction) WasmqttRescue.again(store, function() { stores.transact(id, sessions, work, fenced, retried); });
        else if (lost) ended();
        else failed(transaction.error, !retried && store.writing);  // what was read may have been told
      };
      // Else some browsers report to the console what is told in a sentence above.
      transaction.onerror = function(event) { event.stopPropagation(); };
      sessions.forEach(function(session) {
        transaction.objectStore('journal').get([session]).onsuccess = function(event) {
          var own = store.sessions[session];
          if (!lost && !(own && event.target.result === own.token)) lose(event.target.result === undefined);
        };
      });
      work(transaction, lose);
      if (fenced && transaction.commit) transaction.commit();
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

    // All batches of a session, in both formats: a number sorts before a text, and a text before an array.
    batches: function(session) { return IDBKeyRange.bound([session, 0], [session, []]); },

    epoch: function(token) {
      var found = /^(\d+) /.exec(token || '');
      return found ? Number(found[1]) : 0;
    },

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

    // Calls read(records) in C++ with all of a session's journal, and makes one batch of it under `token`: what C++ gave
    // to wasmqtt_store_shorter() in that call, or everything as it was. Loses a session whose owner has a later epoch.
    rewrite: function(id, transaction, session, token, read, lose) {
      var store = WasmqttStores.live[id];
      var journal = transaction.objectStore('journal');
      var all = WasmqttStores.batches(session);
      var owner, keys;
      journal.get([session]).onsuccess = function(event) {
        owner = event.target.result;
        if (WasmqttStores.epoch(token) && WasmqttStores.epoch(owner) > WasmqttStores.epoch(token)) lose();
      };
      journal.getAllKeys(all).onsuccess = function(event) { keys = event.target.result; };
      journal.getAll(all).onsuccess = function(event) {
        if (!WasmqttStores.heard(id)) return;
        var batches = event.target.result.filter(function(batch, i) {
          return keys[i].length === 2 || keys[i][1] === owner;
        });
        store.shorter = null;
        WasmqttBorder.place(store.room, batches);
        read();
        journal.put(token, [session]);
        journal.delete(all);
        var left = store.shorter || WasmqttStores.joined(batches);
        if (left.length) journal.put(left, [session, token, 1]);
        store.sessions[session] = {token: token, last: 1};
      };
    },
  },
  $WasmqttStores__deps: ['$WasmqttTick', '$WasmqttBorder', '$WasmqttRescue', 'wasmqtt_store_write'],

  wasmqtt_store_new__deps: ['$WasmqttStores'],
  wasmqtt_store_new__sig: 'iiiiii',
  wasmqtt_store_new: function(self, room, name, size, strict) {
    var id = WasmqttStores.next++;
    var store = WasmqttStores.live[id] = {
      self: self, room: room, name: WasmqttBorder.text(name, size), strict: strict, database: null, sessions: {},
      page: Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-'), staged: [], writing: null, shorter: null,
      transaction: null, busy: false, closing: false, left: null, away: false, then: null, rescued: false, before: '',
    };
    store.unwatch = WasmqttRescue.watch(store);
    return id;
  },

  // What is under way, or staged for the next write, still becomes durable; nothing is heard of it.
  wasmqtt_store_delete__deps: ['$WasmqttStores'],
  wasmqtt_store_delete__sig: 'vi',
  wasmqtt_store_delete: function(id) {
    var store = WasmqttStores.live[id];
    store.closing = true;
    if (!store.busy) WasmqttStores.close(id);
  },

  // Takes the session over and hands its records to _wasmqtt_store_loaded(). Epoch 0: from whomever.
  wasmqtt_store_load__deps: ['$WasmqttStores'],
  wasmqtt_store_load__sig: 'viiid',
  wasmqtt_store_load: function(id, text, size, epoch) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    var session = WasmqttBorder.text(text, size);
    stores.open(id, function() {
      stores.transact(id, [], function(transaction, lose) {
        var token = (epoch ? epoch + ' ' : '') + Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-');
        stores.rewrite(id, transaction, session, token, function() { _wasmqtt_store_loaded(store.self); }, lose);
      });
    });
  },

  // Whether the session is still ours.
  wasmqtt_store_confirm__deps: ['$WasmqttStores'],
  wasmqtt_store_confirm__sig: 'viii',
  wasmqtt_store_confirm: function(id, text, size) {
    var session = WasmqttBorder.text(text, size);
    WasmqttStores.open(id, function() { WasmqttStores.transact(id, [session], function() {}, true); });
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
              if (!stores.heard(id)) return;
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
  // Returns 0, and keeps nothing, for a key that is not UTF-8.
  wasmqtt_store_stage__deps: ['$WasmqttStores'],
  wasmqtt_store_stage__sig: 'iiiiiii',
  wasmqtt_store_stage: function(id, what, key, keySize, value, size) {
    var text = WasmqttBorder.exactText(key, keySize);
    if (text === null) return 0;
    WasmqttStores.live[id].staged.push({what: what, key: text, bytes: WasmqttBorder.bytes(value, size)});
    return 1;
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
        journal.put(store.page, ['']);
        write.batches.forEach(function(batch) { journal.put(batch.bytes, [batch.session, batch.token, batch.number]); });
        var records = transaction.objectStore('records');
        write.changes.forEach(function(change) { stores.apply(records, change); });
      }, !write.changes.length && write.batches.every(function(batch) { return stores.epoch(batch.token); }));
    });
  },

  // Replaces the journal by what _wasmqtt_store_compact() makes of it.
  wasmqtt_store_compact_now__deps: ['$WasmqttStores'],
  wasmqtt_store_compact_now__sig: 'viii',
  wasmqtt_store_compact_now: function(id, text, size) {
    var stores = WasmqttStores;
    var store = stores.live[id];
    var session = WasmqttBorder.text(text, size);
    stores.open(id, function() {
      stores.transact(id, [session], function(transaction) {
        stores.rewrite(id, transaction, session, store.sessions[session].token,
                       function() { _wasmqtt_store_compact(store.self); }, function() {});
      });
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
      if (WasmqttStores.heard(id)) _wasmqtt_store_turned(WasmqttStores.live[id].self);
    });
  },
};
mergeInto(LibraryManager.library, wasmqttStore);
