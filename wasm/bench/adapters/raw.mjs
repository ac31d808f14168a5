// MQTT bytes by hand on a bare WebSocket, with as little JavaScript as will do: what the browser allows at best.
//   `batch` 0: one send() per packet. Else packets are gathered up to so many bytes and sent when the buffer is full, or
//   in the next microtask.  `decode`: make a string of each received topic.  `Socket`: instead of WebSocket, of its shape.
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

function counted(text) {
  const bytes = encoder.encode(text);
  return [bytes.length >> 8, bytes.length & 255, ...bytes];
}

function packet(first, body) {
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return Uint8Array.from([first, ...length, ...body]);
}

function publishPacket(topic, payload, qos) {
  return packet(0x30 | qos << 1, [...counted(topic), ...(qos ? [0, 0] : []), ...encoder.encode(payload)]);
}

export function create({batch, decode, Socket = WebSocket}) {
  let socket, address, wanted = 0, seen = 0, limit = 65535, rest = new Uint8Array(0), topics = 0;
  const waiting = {};
  const after = (name) => new Promise((resolve) => { waiting[name] = resolve; });
  const gathered = new Uint8Array(Math.max(batch, 1));
  let filled = 0;

  const flush = () => {
    if (filled) socket.send(gathered.subarray(0, filled));
    filled = 0;
  };
  const send = (bytes) => {
    if (!batch) return socket.send(bytes);
    if (filled + bytes.length > batch) flush();
    if (filled === 0) queueMicrotask(flush);
    gathered.set(bytes, filled);
    filled += bytes.length;
  };

  function received(bytes) {
    if (rest.length) {
      const joined = new Uint8Array(rest.length + bytes.length);
      joined.set(rest);
      joined.set(bytes, rest.length);
      bytes = joined;
    }
    let at = 0;
    while (at + 1 < bytes.length) {
      let length = bytes[at + 1], body = at + 2;
      if (length & 128) {
        if (at + 2 >= bytes.length) break;
        length = (length & 127) + (bytes[at + 2] & 127) * 128;
        if (bytes[at + 2] & 128) throw new Error('a longer packet than the benchmark sends');
        body = at + 3;
      }
      if (body + length > bytes.length) break;
      const type = bytes[at] >> 4;
      if (type === 3) {
        if (decode) topics += decoder.decode(bytes.subarray(body + 2, body + 2 + (bytes[body] << 8 | bytes[body + 1]))).length;
        if (++seen === wanted) waiting.received();
      } else if (type === 4) {
        acknowledged();
      } else if (type === 2) {
        waiting.connected();
      } else if (type === 9) {
        waiting.subscribed();
      }
      at = body + length;
    }
    rest = at === bytes.length ? new Uint8Array(0) : bytes.slice(at);
  }

  let template, total = 0, sent = 0, done = 0, identifierAt = 0, identifier = 0;
  function sendOne() {
    ++sent;
    identifier = identifier === 65535 ? 1 : identifier + 1;
    template[identifierAt] = identifier >> 8;
    template[identifierAt + 1] = identifier & 255;
    send(template);
  }
  function acknowledged() {
    if (++done === total) return waiting.acknowledged();
    if (sent < total) sendOne();
  }

  return {
    open(url, window) {
      address = url;
      limit = window;
    },
    async connect() {
      socket = new Socket(address, 'mqtt');
      socket.binaryType = 'arraybuffer';
      socket.onmessage = (event) => received(new Uint8Array(event.data));
      const done = after('connected');
      socket.onopen = () => socket.send(packet(0x10, [...counted('MQTT'), 4, 2, 0, 60, ...counted('bench-raw')]));
      await done;
    },
    publishQos0(topic, payload, count) {
      const bytes = publishPacket(topic, payload, 0);
      for (let i = 0; i < count; ++i) send(bytes);
    },
    async publishQos1(topic, payload, count) {
      template = publishPacket(topic, payload, 1);
      identifierAt = template.length - encoder.encode(payload).length - 2;
      total = count, sent = done = 0;
      const all = after('acknowledged');
      while (sent < Math.min(count, limit)) sendOne();
      await all;
    },
    async subscribe(filter) {
      const done = after('subscribed');
      socket.send(packet(0x82, [0, 1, ...counted(filter), 0]));
      await done;
    },
    order: (topic, payload) => send(publishPacket(topic, payload, 0)),
    received(count) {
      wanted = count;
      seen = 0;
      return after('received');
    },
  };
}
