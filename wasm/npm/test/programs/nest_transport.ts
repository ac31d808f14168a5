// A microservice framework's transport: patterns with handlers on the server, requests with replies on the client.
import {connect, MqttClient, type ErrorWithReasonCode, type IClientOptions, type IClientPublishOptions, type IPublishPacket,
  type OnErrorCallback} from 'mqtt';

type Handler = (data: any, context: Context) => unknown;
interface Packet { id?: string; pattern: string; data: unknown }

class Context {
  constructor(private readonly args: [string, IPublishPacket]) {}
  getTopic(): string { return this.args[0]; }
  getPacket(): IPublishPacket { return this.args[1]; }
}

class ServerMqtt {
  protected mqttClient!: MqttClient;
  private readonly handlers = new Map<string, Handler>();
  constructor(private readonly url: string, private readonly options: IClientOptions & {subscribeOptions?: {qos: 0 | 1 | 2}}) {}

  addHandler(pattern: string, handler: Handler): void { this.handlers.set(pattern, handler); }

  async listen(): Promise<void> {
    const {subscribeOptions, ...options} = this.options;
    this.mqttClient = connect(this.url, options);
    const failed: OnErrorCallback = (error) => console.log('server error', error.message);
    this.mqttClient.on('error', failed);
    this.mqttClient.on('message', async (topic: string, buffer: Buffer, packet: IPublishPacket) => this.handle(topic, buffer, packet));
    await new Promise<void>((resolve) => this.mqttClient.on('connect', () => resolve()));
    await Promise.all([...this.handlers.keys()].map((pattern) => this.mqttClient.subscribeAsync(pattern, subscribeOptions)));
  }

  private async handle(topic: string, buffer: Buffer, raw: IPublishPacket): Promise<void> {
    const packet: Packet = JSON.parse(buffer.toString());
    const handler = this.handlers.get(topic);
    if (!handler) return;
    const response = await handler(packet.data, new Context([topic, raw]));
    if (packet.id === undefined) return;
    const options: IClientPublishOptions = {qos: raw.qos};
    this.mqttClient.publish(`${topic}/reply`, JSON.stringify({id: packet.id, response, isDisposed: true}), options);
  }

  close(): void { this.mqttClient?.end(); }
}

class ClientMqtt {
  protected mqttClient: MqttClient | null = null;
  private readonly routing = new Map<string, (response: unknown) => void>();
  private readonly subscriptions = new Map<string, number>();
  private ids = 0;
  constructor(private readonly url: string, private readonly options: IClientOptions) {}

  connect(): Promise<void> {
    this.mqttClient = connect(this.url, this.options);
    this.mqttClient.on('message', (_channel: string, buffer: Buffer) => {
      const {id, response} = JSON.parse(buffer.toString());
      this.routing.get(id)?.(response);
      this.routing.delete(id);
    });
    return new Promise((resolve, reject) => {
      this.mqttClient!.once('connect', () => resolve());
      this.mqttClient!.once('error', (error: Error | ErrorWithReasonCode) => reject(error));
    });
  }

  send(pattern: string, data: unknown): Promise<unknown> {
    const reply = `${pattern}/reply`;
    return new Promise((resolve, reject) => {
      const id = `${++this.ids}`;
      const publish = (): void => {
        this.routing.set(id, resolve);
        this.mqttClient!.publish(pattern, JSON.stringify({id, pattern, data} satisfies Packet), {qos: 1}, (error?: Error) => {
          if (error) reject(error);
        });
      };
      const users = this.subscriptions.get(reply) ?? 0;
      this.subscriptions.set(reply, users + 1);
      if (users > 0) publish();
      else this.mqttClient!.subscribe(reply, (error: any) => (error ? reject(error) : publish()));
    });
  }

  emit(pattern: string, data: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this.mqttClient!.publish(pattern, JSON.stringify({pattern, data}), {qos: 2}, (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    if (this.mqttClient) await this.mqttClient.endAsync();
    this.mqttClient = null;
    this.subscriptions.clear();
  }
}

const base = process.env.PREFIX!;
const server = new ServerMqtt(process.env.BROKER_TCP!, {clientId: `${base}-server`, subscribeOptions: {qos: 2}});
let logged: (data: unknown) => void;
const seen = new Promise((resolve) => { logged = resolve; });
server.addHandler(`${base}/sum`, (data: number[]) => data.reduce((a, b) => a + b, 0));
server.addHandler(`${base}/echo`, (data, context) => ({data, topic: context.getTopic().slice(base.length), qos: context.getPacket().qos}));
server.addHandler(`${base}/log`, (data, context) => logged({data, qos: context.getPacket().qos}));
await server.listen();
const client = new ClientMqtt(process.env.BROKER_TCP!, {clientId: `${base}-client`});
await client.connect();
console.log(await client.send(`${base}/sum`, [1, 2, 3]));
console.log(await client.send(`${base}/echo`, {a: 'ü'}));
console.log(await Promise.all([client.send(`${base}/sum`, [4, 5]), client.send(`${base}/sum`, [])]));
await client.emit(`${base}/log`, 'event');
console.log(await seen);
await client.close();
server.close();
