// The browser's side of TabGroup: the links between the page that leads (tab_election.js) and the others.
//
// What is said on the group's BroadcastChannel:
//   {hello: tab}             a page is there; whoever leads says so
//   {leader: epoch, worker}  a page, or a worker, leads since this epoch, and may be joined
//   {join: tab, epoch}       a page wants a link to the leader of this epoch
// A link is a BroadcastChannel of its own, named after epoch and member, so that nothing of an earlier leader gets there. On it
// are 'ready', by which the leader begins, 'left', by which a member ends, and frames of bytes.
var wasmqttTabGroup = {
  $WasmqttTabGroups: {
    live: {},
    next: 1,

    // Milliseconds. Some browsers never answer when they are asked for storage.
    openTimeout: 5000,
    // A page that should not be first waits so long for another one that leads.
    patience: 2000,
    // Who has the lock, and does not lead for so long, is frozen.
    lead_timeout: 3000,
    // Who deposes a leader may freeze before it leads itself.
    depose_again: 1000,

    link: function(group, epoch, tab) { return new BroadcastChannel('wasmqtt link ' + epoch + ' ' + tab + ' ' + group.name); },

    // ---- beginning ----

    unavailable: function(group, sentence) {
      if (group.over) return;
      WasmqttTabGroups.close(group);
      WasmqttBorder.placeText(group.room, sentence);
      _wasmqtt_tabs_unavailable(group.self);
    },

    join: function(group, first) {
      var tabs = WasmqttTabGroups;
      var missing = WasmqttElections.missing();
      function refused(error) {
        tabs.unavailable(group, 'The browser refuses to store anything for this page' + (error.message ? ' (' + error.message + ')' : ''));
      }
      if (missing) return queueMicrotask(function() { tabs.unavailable(group, missing); });
      group.timer = WasmqttTick.set(tabs.openTimeout, function() { tabs.unavailable(group, 'The browser\'s storage does not answer'); });
      WasmqttElections.update(group.name, function() {}).then(function() {
        WasmqttTick.clear(group.timer);
        if (group.over) return undefined;
        // Until this page ends, however it ends.
        return navigator.locks.request(WasmqttElections.tab_lock(group.name, group.tab), function() {
          if (!group.over) tabs.begin(group, first);
          return new Promise(function(release) { group.release = release; });
        });
      }).catch(refused);
    },

    begin: function(group, first) {
      var tabs = WasmqttTabGroups;
      group.channel = new BroadcastChannel('wasmqtt tabs ' + group.name);
      group.channel.onmessage = function(event) { tabs.heard(group, event.data); };
      group.election = WasmqttElections.start(group.name, group.tab, {
        lead: function(epoch, living) { tabs.lead(group, epoch, living); },
        deposed: function() { tabs.deposed(group); },
        failed: function(error) { tabs.unavailable(group, 'The browser could not store anything (' + error.message + ')'); },
      });
      group.channel.postMessage({hello: group.tab});
      if (first) tabs.stand(group);
      else group.timer = WasmqttTick.set(tabs.patience, function() { tabs.stand(group); });
    },

    stand: function(group) {
      group.election.stand();
      WasmqttTabGroups.await_leader(group, 0);
    },

    // ---- who leads ----

    // Who has the lock may be frozen: before it has told us its epoch (0), or before it has let us join.
    await_leader: function(group, epoch) {
      WasmqttTick.clear(group.timer);
      group.timer = WasmqttTick.set(WasmqttTabGroups.lead_timeout, function() { WasmqttTabGroups.depose(group, epoch); });
    },

    depose: function(group, epoch) {
      WasmqttTick.clear(group.timer);
      group.election.depose(epoch);
      group.timer = WasmqttTick.set(WasmqttTabGroups.depose_again, function() { WasmqttTabGroups.depose(group, epoch); });
    },

    lead: function(group, epoch, living) {
      WasmqttTabGroups.unlink(group);
      WasmqttTick.clear(group.timer);
      group.epoch = epoch;
      group.leads = true;
      WasmqttBorder.placeText(group.room, living.join(''));
      _wasmqtt_tabs_lead(group.self, epoch);
    },

    announce: function(group) {
      group.channel.postMessage({leader: group.epoch, worker: typeof document === 'undefined'});
    },

    deposed: function(group) {
      WasmqttTabGroups.unlink(group);
      group.leads = group.open = false;
      _wasmqtt_tabs_deposed(group.self);
      if (group.over) return;
      group.channel.postMessage({hello: group.tab});
      WasmqttTabGroups.await_leader(group, group.epoch);
    },

    heard: function(group, said) {
      var tabs = WasmqttTabGroups;
      if (said.hello && group.open) tabs.announce(group);
      if (said.join && group.open && said.epoch === group.epoch) tabs.admit(group, said.join);
      if (said.leader > group.epoch) {
        // Two that believe that they lead: the locks decide anew.
        if (group.leads) group.election.resign();
        else tabs.follow(group, said.leader, said.worker);
      }
    },

    // ---- a member ----

    follow: function(group, epoch, worker) {
      var tabs = WasmqttTabGroups;
      tabs.unlink(group);
      group.epoch = epoch;
      group.election.stand();
      tabs.await_leader(group, epoch);
      var channel = group.links[0] = tabs.link(group, epoch, group.tab);
      channel.onmessage = function(event) {
        if (event.data !== 'ready') return tabs.received(group, 0, event.data);
        WasmqttTick.clear(group.timer);
        _wasmqtt_tabs_leader(group.self, epoch, worker ? 1 : 0);
      };
      group.channel.postMessage({join: group.tab, epoch: epoch});
    },

    // ---- the leader ----

    admit: function(group, tab) {
      var tabs = WasmqttTabGroups;
      var number = ++group.members;
      var channel = group.links[number] = tabs.link(group, group.epoch, tab);
      var waits = channel.waits = new AbortController();
      function left() {
        if (group.links[number] !== channel) return;
        channel.close();
        delete group.links[number];
        waits.abort();
        _wasmqtt_tabs_left(group.self, number);
      }
      channel.onmessage = function(event) {
        if (event.data === 'left') left();
        else tabs.received(group, number, event.data);
      };
      // It is ours when that page has ended.
      navigator.locks.request(WasmqttElections.tab_lock(group.name, tab), {signal: waits.signal}, left).catch(function() { /* It said so. */ });
      _wasmqtt_tabs_joined(group.self, number);
      if (group.links[number] === channel) channel.postMessage('ready');
    },

    // ---- both ----

    received: function(group, number, bytes) {
      WasmqttBorder.put(group.room, bytes);
      _wasmqtt_tabs_frame(group.self, number);
    },

    unlink: function(group) {
      Object.keys(group.links).forEach(function(number) {
        var channel = group.links[number];
        if (channel.waits) channel.waits.abort();
        channel.close();
      });
      group.links = {};
    },

    close: function(group) {
      group.over = true;
      WasmqttTick.clear(group.timer);
      if (!group.leads && group.links[0]) group.links[0].postMessage('left');
      WasmqttTabGroups.unlink(group);
      if (group.election) group.election.stop();
      if (group.channel) group.channel.close();
      if (group.release) group.release();
    },
  },
  $WasmqttTabGroups__deps: ['$WasmqttElections', '$WasmqttTick', '$WasmqttBorder'],

  wasmqtt_tabs_new__deps: ['$WasmqttTabGroups'],
  wasmqtt_tabs_new__sig: 'iiiiiiii',
  wasmqtt_tabs_new: function(self, room, name, size, tab, tabSize, first) {
    var id = WasmqttTabGroups.next++;
    var group = WasmqttTabGroups.live[id] = {
      self: self, room: room, name: WasmqttBorder.text(name, size), tab: WasmqttBorder.text(tab, tabSize),
      channel: null, election: null, release: null, timer: 0, over: false,
      epoch: 0,       // of the leader that is known
      leads: false,
      open: false,    // leads, and members may join
      links: {},      // channels by number; 0 is the one to the leader
      members: 0,     // how many have joined so far
    };
    WasmqttTabGroups.join(group, first !== 0);
    return id;
  },

  wasmqtt_tabs_delete__deps: ['$WasmqttTabGroups'],
  wasmqtt_tabs_delete__sig: 'vi',
  wasmqtt_tabs_delete: function(id) {
    WasmqttTabGroups.close(WasmqttTabGroups.live[id]);
    delete WasmqttTabGroups.live[id];
  },

  // To nobody if there is no such link any more.
  wasmqtt_tabs_send__deps: ['$WasmqttTabGroups'],
  wasmqtt_tabs_send__sig: 'viiii',
  wasmqtt_tabs_send: function(id, number, bytes, size) {
    var channel = WasmqttTabGroups.live[id].links[number];
    if (channel) channel.postMessage(WasmqttBorder.bytes(bytes, size));
  },

  wasmqtt_tabs_open__deps: ['$WasmqttTabGroups'],
  wasmqtt_tabs_open__sig: 'vi',
  wasmqtt_tabs_open: function(id) {
    var group = WasmqttTabGroups.live[id];
    if (!group.leads) return;
    group.open = true;
    WasmqttTabGroups.announce(group);
  },

  wasmqtt_tabs_resign__deps: ['$WasmqttTabGroups'],
  wasmqtt_tabs_resign__sig: 'vi',
  wasmqtt_tabs_resign: function(id) {
    var group = WasmqttTabGroups.live[id];
    if (group.election) group.election.resign();
  },

  wasmqtt_tabs_depose__deps: ['$WasmqttTabGroups'],
  wasmqtt_tabs_depose__sig: 'vid',
  wasmqtt_tabs_depose: function(id, epoch) {
    var group = WasmqttTabGroups.live[id];
    if (group.election && !group.leads && epoch === group.epoch) WasmqttTabGroups.depose(group, epoch);
  },
};
mergeInto(LibraryManager.library, wasmqttTabGroup);
