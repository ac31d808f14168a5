// A store of the latest message of each topic, for whatever renders: subscribe(listener) and getSnapshot(), as React's
// useSyncExternalStore takes them; Svelte and Vue have adapters of a line.
//
//   const store = topic_store(client, 'sensors/+', {qos: 1, as: 'json'});
//   const leave = store.subscribe(() => draw(store.getSnapshot()));   // a Map of topics to values; another one after each change
//   leave();
//
// It subscribes while somebody listens. Who leaves and comes back at once, as components do when a page changes or under React's
// Strict Mode, finds the subscription and the values where they were.
export function topic_store(client, filter, options) {
  const latest = new Map();
  const listeners = new Set();
  let snapshot = new Map();
  let changed = false;
  let told = false;
  let subscription = null;

  // Once for all messages of one piece, and one copy for all of them.
  function tell() {
    told = false;
    for (const listener of listeners) listener();
  }
  function heard(topic, value) {
    latest.set(topic, value);
    changed = true;
    if (told) return;
    told = true;
    queueMicrotask(tell);
  }
  function unsubscribe() {
    if (listeners.size || !subscription) return;
    subscription.unsubscribe();
    subscription = null;
    latest.clear();
    changed = true;
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      subscription ??= client.handle(filter, heard, options);
      return () => {
        listeners.delete(listener);
        setTimeout(unsubscribe, 0);
      };
    },
    getSnapshot() {
      if (changed) snapshot = new Map(latest);
      changed = false;
      return snapshot;
    },
  };
}
