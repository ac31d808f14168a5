// The worker behind the timers of js/loop.js: browsers slow down a hidden tab's timers, but not a worker's.
// In: [id, wall-clock milliseconds], or [id, -1] to clear. Out: 0 when it runs, then the id of each timer that is due.
'use strict';

const timers = new Map();
const nap = 5000;  // A timer stands still while the machine sleeps: look at the clock now and then.

function serve(id, when) {
  const left = when - Date.now();
  if (left <= 0) {
    timers.delete(id);
    postMessage(id);
  } else {
    timers.set(id, setTimeout(serve, Math.min(left, nap), id, when));
  }
}

onmessage = (event) => {
  const [id, when] = event.data;
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (when >= 0) serve(id, when);
};

postMessage(0);
