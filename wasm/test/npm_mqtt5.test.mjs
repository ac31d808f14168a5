// One program for MQTT 5, written once against MQTT.js's API, run with MQTT.js and with the package, against two brokers: the same
// events in the same order with the same contents, and the same packets on the wire. Where MQTT.js differs, and what it breaks
// by that, is in npm_api/mqtt5.mjs; here one thing can't be avoided: it tells a message of QoS 2 late.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {startAedes} from './support/aedes.mjs';
import {startBroker} from './support/brokers.mjs';
import {until} from './support/machine.mjs';
import {plain, run5} from './support/mqttjs_program5.mjs';
import {load_package, package_directory} from './support/package.mjs';
import {record} from './support/recorder.mjs';
import {parsed, with_renamed_ids} from './support/same_packets.mjs';

const mqttjs = createRequire(path.join(package_directory, 'package.json'))('mqtt');
const ours = await load_package();
const brokers = {};
before(async () => { [brokers.mosquitto, brokers.aedes] = await Promise.all([startBroker('open'), startAedes('aedes2')]); });
after(() => Promise.all(Object.values(brokers).map((broker) => broker.close())));

// Lists of their own, by the first kind that fits, for what can come sooner or later than the rest.
const apart = (all, ...kinds) => [...kinds, () => true]
  .map((kind, index) => all.filter((one) => kind(one) && !kinds.slice(0, index).some((before) => before(one))));

// A message of QoS 2 is told when it arrives, which MQTT.js does with its PUBREL.
const is_qos2 = ([event, , , packet]) => event === 'message' && packet.qos === 2;
// A message that comes back and the one that went out are two handshakes, which a broker may interleave: Aedes acknowledges a message
// before or after its subscribers have it, and Mosquitto answers PUBREL before or after it goes on with the other, as it reads them.
const acknowledging = ['puback', 'pubrec', 'pubcomp'];
const is_incoming = ([event, packet]) => event === 'message' || (event === 'packetreceive' && ['publish', 'pubrel'].includes(packet.cmd)) ||
  (event === 'packetsend' && acknowledging.includes(packet.cmd));

// The broker counts an expiry down: what it was when it was sent, if the seconds that a test takes are added.
const uncounted = ([event, ...details]) => [event, ...details.map((one) => {
  const interval = event === 'packetsend' ? undefined : one?.properties?.messageExpiryInterval;
  return interval ? {...one, properties: {...one.properties, messageExpiryInterval: Math.ceil(interval / 100) * 100}} : one;
})];

async function run_with(mqtt, name) {
  const {wsUrl, login} = brokers[name];
  const recorder = await record(wsUrl);
  try {
    const seen = await run5(mqtt, recorder.url, {clientId: 'five', cut: recorder.cut, login});
    await until(() => recorder.packets.some(({from, bytes}) => from === 'client' && bytes[0] === 0xe0), 'DISCONNECT passes');
    const packets = with_renamed_ids(parsed(recorder.packets).map(([from, packet]) =>
      [from === 'client' ? 'packetsend' : 'packetreceive', plain(packet)])).map(uncounted);
    return {seen: apart(with_renamed_ids(seen).map(uncounted), is_qos2, is_incoming), count: seen.length,
      sent: apart(packets.filter(([event]) => event === 'packetsend'), is_qos2, is_incoming),
      received: apart(packets.filter(([event]) => event === 'packetreceive'), is_qos2, is_incoming)};
  } finally {
    recorder.close();
  }
}

for (const name of ['mosquitto', 'aedes']) {
  test(`the same program sees the same events and sends the same packets with MQTT.js and with wasmqtt: ${name}`, {timeout: 60_000}, async () => {
    const theirs = await run_with(mqttjs, name);
    const mine = await run_with(ours, name);
    assert.deepEqual(mine, theirs);
    assert.ok(theirs.count > 95, `the program does something: ${theirs.count} events`);
  });
}
