// What the core is given of the options, checked, in the order in which C++ reads it: a value of another type than is read there
// would shift all that follow. Called by connect(), and again where options may have changed meanwhile.
import {number, object, optional, qos, text, whole, work} from './checks.js';
import {bytes_of} from './payload.js';
import {write_properties} from './properties.js';

// In the order of the C++ enumeration. Own: 'newest' is 5, and 4 where the broker speaks no other.
export const versions = [4, 5, 'newest'];

// How many topics have numbers, where the broker takes as many.
const topic_aliases = 32;

const overflows = ['reject', 'dropOldest', 'dropNewest'];
const longest = 1e13;
const longest_timer = 2 ** 31 - 1;
const most_of_memory = 2 ** 31 - 1;

// Of things in memory.
const count = (value, name, least = 0) => (value === Infinity ? most_of_memory : whole(value, name, most_of_memory, least));

export const keepalive_of = ({keepalive}) => whole(keepalive, 'keepalive', 65_535);
export const username_of = ({username}) => optional(typeof username === 'object' ? bytes_of : text)(username, 'username');

// In the order in which npm_client.cpp reads them.
export function values_of(options, journal) {
  const [queue, requests, backoff] = ['queue', 'requests', 'backoff'].map((name) => options[name] ? object(options[name], name) : null);
  const keepalive = keepalive_of(options);
  const period = whole(options.reconnectPeriod, 'reconnectPeriod', longest_timer);
  const first = backoff ? number(backoff.first ?? 1000, 'backoff.first') : period;
  const overflow = overflows.indexOf(queue?.overflow ?? 'reject');
  if (overflow < 0) throw new RangeError(`queue.overflow is ${overflows.join(', ')}`);
  return [
    ...!journal ? [0, null] : journal.database ? [1, journal.database] : [2, null],
    typeof globalThis.addEventListener === 'function' && typeof self !== 'undefined',
    text(options.clientId, 'clientId'), whole(options.connectTimeout, 'connectTimeout', longest_timer) || longest,
    Math.min(keepalive ? keepalive * 500 : 10_000, 10_000), whole(queue?.inFlight ?? 0, 'queue.inFlight', 65_535),
    count(queue?.messages ?? 100_000, 'queue.messages'), count(queue?.bytes ?? 64 * 1024 * 1024, 'queue.bytes'), overflow,
    Boolean(options.queueQoSZero), count(options.maxPacketBytes ?? 16 * 1024 * 1024, 'maxPacketBytes', 1),
    count(options.trace ?? 0, 'trace'), count(options.subscribeBatchSize || 8, 'subscribeBatchSize', 1),
    Boolean(options.resubscribe), Boolean(backoff) || first > 0, first,
    backoff ? number(backoff.longest ?? 60_000, 'backoff.longest') : first,
    number(backoff?.stableAfter ?? 10_000, 'backoff.stableAfter'), Boolean(backoff), Boolean(options.reconnectOnConnackError),
    count(options.takeoverStrikes ?? 0, 'takeoverStrikes'), Boolean(options.clean), Boolean(options.strictReserved),
    versions.indexOf(options.protocolVersion), options.autoAssignTopicAlias ? topic_aliases : 0,
    write_properties(options.properties), text(requests?.prefix ?? 'responses', 'requests.prefix'), Boolean(requests?.inTopic),
    qos(requests?.answerQos ?? 1, 'requests.answerQos'),
  ];
}

// Of one attempt, as NpmClient::attempt() reads them; the first is why there is none. Without an id the broker has assigned one,
// which stays. `url`: null: not known yet.
export function attempt_of(options, url) {
  const {clientId, password, properties} = options;
  return [null, optional(text)(url, 'The address'), clientId ? text(clientId, 'clientId') : null, Boolean(options.clean),
    keepalive_of(options), username_of(options), optional(bytes_of)(password, 'password'),
    optional(text)(properties?.authenticationMethod, 'authenticationMethod'), authentication_data(properties),
    ...will_of(options.will)];
}

export const no_attempt = (why) => [bytes_of(why || 'It could not be prepared')];

export const authentication_data = (properties) => bytes_of(properties?.authenticationData, 'authenticationData');

// Topic, message, QoS, retain flag and properties; null: none.
export function will_of(will) {
  if (!will) return [null];
  const {topic, payload, retain, properties} = object(will, 'will');
  return [text(topic, 'will.topic'), bytes_of(payload, 'will.payload'), qos(will.qos ?? 0, 'will.qos'), Boolean(retain),
    write_properties(properties)];
}

// What the client calls.
const functions = ['credentials', 'transformWsUrl', 'createWebsocket', 'customHandleAcks', 'log'];

// Of what connect() is given. Nothing is made of it yet.
export function check_options(options) {
  for (const name of functions) if (options[name]) work(options[name], name);
  number(options.endTimeout ?? 0, 'endTimeout');
  values_of(options, null);
  attempt_of(options, null);
}
