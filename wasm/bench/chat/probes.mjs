// What runs in the measured page, before any script of its own.

// When the login can be used, and each later event that the page waits for: a frame has been shown with it in it.
export function watch_views() {
  const seen = self.seen = {};
  const there = {
    login: () => document.querySelector('input[aria-label=Username]:not(:disabled)') &&
      [...document.querySelectorAll('button')].some((button) => button.textContent.trim() === 'Sign In' && !button.disabled),
    chat: () => document.querySelector('input[aria-label="New chat"]'),
  };
  const observer = new MutationObserver(() => {
    for (const [view, is_there] of Object.entries(there)) {
      if (seen[view] || !is_there()) continue;
      seen[view] = -1;
      requestAnimationFrame(() => setTimeout(() => { seen[view] = performance.now(); }));
    }
  });
  observer.observe(document, {childList: true, subtree: true, attributes: true, characterData: true});
  addEventListener('click', ({target, timeStamp}) => {
    if (target.closest?.('button')?.textContent.trim() === 'Sign In') seen.pressed = timeStamp;
  }, true);
}

// Each key, from the moment the system had it to the frame that shows what it did, as the browser's Event Timing says: in
// steps of 8 ms; what takes less than 16 is not told.
export function watch_keys() {
  self.keys = [];
  new PerformanceObserver((list) => {
    for (const {name, duration} of list.getEntries()) if (name === 'keydown') keys.push(duration);
  }).observe({type: 'event', durationThreshold: 16});
}

// From the call that sends a PUBLISH of QoS 1 to the PUBACK in the page's hands. Several packets may come in one message, or
// one in several.
export function watch_wire() {
  self.acknowledged = [];
  const each_packet = (tell) => {
    let [body, type, length, digits] = [0, 0, 0, 0];
    return (data) => {
      const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
      for (let i = 0; i < bytes.length; ++i) {
        if (body > 0) {
          const skipped = Math.min(body, bytes.length - i);
          body -= skipped;
          i += skipped - 1;
        } else if (type === 0) {
          type = bytes[i];
        } else {
          length += (bytes[i] & 127) << 7 * digits++;
          if (bytes[i] > 127) continue;
          tell(type);
          [body, type, length, digits] = [length, 0, 0, 0];
        }
      }
    };
  };
  self.WebSocket = class extends WebSocket {
    #sent = [];
    #leaves = each_packet((type) => { if (type >> 4 === 3 && (type & 6) === 2) this.#sent.push(performance.now()); });
    constructor(...values) {
      super(...values);
      const arrives = each_packet((type) => { if (type >> 4 === 4) acknowledged.push(performance.now() - this.#sent.shift()); });
      this.addEventListener('message', ({data}) => arrives(data));
    }
    send(data) {
      this.#leaves(data);
      super.send(data);
    }
  };
}

// Bytes of WebAssembly memory.
export function watch_memory() {
  const memories = self.memories = [];
  const real = WebAssembly.instantiate;
  WebAssembly.instantiate = async (...values) => {
    const result = await real(...values);
    for (const made of Object.values((result.instance ?? result).exports)) if (made instanceof WebAssembly.Memory) memories.push(made);
    return result;
  };
}

// A page that does nothing else: the same PUBLISH, one after the other, over a socket of its own.
export async function bare_round_trips({broker, count}) {
  const text = (words) => [words.length >> 8, words.length & 255, ...new TextEncoder().encode(words)];
  const packet = (type, body) => Uint8Array.from([type, ...body.length < 128 ? [body.length] : [body.length & 127 | 128, body.length >> 7], ...body]);
  const socket = new WebSocket(broker, 'mqtt');
  socket.binaryType = 'arraybuffer';
  const next = () => new Promise((resolve) => { socket.onmessage = resolve; });
  await new Promise((resolve) => { socket.onopen = resolve; });
  const connected = next();
  socket.send(packet(0x10, [...text('MQTT'), 4, 2, 0, 60, ...text('bare')]));
  await connected;
  const times = [];
  for (let i = 1; i <= count; ++i) {
    const answered = next();
    const before = performance.now();
    socket.send(packet(0x32, [...text('chat/messages/bob/bare'), 0, i, ...new TextEncoder().encode('x'.repeat(120))]));
    await answered;
    times.push(performance.now() - before);
  }
  socket.close();
  return times;
}
