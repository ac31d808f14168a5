// MQTT 5's topic aliases, both ways.
import {session} from './delivery.mjs';
import {closed_with} from './limits.mjs';

const area = 'Topic aliases';
const versions = [5];
const aliased = (topic, topicAlias, payload = 'x') => ({cmd: 'publish', topic, payload, qos: 0, properties: {topicAlias}});
const topics = (trial) => trial.messages().map(({topic}) => topic).join(' ');
const allowed = (topicAliasMaximum) => (packet, peer) => peer.answer(packet, {sessionPresent: peer.number > 1, properties: {topicAliasMaximum}});
const sent_alias = (trial, peer) => trial.of(peer, 'publish').map(({topic, properties}) => `${topic}=${properties?.topicAlias ?? '-'}`).join(' ');

const checks = [
  {name: 'in: set, used, and set anew', clauses: ['3.3.2-10'], async run(trial) {
    const peer = await trial.begin({topic_alias_maximum: 10});
    peer.send(aliased('one', 1), aliased('', 1), aliased('two', 10), aliased('', 10), aliased('three', 1), aliased('', 1), aliased('', 10));
    await trial.settle(peer);
    trial.demand(topics(trial) === 'one one two two three three two', `delivered to ${topics(trial)}`);
  }},
  {name: 'in: forgotten with the connection', clauses: ['3.3.2-7'], async run(trial) {
    const peer = await trial.begin({...session, topic_alias_maximum: 10, script: {connect: (packet, to) => to.answer(packet, {sessionPresent: to.number > 1})}});
    peer.send(aliased('one', 1));
    await trial.settle(peer);
    peer.cut();
    const second = await trial.peer(2);
    second.send(aliased('', 1));
    await closed_with(trial, second, 0x82);
  }},
  {name: 'in: above our maximum: closes, DISCONNECT 0x94', clauses: ['3.1.2-26'], async run(trial) {
    const peer = await trial.begin({topic_alias_maximum: 10});
    peer.send(aliased('one', 11));
    await closed_with(trial, peer, 0x94);
  }},
  {name: 'in: unasked: closes, DISCONNECT 0x94', clauses: ['3.1.2-27'], async run(trial) {
    const peer = await trial.begin();
    if (peer.packets[0].properties?.topicAliasMaximum) trial.not_offered();
    peer.send(aliased('one', 1));
    await closed_with(trial, peer, 0x94);
  }},
  {name: 'in: never set: closes, DISCONNECT 0x82', clauses: [' 3.3.4'], async run(trial) {
    const peer = await trial.begin({topic_alias_maximum: 10});
    peer.send(aliased('', 3));
    await closed_with(trial, peer, 0x82);
  }},
  {name: 'out: an alias within the maximum of the server names the topic the first time', clauses: ['3.2.2-17'], async run(trial) {
    const peer = await trial.begin({topic_aliases: true, script: {connect: allowed(5)}});
    for (const tag of ['1', '2']) trial.publish(tag, 'long/topic', {qos: 1, topic_alias: 3});
    await trial.sent(peer, 'publish', 2);
    const [first, second] = trial.of(peer, 'publish');
    trial.demand(first.topic === 'long/topic', 'the first PUBLISH has no topic');
    const alias = second.properties?.topicAlias;
    trial.demand(second.topic !== '' || alias === first.properties?.topicAlias, `an alias that was not set: ${sent_alias(trial, peer)}`);
  }},
  {name: 'out: no alias above the maximum of the server', clauses: ['3.3.2-9', '3.2.2-17'], async run(trial) {
    const peer = await trial.begin({topic_aliases: true, script: {connect: allowed(2)}});
    for (const topic_alias of [2, 3, 4]) trial.publish(String(topic_alias), `t/${topic_alias}`, {qos: 0, topic_alias});
    trial.publish('last', 'last', {qos: 0});
    await trial.until(() => trial.of(peer, 'publish').some(({topic}) => topic === 'last'), 'a message that follows');
    trial.demand(trial.of(peer, 'publish').every(({properties}) => (properties?.topicAlias ?? 0) <= 2), `sent: ${sent_alias(trial, peer)}`);
  }},
  {name: 'out: no alias where the server has named no maximum', clauses: ['3.2.2-18'], async run(trial) {
    const peer = await trial.begin({topic_aliases: true});
    trial.publish('1', 't', {qos: 0, topic_alias: 1});
    trial.publish('last', 'last', {qos: 0});
    await trial.until(() => trial.of(peer, 'publish').some(({topic}) => topic === 'last'), 'a message that follows');
    trial.demand(trial.of(peer, 'publish').every(({properties}) => !properties?.topicAlias), `sent: ${sent_alias(trial, peer)}`);
  }},
  {name: 'out: what comes again after a cut has its topic', clauses: ['3.3.2-7'], async run(trial) {
    const peer = await trial.begin({...session, topic_aliases: true, script: {connect: allowed(5), publish: (packet, to) => (to.number === 1 ? undefined : to.answer(packet))}});
    for (const tag of ['1', '2']) trial.publish(tag, 'long/topic', {qos: 1, topic_alias: 3});
    await trial.sent(peer, 'publish', 2);
    peer.cut();
    const second = await trial.peer(2);
    await trial.sent(second, 'publish', 2);
    trial.demand(trial.of(second, 'publish')[0].topic === 'long/topic', `sent: ${sent_alias(trial, second)}`);
  }},
];

export default checks.map((check) => ({area, versions, ...check}));
