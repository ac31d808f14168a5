// One program, written once against MQTT.js's API, run with MQTT.js and with the package: the same events in the same
// order with the same contents, and the same packets on the wire. One difference is on purpose: a message of QoS 2 is told when
// it arrives, which MQTT.js does with its PUBREL.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {startBroker} from './support/brokers.mjs';
import {until} from './support/machine.mjs';
import {run, run_in_vain} from './support/mqttjs_program.mjs';
import {load_package, package_directory} from './support/package.mjs';
import {record} from './support/recorder.mjs';
import {renamed, with_renamed_ids} from './support/same_packets.mjs';

const mqttjs = createRequire(path.join(package_directory, 'package.json'))('mqtt');
const ours = await load_package();
let broker;
let strict;
before(async () => { [broker, strict] = await Promise.all([startBroker('open'), startBroker('auth')]); });
after(() => Promise.all([broker?.close(), strict?.close()]));

// Where a packet has its id: after the topic of a PUBLISH with QoS, else first in its body; 0: none.
function id_at(bytes) {
  const type = bytes[0] >> 4;
  let body = 1;
  while (bytes[body] & 0x80) ++body;
  ++body;
  if (type === 3) return (bytes[0] & 6) === 0 ? 0 : body + 2 + bytes.readUInt16BE(body);
  return type >= 4 && type <= 11 ? body : 0;
}

function wire(packets) {
  const rename = {client: renamed(), broker: renamed()};
  return packets.map(({from, bytes}) => {
    const copy = Buffer.from(bytes);
    const at = id_at(copy);
    // Whose exchange it is tells the packet: the broker numbers its own.
    const type = copy[0] >> 4;
    const ours_to_number = type === 3 || type === 6 ? from === 'client' : [8, 10].includes(type) || from === 'broker';
    if (at) copy.writeUInt16BE(rename[ours_to_number ? 'client' : 'broker'](copy.readUInt16BE(at)), at);
    return `${from} ${copy.toString('latin1')}`;
  });
}

// Messages of QoS 2 in a list of their own.
const is_qos2 = ([event, , , packet]) => event === 'message' && packet.qos === 2;
const apart = (seen) => [seen.filter((one) => !is_qos2(one)), seen.filter(is_qos2)];

async function run_with(mqtt) {
  const recorder = await record(broker.wsUrl);
  try {
    const seen = await run(mqtt, recorder.url, {clientId: 'one-program', cut: recorder.cut});
    await until(() => recorder.packets.some(({bytes}) => bytes[0] === 0xe0), 'DISCONNECT passes');
    return {seen: with_renamed_ids(seen), packets: wire(recorder.packets)};
  } finally {
    recorder.close();
  }
}

test('the same program sees the same events and sends the same packets with MQTT.js and with wasmqtt', async () => {
  const theirs = await run_with(mqttjs);
  const mine = await run_with(ours);
  assert.deepEqual(apart(mine.seen), apart(theirs.seen));
  for (const side of ['client', 'broker']) {
    const of = (packets) => packets.filter((packet) => packet.startsWith(side));
    assert.deepEqual(of(mine.packets), of(theirs.packets));
  }
  assert.ok(theirs.seen.length > 70, `the program does something: ${theirs.seen.length} events`);
});

for (const [what, address, login, error] of [
  ['a refused password', () => strict.wsUrl, {username: 'peter', password: 'wrong'},
    ['ErrorWithReasonCode', 'Connection refused: Not authorized', 5]],
  ['a refused connection', () => 'ws://127.0.0.1:9', {}, [null, 'connect ECONNREFUSED 127.0.0.1:9', 'ECONNREFUSED']],
]) {
  test(`${what} looks the same with MQTT.js and with wasmqtt`, async () => {
    const [theirs, mine] = [await run_in_vain(mqttjs, address(), login), await run_in_vain(ours, address(), login)];
    assert.deepEqual(mine, theirs);
    const [, name, message, code] = theirs.find(([event]) => event === 'error');
    assert.deepEqual([error[0] && name, message, code], error);
  });
}
