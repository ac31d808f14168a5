// What connect() is given, as MQTT.js names it, checked: what can't be done is refused here, by name.
import {UnsupportedError} from './errors.js';
import {bytes_of} from './payload.js';
import {write_properties} from './properties.js';
import {DefaultMessageIdProvider} from './unsupported.js';

export const mqtt5_only = 'it belongs to MQTT 5, which protocolVersion: 5 speaks';
const stores = 'the session lives in memory, or durably with `journal`';

// Options of MQTT.js that would change what happens, and why they are refused.
const refused = {
  incomingStore: stores, outgoingStore: stores, messageIdProvider: 'the core chooses packet ids that are free',
  socksProxy: 'use createWebsocket', unixSocket: 'use a WebSocket', objectMode: 'payloads are bytes',
};
const of_mqtt5 = ['properties', 'autoUseTopicAlias', 'autoAssignTopicAlias', 'authPacket', 'customHandleAcks'];

// In the order of the C++ enumeration. Own: 'newest' is 5, and 4 where the broker speaks no other.
const versions = [4, 5, 'newest'];

// How many topics have numbers, where the broker takes as many.
const topic_aliases = 32;

export const random_id = () => `wasmqtt_${Math.random().toString(16).slice(2, 10)}`;

const timer_variants = ['auto', 'worker', 'native'];

export const defaults = {
  keepalive: 60, protocolId: 'MQTT', protocolVersion: 4, reconnectPeriod: 1000, connectTimeout: 30_000, clean: true,
  resubscribe: true, queueQoSZero: true, reconnectOnConnackError: false,
};

// With a certificate of one's own, MQTT.js never connects in the clear.
const secure = {ws: 'wss', mqtt: 'mqtts', tcp: 'mqtts'};

const default_ports = {ws: 80, wss: 443, mqtt: 1883, tcp: 1883, mqtts: 8883, ssl: 8883, tls: 8883};

// `transports`: by URL scheme, the first of them the default; null: the application brings its own stream. `share`: what the option
// of this name makes of the others, and whether tabs share then; null: it is refused.
export function read_options(url, given, transports, share = null) {
  if (url instanceof URL) url = url.href;
  if (typeof url === 'object' && url !== null && !given) [url, given] = ['', url];
  const options = {...defaults, ...url ? parse(String(url)) : {}, ...without_undefined(given ?? {})};
  if (transports) options.protocol = scheme(options.protocol ?? Object.keys(transports)[0], options);
  if (options.share && !share) throw new UnsupportedError("the option 'share' here", "import {connect} from 'wasmqtt/shared'");
  const shares = Boolean(options.share && transports && share(options, given));
  options.clientId ??= random_id();
  if (options.auth) Object.assign(options, read_auth(options.auth));
  refuse_unsupported(options);
  if (transports) {
    for (const {protocol} of [options, ...options.servers ?? []]) {
      if (protocol !== undefined) check_protocol(scheme(protocol, {}), transports);
    }
  }
  if (given?.clean === false && !(given.clientId || options.query?.clientId || shares)) {
    throw new Error('Missing clientId for unclean clients');
  }
  check_numbers(options);
  write_properties(options.properties);
  will_of(options.will);
  return options;
}

function scheme(protocol, {cert, key}) {
  const name = String(protocol).replace(/:$/, '');
  return cert && key ? secure[name] ?? name : name;
}

function refuse_unsupported(options) {
  for (const name in refused) {
    if (!options[name] || options[name] instanceof DefaultMessageIdProvider) continue;
    throw new UnsupportedError(`the option '${name}'`, refused[name]);
  }
  const {protocolVersion, protocolId, timerVariant = 'auto'} = options;
  const spoken = 'MQTT 3.1.1 (4) and 5 are spoken, and the \'newest\' that the broker knows';
  if (!versions.includes(protocolVersion)) throw new UnsupportedError(`protocolVersion ${protocolVersion}`, spoken);
  if (protocolId !== 'MQTT') throw new UnsupportedError(`protocolId '${protocolId}'`, spoken);
  if (protocolVersion === 4) refuse_mqtt5(options);
  if (options.reschedulePings === false) throw new UnsupportedError('reschedulePings: false');
  if (!timer_variants.includes(timerVariant)) {
    throw new UnsupportedError('the option \'timerVariant\'', `there are ${timer_variants.join(', ')}`);
  }
}

function refuse_mqtt5(options) {
  for (const name of of_mqtt5) {
    if (options[name]) throw new UnsupportedError(`the option '${name}'`, mqtt5_only);
  }
  if (options.will?.properties) throw new UnsupportedError('properties of a will', mqtt5_only);
}

function read_auth(auth) {
  const [, username = auth, password] = /^([^:]+):(.+)$/s.exec(auth) ?? [];
  return password === undefined ? {username} : {username, password};
}

const without_undefined = (given) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

function check_protocol(protocol, transports) {
  if (transports[protocol]) return;
  const known = Object.keys(transports).map((name) => `${name}://`).join(', ');
  throw new UnsupportedError(`${protocol}:// here`, `there is ${known}`);
}

function check_numbers(options) {
  const ranges = {keepalive: 65_535, reconnectPeriod: 2 ** 31 - 1, connectTimeout: 2 ** 31 - 1};
  for (const [name, most] of Object.entries(ranges)) {
    const value = options[name];
    if (!(Number.isInteger(value) && value >= 0 && value <= most)) {
      throw new RangeError(`${name} is a whole number from 0 to ${most}`);
    }
  }
}

const overflows = ['reject', 'dropOldest', 'dropNewest'];
const longest = 1e13;

// In the order in which npm_client.cpp reads them.
export function values_of(options, journal) {
  const {queue = {}, requests = {}, backoff, keepalive, reconnectPeriod} = options;
  const first = backoff ? backoff.first ?? 1000 : reconnectPeriod;
  return [
    ...!journal ? [0, null] : journal.database ? [1, journal.database] : [2, null],
    typeof globalThis.addEventListener === 'function' && typeof self !== 'undefined',
    options.clientId, options.connectTimeout || longest, Math.min(keepalive ? keepalive * 500 : 10_000, 10_000),
    queue.inFlight ?? 0, queue.messages ?? 100_000, queue.bytes ?? 64 * 1024 * 1024,
    overflows.indexOf(queue.overflow ?? 'reject'), options.queueQoSZero, options.maxPacketBytes ?? 16 * 1024 * 1024,
    options.trace ?? 0, options.subscribeBatchSize || 8, options.resubscribe, Boolean(backoff) || first > 0, first,
    backoff ? backoff.longest ?? 60_000 : first, backoff?.stableAfter ?? 10_000, Boolean(backoff),
    options.reconnectOnConnackError, options.takeoverStrikes ?? 0, options.clean, Boolean(options.strictReserved),
    versions.indexOf(options.protocolVersion), options.autoAssignTopicAlias ? topic_aliases : 0,
    write_properties(options.properties), requests.prefix ?? 'responses', Boolean(requests.inTopic), requests.answerQos ?? 1,
  ];
}

// Topic, message, QoS, retain flag and properties; null: none.
export function will_of(will) {
  if (!will) return [null];
  return [will.topic, bytes_of(will.payload, "A will's payload"), will.qos ?? 0, will.retain ?? false,
    write_properties(will.properties)];
}

function parse(text) {
  const relative = text.startsWith('/') && typeof location !== 'undefined';
  let url;
  let hostname;
  try {
    url = relative ? new URL(text, location.href.replace(/^http/, 'ws')) : new URL(text);
    // URL knows international names for the web's schemes only.
    hostname = new URL(url.href.replace(/^[^:]*/, 'http')).hostname;
  } catch {
    // Without what precedes the host, where a password may stand.
    const shown = text.replace(/^(\w+:\/\/)?.*@/s, '$1');
    throw new Error(/^\w+:\/\//.test(text) ? `Invalid URL ${shown}: are all special characters of user name and password ` +
      'percent-encoded?' : 'Missing protocol');
  }
  const parsed = {protocol: url.protocol.slice(0, -1), host: hostname, hostname,
    path: `${url.pathname}${url.search}` || '/', query: Object.fromEntries(url.searchParams)};
  if (url.port) parsed.port = Number(url.port);
  if (url.username) parsed.username = decoded(url.username);
  if (url.password) parsed.password = decoded(url.password);
  if (parsed.query.clientId) parsed.clientId = parsed.query.clientId;
  return parsed;
}

// A percent sign that begins no code stands for itself.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// The address of attempt number `attempt`: the servers in turn, if there are several.
export function url_of(options, attempt) {
  const {servers} = options;
  const server = servers?.length ? servers[attempt % servers.length] : {};
  const protocol = scheme(server.protocol ?? options.protocol, options);
  const host = server.host ?? options.hostname ?? options.host ?? here();
  const port = server.port ?? options.port ?? default_ports[protocol];
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${protocol}://${bracketed}:${port}${protocol.startsWith('ws') ? options.path ?? '/' : ''}`;
}

const here = () => (typeof location === 'undefined' ? 'localhost' : location.hostname || 'localhost');
