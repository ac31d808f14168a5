// A network of one client and one broker: connections of a WebSocket's shape, each a pair of byte streams with a delay, which
// break at any byte. A frame carries as many bytes as chance wants [MQTT-6.0.0-2].
export class Network {
  constructor(clock, random, broker, faults) {
    Object.assign(this, {clock, random, broker, faults});
    this.links = new Set();
    this.opened = 0;
  }

  // The option createWebsocket.
  open() {
    const link = new Link(this, ++this.opened);
    this.links.add(link);
    return link.socket;
  }

  calm() { this.faults = {...this.faults, cut: 0, silence: 0, refuse: 0, slow: 1}; }
  // What was open when the trouble ended may still be dead without knowing it.
  break_all() { for (const link of this.links) link.cut(); }
}

class Link {
  constructor(network, number) {
    const {clock, random, faults} = network;
    this.network = network;
    this.number = number;
    this.silent = false;   // takes bytes, and delivers none
    this.state = 'opening';
    this.held = 0;
    this.up = 0;           // when the last byte on its way arrives
    this.down = 0;
    const link = this;
    this.socket = {
      protocol: 'mqtt', onopen: null, onmessage: null, onclose: null, onerror: null,
      get bufferedAmount() { return link.held; },
      send: (bytes) => this.send(bytes),
      close: () => this.close(),
    };
    if (random.chance(faults.silence)) return;  // neither opens nor fails
    clock.set(this.delay(), () => {
      if (this.state !== 'opening') return;
      if (random.chance(network.faults.refuse)) return this.cut();
      this.state = 'open';
      this.peer = network.broker.join(this);
      this.socket.onopen?.({});
    });
  }

  delay() { return this.network.random.between(0, 20) * this.network.faults.slow; }

  // Pieces of chance's size; what follows a cut is lost.
  travel(bytes, direction, deliver) {
    const {clock, random, faults} = this.network;
    for (let at = 0; at < bytes.length;) {
      const size = random.chance(0.8) ? bytes.length - at : 1 + random.below(bytes.length - at);
      const piece = bytes.slice(at, at += size);
      this[direction] = Math.max(this[direction], clock.now + this.delay());
      if (direction === 'up') this.held += size;
      clock.set(this[direction] - clock.now, () => {
        if (direction === 'up') this.held -= size;
        if (this.state !== 'open' || this.silent) return;
        if (random.chance(faults.cut)) {
          // A part of the piece arrives.
          deliver(piece.slice(0, random.below(size)));
          return random.chance(0.2) ? this.fall_silent() : this.cut();
        }
        deliver(piece);
      });
    }
  }
  send(bytes) {
    if (this.state === 'open') this.travel(bytes, 'up', (piece) => piece.length && this.peer.receive(piece));
  }
  answer(bytes) {
    this.travel(bytes, 'down', (piece) => piece.length && this.socket.onmessage?.({data: new Uint8Array(piece).buffer}));
  }

  fall_silent() {
    this.silent = true;
    this.network.clock.set(60_000, () => this.cut());
  }

  // Each side hears of it in its own time.
  cut() {
    if (this.state === 'closed') return;
    const {clock} = this.network;
    this.state = 'closed';
    this.network.links.delete(this);
    clock.set(this.delay(), () => this.socket.onclose?.({code: 1006, reason: '', wasClean: false}));
    clock.set(this.delay() * 10, () => this.peer?.gone());
  }

  // By the client: what it has sent still arrives.
  close() {
    if (this.state === 'closing' || this.state === 'closed') return;
    const was = this.state;
    if (was === 'opening') return this.cut();
    this.network.clock.set(Math.max(this.up - this.network.clock.now, 0) + this.delay(), () => this.cut());
  }
  // The process of the client is gone: nothing is told there.
  vanish() {
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.cut();
  }
}
