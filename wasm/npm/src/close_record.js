// Why a connection ended, or never came to be: the record of it, and the error that MQTT.js tells.
import {error_of} from './core.js';
import {ErrorWithReasonCode, refused_by} from './errors.js';
import {packet_name} from './packets.js';

// In the order of the C++ enumerations.
const phases = ['opening', 'connecting', 'connected', 'disconnecting'];
const causes = ['transport', 'refused', 'protocol_error', 'timed_out', 'disconnected', 'aborted', 'ended_by_broker'];
const faults = ['none', 'unknown', 'invalid_url', 'unsupported_scheme', 'name_not_resolved', 'refused', 'unreachable',
  'timed_out', 'reset', 'tls', 'handshake', 'wrong_subprotocol', 'text_frame', 'mixed_content', 'too_large', 'not_prepared'];

export const close_record = (phase, cause, fault, last_sent, last_received, record) => ({
  phase: phases[phase], cause: causes[cause], fault: faults[fault], ...record,
  lastSent: packet_name(last_sent), lastReceived: packet_name(last_received),
});

// `failure`: what the socket said, or why there was none: {error, told: whatever it is}. `version`: 4 or 5. `stays`: there is no other attempt, because of what the broker said.
// null: MQTT.js says nothing.
export function error_of_close({phase, cause, fault, error, returnCode, reasonCode}, failure, version, stays) {
  switch (cause) {
    case 'refused': return refused_by('Connection refused', reasonCode || returnCode);
    case 'ended_by_broker': return stays ? refused_by('Disconnected by the broker', reasonCode) : null;
    case 'transport':
      if (failure?.told || failure?.error?.code) return failure.error;
      return fault === 'timed_out' || fault === 'not_prepared' ? new Error('connack timeout') : null;
    case 'timed_out':
      return Object.assign(new Error(phase === 'connecting' ? 'connack timeout' : 'Keepalive timeout'),
        {cause: error_of(error, version)});
    // Of the broker's authentication, by handleAuth().
    case 'protocol_error': if (failure?.told) return failure.error; // falls through
    default: return error ? protocol_error(error_of(error, version), reasonCode) : null;
  }
}

// What MQTT 5's DISCONNECT told the broker.
const protocol_error = (error, code) =>
  (code ? Object.assign(new ErrorWithReasonCode(error.message, code), {clause: error.clause}) : error);
