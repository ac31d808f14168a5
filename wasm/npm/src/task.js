// Calls back after this task and all that it promised, before anything else is due; a hidden tab does not slow it down.
export function after_this_task(work) {
  if (typeof setImmediate === 'function') return void setImmediate(work);
  const {port1, port2} = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    work();
  };
  port2.postMessage(null);
}

// Calls back when the promise is settled, or after so many milliseconds.
export function at_the_latest(milliseconds, promise, work) {
  const timer = setTimeout(done, milliseconds);
  let over = false;
  function done() {
    clearTimeout(timer);
    if (!over) work();
    over = true;
  }
  promise.then(done, done);
}
