// What each entry exports besides its clients.
import {check_filter} from './core.js';

export {ErrorWithReasonCode, ErrorWithSubackPacket, RequestError, UnsupportedError} from './errors.js';
export {Payload} from './payload.js';
export {ReasonCodes} from './reasons.js';
export {DefaultMessageIdProvider, Store, UniqueMessageIdProvider} from './unsupported.js';

export const validateTopic = (topic) => check_filter(topic) === null;
export const validateTopics = (topics) => (topics.length ? topics.find((topic) => !validateTopic(topic)) ?? null : 'empty_topic_list');
