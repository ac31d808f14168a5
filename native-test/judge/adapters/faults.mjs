// What wrong.mjs can do wrong, and the check that finds it (`found`: of area and name; `says`: what the miss says; `versions`: one of
// them is enough). `out` and `in` take one packet of the client's or the broker's, and give those that pass in its place; `report`
// takes a report.
const type = (frame) => frame[0] >> 4;
const is_publish = (frame) => type(frame) === 3;
const qos = (frame) => frame[0] >> 1 & 3;
const dup = (frame) => (frame[0] & 8) !== 0;
const sentinel = 50_000;

const with_first = (frame, first) => Buffer.concat([Buffer.of(first), frame.subarray(1)]);
const out_if = (wanted, change) => ({out: (frame, link) => (wanted(frame, link) ? change(frame, link) : [frame])});
const changed = (frame, link, change) => {
  const packet = link.read(frame);
  change(packet);
  return [link.write(packet)];
};
// The first one changes places with the second.
const swapped = (wanted) => ({out(frame, {memory}) {
  if (!wanted(frame) || memory.swapped) return [frame];
  if (!memory.held) {
    memory.held = frame;
    return [];
  }
  memory.swapped = true;
  return [frame, memory.held];
}});
const own_ack = (first) => (frame, link) => type(frame) === first && link.read(frame).messageId < sentinel;
const without = (property) => ({in(frame, link) {
  if (type(frame) !== 2) return [frame];
  return changed(frame, link, ({properties}) => { delete properties?.[property]; });
}});
const hostile = (frame) => is_publish(frame) && qos(frame) === 3;

// What belongs to a connection is kept beyond it: an alias that is known for good, and without a limit.
function aliases_for_good(frame, link) {
  if (!is_publish(frame)) return [frame];
  return changed(frame, link, (packet) => {
    const alias = packet.properties?.topicAlias;
    if (!alias) return;
    delete packet.properties.topicAlias;
    if (packet.topic) link.memory[alias] = packet.topic;
    else packet.topic = link.memory[alias] ?? 'unknown';
  });
}

export const faults = {
  none: {},
  'dup-never': {...out_if(is_publish, (frame) => [with_first(frame, frame[0] & ~8)]), found: /QoS 1: cut before PUBACK/, says: /DUP/},
  'resends-never': {...out_if((frame) => is_publish(frame) && dup(frame), () => []), found: /QoS 2: cut before PUBREC/, says: /silent/},
  'resends-with-another-id': {...out_if((frame) => is_publish(frame) && dup(frame), (frame, link) => changed(frame, link, (packet) => { ++packet.messageId; })),
    found: /QoS 1: cut before PUBACK/, says: /with id/},
  'resends-qos-0': {...out_if((frame, {connection, memory}) => {
    if (is_publish(frame)) memory.last = frame;
    return type(frame) === 4 && connection > 1;
  }, (frame, {memory}) => [memory.last, frame]), found: /QoS 0: not again/, says: /again/},
  'publishes-after-pubrel': {...out_if((frame, {connection}) => type(frame) === 6 && connection > 1,
    (frame, link) => [link.write({cmd: 'publish', topic: 'out', payload: 'm', qos: 2, dup: true, messageId: link.read(frame).messageId}), frame]),
  found: /QoS 2: cut after PUBREL/, says: /after PUBREL/},
  'delivered-too-early': {publish: ({tag}, report) => report('delivered', {tag}), found: /QoS 1: is not delivered before PUBACK/, says: /delivered/},
  'puback-never': {...out_if(own_ack(4), () => []), found: /nobody has subscribed/, says: /PUBACK/},
  'pubcomp-never': {...out_if(own_ack(7), () => []), found: /PUBREL again/, says: /PUBCOMP/},
  'delivers-twice': {report(is, more, report) {
    report(is, more);
    if (is === 'message' && more.qos === 2) report(is, more);
  }, found: /PUBLISH again before PUBREL/, says: /2 messages/},
  'pubacks-out-of-order': {...swapped((frame) => type(frame) === 4 && frame.length === 4), found: /20 messages of QoS 1/, says: /order/},
  'resends-out-of-order': {...swapped((frame) => is_publish(frame) && dup(frame)), found: /10 messages of QoS 1 come/, says: /order/},
  'pubrels-out-of-order': {...swapped((frame) => type(frame) === 6), found: /PUBRELs come in the order/, says: /PUBRELs for/},
  'one-id-for-all': {...out_if((frame) => is_publish(frame) && qos(frame) > 0, (frame, link) => changed(frame, link, (packet) => { packet.messageId = 1; })),
    found: /ids of all that is open/, says: /twice/},
  'granted-qos-invented': {report: (is, more, report) => report(is, is === 'subscribed' ? {...more, granted: 2} : more), found: /lower QoS/, says: /QoS 2/},
  'receive-maximum-ignored': {...without('receiveMaximum'), found: /no more than two of QoS 1/, says: /are open/},
  'packet-size-ignored': {...without('maximumPacketSize'), found: /Size 100: a PUBLISH of more/, says: /is sent/},
  'maximum-qos-ignored': {...without('maximumQoS'), found: /Maximum QoS 1/, says: /is sent/},
  'retain-available-ignored': {...without('retainAvailable'), found: /Retain Available/, says: /is sent/},
  'server-keep-alive-ignored': {...without('serverKeepAlive'), found: /Server Keep Alive/, says: /PINGREQ/},
  'assigned-id-ignored': {...without('assignedClientIdentifier'), found: /Assigned Client/, says: /next CONNECT/},
  'alias-maximum-ignored': {in: (frame, link) => (type(frame) === 2 ? changed(frame, link, (packet) => { (packet.properties ??= {}).topicAliasMaximum = 10; }) : [frame]),
    found: /no alias above/, says: /sent/},
  'aliases-for-good': {in: aliases_for_good, found: /in: forgotten with the connection/, says: /goes on/},
  'aliases-without-limit': {in: aliases_for_good, found: /in: above our maximum/, says: /goes on/},
  'session-present-ignored': {in: (frame, link) => (type(frame) === 2 && link.connection > 1 ? changed(frame, link, (packet) => { packet.sessionPresent = true; }) : [frame]),
    found: /Session Present 0/, says: /session/},
  'connected-though-refused': {report(is, more, report) {
    if (is === 'closed') report('connected', {session_present: false});
    report(is, more);
  }, found: /CONNACK 5/, says: /connected/},
  'hostile-bytes-ignored': {in: (frame) => (hostile(frame) ? [] : [frame]), found: /publish-q3-s2c/, says: /does not close/},
  // For the judge's own test: from the first byte of it, nothing comes through any more.
  deaf: {in(frame, {memory}) {
    memory.deaf ||= hostile(frame);
    return memory.deaf ? [] : [frame];
  }},
  // And the program stands still for longer than silence takes, and acts then.
  busy: {in(frame) {
    if (hostile(frame)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
    return [frame];
  }},
  'hostile-bytes-crash': {in(frame) {
    if (hostile(frame)) process.exit(3);
    return [frame];
  }, found: /publish-q3-s2c/, says: /exit code 3/},
  'wrong-reason': {...out_if((frame) => type(frame) === 14 && frame.length > 2, (frame, link) => changed(frame, link, (packet) => { packet.reasonCode = 0x80; })),
    found: /AUTH auth\/f4/, says: /0x80/},
  'wrong-keep-alive': {...out_if((frame) => type(frame) === 1, (frame, link) => changed(frame, link, (packet) => { ++packet.keepalive; })),
    found: /CONNECT without a will/, says: /should be/},
  'wrong-subscribe-flags': {...out_if((frame) => type(frame) === 8, (frame) => [with_first(frame, 0x80)]), found: /Bytes sent: SUBSCRIBE/, says: /silent|not MQTT/},
  'talks-after-disconnect': {...out_if((frame) => type(frame) === 14, (frame) => [frame, Buffer.of(0xc0, 0)]), found: /DISCONNECT is the last/, says: /last packet/},
  'spoils-payloads': {report: (is, more, report) => report(is, is === 'message' ? {...more, payload: more.payload.toUpperCase().replace('6869', '6868')} : more),
    found: /publish-q1-empty|publish-payload-starts|publish-topic-spaces-s2c$/, says: /as it was sent/},
  'wildcards-sent': {...out_if((frame) => is_publish(frame), (frame, link) => (link.read(frame)?.topic === 'good'
    ? [link.write({cmd: 'publish', topic: 'bad', payload: 'x', qos: 0}), frame] : [frame])), found: /publish to "a\/\+"/, says: /is sent/},
  'pings-never': {out(frame, link) {
    if (type(frame) !== 12) return [frame];
    link.to_client(Buffer.of(0xd0, 0));
    return [];
  }, found: /PINGREQ when nothing/, says: /PINGREQ/, versions: [4]},
  'dead-links-kept': {out(frame, link) {
    if (type(frame) === 12) link.to_client(Buffer.of(0xd0, 0));
    return [frame];
  }, found: /no PINGRESP/, says: /closes within/, versions: [4]},
};
