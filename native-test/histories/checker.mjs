// What has become of each message, and whose fault it is, from the clients' histories and the log of the wires between.
//
//   const {findings, figures} = check(histories, log);
//   findings     [{who: 'client', 'broker' or 'allowed', what, client, message, why}]
//
// A client's fault is what its own side proves: it has answered for a message that it did not hand out, has handed out twice what came
// once, has forgotten what it had in its journal. A broker's is what it had acknowledged and then lost, doubled or reordered although
// the clients did their part. Allowed is what the standard, or the moment of a kill, leaves open.
import {matches} from './history.mjs';
import {Traffic} from './traffic.mjs';

export function check(histories, log) {
  const world = {clients: new Map(histories.map((one) => [one.name, one])), traffic: new Traffic(log), findings: [],
    messages: new Map(histories.flatMap(({published}) => [...published]))};
  for (const client of histories) {
    check_published(world, client);
    check_answered(world, client);
    check_received(world, client);
    check_order(world, client);
    check_losses(world, client);
    check_subscribed(world, client);
    for (const why of client.stopped) find(world, 'client', 'stopped', client.name, null, why);
  }
  return {findings: world.findings, figures: figures(world, histories, log)};
}

function find({findings}, who, what, client, message, why) { findings.push({who, what, client, message, why}); }

// What was accepted ends: acknowledged, or failed and told.
function check_published(world, {name, published, idle, runs}) {
  for (const {id, qos, accepted, durable, acknowledged, failed, run} of published.values()) {
    if (qos === 0) continue;
    if (failed) find(world, 'allowed', 'failed, and told', name, id, failed);
    if (acknowledged && !world.traffic.answered(name, id)) find(world, 'client', 'acknowledged by itself', name, id, 'no PUBACK or PUBCOMP came');
    if (!accepted || acknowledged || failed) continue;
    if (!idle) find(world, 'broker', 'not finished', name, id, 'has no answer at the end');
    else if (durable || run === runs) find(world, 'client', 'lost', name, id, 'was accepted, and neither left nor failed');
    else find(world, 'allowed', 'lost', name, id, 'the process was killed before its journal had it');
  }
}

// What a client answers for, it has handed out.
function check_answered(world, {name, receipts}) {
  const received = new Set(receipts.map(({id}) => id));
  for (const {id, reused} of world.traffic.answered_for(name)) {
    if (received.has(id)) continue;
    if (reused) find(world, 'broker', 'lost', name, id, `comes under the packet id of ${reused}, which is not finished`);
    else find(world, 'client', 'lost', name, id, 'answered with PUBACK or PUBREC, and not handed out');
  }
}

function check_received(world, {name, receipts}) {
  const before = new Map();
  for (const receipt of receipts) {
    const {id, qos} = receipt;
    if (!world.traffic.came(name, id, receipt.time)) find(world, 'client', 'invented', name, id, 'handed out, and never came');
    const earlier = before.get(id);
    before.set(id, receipt);
    if (!earlier) continue;
    const published = world.messages.get(id)?.qos;
    if (published === 0) find(world, world.traffic.came_often(name, id) ? 'broker' : 'client', 'doubled', name, id, 'QoS 0');
    else if (qos < 2) find(world, 'allowed', 'again', name, id, `QoS ${published}, subscribed with ${qos}`);
    else find(world, ...whose_double(world, name, earlier, receipt), name, id, receipt.why);
  }
}

// Gives who and what; why is put into the receipt.
function whose_double({traffic, messages}, name, earlier, receipt) {
  const tell = (who, why) => {
    receipt.why = why;
    return [who, 'doubled'];
  };
  if (earlier.run !== receipt.run && !(earlier.durable && earlier.durable < receipt.time)) return tell('allowed', 'the process was killed before its journal had it');
  if (receipt.doubts > earlier.doubts && !receipt.dup) return tell('broker', 'sent again without DUP, when the client was in doubt about the session');
  if (!traffic.sent_anew(name, receipt.id, earlier.time, receipt.time)) return tell('client', 'came once, or again with the same id before its PUBREL');
  const publisher = messages.get(receipt.id)?.publisher;
  switch (publisher && traffic.published_twice(publisher, receipt.id)) {
    case 'session lost': return tell('allowed', `published anew by ${publisher}, whose session the broker had forgotten`);
    case 'twice': return tell('client', `published twice by ${publisher}`);
    default: return tell('broker', 'sent twice, and published once');
  }
}

// Each publisher's messages of one topic and QoS come in their order.
function check_order(world, {name, receipts}) {
  const latest = new Map();
  const seen = new Set();
  for (const receipt of receipts) {
    const message = world.messages.get(receipt.id);
    if (!message || message.qos === 0 || seen.has(receipt.id)) continue;
    seen.add(receipt.id);
    const key = `${message.publisher} ${message.topic} ${message.qos}`;
    const last = latest.get(key);
    if (!last || last.message.number < message.number) {
      latest.set(key, {message, receipt});
      continue;
    }
    const {traffic} = world;
    const [who, why] = traffic.came_before(name, message.id, last.message.id, last.receipt.time) ? ['client', 'came before it on the same connection']
      : traffic.published_before(message.publisher, last.message.id, message.id) ? ['client', `published later by ${message.publisher}`]
        : ['broker', 'published and sent in another order'];
    find(world, who, 'reordered', name, message.id, `behind ${last.message.id}: ${why}`);
  }
}

// What was acknowledged reaches each that had subscribed before it was published and has not unsubscribed since.
function check_losses(world, {name, receipts, subscriptions, idle}) {
  const received = new Set(receipts.map(({id}) => id));
  const answered = new Set([...world.traffic.answered_for(name)].map(({id}) => id));
  for (const {id, topic, qos, intent, acknowledged} of world.messages.values()) {
    if (!acknowledged || received.has(id) || answered.has(id)) continue;
    const standing = subscriptions.find(({filter, granted, until}) => matches(filter, topic) && granted < intent && until === Infinity);
    if (!standing || Math.min(standing.qos, qos) === 0) continue;
    if (!idle) find(world, 'broker', 'not finished', name, id, 'the subscriber is not connected at the end');
    else find(world, 'broker', 'lost', name, id, world.traffic.loss(name, id, intent));
  }
}

// Where the broker has forgotten the session, the client subscribes again, before it publishes.
function check_subscribed(world, {name, subscriptions}) {
  for (const {time, ended, filters, published} of world.traffic.new_sessions(name)) {
    if (!published && ended) continue;
    for (const {filter} of subscriptions.filter(({granted, until}) => granted < time && until >= (published ?? Infinity)))
      if (!filters.includes(filter)) find(world, 'client', 'not subscribed again', name, null, `to ${filter}, and the broker had forgotten the session`);
  }
}

function figures({messages}, histories, log) {
  const by_qos = (list) => [0, 1, 2].map((qos) => list.filter((one) => one.qos === qos).length);
  return {published: by_qos([...messages.values()]), acknowledged: by_qos([...messages.values()].filter(({acknowledged}) => acknowledged)),
    received: by_qos(histories.flatMap(({receipts}) => receipts)), connections: log.filter(({cmd}) => cmd === 'open').length,
    forgotten_sessions: log.filter(({cmd, way, sessionPresent, connection, code}) => cmd === 'connack' && way === 'down' && !code && !sessionPresent && connection > 1).length,
    runs: histories.reduce((sum, {runs}) => sum + runs, 0), packets: log.filter(({way}) => way).length};
}
