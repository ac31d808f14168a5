// As much of Node's EventEmitter as users of MQTT.js use. An 'error' without a listener is ignored, as in MQTT.js.
export class Emitter {
  constructor() {
    this._listeners = new Map();
  }

  _add(event, listener, original, first) {
    if (typeof listener !== 'function') throw new TypeError('A listener is a function');
    const list = (this._listeners.get(event) ?? []).slice();
    list[first ? 'unshift' : 'push']({listener, original});
    this._listeners.set(event, list);
    this._listening();
    return this;
  }

  _once(event, listener, first) {
    const client = this;
    const wrapped = function (...values) {
      client.off(event, wrapped);
      listener.apply(this, values);
    };
    return this._add(event, wrapped, listener, first);
  }

  // Who listens to what has changed.
  _listening() {}

  on(event, listener) { return this._add(event, listener, listener, false); }
  once(event, listener) { return this._once(event, listener, false); }
  prependListener(event, listener) { return this._add(event, listener, listener, true); }
  prependOnceListener(event, listener) { return this._once(event, listener, true); }
  addListener(event, listener) { return this.on(event, listener); }
  removeListener(event, listener) { return this.off(event, listener); }

  off(event, listener) {
    const list = this._listeners.get(event) ?? [];
    const at = list.findLastIndex((entry) => entry.listener === listener || entry.original === listener);
    if (at >= 0) this._listeners.set(event, list.filter((_, index) => index !== at));
    this._listening();
    return this;
  }

  removeAllListeners(event) {
    if (event === undefined) this._listeners.clear();
    else this._listeners.delete(event);
    this._listening();
    return this;
  }

  // A listener that is added or removed meanwhile counts from the next time.
  emit(event, ...values) {
    const list = this._listeners.get(event);
    if (!list || list.length === 0) return false;
    for (let at = 0; at < list.length; ++at) list[at].listener.apply(this, values);
    return true;
  }

  listenerCount(event) { return this._listeners.get(event)?.length ?? 0; }
  listeners(event) { return (this._listeners.get(event) ?? []).map((entry) => entry.original); }
  rawListeners(event) { return (this._listeners.get(event) ?? []).map((entry) => entry.listener); }
  eventNames() { return [...this._listeners.keys()].filter((event) => this.listenerCount(event)); }
  setMaxListeners() { return this; }
  getMaxListeners() { return Infinity; }
}
