// What connect() is given, as MQTT.js names it, checked: what can't be done is refused here, by name.
import {text} from './checks.js';
import {check_options, versions} from './core_values.js';
import {UnsupportedError} from './errors.js';
import {DefaultMessageIdProvider} from './unsupported.js';

export const mqtt5_only = 'it belongs to MQTT 5, which protocolVersion: 5 speaks';
const stores = 'the session lives in memory, or durably with `journal`';

// Options of MQTT.js that would change what happens, and why they are refused.
const refused = {
  incomingStore: stores, outgoingStore: stores, messageIdProvider: 'the core chooses packet ids that are free',
  socksProxy: 'use createWebsocket', unixSocket: 'use a WebSocket', objectMode: 'payloads are bytes',
};
const of_mqtt5 = ['properties', 'autoUseTopicAlias', 'autoAssignTopicAlias', 'authPacket', 'customHandleAcks'];

export const random_id = () => `wasmqtt_${Math.random().toString(16).slice(2, 10)}`;

const timer_variants = ['auto', 'worker', 'native'];

export const defaults = {
  keepalive: 60, protocolId: 'MQTT', protocolVersion: 4, reconnectPeriod: 1000, connectTimeout: 30_000, clean: true,
  resubscribe: true, queueQoSZero: true, reconnectOnConnackError: false,
};

// With a certificate of one's own, MQTT.js never connects in the clear.
const secure = {ws: 'wss', mqtt: 'mqtts', tcp: 'mqtts'};

// What MQTT.js makes of a broker's address where there is no TCP.
const in_pages = {mqtt: 'ws', mqtts: 'wss'};

const default_ports = {ws: 80, wss: 443, mqtt: 1883, tcp: 1883, mqtts: 8883, ssl: 8883, tls: 8883};

// `transports`: by URL scheme, the first of them the default; null: the application brings its own stream. `share`: what the option
// of this name makes of the others, and whether tabs share then; null: it is refused.
export function read_options(url, given, transports, share = null) {
  if (url instanceof URL) url = url.href;
  if (typeof url === 'object' && url !== null && !given) [url, given] = ['', url];
  const parsed = url ? parse(String(url)) : {};
  const options = {...defaults, ...parsed, ...without_undefined(given ?? {})};
  if (given?.host !== undefined && !given.hostname) delete options.hostname;   // of the address: which counts less
  take_identity(options, parsed);
  if (transports) take_protocol(options, transports);
  if (options.share && !share) throw new UnsupportedError("the option 'share' here", "import {connect} from 'wasmqtt/shared'");
  const named = Boolean(options.clientId);
  const shares = Boolean(options.share && transports && share(options, given));
  options.clientId ??= random_id();
  refuse_unsupported(options);
  if (transports) {
    for (const {protocol} of [options, ...options.servers ?? []]) {
      if (protocol !== undefined) check_protocol(scheme(protocol, {}), transports);
    }
    url_of(options, 0);
  }
  if (given?.clean === false && !(named || shares)) {
    throw new Error('Missing clientId for unclean clients');
  }
  check_options(options);
  return options;
}

// As in MQTT.js: what the address says of who signs in counts before the options beside it, and an id that is no string is none.
function take_identity(options, {username, password}) {
  if (options.auth) Object.assign(options, read_auth(text(options.auth, 'auth')));
  else Object.assign(options, without_undefined({username, password}));
  if (typeof options.query?.clientId === 'string') options.clientId = options.query.clientId;
  if (typeof options.clientId !== 'string') delete options.clientId;
}

function take_protocol(options, transports) {
  const protocol = scheme(options.protocol ?? Object.keys(transports)[0], options);
  options.protocol = transports[protocol] ? protocol : in_pages[protocol] ?? protocol;
  if (options.protocol !== protocol) delete options.path;
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

function parse(address) {
  const relative = address.startsWith('/') && typeof location !== 'undefined';
  let url;
  let hostname;
  try {
    url = relative ? new URL(address, location.href.replace(/^http/, 'ws')) : new URL(address);
    // URL knows international names for the web's schemes only.
    hostname = new URL(url.href.replace(/^[^:]*/, 'http')).hostname;
  } catch {
    // Without what precedes the host, where a password may stand.
    const shown = address.replace(/^(\w+:\/\/)?.*@/s, '$1');
    throw new Error(/^\w+:\/\//.test(address) ? `Invalid URL ${shown}: are all special characters of user name and password ` +
      'percent-encoded?' : 'Missing protocol');
  }
  const parsed = {protocol: url.protocol.slice(0, -1), host: hostname, hostname,
    path: `${url.pathname}${url.search}` || '/', query: Object.fromEntries(url.searchParams)};
  if (url.port) parsed.port = Number(url.port);
  if (url.username) parsed.username = decoded(url.username);
  if (url.password) parsed.password = decoded(url.password);
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
  const host = text(server.host || options.hostname || options.host || here(), 'host');
  const port = server.port || options.port || default_ports[protocol];
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${protocol}://${bracketed}:${port}${protocol.startsWith('ws') ? options.path || '/' : ''}`;
}

const here = () => (typeof location === 'undefined' ? 'localhost' : location.hostname || 'localhost');
