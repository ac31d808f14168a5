// The names of return codes and of MQTT 5's reason codes.
import {reason_text} from './core.js';

// Section 3.2.2.3 of MQTT 3.1.1, in MQTT.js's words.
const return_codes = ['', 'Unacceptable protocol version', 'Identifier rejected', 'Server unavailable',
  'Bad username or password', 'Not authorized'];

export const reason_of = (code) => return_codes[code] ?? (code < 16 ? `return code ${code}` : reason_text(code));

// Those that MQTT.js exports; the core has MQTT 5's.
export const ReasonCodes = {...return_codes};
for (const code of [16, 17, ...Array.from({length: 35}, (_, index) => 128 + index)]) {
  Object.defineProperty(ReasonCodes, code, {enumerable: true, get: () => reason_text(code)});
}
