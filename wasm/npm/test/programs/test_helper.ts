// Helpers of a test suite: wait for a message, for an event, for a packet; record what happens; expect failures.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import mqtt, {type IClientOptions, type MqttClient, type Packet, type PacketCallback} from 'mqtt';

const base = process.env.PREFIX!;
const opened: MqttClient[] = [];

async function create(options: IClientOptions = {}): Promise<MqttClient> {
  const client = mqtt.connect(process.env.BROKER_TCP!, {reconnectPeriod: 0, ...options});
  opened.push(client);
  await once(client as unknown as NodeJS.EventEmitter, 'connect');
  return client;
}

function message_on(client: MqttClient, wanted: string): Promise<string> {
  return new Promise((resolve) => {
    const listener = (topic: string, payload: Buffer): void => {
      if (topic !== wanted) return;
      client.off('message', listener);
      resolve(payload.toString());
    };
    client.on('message', listener);
  });
}

function packet_with(client: MqttClient, cmd: Packet['cmd']): Promise<Packet> {
  return new Promise((resolve) => {
    client.on('packetreceive', function look(packet: Packet) {
      if (packet.cmd !== cmd) return;
      client.removeListener('packetreceive', look);
      resolve(packet);
    });
  });
}

function describe(packet: Packet): string {
  switch (packet.cmd) {
    case 'publish': return `publish ${packet.topic.slice(base.length)} ${packet.payload.length} qos ${packet.qos}`;
    case 'connack': return `connack ${packet.returnCode} ${packet.sessionPresent}`;
    case 'suback': return `suback ${packet.granted.join()}`;
    case 'subscribe': return `subscribe ${packet.subscriptions.map(({qos}) => qos)}`;
    case 'unsubscribe': return `unsubscribe ${packet.unsubscriptions.length}`;
    default: return packet.cmd;
  }
}

const client = await create({clientId: `${base}-tested`});
assert.equal(client.connected, true);
const sent: string[] = [];
client.on('packetsend', (packet) => sent.push(describe(packet)));

const suback = packet_with(client, 'suback');
await client.subscribeAsync(`${base}/t`, {qos: 1});
console.log(describe(await suback));

const text = message_on(client, `${base}/t`);
const puback = packet_with(client, 'puback');
const published = new Promise<string>((resolve) => {
  const done: PacketCallback = (error, packet) => resolve(`${error ?? 'no error'} ${packet?.cmd}`);
  client.publish(`${base}/t`, 'text', {qos: 1}, done);
});
console.log(await text, describe(await puback), await published);
console.log(client.listenerCount('message'), client.listenerCount('packetreceive'));

await client.unsubscribeAsync([`${base}/t`]);
await assert.rejects(client.subscribeAsync(`${base}/#/x`), {message: `Invalid topic ${base}/#/x`});
await assert.rejects(() => mqtt.connectAsync('mqtt://127.0.0.1:1', {reconnectPeriod: 0}), {code: 'ECONNREFUSED'});
assert.throws(() => mqtt.connect(process.env.BROKER_TCP!, {clean: false}), {message: 'Missing clientId for unclean clients'});

const closed = once(client as unknown as NodeJS.EventEmitter, 'close');
await client.endAsync();
await closed;
console.log(sent);
await Promise.all(opened.map((one) => (one.disconnected ? undefined : one.endAsync(true))));
