// One line of the comparison with MQTT.js: something that its README documents, what the package makes of it, and a program
// that shows it.
//
//   same(kind, name, observe)                       there: observe(mqtt) gives the same with both
//   refused(kind, name, why, call)                  call(mqtt), which may be asynchronous, throws UnsupportedError here, and
//                                                   not with MQTT.js
//   differs(kind, name, how, observe, {theirs, ours})    each gives what stands here
import {startPacketBroker} from '../support/packet_broker.mjs';

export const same = (kind, name, observe) => ({kind, name, verdict: 'there', note: '', observe});
export const refused = (kind, name, note, call) => ({kind, name, verdict: 'refused', note, call});
export const differs = (kind, name, note, observe, expected) => ({kind, name, verdict: 'differs', note, observe, expected});

// The lines as the package's README shows them.
export function as_markdown(lines) {
  const of = (verdict) => lines.filter((line) => line.verdict === verdict);
  const table = (title, some) => `| ${title} | |\n|---|---|\n${some.map(({kind, name, note}) => `| ${kind} \`${name}\` | ${note} |`).join('\n')}\n`;
  const there = [...new Set(lines.map(({kind}) => kind))].map((kind) => [kind, of('there').filter((line) => line.kind === kind)])
    .map(([kind, some]) => `- ${kind}s: ${some.map(({name}) => `\`${name}\``).join(', ')}\n`).join('');
  return `${table('Differs on purpose', of('differs'))}\n${table('Refused by name: `UnsupportedError`', of('refused'))}\n` +
    `The same with both:\n\n${there}`;
}

// Runs `work` with a client on a scripted broker, and cleans up. Options may be a function of the broker.
export async function with_client(mqtt, {script = {}, options = {}, wire = {}, url}, work) {
  const broker = await startPacketBroker(script, wire);
  const given = typeof options === 'function' ? options(broker) : options;
  const client = url === null ? mqtt.connect(given) : mqtt.connect(url ? url(broker) : broker.url, given);
  // What nobody listens to is not of interest.
  client.on('error', () => {});
  try {
    return await work({client, broker});
  } finally {
    await new Promise((resolve) => (client.disconnected ? resolve() : client.end(true, resolve)));
    await broker.close();
  }
}

export const event = (client, name) => new Promise((resolve) => client.once(name, resolve));

// What the callback of a call gets; that nothing came and that undefined came is the same to it.
export const called = (call) => new Promise((resolve) => call((...values) => {
  while (values.length && values.at(-1) === undefined) values.pop();
  resolve(values);
}));

// CONNECT as a client with these options sends it.
export const connect_packet = (mqtt, options, more = {}) =>
  with_client(mqtt, {options, ...more}, async ({broker}) => {
    const {cmd, length, ...packet} = await broker.packet(({cmd: one}) => one === 'connect');
    return plain(packet);
  });

// What MQTT.js's parser leaves in every packet, whether it has such a field or not.
const of_publish = ['dup', 'length', 'payload', 'qos', 'retain', 'topic'];

// Packets and errors in a form that can be compared: bytes as text, no identifiers, nothing that is undefined.
export function plain(value) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof Error) return {message: value.message, ...(value.code !== undefined && {code: value.code})};
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value)
    .filter(([key, one]) => one !== undefined && key !== 'messageId' && typeof one !== 'function')
    .filter(([key]) => key !== 'length' && !(value.cmd && value.cmd !== 'publish' && of_publish.includes(key)))
    .map(([key, one]) => [key, plain(one)]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

// Everything that a client tells, in order.
export function record(client, events = ['connect', 'reconnect', 'close', 'offline', 'end', 'error', 'disconnect']) {
  const seen = [];
  for (const name of events) client.on(name, (value) => seen.push(value instanceof Error ? `${name} ${value.message}` : name));
  return seen;
}
