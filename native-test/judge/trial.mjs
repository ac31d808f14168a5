// One check at work: a broker of its own, the client under test, and what a check says with them.
//
//   const peer = await trial.begin({script: {publish: () => {}}, clean: false});   // the first connection; more: CONNECT's options
//   trial.client.do({do: 'publish', …});
//   const publish = await trial.sent(peer, 'publish');        // the first; trial.sent(peer, 'publish', 2): until there are two
//   peer.cut();
//   const second = await trial.peer(2);                       // connected again
//   await trial.settle(second);                               // it has handled all that was sent to it
//   trial.demand(publish.dup, 'DUP is not set');
//
// Nothing waits for a time to pass: that no more comes is known once the client has acknowledged a message sent after it, and that
// nothing comes at all by its silence (silence.mjs).
import {startPacketBroker} from '../../wasm/test/support/packet_broker.mjs';
import {silence} from './silence.mjs';
import {Frames, Trace} from './trace.mjs';

// What the client did wrong; `timed_out` where it did nothing.
export class Miss extends Error {
  constructor(message, timed_out = false) {
    super(message);
    this.timed_out = timed_out;
  }
}
// What the client, or its adapter, does not offer: neither right nor wrong.
export class NotOffered extends Error {}

export const timeout = 15_000;
const settle_topic = 'judge/settled/';

export class Trial {
  #waiting = new Set();
  #settled = 0;
  #acts = 0;
  trace = new Trace();
  broker = null;

  constructor(client, version) {
    this.client = client;
    this.version = version;
    client.clear();
  }

  // To be called when anything has happened; conditions are looked at once it has been handled.
  changed = () => {
    ++this.#acts;
    queueMicrotask(() => this.#waiting.forEach((look) => look()));
  };

  // With `milliseconds`, what the client does by its own clock, and silent until then. `each_round` is called while it is silent.
  async until(condition, what, {milliseconds = null, each_round} = {}) {
    const over = new AbortController();
    const value = await new Promise((resolve, reject) => {
      const end = (settle, result) => {
        over.abort();
        clearTimeout(timer);
        this.#waiting.delete(look);
        settle(result);
      };
      const look = () => {
        try {
          if (this.client.ended) throw new Miss(`the program ended: ${this.client.ended}`);
          if (this.client.not_offered) throw new NotOffered();
          const found = condition();
          if (found) end(resolve, found);
        } catch (error) {
          end(reject, error);
        }
      };
      const limit = milliseconds ?? timeout;
      const timer = setTimeout(() => end(reject, new Miss(`not within ${limit / 1000} s: ${what}`, true)), limit);
      this.#waiting.add(look);
      look();
      if (milliseconds !== null || over.signal.aborted) return;
      silence({client: this.client, acts: () => this.#acts, each_round, signal: over.signal})
        .then((silent) => { if (silent) end(reject, new Miss(`silent, and has not: ${what}`)); });
    });
    return value;
  }

  demand(condition, what) {
    if (!condition) throw new Miss(what);
  }

  not_offered() { throw new NotOffered(); }

  async listen(script) {
    this.broker = await startPacketBroker(script, {ws: this.client.about.transport === 'ws', observe: this.#observe});
  }

  // Connects a new client, and does not wait for more than its CONNECT.
  async open({script = {}, ...options} = {}) {
    await this.listen(script);
    this.client.do({do: 'connect', url: this.broker.url, version: this.version, client_id: 'judge', clean: true, keep_alive: 60, ...options});
    return this.until(() => {
      const refused = this.reports('failed').find(({tag}) => tag === undefined);
      if (refused) throw new NotOffered(refused.reason);
      return this.broker.peers.find((peer) => peer.packets.length > 0);
    }, 'CONNECT');
  }

  async begin(options) {
    await this.open(options);
    return this.peer(1);
  }

  // The connection of this number: the first one once the client has said that it is connected; one after it with its CONNECT,
  // for a client may say that it is back when all that it sends again has been answered, and not before.
  peer(number) {
    if (number === 1) return this.until(() => this.reports('connected').length > 0 && this.broker.peers[0], 'the client is connected');
    return this.until(() => this.broker.peers.find((peer) => peer.number === number && peer.packets.length > 0), 'the client has connected again');
  }

  reports(is) { return this.client.reports.filter((report) => report.is === is); }

  report(is, tag) {
    return this.until(() => this.reports(is).find((report) => tag === undefined || report.tag === tag), `the report '${is}'`);
  }

  // What was delivered, the sentinels of settle() apart.
  messages() { return this.reports('message').filter(({topic}) => !topic.startsWith(settle_topic)); }

  of(peer, cmd) { return peer.packets.filter((packet) => packet.cmd === cmd); }

  async sent(peer, cmd, count = 1) {
    const list = await this.until(() => {
      const list = this.of(peer, cmd);
      if (list.length >= count) return list;
      if (peer.is_closed) throw new Miss(`the connection ended before ${name(cmd, count)}`);
      return null;
    }, name(cmd, count));
    return list[count - 1];
  }

  // All that was sent to the client so far has been handled, and what it had to send for that has arrived.
  async settle(peer) {
    const number = ++this.#settled;
    const messageId = 50_000 + number;
    peer.send({cmd: 'publish', topic: `${settle_topic}${number}`, payload: 'x', qos: 1, messageId});
    await this.until(() => {
      if (peer.is_closed) throw new Miss('the client closed the connection');
      return this.of(peer, 'puback').some((packet) => packet.messageId === messageId);
    }, 'PUBACK for a message that came last');
    await this.until(() => this.reports('message').some(({topic}) => topic === `${settle_topic}${number}`), 'a message that came last is delivered');
  }

  closed(peer, what = 'the client closes the connection', options) {
    return this.until(() => peer.is_closed, what, options);
  }

  publish(tag, topic, {payload = '6d', qos = 1, ...more} = {}) { this.client.do({do: 'publish', tag, topic, payload, qos, ...more}); }

  // What it still says of this client is not taken for the next one's.
  async end() {
    this.client.do({do: 'forget'});
    await this.client.forgotten();
    await this.broker?.close();
  }

  #observe = ({from, bytes, closed}, peer) => {
    peer.frames ??= {client: new Frames(), broker: new Frames(), all: []};
    if (closed) {
      peer.is_closed = true;
      this.trace.note(`${peer.number} closed`);
    } else if (from === 'client') {
      const frames = peer.frames.client.push(bytes);
      peer.frames.all.push(...frames);
      this.trace.add('client', peer, frames);
    } else {
      this.trace.add('broker', peer, [bytes]);
      return;
    }
    this.changed();
  };
}

const name = (cmd, count) => (count > 1 ? `${count} × ${cmd.toUpperCase()}` : cmd.toUpperCase());
