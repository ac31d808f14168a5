// What the client puts on the wire, byte by byte or field by field. Where the standard leaves a choice, fields are compared.
import {NotOffered} from '../trial.mjs';

const area = 'Bytes sent';
const hex = (text) => Buffer.from(text).toString('hex');
const wide = (text) => `${(text.length / 2).toString(16).padStart(4, '0')}${text}`;
const text = (string) => wide(hex(string));
const packet = (first, body) => {
  const length = body.length / 2;
  return `${first}${length < 128 ? length.toString(16).padStart(2, '0') : (length % 128 + 128).toString(16) + (length >> 7).toString(16).padStart(2, '0')}${body}`;
};
// MQTT 5's properties lie here.
const split = (version, none) => (version === 5 ? none : '');

// CONNECT but for properties, which a client chooses: they are taken out.
function plain_connect(bytes, version) {
  const length_bytes = bytes[1] < 128 ? 1 : 2;
  const body = bytes.subarray(1 + length_bytes);
  if (version !== 5) return body.toString('hex');
  return Buffer.concat([body.subarray(0, 10), body.subarray(11 + body[10])]).toString('hex');
}

const connects = [
  ['without a will, user or password', {}, '02', text('judge'), ['3.1.0-1', '3.1.2-1', '3.1.3-3']],
  ['with a session to keep', {clean: false}, '00', text('judge'), ['3.1.2-4']],
  ['with an empty client id', {client_id: ''}, '02', text(''), ['3.1.3-3']],
  ['with a client id of two-byte and four-byte characters', {client_id: 'zoë𪛔'}, '02', text('zoë𪛔'), ['3.1.3-4']],
  ['with user name and password', {username: 'bob', password: hex('secret')}, 'c2', text('judge') + text('bob') + text('secret'), ['3.1.3-1', {4: '3.1.2-19', 5: '3.1.2-17'}]],
  ['with a user name alone', {username: 'bob'}, '82', text('judge') + text('bob'), [{4: '3.1.2-20', 5: '3.1.2-18'}]],
  ['with an empty password', {username: 'bob', password: ''}, 'c2', text('judge') + text('bob') + text(''), [{4: '3.1.2-21', 5: '3.1.2-19'}]],
  ['with a will of QoS 0', {will: {topic: 'w/t', payload: hex('bye'), qos: 0, retain: false}}, '06', (v) => text('judge') + split(v, '00') + text('w/t') + text('bye'), ['3.1.2-9']],
  ['with a retained will of QoS 1', {will: {topic: 'w/t', payload: hex('bye'), qos: 1, retain: true}}, '2e', (v) => text('judge') + split(v, '00') + text('w/t') + text('bye'), ['3.1.2-9']],
  ['with a will of QoS 2 and all else', {username: 'bob', password: hex('pw'), will: {topic: 'w', payload: hex('x'), qos: 2, retain: false}}, 'd6',
    (v) => text('judge') + split(v, '00') + text('w') + text('x') + text('bob') + text('pw'), ['3.1.3-1']],
];

const connect_checks = connects.map(([what, options, flags, payload, clauses]) => ({
  area, name: `CONNECT ${what}`, clauses, async run(trial) {
    const peer = await trial.open(options);
    const wanted = `${text('MQTT')}0${trial.version}${flags}003c${typeof payload === 'function' ? payload(trial.version) : payload}`;
    const [bytes] = peer.frames.all;
    trial.demand(bytes[0] === 0x10, `the first byte is 0x${bytes[0].toString(16)}`);
    const found = plain_connect(bytes, trial.version);
    trial.demand(found === wanted, `is ${found} (properties taken out), and should be ${wanted}`);
    await trial.peer(1);
    trial.demand(trial.of(peer, 'connect').length === 1, 'CONNECT came twice');
  },
}));

const publishes = [
  [0, false, 'a/b', 'hi'], [1, false, 'a/b', 'hi'], [2, false, 'a/b', 'hi'], [0, true, 'a/b', 'hi'], [1, true, 'a/b', ''],
  [0, false, '\uFEFFx', 'a byte order mark stays'], [0, false, 'Grüße/𪛔', 'hi'], [0, false, 'a', 'x'.repeat(124)], [0, false, 'a', 'x'.repeat(125)],
  [1, false, 'a', 'x'.repeat(16_379)], [0, false, '/', 'a level without a name'], [0, false, 't'.repeat(65_535), 'the longest topic'],
];
const shortened = (string) => (string.length < 30 ? JSON.stringify(string) : `of ${string.length} bytes`);

const publish_checks = publishes.map(([qos, retain, topic, payload]) => ({
  area, name: `PUBLISH, QoS ${qos}${retain ? ', retained' : ''}, topic ${shortened(topic)}, payload ${shortened(payload)}`,
  clauses: ['3.3.2-1', {4: qos ? '2.3.1-1' : '2.3.1-5', 5: qos ? '2.2.1-3' : '2.2.1-2'}],
  async run(trial) {
    const peer = await trial.begin();
    trial.publish('1', topic, {payload: hex(payload), qos, retain});
    const {messageId} = await trial.sent(peer, 'publish');
    const id = qos ? messageId.toString(16).padStart(4, '0') : '';
    trial.demand(!qos || messageId > 0, 'the packet id is 0');
    const body = text(topic) + id + split(trial.version, '00') + hex(payload);
    const bytes = peer.frames.all.find((frame) => frame[0] >> 4 === 3);
    const size = bytes.length - body.length / 2;
    trial.demand(bytes.subarray(size).toString('hex') === body, `ends with ${bytes.subarray(-40).toString('hex')}`);
    trial.demand(bytes[0] === (0x30 | qos << 1 | Number(retain)), `the first byte is 0x${bytes[0].toString(16)}`);
    const shortest = body.length / 2 < 128 ? 2 : body.length / 2 < 16_384 ? 3 : 4;
    trial.demand(size === shortest, `the fixed header has ${size} bytes, not ${shortest}`);
    await trial.report('delivered', '1');
  },
}));

const id_of = (found) => found.messageId.toString(16).padStart(4, '0');

// A packet after which something follows, and its bytes.
const exact = (name, clauses, cmd, act, bytes) => ({area, name, clauses, async run(trial) {
  const peer = await trial.begin();
  await act(trial, peer);
  const found = await trial.sent(peer, cmd);
  const all = bytes(found, trial.version);
  const first = Buffer.from(all[0], 'hex')[0] >> 4;
  const sent = peer.frames.all.find((frame) => frame[0] >> 4 === first).toString('hex');
  trial.demand(all.includes(sent), `is ${sent}, and should be ${all.join(' or ')}`);
}});

// The spellings of an acknowledgement without a reason: MQTT 5 may leave code and properties out.
const acknowledgement = (first) => (found, version) => {
  const id = id_of(found);
  return version === 5 ? [`${first}02${id}`, `${first}03${id}00`, `${first}04${id}0000`] : [`${first}02${id}`];
};
const incoming = (qos) => (trial, peer) => peer.send({cmd: 'publish', topic: 'in', payload: 'x', qos, messageId: 0x0102});

const other_checks = [
  exact('SUBSCRIBE', ['3.8.1-1', {4: '3.8.3-3', 5: '3.8.3-2'}], 'subscribe', (trial) => trial.client.do({do: 'subscribe', tag: 's', filter: 'a/+/#', qos: 1}),
    (found, version) => [packet('82', id_of(found) + split(version, '00') + text('a/+/#') + '01')]),
  exact('UNSUBSCRIBE', ['3.10.1-1', {4: '3.10.3-2', 5: '3.10.3-2'}], 'unsubscribe', async (trial) => {
    trial.client.do({do: 'subscribe', tag: 's', filter: 'a/b', qos: 0});
    await trial.report('subscribed', 's');
    trial.client.do({do: 'unsubscribe', tag: 'u', filter: 'a/b'});
  }, (found, version) => [packet('a2', id_of(found) + split(version, '00') + text('a/b'))]),
  exact('PUBACK', [{4: '2.3.1-6', 5: '2.2.1-5'}, '3.3.4-1'], 'puback', incoming(1), acknowledgement('40')),
  exact('PUBREC', [{4: '2.3.1-6', 5: '2.2.1-5'}, '3.3.4-1'], 'pubrec', incoming(2), acknowledgement('50')),
  exact('PUBREL', ['3.6.1-1', {4: '2.3.1-6', 5: '2.2.1-5'}], 'pubrel', (trial) => trial.publish('1', 'out', {qos: 2}), acknowledgement('62')),
  exact('PUBCOMP', [{4: '4.3.3-2', 5: '4.3.3-11'}], 'pubcomp', async (trial, peer) => {
    incoming(2)(trial, peer);
    await trial.sent(peer, 'pubrec');
    peer.send({cmd: 'pubrel', messageId: 0x0102});
  }, acknowledgement('70')),
  {area, name: 'DISCONNECT is the last packet, and the connection is closed after it', clauses: ['3.14.4-1', '3.14.4-2', '3.14.1-1'], async run(trial) {
    const peer = await trial.begin();
    trial.client.do({do: 'disconnect'});
    peer.send(...[1, 2, 3].map((messageId) => ({cmd: 'publish', topic: 'late', payload: 'x', qos: 1, messageId})));
    await trial.sent(peer, 'disconnect');
    await trial.closed(peer);
    const last = peer.frames.all.at(-1).toString('hex');
    const wanted = trial.version === 5 ? ['e000', 'e00100', 'e0020000'] : ['e000'];
    trial.demand(wanted.includes(last), `the last packet is ${last}`);
  }},
  {area, name: 'a password without a user name: refused in 3.1.1, sent in 5', clauses: [{4: '3.1.2-22', 5: '3.1.2-19'}], async run(trial) {
    await trial.listen({});
    trial.client.do({do: 'connect', url: trial.broker.url, version: trial.version, client_id: 'judge', clean: true, keep_alive: 60, password: hex('pw')});
    const ended = () => trial.reports('failed').length + trial.reports('closed').length > 0;
    const answer = await trial.until(() => trial.broker.packets[0] ?? (ended() && {refused: true}), 'CONNECT, or its refusal');
    if (answer.refused && trial.version === 5) throw new NotOffered();
    if (trial.version === 5) trial.demand(answer.password?.toString() === 'pw', 'the password is not in CONNECT');
    else trial.demand(answer.refused || !answer.password, 'CONNECT has a password and no user name');
  }},
];

export default [...connect_checks, ...publish_checks, ...other_checks];
