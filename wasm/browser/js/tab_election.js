// Which of an origin's pages leads a group of them: the one that holds the group's lock. A page that ends, however it ends,
// frees its locks, and the next page in the queue has the lock. One that is frozen keeps it: it is deposed, the lock stolen.
//
// Each leadership has an epoch, a number in IndexedDB that only grows: what a page says that was frozen, and does not know yet
// that it has been deposed, is told by its smaller epoch from what the leader says.
var wasmqttTabElection = {
  $WasmqttElections: {
    database: 'wasmqtt-tabs',

    leader_lock: function(group) { return 'wasmqtt leader ' + group; },
    // `tab`: 16 characters.
    tab_lock: function(group, tab) { return 'wasmqtt tab ' + tab + ' ' + group; },

    // Why there can be no groups here; '': there can.
    missing: function() {
      if (typeof isSecureContext !== 'undefined' && !isSecureContext) return 'Only a page from https: or localhost has locks';
      if (typeof navigator === 'undefined' || !navigator.locks) return 'This browser has no Web Locks';
      if (typeof BroadcastChannel === 'undefined') return 'This browser has no BroadcastChannel';
      return '';
    },

    // Sets a group's epoch to what change(epoch) gives; undefined leaves it. Resolves to what it is then.
    update: function(group, change) {
      return new Promise(function(resolve, reject) {
        var request = indexedDB.open(WasmqttElections.database, 1);
        request.onupgradeneeded = function() { request.result.createObjectStore('epochs'); };
        request.onerror = function(event) {
          event.preventDefault();
          reject(request.error);
        };
        request.onsuccess = function() {
          var database = request.result;
          database.onversionchange = function() { database.close(); };
          var transaction = database.transaction('epochs', 'readwrite');
          var epochs = transaction.objectStore('epochs');
          var epoch;
          epochs.get(group).onsuccess = function(event) {
            epoch = event.target.result || 0;
            var next = change(epoch);
            if (next !== undefined) epochs.put(epoch = next, group);
          };
          transaction.oncomplete = function() {
            database.close();
            resolve(epoch);
          };
          transaction.onabort = function() {
            database.close();
            reject(transaction.error);
          };
        };
      });
    },

    // The tabs of the group that live, if this one holds the leader's lock: it may have been frozen while it had its turn, and been
    // deposed before it knew. Else null.
    living: function(group, tab) {
      var own = WasmqttElections.tab_lock(group, tab);
      return navigator.locks.query().then(function(state) {
        function holder(name) { return (state.held.find(function(lock) { return lock.name === name; }) || {}).clientId; }
        if (holder(WasmqttElections.leader_lock(group)) !== holder(own)) return null;
        var at = own.indexOf(tab);
        return state.held.map(function(lock) { return lock.name.slice(at, at + tab.length); }).filter(function(id, i) {
          return state.held[i].name === WasmqttElections.tab_lock(group, id);
        });
      });
    },

    // For a page that holds its own lock. `told`: {lead(epoch, tabs that live), deposed(), failed(error)}. lead() is told
    // once for each leadership, deposed() at its end, unless stop() ended it.
    start: function(group, tab, told) {
      var elections = WasmqttElections;
      var stopped = false;
      var queued = false;     // in the locks' queue
      var leading = null;     // the term, see below
      var silent = 0;         // the epoch that depose() was told of last
      var seen = 0;           // the one that was found then: a page took it to depose the other
      var withdrawn = new AbortController();

      // `term`: from having the lock to its end. {release: frees it, over: it is free, or stolen}.
      function begin(term) {
        var tabs = null;
        elections.living(group, tab).then(function(living) {
          tabs = living;
          return tabs && !term.over && elections.update(group, function(epoch) { return epoch + 1; });
        }).then(function(epoch) {
          if (!epoch || term.over || stopped) return term.release();
          leading = term;
          return told.lead(epoch, tabs);
        }, function(error) {
          stop();
          term.release();
          told.failed(error);
        });
      }

      function request(options, granted) {
        var term = {release: null, over: false};
        function ended() {
          term.over = true;
          granted();
          if (leading === term) {
            leading = null;
            if (!stopped) told.deposed();
          }
          stand();
        }
        navigator.locks.request(elections.leader_lock(group), options, function() {
          granted();
          return new Promise(function(release) {
            term.release = release;
            begin(term);
          });
        }).then(ended, ended);
      }

      function stand() {
        if (stopped || queued) return;
        queued = true;
        request({signal: withdrawn.signal}, function() { queued = false; });
      }

      function stop() {
        stopped = true;
        withdrawn.abort();
        if (leading) leading.release();
      }

      return {
        // Waits in the queue. Again: nothing happens.
        stand: stand,

        // The leader of this epoch is silent. Of all pages that say so one takes its place: now, or, should that one end
        // before it leads, another one with a later call.
        depose: function(epoch) {
          var judged = epoch === silent && seen ? seen : epoch;
          var first = false;
          silent = epoch;
          elections.update(group, function(now) {
            first = now === judged;
            return first ? now + 1 : undefined;
          }).then(function(now) {
            seen = now;
            if (first && !stopped && !leading) request({steal: true}, function() {});
          }, function() { /* It is still silent: this is called again. */ });
        },

        // Gives the lock to the next page, and waits for it again.
        resign: function() { if (leading) leading.release(); },

        stop: stop,
      };
    },
  },
};
mergeInto(LibraryManager.library, wasmqttTabElection);
