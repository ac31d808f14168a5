// Who still has to deal with a message of QoS 1 or 2: it is acknowledged when the last of them has let go of it. Without
// anybody, the core acknowledges it when all have heard of it.
export class Hold {
  constructor(client, token) {
    this.client = client;
    this.core = client._core;
    this.token = token;
    this.count = 0;
  }

  // While the message is told, or before it was let go of. Gives what lets go; a second call of that does nothing.
  take() {
    if (this.count++ === 0) this.core.hold(this.token);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.count === 0 && this._lives) this.core.acknowledge(this.token);
    };
  }

  // MQTT 5: not accepted, for a reason. 0, or an error: then nothing has changed.
  refuse(reason_code) { return this._lives ? this.core.refuse(this.token, reason_code) : 0; }

  get _lives() { return this.client._core === this.core; }
}
