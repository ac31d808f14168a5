// A fleet of simulated devices with wills, telemetry of QoS 1 and commands, and a backend that watches them.
import mqtt, {type IClientPublishOptions, type MqttClient} from 'mqtt';

const base = process.env.PREFIX!;

class Device {
  private client?: MqttClient;
  private commands: string[] = [];
  private woken?: () => void;

  constructor(readonly id: string) {}

  async start(): Promise<void> {
    this.client = await mqtt.connectAsync(process.env.BROKER_TCP!, {
      clientId: `${base}-${this.id}`, clean: false, keepalive: 15, reconnectPeriod: 500,
      will: {topic: `${base}/${this.id}/status`, payload: 'offline', qos: 1, retain: true},
    });
    this.client.on('message', (_topic: string, payload: Buffer) => {
      this.commands.push(payload.toString('ascii'));
      this.woken?.();
    });
    await this.client.subscribeAsync({[`${base}/${this.id}/command`]: {qos: 1}, [`${base}/all/command`]: {qos: 1}});
    await this.client.publishAsync(`${base}/${this.id}/status`, 'online', {qos: 1, retain: true});
  }

  async measure(values: number[]): Promise<void> {
    const options: IClientPublishOptions = {qos: 1};
    const readings = values.map((value) => {
      const bytes = Buffer.alloc(6);
      bytes.writeUInt16BE(value, 0);
      bytes.writeFloatLE(value / 4, 2);
      return this.client!.publishAsync(`${base}/${this.id}/reading`, bytes, options);
    });
    const packets = await Promise.all(readings);
    console.log(this.id, 'measured', packets.map((packet) => packet?.cmd));
  }

  async commanded(count: number): Promise<string[]> {
    while (this.commands.length < count) await new Promise<void>((resolve) => { this.woken = resolve; });
    return this.commands.sort();
  }

  async stop(): Promise<void> {
    await this.client!.publishAsync(`${base}/${this.id}/status`, 'gone', {qos: 1, retain: true});
    await this.client!.endAsync(false);
  }
}

const readings: Record<string, number[]> = {};
const statuses: Record<string, string[]> = {};
const backend = mqtt.connect(process.env.BROKER_TCP!, {clientId: `${base}-backend`});
let changed = (): void => {};
backend.on('message', (topic, payload, packet) => {
  const [id, kind] = topic.slice(base.length + 1).split('/');
  if (kind === 'status') (statuses[id] ??= []).push(`${payload}`);
  else (readings[id] ??= []).push(payload.readUInt16BE(0) + payload.readFloatLE(2) + payload.subarray(0, 2).length + packet.qos);
  changed();
});
const until = async (what: () => boolean): Promise<void> => {
  while (!what()) await new Promise<void>((resolve) => { changed = resolve; });
};
await backend.subscribeAsync([`${base}/+/reading`, `${base}/+/status`], {qos: 1});

const devices = ['d1', 'd2', 'd3'].map((id) => new Device(id));
for (const device of devices) await device.start();
for (const [index, device] of devices.entries()) await device.measure([100, 200, 300].map((value) => value + index));
backend.publish(`${base}/all/command`, 'reboot', {qos: 1});
backend.publish(`${base}/d2/command`, Buffer.from('blink'), {qos: 1});
for (const device of devices) console.log(device.id, await device.commanded(device.id === 'd2' ? 2 : 1));
for (const device of devices) await device.stop();
await until(() => Object.values(statuses).filter((all) => all.includes('gone')).length === 3);
console.log(readings);
console.log(statuses);
// Retained, and sessions kept: this broker is used again.
for (const {id} of devices) {
  await backend.publishAsync(`${base}/${id}/status`, '', {retain: true, qos: 1});
  const last = await mqtt.connectAsync(process.env.BROKER_TCP!, {clientId: `${base}-${id}`, clean: true});
  await last.endAsync(true);
}
backend.end(true);
