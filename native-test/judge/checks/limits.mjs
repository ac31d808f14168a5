// MQTT 5: what CONNACK allows, and what CONNECT has announced.
import {session} from './delivery.mjs';

const versions = [5];
const flow = 'Flow control';
const limits = 'Limits of the server, and ours';
const with_properties = (properties) => (packet, peer) => peer.answer(packet, {sessionPresent: peer.number > 1, properties});
const held = () => {};
const open_of = (trial, peer) => trial.of(peer, 'publish').map(({topic}) => topic).join(' ');

async function publish_many(trial, count, qos_of) {
  for (let index = 1; index <= count; ++index) trial.publish(String(index), `${index}`, {qos: qos_of(index)});
  await Promise.resolve();
}

const flow_checks = [
  {name: 'Receive Maximum 2: no more than two of QoS 1 are open', clauses: ['4.9.0-2', '3.3.4-7'], async run(trial) {
    const peer = await trial.begin({script: {connect: with_properties({receiveMaximum: 2}), publish: held}});
    await publish_many(trial, 5, () => 1);
    await trial.sent(peer, 'publish', 2);
    await trial.settle(peer);
    trial.demand(trial.of(peer, 'publish').length === 2, `${trial.of(peer, 'publish').length} are open`);
    for (let done = 0; done < 5; ++done) {
      peer.send({cmd: 'puback', messageId: trial.of(peer, 'publish')[done].messageId});
      await trial.sent(peer, 'publish', Math.min(5, done + 3));
      await trial.settle(peer);
      trial.demand(trial.of(peer, 'publish').length <= done + 3, 'more than two are open');
    }
    trial.demand(open_of(trial, peer) === '1 2 3 4 5', `come in another order: ${open_of(trial, peer)}`);
  }},
  {name: 'Receive Maximum 2: QoS 1 and 2 count together, QoS 2 until PUBCOMP', clauses: ['3.3.4-7', '4.9.0-2'], async run(trial) {
    const peer = await trial.begin({script: {connect: with_properties({receiveMaximum: 2}), publish: held, pubrel: held}});
    await publish_many(trial, 4, (index) => 1 + index % 2);  // 2 1 2 1
    await trial.sent(peer, 'publish', 2);
    const [two] = trial.of(peer, 'publish');
    peer.send({cmd: 'pubrec', messageId: two.messageId});
    await trial.sent(peer, 'pubrel');
    await trial.settle(peer);
    trial.demand(trial.of(peer, 'publish').length === 2, 'PUBREC is taken for the end');
    peer.send({cmd: 'pubcomp', messageId: two.messageId});
    await trial.sent(peer, 'publish', 3);
    await trial.settle(peer);
    trial.demand(trial.of(peer, 'publish').length === 3, 'more than two are open');
  }},
  {name: 'Receive Maximum 1: a PUBREC that refuses gives room', clauses: ['4.9.0-1'], async run(trial) {
    const peer = await trial.begin({script: {connect: with_properties({receiveMaximum: 1}), publish: held}});
    await publish_many(trial, 2, () => 2);
    const first = await trial.sent(peer, 'publish');
    peer.send({cmd: 'pubrec', messageId: first.messageId, reasonCode: 0x97});
    await trial.sent(peer, 'publish', 2);
  }},
  {name: 'what comes again after a cut keeps to the new Receive Maximum', clauses: ['4.9.0-2'], async run(trial) {
    const connack = (packet, peer) => peer.answer(packet, {sessionPresent: peer.number > 1, properties: {receiveMaximum: peer.number === 1 ? 10 : 2}});
    const peer = await trial.begin({...session, script: {connect: connack, publish: held}});
    await publish_many(trial, 5, () => 1);
    await trial.sent(peer, 'publish', 5);
    peer.cut();
    const second = await trial.peer(2);
    for (let done = 0; done < 5; ++done) {
      const {messageId} = await trial.sent(second, 'publish', done + 1);
      await trial.settle(second);
      const open = trial.of(second, 'publish').length - done;
      trial.demand(open <= 2, `${open} are open`);
      second.send({cmd: 'puback', messageId});
    }
  }},
  {name: 'at quota 0 only PUBLISH waits: SUBSCRIBE, PUBREL and PUBACK go out', clauses: ['4.9.0-3', '3.3.4-8'], async run(trial) {
    const peer = await trial.begin({script: {connect: with_properties({receiveMaximum: 1}), publish: held, pubrel: held}});
    trial.publish('1', '1', {qos: 2});
    const {messageId} = await trial.sent(peer, 'publish');
    trial.publish('2', '2', {qos: 1});
    trial.publish('3', '3', {qos: 0});
    trial.client.do({do: 'subscribe', tag: 's', filter: 'in', qos: 0});
    await trial.sent(peer, 'subscribe');
    peer.send({cmd: 'pubrec', messageId});
    await trial.sent(peer, 'pubrel');
    await trial.settle(peer);
  }},
  {name: 'more than our Receive Maximum: closes, DISCONNECT 0x93', clauses: ['3.3.4-9'], async run(trial) {
    const peer = await trial.begin({receive_maximum: 2});
    trial.demand(peer.packets[0].properties?.receiveMaximum === 2, 'CONNECT does not announce it');
    for (const messageId of [1, 2, 3]) peer.send({cmd: 'publish', topic: 'in', payload: 'x', qos: 2, messageId});
    await closed_with(trial, peer, 0x93);
  }},
];

// Either it closes, or it answers what comes next.
async function closed_with(trial, peer, code) {
  if (!peer.is_closed) peer.send({cmd: 'publish', topic: 'judge/after', payload: 'x', qos: 0});
  await trial.until(() => peer.is_closed || trial.messages().some(({topic}) => topic === 'judge/after'), 'the client closes the connection');
  trial.demand(peer.is_closed || trial.of(peer, 'disconnect').length > 0, 'goes on');
  const disconnect = await trial.until(() => trial.of(peer, 'disconnect')[0] ?? (peer.is_closed && {}), 'DISCONNECT');
  trial.demand(disconnect.cmd, `closes without DISCONNECT 0x${code.toString(16)}`);
  trial.demand(disconnect.reasonCode === code, `DISCONNECT says 0x${(disconnect.reasonCode ?? 0).toString(16)}, not 0x${code.toString(16)}`);
}

// What may not go out does not, and what follows it does.
const never_sent = (name, clauses, properties, publish, wrong) => ({name, clauses, async run(trial) {
  const peer = await trial.begin({script: {connect: with_properties(properties)}});
  trial.publish('bad', 'bad', publish);
  trial.publish('good', 'good', {qos: 0});
  await trial.until(() => trial.of(peer, 'publish').some(({topic}) => topic === 'good') || (peer.is_closed && trial.reports('closed').length > 0), 'a message that follows');
  trial.demand(!trial.of(peer, 'publish').some((packet) => packet.topic === 'bad' && wrong(packet)), 'is sent');
  trial.demand(!peer.is_closed, 'the client closes the connection');
}});

const limit_checks = [
  never_sent('Maximum Packet Size 100: a PUBLISH of more does not go out, and the connection stays', ['3.2.2-15'], {maximumPacketSize: 100},
    {payload: '78'.repeat(200)}, () => true),
  never_sent('Maximum Packet Size 100: nor one of 101 bytes', ['3.2.2-15'], {maximumPacketSize: 100},
    {payload: '78'.repeat(91)}, ({length}) => length + 2 > 100),
  {name: 'Maximum Packet Size 100: one of 100 bytes does', clauses: ['3.2.2-15'], async run(trial) {
    const peer = await trial.begin({script: {connect: with_properties({maximumPacketSize: 100})}});
    trial.publish('1', 'bad', {payload: '78'.repeat(90)});
    await trial.sent(peer, 'publish');
    await trial.report('delivered', '1');
  }},
  {name: 'Maximum Packet Size 40 after a cut: a message that no longer fits does not go out, and what follows does', clauses: ['3.2.2-15'], async run(trial) {
    const connack = (packet, to) => to.answer(packet, {sessionPresent: to.number > 1, properties: to.number > 1 ? {maximumPacketSize: 40} : {}});
    const peer = await trial.begin({...session, script: {connect: connack, publish: (packet, to) => (to.number === 1 ? undefined : to.answer(packet))}});
    trial.publish('big', 'big', {payload: '78'.repeat(60)});
    trial.publish('small', 'small');
    await trial.sent(peer, 'publish', 2);
    peer.cut();
    const second = await trial.peer(2);
    await trial.report('delivered', 'small');
    trial.demand(!trial.of(second, 'publish').some(({topic}) => topic === 'big'), 'is sent');
  }},
  never_sent('Maximum QoS 1: no PUBLISH of QoS 2', ['3.2.2-11'], {maximumQoS: 1}, {qos: 2}, ({qos}) => qos === 2),
  never_sent('Maximum QoS 0: no PUBLISH of QoS 1', ['3.2.2-11'], {maximumQoS: 0}, {qos: 1}, ({qos}) => qos === 1),
  never_sent('Retain Available 0: no PUBLISH with RETAIN', ['3.2.2-14'], {retainAvailable: false}, {retain: true}, ({retain}) => retain),
  {name: 'more than our Maximum Packet Size: closes, DISCONNECT 0x95', clauses: ['3.1.2-24'], async run(trial) {
    const peer = await trial.begin({maximum_packet_size: 100});
    trial.demand(peer.packets[0].properties?.maximumPacketSize === 100, 'CONNECT does not announce it');
    peer.send({cmd: 'publish', topic: 'in', payload: 'x'.repeat(200), qos: 0});
    await closed_with(trial, peer, 0x95);
  }},
];

export default [...flow_checks.map((check) => ({area: flow, versions, ...check})), ...limit_checks.map((check) => ({area: limits, versions, ...check}))];
export {closed_with, never_sent};
