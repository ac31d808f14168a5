// What MQTT.js exports and the package refuses when it is used: importing it works, so that code that only mentions it runs.
import {UnsupportedError} from './errors.js';

// Enhanced authentication, MQTT 5's section 4.12: AUTH packets are neither sent nor received. A method that needs no more than
// CONNECT and CONNACK works, as properties of connect().
const no_auth = 'AUTH packets are not sent';
export const authentication = {options: {authPacket: no_auth}, methods: {handleAuth: no_auth}};

export class Store {
  constructor() { throw new UnsupportedError('Store', 'the option journal keeps the session'); }
}

// The core chooses packet identifiers that are free. One of these may be given as the option messageIdProvider, and is of no
// effect; asking it for an identifier is refused.
export class DefaultMessageIdProvider {}
for (const name of ['allocate', 'getLastAllocated', 'register', 'deallocate', 'clear']) {
  DefaultMessageIdProvider.prototype[name] = () => {
    throw new UnsupportedError(`${name}() of a message id provider`, 'the core chooses packet ids that are free');
  };
}
export class UniqueMessageIdProvider extends DefaultMessageIdProvider {}
