// A bridge between a radio network and MQTT: state with a will, requests and their responses, devices by friendly name.
import {EventEmitter} from 'node:events';
import * as mqtt from 'mqtt';
import type {IClientOptions, IClientPublishOptions, IPublishPacket, MqttClient} from 'mqtt';

const base = process.env.PREFIX!;

interface Request { transaction: string; value?: unknown }

class Mqtt extends EventEmitter {
  private client!: MqttClient;
  private readonly published: string[] = [];
  private readonly publishedTopics = new Set<string>();

  async connect(): Promise<void> {
    const options: IClientOptions = {
      will: {topic: `${base}/bridge/state`, payload: Buffer.from(JSON.stringify({state: 'offline'})), retain: true, qos: 1},
      keepalive: 60, clientId: `${base}-bridge`, rejectUnauthorized: true, protocolVersion: 4,
    };
    this.client = await mqtt.connectAsync(process.env.BROKER_TCP!, options);
    this.client.on('message', this.onMessage);
    this.client.on('error', this.onError);
    this.client.stream?.setMaxListeners(0);
    await this.publishState('online');
    await this.subscribe(`${base}/bridge/request/#`);
  }

  async publishState(state: 'online' | 'offline'): Promise<void> {
    await this.publish('bridge/state', JSON.stringify({state}), {retain: true, qos: 0});
  }

  private onError = (error: Error): void => console.log('error', error.message);

  private onMessage = (topic: string, message: Buffer, packet: IPublishPacket): void => {
    if (this.publishedTopics.has(topic)) return;
    this.emit('request', topic.split('/').at(-1), JSON.parse(message.toString()) as Request, packet.qos);
  };

  isConnected(): boolean { return this.client && !this.client.reconnecting && !this.client.disconnecting && !this.client.disconnected; }

  async subscribe(topic: string): Promise<void> { await this.client.subscribeAsync(topic); }
  async unsubscribe(topic: string): Promise<void> { await this.client.unsubscribeAsync(topic); }

  async publish(topic: string, payload: string, options: IClientPublishOptions = {}): Promise<void> {
    if (!this.isConnected()) return;
    this.published.push(topic);
    this.publishedTopics.add(`${base}/${topic}`);
    await this.client.publishAsync(`${base}/${topic}`, payload, options);
  }

  async disconnect(): Promise<void> {
    await this.publishState('offline');
    this.client.removeListener('message', this.onMessage);
    await this.client.endAsync();
    console.log('published', this.published.join(' '));
  }
}

const bridge = new Mqtt();
bridge.on('request', async (command: string, request: Request, qos: number) => {
  console.log('request', command, request.value ?? '-', qos);
  const answer = {data: {value: request.value}, status: command === 'unknown' ? 'error' : 'ok', transaction: request.transaction};
  await bridge.publish(`bridge/response/${command}`, JSON.stringify(answer));
});
await bridge.connect();
console.log('bridge', bridge.isConnected());

const frontend = mqtt.connect(process.env.BROKER_WS!, {clientId: `${base}-frontend`});
const answers = new Map<string, (answer: string) => void>();
const states: string[] = [];
let offline = (): void => {};
function changed(state: string): void {
  states.push(state);
  if (state === 'offline') offline();
}
frontend.on('message', (topic: string, payload: Buffer) => {
  if (topic === `${base}/bridge/state`) return changed(JSON.parse(payload.toString()).state);
  const answer = JSON.parse(payload.toString());
  answers.get(answer.transaction)?.(`${topic.slice(base.length)} ${answer.status}`);
  return undefined;
});
let transactions = 0;
function ask(command: string, value?: unknown): Promise<string> {
  const transaction = `t${++transactions}`;
  return new Promise((resolve) => {
    answers.set(transaction, resolve);
    frontend.publish(`${base}/bridge/request/${command}`, JSON.stringify({transaction, value}), {qos: 0});
  });
}
await frontend.subscribeAsync([`${base}/bridge/state`, `${base}/bridge/response/+`]);
console.log(await ask('permit_join', 60));
console.log(await ask('unknown'));
console.log((await Promise.all([ask('rename', 'Lamp'), ask('rename', 'Door')])).join(', '));
const gone = new Promise<void>((resolve) => { offline = resolve; });
await bridge.disconnect();
await gone;
console.log('bridge', bridge.isConnected(), states);
frontend.end();
