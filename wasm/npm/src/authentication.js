// MQTT 5's enhanced authentication, section 4.12: what CONNECT says, answers to the broker's AUTH, and reauthenticate(). Whose
// turn it is the core knows.
import {error_of} from './core.js';
import {authentication_data} from './core_values.js';
import {ErrorWithReasonCode, closed_error, refused_by} from './errors.js';
import {auth_packet} from './packets.js';
import {write_properties} from './properties.js';

const protocol_error = 130;

export class Authentication {
  constructor(client) {
    this._client = client;
    this._exchange = 0;         // names the broker's latest AUTH: a late answer to one before is none
    this._questions = 0;        // of this attempt
    this._renewed = null;       // the callback of reauthenticate()
  }

  // Another attempt.
  begin() {
    ++this._exchange;
    this._questions = 0;
  }

  // The broker's AUTH asks, or has accepted.
  asked(done, properties) {
    const {_client: client} = this;
    const packet = auth_packet(done ? 0 : 24, properties);
    const exchange = ++this._exchange;
    if (!done && ++this._questions === 1 && client.options.authPacket) return this._answer(client.options.authPacket);
    client._guard(() => client.handleAuth(packet, (error, answer) => {
      if (exchange !== this._exchange) return;
      ++this._exchange;
      if (!error && done) return this._end(null, packet);
      if (!error && !answer) {
        error = new ErrorWithReasonCode('Protocol error: No auth packet to continue the authentication exchange', protocol_error);
      }
      if (error) client._refuse_authentication(error);
      else this._answer(answer);
    }));
    return undefined;
  }

  // What can't be said ends the exchange: the broker waits for an answer.
  _answer({properties}) {
    const {_client: client} = this;
    const {authenticationMethod, authenticationData, ...words} = properties ?? {};
    try {
      const error = client._core.authenticate(false, authentication_data(properties), write_properties(words));
      if (error) client._refuse_authentication(error_of(error, 5));
    } catch (error) {
      client._refuse_authentication(error);
    }
  }

  // Begins on the live connection, with what CONNECT would say now. Gives what is wrong, or null.
  renew(callback) {
    const {_core: core, options} = this._client;
    if (!core) return closed_error();
    const error = core.authenticate(true, authentication_data(options.properties), undefined);
    if (error) return error_of(error, 5);
    this._renewed = callback;
    return null;
  }

  // `reason_code`: of the broker's DISCONNECT, or 0.
  lost(reason_code) {
    ++this._exchange;
    this._end(reason_code > 127 ? refused_by('Disconnected by the broker', reason_code) : closed_error());
  }

  _end(error, packet) {
    const callback = this._renewed;
    this._renewed = null;
    if (callback) this._client._guard(() => (error ? callback(error) : callback(null, packet)));
  }
}
