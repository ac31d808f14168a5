// QoS 1 and 2 into the client: each message acknowledged, and delivered as often as its QoS allows.
import {session} from './delivery.mjs';

const area = 'QoS 1 and 2 received';
// The checks send PUBREL themselves.
const held = {pubrec: () => {}};
const kept = (packet, peer) => peer.answer(packet, {sessionPresent: peer.number > 1});
const message = (messageId, more = {}) => ({cmd: 'publish', topic: 'in', payload: `message ${messageId}`, qos: 2, messageId, ...more});
const answers = (trial, peer, cmd) => trial.of(peer, cmd).filter(({messageId}) => messageId < 50_000).map(({messageId}) => messageId);
const delivered = (trial) => trial.messages().map(({payload}) => Buffer.from(payload, 'hex').toString());

async function received(trial, count) {
  await trial.until(() => trial.messages().length >= count, `${count} messages are delivered`);
  trial.demand(trial.messages().length === count, `${trial.messages().length} messages are delivered, not ${count}`);
}

export default [
  {area, name: 'QoS 1: after PUBACK the same id is a new message, whatever DUP says', clauses: [{4: '4.3.2-2', 5: '4.3.2-5'}], async run(trial) {
    const peer = await trial.begin({script: held});
    peer.send(message(5, {qos: 1}));
    await trial.sent(peer, 'puback');
    peer.send(message(5, {qos: 1, dup: true}));
    await trial.sent(peer, 'puback', 2);
    await received(trial, 2);
  }},
  {area, name: 'QoS 2: PUBLISH again before PUBREL is answered, and delivered once', clauses: [{4: '4.3.3-2', 5: '4.3.3-10'}], async run(trial) {
    const peer = await trial.begin({script: held});
    peer.send(message(7));
    await trial.sent(peer, 'pubrec');
    peer.send(message(7, {dup: true}));
    await trial.sent(peer, 'pubrec', 2);
    peer.send({cmd: 'pubrel', messageId: 7});
    await trial.sent(peer, 'pubcomp');
    await trial.settle(peer);
    await received(trial, 1);
  }},
  {area, name: 'QoS 2: the same with DUP 0, which proves nothing', clauses: [{4: '4.3.3-2', 5: '4.3.3-10'}], async run(trial) {
    const peer = await trial.begin({script: held});
    peer.send(message(7), message(7), {cmd: 'pubrel', messageId: 7});
    await trial.sent(peer, 'pubcomp');
    await trial.settle(peer);
    await received(trial, 1);
  }},
  {area, name: 'QoS 2: PUBLISH again after a cut is answered, and delivered once', clauses: [{4: '4.3.3-2', 5: '4.3.3-10'}, {4: '3.1.2-4', 5: '3.1.2-23'}], async run(trial) {
    const peer = await trial.begin({...session, script: {connect: kept, ...held}});
    peer.send(message(7));
    await trial.sent(peer, 'pubrec');
    peer.cut();
    const second = await trial.peer(2);
    second.send(message(7, {dup: true}));
    await trial.sent(second, 'pubrec');
    second.send({cmd: 'pubrel', messageId: 7});
    await trial.sent(second, 'pubcomp');
    await trial.settle(second);
    await received(trial, 1);
  }},
  {area, name: 'QoS 2: PUBREL after a cut is answered, and the message delivered once', clauses: [{4: '4.3.3-2', 5: '4.3.3-11'}], async run(trial) {
    const peer = await trial.begin({...session, script: {connect: kept, ...held}});
    peer.send(message(7));
    await trial.sent(peer, 'pubrec');
    peer.cut();
    const second = await trial.peer(2);
    second.send({cmd: 'pubrel', messageId: 7});
    await trial.sent(second, 'pubcomp');
    await trial.settle(second);
    await received(trial, 1);
  }},
  {area, name: 'QoS 2: PUBREL again, after PUBCOMP was lost, is answered', clauses: [{4: '4.3.3-2', 5: '4.3.3-11'}], async run(trial) {
    const peer = await trial.begin({script: held});
    peer.send(message(7), {cmd: 'pubrel', messageId: 7});
    await trial.sent(peer, 'pubcomp');
    peer.send({cmd: 'pubrel', messageId: 7});
    await trial.sent(peer, 'pubcomp', 2);
    await trial.settle(peer);
    await received(trial, 1);
  }},
  {area, name: 'QoS 2: after PUBCOMP the same id is a new message', clauses: [{4: '4.3.3-2', 5: '4.3.3-12'}], async run(trial) {
    const peer = await trial.begin({script: held});
    for (const round of [1, 2]) {
      peer.send(message(7), {cmd: 'pubrel', messageId: 7});
      await trial.sent(peer, 'pubcomp', round);
    }
    await trial.settle(peer);
    await received(trial, 2);
  }},
  {area, name: 'QoS 2: a clean session forgets the ids of the one before it', clauses: [{4: '3.1.2-6', 5: '3.1.2-4'}], async run(trial) {
    const peer = await trial.begin({clean: true, script: held});
    peer.send(message(7));
    await trial.sent(peer, 'pubrec');
    peer.cut();
    const second = await trial.peer(2);
    second.send({...message(7), payload: 'another'}, {cmd: 'pubrel', messageId: 7});
    await trial.sent(second, 'pubcomp');
    await trial.settle(second);
    trial.demand(delivered(trial).includes('another'), 'a new message is taken for the old one, and not delivered');
  }},
  {area, name: 'messages that nobody has subscribed to are acknowledged', clauses: ['4.5.0-2'], async run(trial) {
    const peer = await trial.begin({script: held});
    peer.send(message(1, {topic: 'nobody/asked', qos: 1}), message(2, {topic: 'nobody/asked'}));
    await trial.sent(peer, 'puback');
    await trial.sent(peer, 'pubrec');
  }},
  {area, name: 'two copies, as overlapping subscriptions bring them, are both delivered', clauses: [{4: '3.3.5-1', 5: '3.3.4-2'}], async run(trial) {
    const peer = await trial.begin({script: held});
    peer.send(message(1, {qos: 1, payload: 'same'}), message(2, {qos: 1, payload: 'same'}));
    await trial.sent(peer, 'puback', 2);
    await received(trial, 2);
  }},
  {area, name: 'half a PUBLISH before a cut is not delivered', clauses: [{4: '4.8.0-1', 5: '4.3.1-1'}], async run(trial) {
    const peer = await trial.begin({...session, script: {connect: kept, ...held}});
    peer.write(Buffer.from('320b0002696e00016d6573', 'hex'));
    peer.end();
    const second = await trial.peer(2);
    second.send(message(1, {qos: 1}));
    await trial.sent(second, 'puback');
    await trial.settle(second);
    await received(trial, 1);
  }},
  {area: 'Order and packet ids', name: '20 messages of QoS 1 in one piece: PUBACKs and deliveries in their order', clauses: ['4.6.0-2'], async run(trial) {
    await in_order(trial, 1, 'puback');
  }},
  {area: 'Order and packet ids', name: '20 messages of QoS 2 in one piece: PUBRECs and deliveries in their order', clauses: ['4.6.0-3'], async run(trial) {
    await in_order(trial, 2, 'pubrec');
  }},
];

async function in_order(trial, qos, cmd) {
  const ids = Array.from({length: 20}, (_, index) => (index * 7919) % 40_000 + 1);
  const peer = await trial.begin({script: held});
  peer.send(...ids.map((id) => message(id, {qos})));
  await trial.sent(peer, cmd, 20);
  trial.demand(answers(trial, peer, cmd).join() === ids.join(), `${cmd.toUpperCase()}s in another order: ${answers(trial, peer, cmd).join(' ')}`);
  if (qos === 2) peer.send(...ids.map((messageId) => ({cmd: 'pubrel', messageId})));
  await trial.until(() => trial.messages().length === 20, '20 messages are delivered');
  trial.demand(delivered(trial).join() === ids.map((id) => `message ${id}`).join(), `delivered in another order: ${delivered(trial).join(', ')}`);
}
