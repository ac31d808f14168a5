// The byte vectors that the native tests use, too (../core/data), as checks: what a broker sends, and what a client must do then.
import {readFileSync} from 'node:fs';
import {Frames} from './trace.mjs';
import {Miss} from './trial.mjs';

const read = (name) => JSON.parse(readFileSync(new URL(`../core/data/${name}`, import.meta.url), 'utf8'));

const known = {alias_max: 'topic_alias_maximum', receive_max: 'receive_maximum', max_packet: 'maximum_packet_size'};
// Of the packets that only a client sends, one of each: a client need not look into them.
const wrong_way = /^(connect\/10-ok|pingreq\/c0-valid|subscribe\/82-single-ok-qos-2-mqtt-3-8-4-1|unsubscribe\/a2-mqtt-3-10-4-5)$/;

// What commands of one filter, and without a method of authentication, do not bring about.
const not_asked = new Set(['auth', 'subscribe-3']);

// What has happened before, for the vectors of 3.1.1, which do not say it.
const setup311 = {CONNACK: 'connect', SUBACK: 'subscribe', UNSUBACK: 'unsubscribe'};

function vectors311() {
  return read('mqtt311_vectors.json').vectors.filter(({direction}) => direction === 's2c')
    .map((vector) => ({...vector, version: 4, setup: vector.id === 'state-publish-before-connack' ? 'connect' : setup311[vector.type] ?? 'connack'}));
}

function vectors5() {
  return read('mqtt5_vectors.json').vectors
    .filter(({level, id, setup, options}) => (level !== 'direction' || wrong_way.test(id)) && !not_asked.has(setup) && options?.problem_info === undefined)
    .map((vector) => ({...vector, version: 5}));
}

// A packet that the broker must not keep back: those of the setup.
const scripts = {
  connect: {connect: () => {}}, 'publish-1': {publish: () => {}}, 'publish-2': {publish: () => {}},
  released: {publish: (packet, peer) => peer.answer(packet), pubrel: () => {}},
  subscribe: {subscribe: () => {}}, unsubscribe: {unsubscribe: () => {}},
};

// Brings the client to where the vector begins; gives the packet id that the client chose, where the vector means it.
async function prepare(trial, {setup, options = {}}) {
  const announced = Object.fromEntries(Object.entries(options).map(([key, value]) => [known[key], value]));
  const begin = {script: scripts[setup], ...announced};
  if (setup === 'connect') return {peer: await trial.open(begin)};
  const peer = await trial.begin(begin);
  const asked = async (cmd) => ({peer, id: (await trial.sent(peer, cmd)).messageId});
  switch (setup) {
    case 'publish-1': trial.publish('1', 'test/publish', {qos: 1}); return asked('publish');
    case 'publish-2': trial.publish('1', 'test/publish', {qos: 2}); return asked('publish');
    case 'released': trial.publish('1', 'test/publish', {qos: 2}); return asked('pubrel');
    case 'subscribe': trial.client.do({do: 'subscribe', tag: '1', filter: 'test/subscribe', qos: 2}); return asked('subscribe');
    case 'unsubscribe':
      trial.client.do({do: 'subscribe', tag: '0', filter: 'test/subscribe', qos: 2});
      await trial.report('subscribed', '0');
      trial.client.do({do: 'unsubscribe', tag: '1', filter: 'test/subscribe'});
      return asked('unsubscribe');
    case 'received-2':
      peer.send({cmd: 'publish', topic: 'topic', payload: 'payload', qos: 2, messageId: 1});
      await trial.sent(peer, 'pubrec');
      return {peer};
    default: return {peer};
  }
}

// The vectors name the client's packet 1; this client has named it otherwise.
const has_id = /^(PUBACK|PUBREC|PUBREL|PUBCOMP|SUBACK|UNSUBACK)$/;
function with_id(hex, type, id) {
  if (!id || !has_id.test(type) || hex.slice(4, 8) !== '0001') return hex;
  return hex.slice(0, 4) + id.toString(16).padStart(4, '0') + hex.slice(8);
}

async function send(trial, peer, bytes, in_pieces) {
  if (!in_pieces) return peer.write(bytes);
  for (const byte of bytes) {
    peer.write(Buffer.of(byte));
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  return undefined;
}

function same_message({fields}, {topic, payload, qos, retain}) {
  return topic === fields.topic && payload === fields.payload_hex && qos === fields.qos && retain === fields.retain;
}

async function accepted(trial, vector, in_pieces) {
  const {peer, id} = await prepare(trial, vector);
  const before = peer.frames.all.length;
  await send(trial, peer, Buffer.from(with_id(vector.hex, vector.type, id), 'hex'), in_pieces);
  const refusal = vector.type === 'CONNACK' && (vector.fields.return_code ?? vector.fields.reason_code) > 0;
  if (refusal || vector.then?.some(({close}) => close)) {
    peer.end();  // as a server has to [MQTT5-3.14.4-2]; of a client it is asked that it should
    await trial.report('closed');
    return trial.demand(vector.setup !== 'connect' || trial.reports('connected').length === 0, 'the client says that it is connected');
  }
  if (vector.setup === 'connect') await trial.peer(1);
  await trial.settle(peer);
  if (vector.type === 'PUBLISH' && !(vector.fields.qos === 2))
    trial.demand(trial.messages().some((message) => same_message(vector, message)), 'the message is not delivered as it was sent');
  const answers = peer.frames.all.slice(before).map((bytes) => bytes.toString('hex'));
  for (const {client} of vector.then ?? []) {
    if (!client) continue;
    const spellings = client.map((spelling) => with_id(spelling, vector.type, id));
    trial.demand(answers.some((answer) => spellings.includes(answer)), `is not answered by ${spellings[0]}`);
  }
  return undefined;
}

// Closed; or it goes on as if nothing had been, which it shows by answering what comes next.
async function refused(trial, vector) {
  const {peer, id} = await prepare(trial, vector);
  // What comes before the packet that is meant is delivered.
  const delivered = trial.messages().length + new Frames().push(Buffer.from(vector.hex, 'hex')).length - 1;
  await send(trial, peer, Buffer.from(with_id(vector.hex, vector.type, id), 'hex'));
  if (vector.setup === 'connect' && vector.type !== 'CONNACK') peer.send({cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false});
  // Again and again: a client may throw away what came in one piece with the hostile bytes, and go on after it.
  const sentinels = {first: 60_000, last: 60_000};
  const send_sentinel = () => {
    if (!peer.is_closed) peer.send({cmd: 'publish', topic: 'judge/after', payload: 'x', qos: 1, messageId: sentinels.last++});
  };
  send_sentinel();
  await trial.until(() => {
    if (trial.of(peer, 'puback').some(({messageId}) => messageId >= sentinels.first)) throw new Miss(`does not close: ${vector.error}`);
    return peer.is_closed;
  }, `close the connection: ${vector.error}`, {each_round: send_sentinel});
  const now = trial.messages().filter(({topic}) => topic !== 'judge/after').length;
  trial.demand(now <= Math.max(delivered, 0), 'a message of it is delivered');
  if (vector.version === 5) told_why(trial, vector, peer);
}

// 4.13.1 asks it of a client that it says why: a result of its own.
function told_why(trial, {codes, error, id}, peer) {
  const disconnect = trial.of(peer, 'disconnect').at(-1);
  const code = disconnect && (disconnect.reasonCode ?? 0).toString(16).padStart(2, '0');
  trial.beside({area: 'Says why it closes', name: `${id}: ${error}`, clause: 'MQTT5 4.13.1 (should)',
    miss: codes.includes(code) ? null : code ? `DISCONNECT says 0x${code}, not 0x${codes[0]}` : `closes without DISCONNECT 0x${codes[0]}`});
}

const first_clause = ({clause, version}) => (clause ?? '').replace(/\[MQTT-/g, version === 5 ? '[MQTT5-' : '[MQTT-').replace(/[[\]]|\([^)]*\) ?/g, '').trim() || (version === 5 ? 'MQTT5 2.1' : 'MQTT 2.2');

const check_of = (vector) => ({
  versions: [vector.version], clause: first_clause(vector),
  area: vector.valid ? 'Valid bytes received' : 'Malformed and hostile bytes',
  name: vector.valid ? `${vector.type} ${vector.id}` : `${vector.type} ${vector.id}: ${vector.error}`,
});

export function vector_checks() {
  const all = [...vectors311(), ...vectors5()];
  const valid = all.filter(({valid, note, id}) => valid && id !== 'connack-ok-sp');
  return [
    ...valid.map((vector) => ({...check_of(vector), run: (trial) => accepted(trial, vector, false)})),
    ...valid.filter(({type, setup}) => type === 'PUBLISH' && setup === 'connack').map((vector) => (
      {...check_of(vector), name: `${vector.type} ${vector.id}, byte by byte`, run: (trial) => accepted(trial, vector, true)})),
    ...all.filter(({valid, strength}) => !valid && strength === 'MUST').map((vector) => ({...check_of(vector), run: (trial) => refused(trial, vector)})),
  ];
}
