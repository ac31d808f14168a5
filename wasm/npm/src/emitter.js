// As much of Node's EventEmitter as users of MQTT.js use. An 'error' that nobody listens to is dropped, as theirs is.
export class Emitter {
  #listeners = new Map();

  #add(event, listener, original, first) {
    if (typeof listener !== 'function') throw new TypeError('A listener is a function');
    const list = [...this.#listeners.get(event) ?? []];
    list[first ? 'unshift' : 'push']({listener, original});
    this.#listeners.set(event, list);
    return this;
  }

  #once(event, listener, first) {
    const wrapped = (...values) => {
      this.off(event, listener);
      listener.apply(this, values);
    };
    return this.#add(event, wrapped, listener, first);
  }

  on(event, listener) { return this.#add(event, listener, listener, false); }
  once(event, listener) { return this.#once(event, listener, false); }
  prependListener(event, listener) { return this.#add(event, listener, listener, true); }
  prependOnceListener(event, listener) { return this.#once(event, listener, true); }
  addListener(event, listener) { return this.on(event, listener); }
  removeListener(event, listener) { return this.off(event, listener); }

  off(event, listener) {
    const list = this.#listeners.get(event) ?? [];
    const at = list.findLastIndex((entry) => entry.original === listener);
    if (at >= 0) this.#listeners.set(event, list.filter((_, index) => index !== at));
    return this;
  }

  removeAllListeners(event) {
    if (event === undefined) this.#listeners.clear();
    else this.#listeners.delete(event);
    return this;
  }

  // A listener that is added or removed meanwhile counts from the next time.
  emit(event, ...values) {
    const list = this.#listeners.get(event) ?? [];
    for (const {listener} of list) listener.apply(this, values);
    return list.length > 0;
  }

  listenerCount(event) { return this.#listeners.get(event)?.length ?? 0; }
  listeners(event) { return (this.#listeners.get(event) ?? []).map((entry) => entry.original); }
  eventNames() { return [...this.#listeners.keys()].filter((event) => this.listenerCount(event)); }
  setMaxListeners() { return this; }
}
