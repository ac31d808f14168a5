// The worker behind the timers of js/loop.js: browsers slow down a hidden tab's timers, but not a worker's.
// In: [id, milliseconds from now], or [id, -1] to clear. Out: 0 when it runs, then the id of each timer that is due.
'use strict';

const timers = new Map();
const interval = 5000;  // A timer stands still while the machine sleeps: look at the wall clock now and then.
let ahead = 0;

// As $WasmqttClock.
function now() {
  const fine = performance.now();
  ahead = Math.max(ahead, Date.now() - fine);
  return fine + ahead;
}

function serve(id, when) {
  const left = when - now();
  if (left <= 0) {
    timers.delete(id);
    postMessage(id);
  } else {
    timers.set(id, setTimeout(serve, Math.min(left, interval), id, when));
  }
}

onmessage = (event) => {
  const [id, left] = event.data;
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (left >= 0) serve(id, now() + left);
};

postMessage(0);
