// A dashboard for a home: cards for what announces itself by retained configurations, with their states, and a switch.
import mqtt from 'mqtt';

interface Config { name: string; state_topic: string; command_topic?: string; unit?: string }
interface Card extends Config { state: string }

const base = process.env.PREFIX!;
const options: mqtt.IClientOptions = {
  clientId: `${base}-dashboard`,
  clean: true,
  keepalive: 30,
  reconnectPeriod: 2000,
  connectTimeout: 10_000,
  will: {topic: `${base}/status`, payload: 'offline', qos: 0, retain: true},
};

// What the devices left behind.
async function announce(): Promise<void> {
  const device: mqtt.MqttClient = await mqtt.connectAsync(process.env.BROKER_TCP!, {clientId: `${base}-device`});
  const configs: Config[] = [
    {name: 'Kitchen', state_topic: `${base}/kitchen/state`, unit: '°C'},
    {name: 'Lamp', state_topic: `${base}/lamp/state`, command_topic: `${base}/lamp/set`},
  ];
  for (const config of configs) {
    await device.publishAsync(`${base}/config/${config.name}`, JSON.stringify(config), {retain: true, qos: 1});
  }
  await device.publishAsync(`${base}/kitchen/state`, '21.5', {retain: true, qos: 1});
  await device.publishAsync(`${base}/lamp/state`, 'OFF', {retain: true, qos: 1});
  device.on('message', (topic, payload) => {
    device.publish(topic.replace(/set$/, 'state'), payload, {retain: true, qos: 1});
  });
  await device.subscribeAsync(`${base}/lamp/set`, {qos: 1});
  finished.push(() => device.endAsync());
}
const finished: Array<() => Promise<void>> = [];

const cards = new Map<string, Card>();
function draw(): void {
  const lines = [...cards.values()].sort((a, b) => a.name.localeCompare(b.name))
    .map((card) => `${card.name}: ${card.state}${card.unit ?? ''}`);
  console.log(lines.join(' | '));
}

let allowed: Array<[string, number]> | undefined;

await announce();
const client = mqtt.connect(process.env.BROKER_WS!, options);
client.on('connect', (connack) => {
  console.log('connected', connack.sessionPresent);
  client.publish(`${base}/status`, 'online', {retain: true});
  client.subscribe(`${base}/config/+`, (err, granted) => {
    if (err) return console.log('no configurations', err.message);
    // Told at the end: what is retained may come before it or behind it.
    allowed = granted?.map(({topic, qos}) => [topic.slice(base.length), qos]);
  });
});
client.on('message', (topic: string, payload: Buffer, packet: mqtt.IPublishPacket) => {
  if (topic.startsWith(`${base}/config/`)) {
    const config: Config = JSON.parse(payload.toString('utf-8'));
    console.log('found', config.name, packet.retain, packet.qos);
    cards.set(config.state_topic, {...config, state: 'unknown'});
    client.subscribe(config.state_topic, {qos: 1});
    return;
  }
  const card = cards.get(topic);
  if (!card) return;
  card.state = payload.toString();
  if (cards.size < 2 || [...cards.values()].some(({state}) => state === 'unknown')) return;
  draw();
  const lamp = cards.get(`${base}/lamp/state`)!;
  if (lamp.state === 'OFF') client.publish(lamp.command_topic!, 'ON', {qos: 1});
  else client.end(false, {}, () => console.log('closed', client.connected, client.disconnected, allowed));
});
client.on('end', async () => {
  for (const finish of finished) await finish();
  console.log('end');
});
