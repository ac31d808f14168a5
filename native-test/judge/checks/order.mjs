// Order of what the client sends, and its packet ids.
import {session} from './delivery.mjs';

const area = 'Order and packet ids';
const kept = (packet, peer) => peer.answer(packet, {sessionPresent: peer.number > 1});
const open_count = 10;
const tags = Array.from({length: open_count}, (_, index) => String(index));

async function resent_in_order(trial, qos_of) {
  const peer = await trial.begin({...session, script: {connect: kept, publish: (packet, to) => (to.number === 1 ? undefined : to.answer(packet))}});
  tags.forEach((tag, index) => trial.publish(tag, `out/${tag}`, {qos: qos_of(index)}));
  await trial.sent(peer, 'publish', open_count);
  const topics = (from) => trial.of(from, 'publish').map(({topic}) => topic).join();
  const first = topics(peer);
  peer.cut();
  const second = await trial.peer(2);
  await trial.sent(second, 'publish', open_count);
  trial.demand(topics(second) === first, `come again in another order: ${topics(second)}`);
  for (const tag of tags) await trial.report('delivered', tag);
}

const shuffled = [3, 0, 4, 1, 2];

export default [
  {area, name: '10 messages of QoS 1 come again after a cut in their order', clauses: ['4.6.0-1'], run: (trial) => resent_in_order(trial, () => 1)},
  {area, name: '10 messages of QoS 2 come again after a cut in their order', clauses: ['4.6.0-1'], run: (trial) => resent_in_order(trial, () => 2)},
  {area, name: '10 messages of QoS 1 and 2 in turn come again after a cut in their order', clauses: ['4.6.0-1'], versions: [5],
    run: (trial) => resent_in_order(trial, (index) => 1 + index % 2)},
  {area, name: 'PUBRELs come in the order of the PUBRECs', clauses: ['4.6.0-4'], async run(trial) {
    const peer = await trial.begin({script: {publish: () => {}}});
    shuffled.forEach((_, index) => trial.publish(String(index), `out/${index}`, {qos: 2}));
    await trial.sent(peer, 'publish', shuffled.length);
    const ids = trial.of(peer, 'publish').map(({messageId}) => messageId);
    peer.send(...shuffled.map((index) => ({cmd: 'pubrec', messageId: ids[index]})));
    await trial.sent(peer, 'pubrel', shuffled.length);
    const found = trial.of(peer, 'pubrel').map(({messageId}) => ids.indexOf(messageId));
    trial.demand(found.join() === shuffled.join(), `PUBRECs for ${shuffled.join()}, PUBRELs for ${found.join()}`);
  }},
  {area, name: 'the ids of all that is open are different, and none is 0', clauses: [{4: '2.3.1-2', 5: '2.2.1-3'}, {4: '2.3.1-1', 5: '2.2.1-3'}], async run(trial) {
    const peer = await trial.begin({script: {publish: () => {}, subscribe: () => {}}});
    tags.forEach((tag) => trial.publish(tag, 'out', {qos: 1 + tag % 2}));
    for (const tag of ['a', 'b']) trial.client.do({do: 'subscribe', tag, filter: `in/${tag}`, qos: 1});
    await trial.sent(peer, 'publish', open_count);
    await trial.sent(peer, 'subscribe', 2);
    const ids = peer.packets.filter(({cmd}) => cmd !== 'connect').map(({messageId}) => messageId);
    trial.demand(ids.every((id) => id > 0), `an id is 0: ${ids.join(' ')}`);
    trial.demand(new Set(ids).size === ids.length, `an id is used twice: ${ids.join(' ')}`);
  }},
  {area, name: 'PUBREC does not free an id: it is not used before PUBCOMP', clauses: [{4: '2.3.1-3', 5: '4.3.3-1'}], async run(trial) {
    const peer = await trial.begin({script: {pubrel: () => {}}});
    trial.publish('0', 'held', {qos: 2});
    const {messageId: held} = await trial.sent(peer, 'pubrel');
    for (const tag of tags) trial.publish(`n${tag}`, 'out', {qos: 1});
    await trial.sent(peer, 'publish', 1 + open_count);
    const ids = trial.of(peer, 'publish').slice(1).map(({messageId}) => messageId);
    trial.demand(!ids.includes(held), `the id ${held} is used again`);
  }},
  {area, name: 'an id that is open is passed over after 65,535 others', clauses: [{4: '2.3.1-2', 5: '2.2.1-3'}], long: true, async run(trial) {
    // Held open by the topic, and the rest answered.
    const peer = await trial.begin({script: {publish: (packet, to) => (packet.topic === 'held' ? undefined : to.answer(packet))}});
    trial.publish('0', 'held');
    const {messageId: held} = await trial.sent(peer, 'publish');
    const block = 500, all = 66_000;
    for (let sent = 0; sent < all; sent += block) {
      for (let index = 0; index < block; ++index) trial.publish(`${sent + index}`, 'out');
      await trial.until(() => peer.packets.length >= 2 + sent + block, `PUBLISH ${sent + block}`);
    }
    const wrong = trial.of(peer, 'publish').slice(1).find(({messageId}) => messageId === held || messageId === 0);
    trial.demand(!wrong, `the id ${wrong?.messageId} is used${wrong?.messageId ? ' while it is open' : ''}`);
  }},
  {area, name: 'answers to SUBSCRIBE are told apart by their ids', clauses: [{4: '2.3.1-7', 5: '2.2.1-6'}, '3.8.4-2'], async run(trial) {
    const peer = await trial.begin({script: {subscribe: () => {}}});
    for (const tag of ['a', 'b']) trial.client.do({do: 'subscribe', tag, filter: `in/${tag}`, qos: 2});
    await trial.sent(peer, 'subscribe', 2);
    const [a, b] = trial.of(peer, 'subscribe');
    const [id_a, id_b] = a.filters[0] === 'in/a' ? [a.messageId, b.messageId] : [b.messageId, a.messageId];
    peer.send({cmd: 'suback', messageId: id_b, granted: [1]}, {cmd: 'suback', messageId: id_a, granted: [0]});
    const granted = {a: (await trial.report('subscribed', 'a')).granted, b: (await trial.report('subscribed', 'b')).granted};
    trial.demand(granted.a === 0 && granted.b === 1, `reports QoS ${granted.a} and ${granted.b}, granted were 0 and 1`);
  }},
  {area, name: 'a lower QoS that was granted is reported', clauses: [{4: '3.8.4-6', 5: '3.8.4-7'}], async run(trial) {
    await trial.begin({script: {subscribe: (packet, peer) => peer.answer(packet, {granted: [0]})}});
    trial.client.do({do: 'subscribe', tag: 's', filter: 'in', qos: 2});
    const {granted} = await trial.report('subscribed', 's');
    trial.demand(granted === 0, `reports QoS ${granted}`);
  }},
  {area, name: 'a subscription that was refused is reported', clauses: [{4: '3.8.4-5', 5: '3.8.4-7'}], async run(trial) {
    await trial.begin({script: {subscribe: (packet, peer) => peer.answer(packet, {granted: [trial.version === 5 ? 0x87 : 0x80]})}});
    trial.client.do({do: 'subscribe', tag: 's', filter: 'in', qos: 2});
    const told = await trial.until(() => trial.reports('subscribed')[0] ?? trial.reports('failed')[0], 'an answer to subscribe');
    trial.demand(told.is === 'failed' || told.granted >= 0x80, `reports QoS ${told.granted}`);
  }},
  {area, name: 'UNSUBACK is reported', clauses: ['3.10.4-4'], async run(trial) {
    await trial.begin();
    trial.client.do({do: 'subscribe', tag: 's', filter: 'in', qos: 0});
    await trial.report('subscribed', 's');
    trial.client.do({do: 'unsubscribe', tag: 'u', filter: 'in'});
    await trial.report('unsubscribed', 'u');
  }},
];
