// Session Present, clean sessions, refusals.
import {session} from './delivery.mjs';

const area = 'Sessions and CONNACK';
const first_only = (act) => (packet, peer) => (peer.number === 1 ? act(packet, peer) : peer.answer(packet));

// A message of QoS 2 that was released, and one of QoS 1 that was not acknowledged; then a new session.
const forgotten = (name, clauses, versions, options) => ({area, name, clauses, versions, async run(trial) {
  const peer = await trial.begin({...options, script: {publish: first_only((packet, to) => { if (packet.qos === 2) to.answer(packet); }), pubrel: first_only(() => {})}});
  trial.publish('2', 'two', {qos: 2});
  trial.publish('1', 'one', {qos: 1});
  await trial.sent(peer, 'pubrel');
  await trial.until(() => trial.of(peer, 'publish').length === 2, 'both PUBLISHes');
  peer.cut();
  const second = await trial.peer(2);
  await trial.settle(second);
  trial.demand(trial.of(second, 'pubrel').length === 0 || trial.of(second, 'publish').some(({topic}) => topic === 'two'), 'PUBREL of the session that is gone');
  trial.demand(trial.of(second, 'publish').every(({dup}) => !dup), 'PUBLISH with DUP: the session that it belongs to is gone');
}});

const refused = (code, versions, what) => ({area, name: `CONNACK ${code}, ${what}: reported, and never "connected"`, versions,
  clauses: [{4: '3.2.2-5', 5: '3.2.2-7'}], async run(trial) {
    await trial.open({script: {connect: (packet, peer) => {
      peer.answer(packet, {returnCode: code, reasonCode: code});
      peer.end();
    }}});
    await trial.until(() => trial.reports('closed')[0] ?? trial.reports('failed')[0], 'a report that it is refused');
    trial.demand(trial.reports('connected').length === 0, 'the client says that it is connected');
  }});

export default [
  forgotten('Session Present 0: what belonged to the old session is dropped, or sent as new', ['3.2.2-5'], [5], session),
  forgotten('a clean session: what belonged to the one before it is dropped, or sent as new', [{4: '3.1.2-6', 5: '3.1.2-4'}], [4, 5], {clean: true}),
  {area, name: 'Session Present is reported', clauses: [{4: '3.2.2-2', 5: '3.2.2-3'}], async run(trial) {
    const peer = await trial.begin({...session, script: {connect: (packet, to) => to.answer(packet, {sessionPresent: to.number > 1})}});
    peer.cut();
    await trial.until(() => trial.reports('connected').length > 1, 'the client says that it is connected again');
    const told = trial.reports('connected').map(({session_present}) => session_present);
    if (told.some((present) => present === undefined)) trial.not_offered();
    trial.demand(told[0] === false && told[1] === true, `reports ${told.join(', ')}`);
  }},
  {area, name: 'Session Present 1 for a client that has no session: closes', clauses: ['3.2.2-4'], versions: [5], async run(trial) {
    const peer = await trial.open({script: {connect: (packet, to) => to.answer(packet, {sessionPresent: true})}});
    peer.send({cmd: 'publish', topic: 'judge/after', payload: 'x', qos: 1, messageId: 60_000});
    await trial.until(() => peer.is_closed || trial.of(peer, 'puback').length > 0, 'the client closes');
    trial.demand(trial.of(peer, 'puback').length === 0, 'goes on with a session that it does not have');
  }},
  ...[[2, 'client id refused'], [4, 'bad user name or password'], [5, 'not authorized']].map(([code, what]) => refused(code, [4], what)),
  ...[[0x85, 'client id not valid'], [0x87, 'not authorized'], [0x89, 'server busy']].map(([code, what]) => refused(code, [5], what)),
  {area, name: 'an end of the connection without CONNACK is reported', clauses: [{4: '3.2.2-6', 5: '3.1.4-2'}], async run(trial) {
    await trial.open({script: {connect: (packet, peer) => peer.end()}});
    await trial.report('closed');
    trial.demand(trial.reports('connected').length === 0, 'the client says that it is connected');
  }},
  {area, name: 'CONNECT comes first on each connection, and once', clauses: ['3.1.0-1', '3.1.0-2'], async run(trial) {
    const peer = await trial.begin({...session, script: {publish: () => {}}});
    trial.publish('1', 'out');
    await trial.sent(peer, 'publish');
    peer.cut();
    const second = await trial.peer(2);
    await trial.settle(second);
    for (const each of trial.broker.peers) {
      trial.demand(each.packets[0]?.cmd === 'connect', `the first packet is ${each.packets[0]?.cmd}`);
      trial.demand(trial.of(each, 'connect').length === 1, 'CONNECT comes twice');
    }
  }},
  {area, name: 'Assigned Client Identifier: the next CONNECT names it', clauses: [{5: ' 3.2.2.3.7'}], versions: [5], async run(trial) {
    const peer = await trial.begin({client_id: '', script: {
      connect: (packet, to) => to.answer(packet, {properties: to.number === 1 ? {assignedClientIdentifier: 'given'} : {}})}});
    trial.demand(peer.packets[0].clientId === '', `CONNECT names the client "${peer.packets[0].clientId}"`);
    peer.cut();
    const second = await trial.peer(2);
    trial.demand(second.packets[0].clientId === 'given', `the next CONNECT names the client "${second.packets[0].clientId}"`);
  }},
];
