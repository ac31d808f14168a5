// Our client. Its loops over messages run in C++, as an application's would.
//   `text`: each received message is handed to JavaScript, its topic as a string.  `journal`: the session in IndexedDB.
import {loadScript} from '../script.mjs';

export async function create({script, compiled, text = false, journal = false}) {
  const waiting = new Map();  // event -> resolve
  const decoder = new TextDecoder('utf-8', {ignoreBOM: true});
  const topics = [];
  let characters = 0, bytes = 0;
  const event = (what) => new Promise((resolve) => waiting.set(what, resolve));
  await new Promise((resolve) => {
    self.Module = {
      onRuntimeInitialized: resolve,
      instantiateWasm(imports, done) {
        compiled.then(async (module) => done(await WebAssembly.instantiate(module, imports), module));
        return {};
      },
      onBenchEvent: (what, value) => {
        const key = what === 0 && value === 1 ? 'subscribed' : ['connected', 'acknowledged', 'received'][what];
        waiting.get(key)?.();
      },
      onBenchTopic: (number, at, size) => { topics[number] = decoder.decode(self.Module.HEAPU8.slice(at, at + size)); },
      onBenchMessage: (number, at, size) => {
        characters += topics[number].length;
        bytes += size;
      },
    };
    loadScript(script);
  });
  const module = self.Module;
  const encoder = new TextEncoder();
  const texts = new Map();  // kept as long as the page: a C++ application has its strings in its own memory
  const place = (text) => {
    if (!texts.has(text)) {
      const bytes = encoder.encode(text);
      const at = module._bench_room(bytes.length + 1);
      module.HEAPU8.set(bytes, at);
      module.HEAPU8[at + bytes.length] = 0;
      texts.set(text, at);
    }
    return texts.get(text);
  };
  const publish = (topic, payload, count, qos) => {
    const taken = module._bench_publish(place(topic), place(payload), payload.length, count, qos);
    if (taken !== count) throw new Error(`publish() took ${taken} of ${count}`);
  };

  return {
    open: (url, window) => module._bench_open(place(url), window, place(journal ? `bench-${Date.now()}` : '')),
    async connect() {
      const done = event('connected');
      module._bench_connect();
      await done;
    },
    publishQos0: (topic, payload, count) => publish(topic, payload, count, 0),
    async publishQos1(topic, payload, count) {
      const done = event('acknowledged');
      publish(topic, payload, count, 1);
      await done;
    },
    async subscribe(filter) {
      const done = event('subscribed');
      module._bench_subscribe(place(filter), text ? 1 : 0);
      await done;
    },
    order: (topic, payload) => publish(topic, payload, 1, 0),
    received(count) {
      module._bench_expect(count);
      return event('received');
    },
    textSoFar: () => ({characters, bytes}),
    enqueue: (topic, payload, count) => publish(topic, payload, count, 1),
    bytesHeld: () => module._bench_heap_end(),
  };
}
