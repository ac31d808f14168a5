// What MQTT.js exports and the package refuses when it is used: importing it works, so that code that only mentions it runs.
import {UnsupportedError} from './errors.js';

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
