// QoS 1 and 2 out of the client, with a cut at each step: what has to come again comes again, marked and with its id, and what
// has not does not.
const area = 'QoS 1 and 2 sent, with cuts';
// MQTT 5 ends a session with its connection unless asked otherwise.
export const session = {clean: false, session_expiry: 600};
const kept = (packet, peer) => peer.answer(packet, {sessionPresent: peer.number > 1});
// On the first connection only; later ones answer as usual.
const first_only = (act) => (packet, peer) => (peer.number === 1 ? act(packet, peer) : peer.answer(packet));
const silent = first_only(() => {});
const cut = first_only((packet, peer) => peer.cut());
const answer_and_cut = first_only((packet, peer) => {
  peer.answer(packet);
  peer.end();
});

// What follows the CONNECT of the second connection, in a word: 'publish pubrel'.
const names = (trial, peer) => peer.packets.map(({cmd}) => cmd).filter((cmd) => cmd !== 'connect' && cmd !== 'puback').join(' ');

async function resent(trial, cmd, first, second) {
  const again = await trial.sent(second, cmd);
  trial.demand(again.messageId === first.messageId, `comes again with id ${again.messageId}, was ${first.messageId}`);
  return again;
}

const step = (qos, name, clauses, script, run) => ({area, name: `QoS ${qos}: ${name}`, clauses, async run(trial) {
  const peer = await trial.begin({...session, script: {connect: kept, ...script}});
  trial.publish('1', 'out', {qos});
  const publish = await trial.sent(peer, 'publish');
  trial.demand(!publish.dup, 'DUP is set on the first PUBLISH');
  await run(trial, peer, publish);
}});

async function publish_again(trial, peer, publish) {
  const second = await trial.peer(2);
  const again = await resent(trial, 'publish', publish, second);
  trial.demand(again.dup, 'DUP is not set');
  trial.demand(again.payload.equals(publish.payload) && again.topic === publish.topic && again.qos === publish.qos, 'it comes again as another message');
  await trial.report('delivered', '1');
  await trial.settle(second);
  trial.demand(trial.of(second, 'publish').length === 1, 'PUBLISH comes more than once');
  trial.demand(trial.reports('delivered').length === 1, 'is reported as delivered twice');
}

async function pubrel_again(trial, peer, publish) {
  const second = await trial.peer(2);
  await resent(trial, 'pubrel', publish, second);
  await trial.report('delivered', '1');
  await trial.settle(second);
  trial.demand(trial.of(second, 'publish').length === 0, 'PUBLISH comes again after PUBREL');
}

async function nothing_again(trial) {
  const second = await trial.peer(2);
  await trial.settle(second);
  trial.demand(names(trial, second) === '', `what was finished comes again: ${names(trial, second)}`);
}

const dup = ['3.3.1-1', '4.4.0-1'];
const steps = [
  step(1, 'cut before PUBACK: PUBLISH again, with DUP and its id', [...dup, {4: '2.3.1-3', 5: '4.3.2-3'}], {publish: cut}, publish_again),
  step(1, 'cut after PUBACK: not again', [{4: '4.3.2-1', 5: '4.4.0-1'}], {publish: answer_and_cut}, async (trial) => {
    await trial.report('delivered', '1');
    await nothing_again(trial);
  }),
  step(2, 'cut before PUBREC: PUBLISH again, with DUP and its id', [...dup, {4: '4.3.3-1', 5: '4.3.3-3'}], {publish: cut}, publish_again),
  step(2, 'cut after PUBREL: PUBREL again, PUBLISH not', ['4.4.0-1', {4: '4.3.3-1', 5: '4.3.3-6'}], {pubrel: cut}, pubrel_again),
  step(2, 'cut with PUBREC: PUBREL again, or PUBLISH if PUBREC was lost', ['4.4.0-1'], {publish: answer_and_cut}, async (trial, peer, publish) => {
    const second = await trial.peer(2);
    await trial.report('delivered', '1');
    await trial.settle(second);
    trial.demand(second.packets.every(({cmd, messageId}) => !['publish', 'pubrel'].includes(cmd) || messageId === publish.messageId), 'goes on with another id');
  }),
  step(2, 'cut after PUBCOMP: not again', [{4: '4.3.3-1', 5: '4.3.3-5'}], {pubrel: answer_and_cut}, async (trial) => {
    await trial.report('delivered', '1');
    await nothing_again(trial);
  }),
  step(2, 'PUBREC comes twice: PUBREL each time', [{4: '4.3.3-1', 5: '4.3.3-4'}], {pubrel: () => {}}, async (trial, peer, {messageId}) => {
    await trial.sent(peer, 'pubrel');
    peer.send({cmd: 'pubrec', messageId});
    await trial.sent(peer, 'pubrel', 2);
    peer.send({cmd: 'pubcomp', messageId});
    await trial.report('delivered', '1');
  }),
  step(2, 'is not delivered before PUBCOMP', [{4: '4.3.3-1', 5: '4.3.3-5'}], {pubrel: () => {}}, async (trial, peer, {messageId}) => {
    await trial.sent(peer, 'pubrel');
    await trial.settle(peer);
    trial.demand(trial.reports('delivered').length === 0, 'is reported as delivered after PUBREC');
    peer.send({cmd: 'pubcomp', messageId});
    await trial.report('delivered', '1');
  }),
  step(1, 'is not delivered before PUBACK, nor by the PUBACK of another id', [{4: '2.3.1-6', 5: '2.2.1-5'}], {publish: () => {}}, async (trial, peer, {messageId}) => {
    peer.send({cmd: 'puback', messageId: messageId ^ 1 || 2});
    await trial.settle(peer);
    trial.demand(trial.reports('delivered').length === 0, 'is reported as delivered');
    peer.send({cmd: 'puback', messageId});
    await trial.report('delivered', '1');
  }),
  step(1, 'two cuts before PUBACK: PUBLISH again each time', [...dup], {publish: (packet, peer) => (peer.number < 3 ? peer.cut() : peer.answer(packet))},
    async (trial, peer, publish) => {
      const third = await trial.peer(3);
      trial.demand((await resent(trial, 'publish', publish, third)).dup, 'DUP is not set');
      await trial.report('delivered', '1');
    }),
];

const others = [
  {area, name: 'QoS 0: not again after a cut', clauses: ['4.3.1-1'], async run(trial) {
    const peer = await trial.begin({...session, script: {connect: kept}});
    trial.publish('0', 'out', {qos: 0});
    await trial.sent(peer, 'publish');
    await trial.report('delivered', '0');
    peer.cut();
    await nothing_again(trial);
  }},
  {area, name: 'messages given while there is no connection: CONNECT is first, then each once', clauses: ['3.1.0-1', {4: '4.3.2-1', 5: '4.3.2-2'}], async run(trial) {
    const peer = await trial.begin({...session, script: {connect: (packet, peer) => (peer.number === 1 || peer.number > 2 ? kept(packet, peer) : peer.cut())}});
    peer.cut();
    await trial.report('closed');
    for (const tag of ['1', '2', '3']) trial.publish(tag, `out/${tag}`);
    const back = await trial.until(() => trial.broker.peers.find(({number, packets}) => number > 2 && packets.length > 0), 'a third CONNECT');
    trial.demand(back.packets[0].cmd === 'connect', `the first packet is ${back.packets[0].cmd}`);
    for (const tag of ['1', '2', '3']) {
      await trial.until(() => [...trial.reports('delivered'), ...trial.reports('failed')].some((report) => report.tag === tag), `message ${tag} is delivered or refused`);
    }
    if (trial.reports('failed').length > 0) trial.not_offered();
    const topics = trial.of(back, 'publish').map(({topic}) => topic);
    trial.demand(topics.join() === 'out/1,out/2,out/3', `arrive: ${topics.join(', ')}`);
    trial.demand(trial.of(back, 'publish').every(({dup}) => !dup), 'DUP is set on a first PUBLISH');
  }},
];

const refusal = (qos, code, name, clauses, after) => ({area, name, clauses, versions: [5], async run(trial) {
  const cmd = qos === 1 ? 'puback' : 'pubrec';
  const peer = await trial.begin({...session, script: {connect: kept, publish: (packet, to) => to.send({cmd, messageId: packet.messageId, reasonCode: code})}});
  trial.publish('1', 'out', {qos});
  await after(trial, peer);
}});

async function failed_for_good(trial, peer) {
  await trial.report('failed', '1');
  await trial.settle(peer);
  trial.demand(trial.of(peer, 'pubrel').length === 0, 'PUBREL after a PUBREC that refuses');
  peer.cut();
  await nothing_again(trial);
}

const refusals = [
  refusal(1, 0x87, 'QoS 1: a PUBACK that refuses (0x87): failed, and not again', ['4.4.0-2'], failed_for_good),
  refusal(2, 0x97, 'QoS 2: a PUBREC that refuses (0x97): failed, no PUBREL, and not again', ['4.4.0-2', '4.3.3-4'], failed_for_good),
  refusal(1, 0x10, 'QoS 1: PUBACK 0x10, no matching subscribers, is a success', ['3.4.2-1'], (trial) => trial.report('delivered', '1')),
  refusal(2, 0x10, 'QoS 2: PUBREC 0x10 is answered by PUBREL', ['4.3.3-4'], (trial) => trial.report('delivered', '1')),
];

export default [...steps, ...others, ...refusals];
