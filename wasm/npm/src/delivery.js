// One accepted publish and its way: queued, sent, then acknowledged or failed, across reconnects. For QoS 0, `sent` is
// the end. `done` resolves at a good end and rejects at a bad one, whose `reason` it names.
const sentences = {
  dropped_oldest: 'pushed out of the queue by a newer message',
  dropped_newest: 'the queue was full',
  superseded: 'a newer message for the same topic took its place',
  expired: 'its time to live ran out before it could be sent',
  cancelled: 'cancelled',
  session_lost: 'the broker lost its session after it had taken the message: sending it again could deliver it twice',
  connection_lost: 'the connection was lost',
  connection_closed_repeatedly: 'the broker closed the connection each time this message was sent',
};

export class Delivery {
  state = 'queued';
  reason = null;
  onchange = null;      // (delivery) => void, at each change
  messageId = 0;
  #callbacks = [];
  #ended = false;
  #cancel;

  constructor({topic, payload, qos, retain, dup = false}, cancel) {
    Object.assign(this, {topic, payload, qos, retain, dup});
    this.#cancel = cancel;
  }

  // Resolves to this delivery.
  get done() {
    return new Promise((resolve, reject) => this.when_ended((error) => (error ? reject(error) : resolve(this))));
  }

  // Takes it back as long as it is not on the wire. False: too late.
  cancel() { return !this.#ended && this.#cancel(this); }

  // The packet that MQTT.js gives a publish()'s callback.
  get packet() {
    const {topic, payload, qos, retain, messageId, dup} = this;
    if (qos === 2) return {cmd: 'pubrel', qos, messageId};
    return {cmd: 'publish', topic, payload, qos, retain, messageId, dup};
  }

  // Inside the package.
  when_ended(callback) {
    if (this.#ended) callback(this.#error());
    else this.#callbacks.push(callback);
  }
  change(state, reason = null) {
    this.state = state;
    this.reason = reason || null;
    this.onchange?.(this);
    if (state === 'queued' || (state === 'sent' && this.qos > 0)) return;
    this.#ended = true;
    for (const callback of this.#callbacks.splice(0)) callback(this.#error());
  }
  #error() {
    if (this.state !== 'failed') return null;
    return Object.assign(new Error(`Not published: ${sentences[this.reason] ?? this.reason}`), {reason: this.reason});
  }
}
