// A broker for one client, whose session it keeps; a second connection ends the first. What it takes goes into `taken`; what
// it is given by deliver() goes to the client, as its subscriptions want.
import {createRequire} from 'node:module';
import path from 'node:path';
import {package_directory} from '../support/package.mjs';

const {generate, parser} = createRequire(path.join(package_directory, 'node_modules', 'mqtt', 'package.json'))('mqtt-packet');

export class Broker {
  // `on_taken`: (topic, payload, qos) of each message that the broker has accepted. `slow`: milliseconds of an answer.
  constructor(clock, random, on_taken) {
    Object.assign(this, {clock, random, on_taken});
    this.slow = 30;
    this.peer = null;
    this.session = null;
    this.connects = 0;
    this.ended_properly = 0;
  }

  join(link) { return new Peer(this, link); }

  fresh_session() { return {filters: new Map(), held: new Set(), last: 0, out: []}; }

  // To the client, now or when it is back. `out`: {packet, released}.
  deliver(topic, payload, qos) {
    const granted = this.session?.filters.get(topic.replace(/\/.*/, '/#'));
    if (granted === undefined) return false;
    const packet = {cmd: 'publish', topic, payload, qos: Math.min(qos, granted)};
    if (packet.qos > 0) {
      do this.session.last = this.session.last % 65_535 + 1;
      while (this.session.out.some(({packet: {messageId}}) => messageId === this.session.last));
      packet.messageId = this.session.last;
      this.session.out.push({packet, released: false});
    }
    this.peer?.send(packet);
    return true;
  }
}

class Peer {
  constructor(broker, link) {
    Object.assign(this, {broker, link});
    this.parser = parser({protocolVersion: 4});
    this.parser.on('packet', (packet) => this.on_packet(packet));
    this.parser.on('error', (error) => { throw new Error(`The client sent what is no packet: ${error.message}`); });
    this.answered = 0;
  }

  receive(bytes) { this.parser.parse(Buffer.from(bytes)); }
  gone() { if (this.broker.peer === this) this.broker.peer = null; }
  send(packet) { this.link.answer(generate({...packet})); }

  // Answers keep their order.
  answer(packet) {
    const {clock, random, slow} = this.broker;
    this.answered = Math.max(this.answered, clock.now + random.between(0, slow));
    clock.set(this.answered - clock.now, () => this.broker.peer === this && this.send(packet));
  }

  on_packet(packet) {
    if (packet.cmd !== 'connect' && this.broker.peer !== this) return;  // taken over
    this[packet.cmd](packet);
  }

  connect({clean}) {
    const {broker} = this;
    ++broker.connects;
    const before = broker.peer;
    broker.peer = this;
    before?.link.cut();
    const sessionPresent = !clean && broker.session !== null;
    if (!sessionPresent) broker.session = broker.fresh_session();
    this.send({cmd: 'connack', returnCode: 0, sessionPresent});
    for (const {packet, released} of broker.session.out) {
      this.send(released ? {cmd: 'pubrel', messageId: packet.messageId} : {...packet, dup: true});
    }
  }
  publish({topic, payload, qos, messageId}) {
    const {session} = this.broker;
    const again = qos === 2 && session.held.has(messageId);
    if (qos === 2) session.held.add(messageId);
    if (!again) this.broker.on_taken(topic, `${payload}`, qos);
    if (qos > 0) this.answer({cmd: qos === 1 ? 'puback' : 'pubrec', messageId});
  }
  pubrel({messageId}) {
    this.broker.session.held.delete(messageId);
    this.answer({cmd: 'pubcomp', messageId});
  }
  puback({messageId}) { this._done(messageId); }
  pubrec({messageId}) {
    const one = this.broker.session.out.find(({packet}) => packet.messageId === messageId);
    if (one) one.released = true;
    this.answer({cmd: 'pubrel', messageId});
  }
  pubcomp({messageId}) { this._done(messageId); }
  _done(messageId) {
    const {session} = this.broker;
    session.out = session.out.filter(({packet}) => packet.messageId !== messageId);
  }
  subscribe({messageId, subscriptions}) {
    for (const {topic, qos} of subscriptions) this.broker.session.filters.set(topic, qos);
    this.answer({cmd: 'suback', messageId, granted: subscriptions.map(({qos}) => qos)});
  }
  unsubscribe({messageId, unsubscriptions}) {
    for (const filter of unsubscriptions) this.broker.session.filters.delete(filter);
    this.answer({cmd: 'unsuback', messageId});
  }
  pingreq() { this.answer({cmd: 'pingresp'}); }
  disconnect() {
    ++this.broker.ended_properly;
    this.gone();
    this.link.close();
  }
}
