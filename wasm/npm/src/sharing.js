// The option `share`: where tabs can have one connection together, what it changes of other options, and the SharedWorker that
// leads them where there can be one. Who leads, which tabs belong together and what becomes of messages, the core decides.
import {share_name} from './core.js';
import {keepalive_of, username_of, will_of} from './core_values.js';
import {UnsupportedError} from './errors.js';
import {random_id, url_of} from './options.js';

const own_script = 'wasmqtt-shared.mjs';
const worker_name = 'wasmqtt';

// Seconds that the broker keeps the session while nobody leads. In 3.1.1 it has no limit.
const session_expiry = 3600;

// The value of `share` in the worker that leads.
export const leads = {};

// In the order of SharedTab::Role; the last one is a connection of its own.
export const roles = [null, 'leader', 'member', 'worker', false];

// Why this is no place to share a connection in; '': it is one, as far as can be told at once.
export function not_here(options) {
  if (options.share === leads) return '';
  if (typeof document !== 'undefined') return '';
  return typeof self === 'undefined' || typeof process !== 'undefined' ? 'There are no tabs here' : 'Only the tabs of pages share';
}

// What is not said of a connection that is shared: the session outlives whoever leads. False: there will be none.
export function share_options(options, given) {
  if (not_here(options)) return false;
  if (typeof options.journal === 'object') throw new UnsupportedError('a journal of your own with the option \'share\'', 'it is in IndexedDB');
  options.clientId ??= common_id(options);
  options.clean = given?.clean ?? false;
  if (options.protocolVersion !== 4) options.properties = {sessionExpiryInterval: session_expiry, ...options.properties};
  return true;
}

// In the order in which core/sharing/npm_connection.cpp reads them. `may_be_first`: to lead.
export const share_values = (options, may_be_first) =>
  [may_be_first, url_of(options, 0), username_of(options), keepalive_of(options), ...will_of(options.will)];

// An id that the tabs of this browser have for this address, without its query, where tokens travel, and user.
function common_id(options) {
  const key = `wasmqtt-share ${url_of(options, 0).split('?')[0]} ${options.username ?? ''}`;
  try {
    if (!localStorage.getItem(key)) localStorage.setItem(key, random_id());
    return localStorage.getItem(key);
  } catch {
    return random_id();  // No storage: nothing will be shared, either.
  }
}

// ---- what the core tells ----

const names_here = {clean_session: 'clean', keep_alive: 'keepalive', protocol: 'protocolVersion',
  session_expiry: 'properties.sessionExpiryInterval'};
const other_options = (names) => 'This tab has other options than the one that leads, which count: ' +
  names.split(', ').map((name) => names_here[name] ?? name).join(', ');
const refusals = ['The tab that leads has another version of wasmqtt', 'The tab that leads has another account',
  'Another tab has the id of this one', 'The tab that leads did not understand this one'];
const reasons = ['did not read', 'late'];

// An event and its value.
export const told = [
  (reason, names) => ['error', new Error(other_options(names))],
  (reason) => ['error', new Error(`${refusals[reason]}: this one waits for another to lead`)],
  (reason) => ['messagesmissed', {reason: reasons[reason]}],
];

// ---- the worker ----

// Where this module was loaded from, when it was loaded by itself: a bundle has another name. (import.meta would tell, too, but is
// a syntax error in a bundle that is a classic script, and webpack makes a file: of it.)
function own_url() {
  const [url] = /https?:[^\s()]+?\.mjs(?=[?#:])/.exec(new Error().stack ?? '') ?? [''];
  return url.endsWith(`/${own_script}`) && url.startsWith(`${location.origin}/`) ? url : null;
}
const loaded_from = typeof document === 'undefined' ? null : own_url();

// Starts one, or finds it running, and has it lead this group. Null: there can be none, and a tab leads.
export function start_worker(options) {
  const {worker = loaded_from} = options.share === true ? {} : options.share;
  const {share, log, ...handed_over} = options;
  const functions = Object.values(handed_over).some((value) => typeof value === 'function');
  if (!worker || functions || typeof SharedWorker === 'undefined') return null;
  try {
    const started = typeof worker === 'function' ? worker() : new SharedWorker(worker, {type: 'module', name: worker_name});
    started.onerror = (event) => event.preventDefault();   // It will not lead, and a tab does, after a while.
    started.port.postMessage(handed_over);
    return started;
  } catch {
    return null;  // Its address is refused, or an option is nothing that can be handed over.
  }
}

// Milliseconds without a tab after which a worker ends its connection.
const idle = 5000;

// In that worker. `connect`: the options' client.
export function serve(connect) {
  const clients = new Map();
  globalThis.onconnect = ({ports: [port]}) => {
    port.onmessage = ({data: options}) => {
      const name = share_name(options, url_of(options, 0));
      if (clients.has(name)) return;
      const client = connect({...options, share: leads});
      clients.set(name, client);
      client.on('end', () => clients.delete(name));
      let timer;
      client._others = (count) => {
        clearTimeout(timer);
        if (count === 0) timer = setTimeout(() => client.end(), idle);
      };
      client._others(0);
    };
  };
}

export const is_own_worker = () => 'onconnect' in globalThis && globalThis.name === worker_name;
