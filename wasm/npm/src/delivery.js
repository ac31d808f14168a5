// One accepted publish and its progress: queued, sent, then acknowledged or failed, across reconnects. For QoS 0, `sent` is
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
  constructor(client, topic, payload, qos, retain) {
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
    this.state = 'queued';
    this.reason = null;
    this.messageId = 0;
    this.onchange = null;       // (delivery) => void, at each change
    this._client = client;
    this._callback = null;
    this._number = 0;
    this._slot = 0;
    this._error = null;
  }

  // Resolves to this delivery.
  get done() {
    return new Promise((resolve, reject) => this._when_ended((error) => (error ? reject(error) : resolve(this))));
  }

  // Takes it back as long as it is not on the wire. False: too late.
  cancel() { return !this._ended && this._client._cancel(this); }

  // The packet that MQTT.js gives a publish()'s callback.
  get packet() {
    const {topic, payload, qos, retain, messageId} = this;
    if (qos === 2) return {cmd: 'pubrel', qos, messageId};
    return {cmd: 'publish', topic, payload, qos, retain, messageId, dup: false};
  }

  // ---- inside the package ----

  get _ended() {
    return this.state === 'acknowledged' || this.state === 'failed' || (this.state === 'sent' && this.qos === 0);
  }
  _when_ended(callback) {
    if (this._ended) return callback(this._error);
    const before = this._callback;
    this._callback = before ? (error) => (before(error), callback(error)) : callback;
  }
  _change(state, reason = null) {
    this.state = state;
    this.reason = reason;
    if (state === 'failed') {
      this._error = Object.assign(new Error(`Not published: ${sentences[reason] ?? reason}`), {reason});
    }
    this.onchange?.(this);
    if (this._ended) this._end();
  }
  // The client ended before it was known whether it arrived.
  _abandon(error) {
    Object.assign(this, {state: 'failed', reason: error.message, _error: error});
    this.onchange?.(this);
    this._end();
  }
  _end() {
    const callback = this._callback;
    this._callback = null;
    callback?.(this._error);
  }
}
