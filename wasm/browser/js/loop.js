// The browser's side of BrowserLoop, and the timers that it shares with the transport.
var wasmqttLoop = {
  // Milliseconds since the epoch. Date.now() continues while the machine sleeps but may be set back; performance.now() is
  // fine and steady but may stop in sleep. So: the steady clock, pushed ahead whenever the wall clock is ahead of it,
  // never back.
  $WasmqttClock: {
    ahead: 0,
    now: function() {
      var fine = performance.now();
      WasmqttClock.ahead = Math.max(WasmqttClock.ahead, Date.now() - fine);
      return fine + WasmqttClock.ahead;
    },
  },

  // One-shot timers on that clock. They are served by a worker (mqtt_tick.js), whose timers a browser does not slow
  // down while the tab is hidden; until it runs, or where it can't (a policy, a file that is missing), by the page's
  // own. No timer waits longer than `interval` at a time, so that one which was due while the machine slept is late by
  // that much at the most.
  $WasmqttTick__deps: ['$WasmqttClock'],
  $WasmqttTick: {
    timers: {},
    next: 1,
    worker: null,
    started: false,
    ready: false,
    interval: 5000,  // milliseconds, as all of these

    // A page that starts has better things to do than to start a worker.
    workerDelay: 1000,

    // The page was busy for so long: what the network has brought meanwhile is handled before the timer, or a link
    // would be taken for dead whose answer is there. That much time is given to it.
    late: 500,
    grace: 50,

    // Calls back in `delay` milliseconds or a little later; returns what clear() takes, never 0.
    set: function(delay, callback) {
      var tick = WasmqttTick;
      if (!tick.started) tick.start();
      var id = tick.next++;
      tick.timers[id] = {when: WasmqttClock.now() + delay, callback: callback, handle: 0, deferred: false};
      tick.arm(id);
      return id;
    },

    // Unknown ones, 0 among them: nothing happens.
    clear: function(id) {
      var tick = WasmqttTick;
      var timer = tick.timers[id];
      if (!timer) return;
      delete tick.timers[id];
      clearTimeout(timer.handle);
      if (tick.ready) tick.worker.postMessage([id, -1]);
    },

    arm: function(id) {
      var tick = WasmqttTick;
      var timer = tick.timers[id];
      var left = Math.max(0, timer.when - WasmqttClock.now());
      if (tick.ready) return tick.worker.postMessage([id, left]);
      timer.handle = setTimeout(function() {
        if (WasmqttClock.now() < timer.when) tick.arm(id);
        else tick.due(id);
      }, Math.min(left, tick.interval));
    },

    due: function(id) {
      var tick = WasmqttTick;
      var timer = tick.timers[id];
      if (!timer) return;
      var now = WasmqttClock.now();
      if (!timer.deferred && now - timer.when > tick.late) {
        timer.deferred = true;
        timer.when = now + tick.grace;
        return tick.arm(id);
      }
      delete tick.timers[id];
      timer.callback();
    },

    start: function() {
      var tick = WasmqttTick;
      tick.started = true;
      // A worker's own timers are not slowed down.
      if (typeof document === 'undefined' || typeof Worker === 'undefined') return;
      setTimeout(tick.startWorker, tick.workerDelay);
    },

    startWorker: function() {
      var tick = WasmqttTick;
      try {
        tick.worker = new Worker(locateFile('mqtt_tick.js'));
      } catch (error) {
        return;  // The page's timers continue.
      }
      function arm_all() {
        Object.keys(tick.timers).forEach(function(id) {
          clearTimeout(tick.timers[id].handle);
          tick.arm(+id);
        });
      }
      tick.worker.onmessage = function(event) {
        if (event.data !== 0) return tick.due(event.data);
        tick.ready = true;
        arm_all();
      };
      tick.worker.onerror = function(event) {
        event.preventDefault();
        tick.ready = false;
        arm_all();
      };
    },
  },

  $WasmqttLoops: {live: {}, next: 1},

  wasmqtt_loop_new__deps: ['$WasmqttLoops'],
  wasmqtt_loop_new__sig: 'ii',
  wasmqtt_loop_new: function(self) {
    var id = WasmqttLoops.next++;
    var loop = {timer: 0, turn: null, due: null};
    loop.turn = function() { if (WasmqttLoops.live[id]) _wasmqtt_loop_turned(self); };
    loop.due = function() { loop.timer = 0; _wasmqtt_loop_due(self); };
    WasmqttLoops.live[id] = loop;
    return id;
  },

  wasmqtt_loop_delete__deps: ['$WasmqttLoops', '$WasmqttTick'],
  wasmqtt_loop_delete__sig: 'vi',
  wasmqtt_loop_delete: function(id) {
    WasmqttTick.clear(WasmqttLoops.live[id].timer);
    delete WasmqttLoops.live[id];
  },

  // `delay` in milliseconds.
  wasmqtt_loop_set_timer__deps: ['$WasmqttLoops', '$WasmqttTick'],
  wasmqtt_loop_set_timer__sig: 'vid',
  wasmqtt_loop_set_timer: function(id, delay) {
    var loop = WasmqttLoops.live[id];
    WasmqttTick.clear(loop.timer);
    loop.timer = WasmqttTick.set(delay, loop.due);
  },

  wasmqtt_loop_request_turn__deps: ['$WasmqttLoops'],
  wasmqtt_loop_request_turn__sig: 'vi',
  wasmqtt_loop_request_turn: function(id) {
    queueMicrotask(WasmqttLoops.live[id].turn);
  },

  wasmqtt_loop_now__deps: ['$WasmqttClock'],
  wasmqtt_loop_now__sig: 'd',
  wasmqtt_loop_now: function() {
    return WasmqttClock.now();
  },

  wasmqtt_loop_random__deps: ['$WasmqttBorder'],
  wasmqtt_loop_random__sig: 'vii',
  wasmqtt_loop_random: function(out, size) {
    WasmqttBorder.fill(out, crypto.getRandomValues(new Uint8Array(size)));
  },
};
mergeInto(LibraryManager.library, wasmqttLoop);
