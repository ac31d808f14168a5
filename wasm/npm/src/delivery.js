// One accepted publish and its progress: queued, sent, then acknowledged or failed, across reconnects. For QoS 0, `sent` is
// the end. `done` resolves at a good end and rejects at a bad one, whose `reason` it names.
import {ErrorWithReasonCode, refused_by} from './errors.js';
import {reason_of} from './reasons.js';

export const delivery_states = ['queued', 'sent', 'acknowledged', 'failed'];

// In the order of FailureReason.
const failures = [
  ['', ''],
  ['dropped_oldest', 'pushed out of the queue by a newer message'],
  ['dropped_newest', 'the queue was full'],
  ['superseded', 'a newer message for the same topic took its place'],
  ['expired', 'its time to live ran out before it could be sent'],
  ['cancelled', 'cancelled'],
  ['session_lost', 'the broker lost its session after it had taken the message: sending it again could deliver it twice'],
  ['connection_lost', 'the connection was lost'],
  ['connection_closed_repeatedly', 'the broker closed the connection each time this message was sent'],
  ['refused', 'the broker refused it'],
  ['not_supported', 'this broker does not take it'],
];

export class Delivery {
  constructor(client, topic, payload, qos, retain, properties) {
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
    this.properties = properties;
    this.state = 'queued';
    this.reason = null;
    this.reasonCode = 0;        // MQTT 5: of the broker's acknowledgement
    this.messageId = 0;
    this.onchange = null;       // (delivery) => void, at each change
    this._client = client;
    this._callback = null;      // (error, packet) => void, at its end
    this._number = 0;
    this._slot = 0;
    this._error = null;
    this._answer = null;        // the packet that refused it
  }

  // Resolves to this delivery.
  get done() {
    return new Promise((resolve, reject) => {
      const before = this._callback;
      this._callback = (error, packet) => {
        if (before) this._client._guard(() => before(error, packet));
        if (error) reject(error);
        else resolve(this);
      };
      if (this._ended) this._end();
    });
  }

  // Takes it back as long as it is not on the wire. False: too late.
  cancel() { return !this._ended && this._client._cancel(this); }

  // The packet that MQTT.js gives a publish()'s callback.
  get packet() {
    const {topic, payload, qos, retain, messageId, properties} = this;
    if (this._answer) return this._answer;
    if (qos === 2) return {cmd: 'pubrel', qos, messageId};
    return {cmd: 'publish', topic, payload, qos, retain, messageId, dup: false, ...properties && {properties}};
  }

  // ---- inside the package ----

  get _ended() {
    return this.state === 'acknowledged' || this.state === 'failed' || (this.state === 'sent' && this.qos === 0);
  }
  // `failure`: 0, or its number. `code`, `words`: the broker's.
  _change(state, failure, code, words) {
    this.reasonCode = code;
    if (failure) {
      const [reason, sentence] = failures[failure];
      return this._fail(Object.assign(this._failure(reason, sentence, code, words), {reason}));
    }
    this.state = state;
    this._changed();
  }
  _failure(reason, sentence, code, words) {
    if (reason === 'refused') {
      this._answer = {cmd: this.qos === 1 ? 'puback' : 'pubrec', messageId: this.messageId, reasonCode: code,
        ...words && {properties: {reasonString: words}}};
      return refused_by('Publish error', code);
    }
    const text = `Not published: ${sentence}`;
    return code ? new ErrorWithReasonCode(`${text}: ${reason_of(code)}`, code) : new Error(text);
  }
  _fail(error) {
    this.state = 'failed';
    this.reason = error.reason ?? error.message;
    this._error = error;
    this._changed();
  }
  _changed() {
    if (this.onchange) this._client._guard(() => this.onchange(this));
    if (this._ended) this._end();
  }
  _end() {
    const callback = this._callback;
    this._callback = null;
    if (!callback) return;
    const told = this.qos === 0 && !this._error ? [] : [this._error, this.packet];
    this._client._guard(() => callback(...told));
  }
}
