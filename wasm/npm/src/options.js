// What connect() is given, as MQTT.js names it, checked: what can't be done is refused here, loudly.
import {UnsupportedError} from './errors.js';
import {bytes_of} from './payload.js';

const mqtt5 = 'MQTT 5 is not spoken, only 3.1.1';
const stores = 'the session lives in memory, or durably with `journal`';

// Options of MQTT.js that would change what happens, and why they are refused.
const refused = {
  properties: mqtt5, authPacket: mqtt5, autoUseTopicAlias: mqtt5, autoAssignTopicAlias: mqtt5, customHandleAcks: mqtt5,
  incomingStore: stores, outgoingStore: stores,
  messageIdProvider: 'the core chooses packet ids that are free', socksProxy: 'use createWebsocket',
  unixSocket: 'use a WebSocket', objectMode: 'payloads are bytes', timerVariant: 'there is one kind of timer',
  subscribeBatchSize: 'one subscribe() is one packet', log: "use the option trace and the events 'packetsend' and 'packetreceive'",
};

export const defaults = {
  keepalive: 60, protocolId: 'MQTT', protocolVersion: 4, reconnectPeriod: 1000, connectTimeout: 30_000, clean: true,
  resubscribe: true, queueQoSZero: true, reconnectOnConnackError: false,
};

// With a certificate of one's own, MQTT.js never connects in the clear.
const secure = {ws: 'wss', mqtt: 'mqtts', tcp: 'mqtts'};

const default_ports = {ws: 80, wss: 443, mqtt: 1883, tcp: 1883, mqtts: 8883, ssl: 8883, tls: 8883};

export function read_options(url, given, transports) {
  if (typeof url === 'object' && !given) [url, given] = ['', url];
  const options = {...defaults, ...url ? parse(url) : {}, ...without_undefined(given ?? {})};
  options.clientId ??= `wasmqtt_${Math.random().toString(16).slice(2, 10)}`;
  options.protocol = String(options.protocol ?? Object.keys(transports)[0]).replace(/:$/, '');
  if (options.cert && options.key) options.protocol = secure[options.protocol] ?? options.protocol;
  if (options.auth) Object.assign(options, read_auth(options.auth));
  for (const name in refused) {
    const value = options[name];
    if (value !== undefined && value !== null && value !== false && value !== 'auto') {
      throw new UnsupportedError(`the option '${name}'`, refused[name]);
    }
  }
  if (options.protocolVersion !== 4) throw new UnsupportedError(`protocolVersion ${options.protocolVersion}`, mqtt5);
  if (options.protocolId !== 'MQTT') throw new UnsupportedError(`protocolId '${options.protocolId}'`, mqtt5);
  if (options.reschedulePings === false) throw new UnsupportedError('reschedulePings: false');
  if (options.will?.properties) throw new UnsupportedError('properties of a will', mqtt5);
  for (const {protocol} of [options, ...options.servers ?? []]) {
    if (protocol !== undefined) check_protocol(protocol, transports);
  }
  if (options.clean === false && !(given?.clientId || url_client_id(options))) {
    throw new Error('Missing clientId for unclean clients');
  }
  check_numbers(options);
  if (options.will?.payload !== undefined) bytes_of(options.will.payload, "A will's payload");
  return options;
}

function read_auth(auth) {
  const [, username = auth, password] = /^(.+):(.+)$/s.exec(auth) ?? [];
  return password === undefined ? {username} : {username, password};
}

const url_client_id = (options) => options.query?.clientId;

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

function parse(text) {
  const relative = text.startsWith('/') && typeof location !== 'undefined';
  let url;
  try {
    url = relative ? new URL(text, location.href.replace(/^http/, 'ws')) : new URL(text);
  } catch {
    throw new Error(/^\w+:\/\//.test(text) ? `Invalid URL ${text}` : 'Missing protocol');
  }
  const parsed = {protocol: url.protocol.slice(0, -1), host: url.hostname, hostname: url.hostname,
    path: `${url.pathname}${url.search}` || '/', query: Object.fromEntries(url.searchParams)};
  if (url.port) parsed.port = Number(url.port);
  if (url.username) parsed.username = decodeURIComponent(url.username);
  if (url.password) parsed.password = decodeURIComponent(url.password);
  if (parsed.query.clientId) parsed.clientId = parsed.query.clientId;
  return parsed;
}

// The address of attempt number `attempt`: the servers in turn, if there are several.
export function url_of(options, attempt) {
  const server = options.servers?.length ? options.servers[attempt % options.servers.length] : {};
  const protocol = String(server.protocol ?? options.protocol).replace(/:$/, '');
  const host = server.host ?? options.hostname ?? options.host ?? here();
  const port = server.port ?? options.port ?? default_ports[protocol];
  return `${protocol}://${host}:${port}${protocol.startsWith('ws') ? options.path ?? '/' : ''}`;
}

const here = () => (typeof location === 'undefined' ? 'localhost' : location.hostname || 'localhost');
