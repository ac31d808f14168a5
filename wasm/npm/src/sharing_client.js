// A client that may have one connection together with other tabs: the option `share`.
import {MqttClient} from './client.js';
import {leads, not_here, roles, share_options, share_values, start_worker, told} from './sharing.js';

export class SharingClient extends MqttClient {
  constructor(connector, options) { super(connector, options, share_options); }

  _values() {
    this._shares = this._can_share();
    return [...super._values(), this._shares, ...this._shares ? share_values(this.options, !this._start_worker()) : []];
  }

  _can_share() {
    const {options} = this;
    if (!options.share) return false;
    this.notShared = this._connector.own ? 'Streams are not shared' : not_here(options) || null;
    if (this.notShared) return false;
    this.shared = null;
    return true;
  }

  // Whether one is to lead: then no tab is the first to do so.
  _start_worker() {
    this._worker = this.options.share === leads ? null : start_worker(this.options);
    return this._worker !== null;
  }

  // ---- what the core tells ----

  _role(role, why) {
    this.shared = roles[role];
    if (this.shared === null) return;
    this.notShared = why || null;
    this._tell('shared', this.shared);
  }
  _others() {}
  _sharing(what, reason, names) { this._tell(...told[what](reason, names)); }
}
