// The checker of histories (native-test/histories): that it finds each planted fault, and says whose it is; and nothing where all is well.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check} from '../../native-test/histories/checker.mjs';
import {read_history} from '../../native-test/histories/history.mjs';

// A story in steps, each a millisecond after the one before: lines of the clients' histories and packets on their wires.
class Story {
  #time = 0;
  #lines = {p: [], s: []};
  log = [];
  connections = {p: 1, s: 1};

  says(client, text) {
    this.#lines[client].push(`${++this.#time} ${text}`);
    return this;
  }
  packet(client, way, cmd, more = {}) {
    this.log.push({time: ++this.#time, client, connection: this.connections[client], way, cmd, ...more});
    return this;
  }
  connect(client, sessionPresent) {
    this.connections[client] += sessionPresent === undefined ? 0 : 1;
    return this.packet(client, 'down', 'connack', {sessionPresent: sessionPresent ?? false, code: 0});
  }
  begin(qos = 2) {
    for (const client of ['p', 's']) this.says(client, 'run 1').says(client, 'connected new').connect(client);
    return this.says('s', `subscribe h/+ ${qos}`).says('s', `granted h/+ ${qos}`);
  }

  // The steps of one message, as they are when all goes well; each can be left out or said twice.
  accept(id, qos) { return this.says('p', `publish ${id} h/1 ${qos}`).says('p', `accepted ${id}`).says('p', `append ${id}`).says('p', `written ${id}`); }
  send(id, qos, messageId, more) { return this.packet('p', 'up', 'publish', {id, topic: 'h/1', qos, messageId, dup: false, ...more}); }
  answer(messageId, qos) {
    if (qos === 1) return this.packet('p', 'down', 'puback', {messageId});
    return this.packet('p', 'down', 'pubrec', {messageId}).packet('p', 'up', 'pubrel', {messageId}).packet('p', 'down', 'pubcomp', {messageId});
  }
  acknowledge(id) { return this.says('p', `acknowledged ${id}`); }
  come(id, qos, messageId, more) { return this.packet('s', 'down', 'publish', {id, topic: 'h/1', qos, messageId, dup: false, ...more}); }
  receive(id, qos, written = true, dup = false) {
    this.says('s', `received ${id} h/1 ${qos} ${dup ? 'dup' : 'new'}`).says('s', `append ${id}`);
    return written ? this.says('s', `written ${id}`) : this;
  }
  reply(messageId, qos) {
    if (qos === 1) return this.packet('s', 'up', 'puback', {messageId});
    return this.packet('s', 'up', 'pubrec', {messageId}).packet('s', 'down', 'pubrel', {messageId}).packet('s', 'up', 'pubcomp', {messageId});
  }
  out(id, qos, messageId) { return this.accept(id, qos).send(id, qos, messageId).answer(messageId, qos).acknowledge(id); }
  in(id, qos, messageId) { return this.come(id, qos, messageId).receive(id, qos).reply(messageId, qos); }

  end() {
    for (const client of ['p', 's']) this.says(client, 'drain').says(client, 'idle');
    const {findings} = check(Object.entries(this.#lines).map(([name, lines]) => read_history(name, lines.join('\n'))), this.log);
    return findings.map(({who, what, client, message}) => `${who}: ${what} ${message} at ${client}`);
  }
}

const begun = (qos) => new Story().begin(qos);
const finds = (name, story, expected) => test(name, () => assert.deepEqual(story().end(), expected));

for (const qos of [1, 2]) {
  finds(`QoS ${qos}: nothing, where all is well`, () => begun().out('a', qos, 1).in('a', qos, 1).out('b', qos, 2).in('b', qos, 2), []);
  finds(`QoS ${qos}: a broker that has acknowledged, and never sends`, () => begun().out('a', qos, 1), ['broker: lost a at s']);
  finds(`QoS ${qos}: a broker that has sent on a connection that ended, and does not again`, () => begun().out('a', qos, 1).come('a', qos, 1).connect('s', true),
    ['broker: lost a at s']);
  finds(`QoS ${qos}: a client that answers for what it does not hand out`, () => begun().out('a', qos, 1).come('a', qos, 1).reply(1, qos), ['client: lost a at s']);
  finds(`QoS ${qos}: a client that forgets what it had accepted`, () => begun().accept('a', qos), ['client: lost a at p']);
  finds(`QoS ${qos}: a client that forgets what was in its journal when it was killed`, () => begun().accept('a', qos).says('p', 'run 2'), ['client: lost a at p']);
  finds(`QoS ${qos}: what was not in the journal yet may be gone`, () => begun().says('p', `publish a h/1 ${qos}`).says('p', 'accepted a').says('p', 'run 2'),
    ['allowed: lost a at p']);
  finds(`QoS ${qos}: a client that acknowledges by itself`, () => begun().accept('a', qos).send('a', qos, 1).acknowledge('a').come('a', qos, 1).receive('a', qos).reply(1, qos),
    ['client: acknowledged by itself a at p']);
  finds(`QoS ${qos}: a client that hands out what never came`, () => begun().out('a', qos, 1).in('a', qos, 1).receive('b', qos), ['client: invented b at s']);
  finds(`QoS ${qos}: a publisher that sends in another order`, () => begun().accept('a', qos).accept('b', qos).send('b', qos, 2).send('a', qos, 1)
    .answer(1, qos).answer(2, qos).acknowledge('a').acknowledge('b').in('b', qos, 1).in('a', qos, 2), ['client: reordered a at s']);
  finds(`QoS ${qos}: a publisher that sends again in another order`, () => begun().accept('a', qos).accept('b', qos).send('a', qos, 1).send('b', qos, 2).connect('p', true)
    .send('b', qos, 2, {dup: true}).send('a', qos, 1, {dup: true}).answer(2, qos).answer(1, qos).acknowledge('a').acknowledge('b').in('b', qos, 1).in('a', qos, 2),
  ['client: reordered a at s']);
  finds(`QoS ${qos}: a broker that sends in another order`, () => begun().out('a', qos, 1).out('b', qos, 2).in('b', qos, 1).in('a', qos, 2), ['broker: reordered a at s']);
  finds(`QoS ${qos}: a client that hands out in another order`, () => begun().out('a', qos, 1).out('b', qos, 2).come('a', qos, 1).come('b', qos, 2)
    .receive('b', qos).receive('a', qos).reply(1, qos).reply(2, qos), ['client: reordered a at s']);
}

finds('QoS 1: twice is allowed', () => begun().out('a', 1, 1).in('a', 1, 1).in('a', 1, 2), ['allowed: again a at s']);
finds('QoS 2: a broker that sends as two messages what it got once', () => begun().out('a', 2, 1).in('a', 2, 1).in('a', 2, 2), ['broker: doubled a at s']);
finds('QoS 2: a broker that sends again after PUBREL', () => begun().out('a', 2, 1).in('a', 2, 1).come('a', 2, 1, {dup: true}).receive('a', 2), ['broker: doubled a at s']);
finds('QoS 2: a client that hands out a repetition', () => begun().out('a', 2, 1).come('a', 2, 1).receive('a', 2).connect('s', true)
  .come('a', 2, 1, {dup: true}).receive('a', 2).reply(1, 2), ['client: doubled a at s']);
finds('QoS 2: a client that hands out twice what came once', () => begun().out('a', 2, 1).come('a', 2, 1).receive('a', 2).receive('a', 2).reply(1, 2), ['client: doubled a at s']);
finds('QoS 2: a repetition after a kill is allowed while the journal had it not', () => begun().out('a', 2, 1).come('a', 2, 1).receive('a', 2, false)
  .says('s', 'run 2').connect('s', true).come('a', 2, 1, {dup: true}).receive('a', 2).reply(1, 2), ['allowed: doubled a at s']);
finds('QoS 2: and not once it had', () => begun().out('a', 2, 1).come('a', 2, 1).receive('a', 2)
  .says('s', 'run 2').says('s', 'connected present').connect('s', true).come('a', 2, 1, {dup: true}).receive('a', 2, true, true).reply(1, 2), ['client: doubled a at s']);
finds('QoS 2: a broker that repeats without DUP, when the client is in doubt about its session', () => begun().out('a', 2, 1).come('a', 2, 1).receive('a', 2)
  .says('s', 'run 2').says('s', 'connected present').connect('s', true).come('a', 2, 1).receive('a', 2).reply(1, 2), ['broker: doubled a at s']);
finds('QoS 2: and not when it is in none', () => begun().out('a', 2, 1).come('a', 2, 1).receive('a', 2)
  .says('s', 'closed cut').says('s', 'connected present').connect('s', true).come('a', 2, 1).receive('a', 2).reply(1, 2), ['client: doubled a at s']);
finds('QoS 2: a broker that gives one packet id to two messages at once', () => begun().out('a', 2, 1).out('b', 2, 2).come('a', 2, 1).come('b', 2, 1)
  .receive('a', 2).packet('s', 'up', 'pubrec', {messageId: 1}).packet('s', 'up', 'pubrec', {messageId: 1}), ['broker: lost b at s']);
finds('QoS 1: a broker that sends out of order, and one of it again on the same connection', () => begun().out('a', 1, 1).out('b', 1, 2)
  .come('b', 1, 2).come('a', 1, 1).come('b', 1, 2).receive('b', 1).receive('a', 1).reply(2, 1).reply(1, 1), ['broker: reordered a at s']);
finds('QoS 2: a publisher that publishes twice', () => begun().accept('a', 2).send('a', 2, 1).send('a', 2, 2).answer(1, 2).acknowledge('a').in('a', 2, 1).in('a', 2, 2),
  ['client: doubled a at s']);
finds('QoS 2: a publisher that publishes again after PUBREL', () => begun().accept('a', 2).send('a', 2, 1).answer(1, 2).send('a', 2, 1, {dup: true}).acknowledge('a')
  .in('a', 2, 1).in('a', 2, 2), ['client: doubled a at s']);
finds('QoS 2: a publisher whose session the broker has forgotten may publish anew', () => begun().accept('a', 2).send('a', 2, 1).connect('p', false).send('a', 2, 2)
  .answer(2, 2).acknowledge('a').in('a', 2, 1).in('a', 2, 2), ['allowed: doubled a at s']);
finds('QoS 2: a broker that takes a packet id for another message before the first is finished', () => begun().out('a', 2, 1).out('b', 2, 2)
  .come('a', 2, 1).receive('a', 2).packet('s', 'up', 'pubrec', {messageId: 1}).come('b', 2, 1).packet('s', 'up', 'pubrec', {messageId: 1}), ['broker: lost b at s']);
finds('QoS 0: a client that hands out twice, and a broker that sends twice', () => begun().accept('a', 0).send('a', 0).come('a', 0).receive('a', 0).receive('a', 0)
  .accept('b', 0).send('b', 0).come('b', 0).receive('b', 0).come('b', 0).receive('b', 0), ['client: doubled a at s', 'broker: doubled b at s']);
finds('what was published before the subscription, with QoS 0, or before its end need not come', () => new Story().says('p', 'run 1').says('s', 'run 1').out('early', 1, 1)
  .says('s', 'subscribe h/1 1').says('s', 'granted h/1 1').says('p', 'publish zero h/1 0').out('late', 1, 2).says('s', 'unsubscribe h/1'), []);
finds('what failed, and was told, is not lost', () => begun().accept('a', 2).says('p', 'failed a the session was lost'), ['allowed: failed, and told a at p']);
finds('a client that does not subscribe again where its session was forgotten', () => begun().connect('s', false).packet('s', 'up', 'subscribe', {filters: ['h/+']})
  .connect('s', false).packet('s', 'up', 'publish', {id: 'x', qos: 0}), ['client: not subscribed again null at s']);
finds('a client that stops by itself', () => begun().says('p', 'stopped store failed'), ['client: stopped null at p']);
