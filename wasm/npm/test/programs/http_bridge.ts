// HTTP in front of MQTT: POST publishes, GET gives the last message of a topic, and /events streams what comes.
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import mqtt, {type IClientPublishOptions, type IClientSubscribeOptions, type ISubscriptionMap} from 'mqtt';

const base = process.env.PREFIX!;
const client: mqtt.MqttClient = mqtt.connect(process.env.BROKER_TCP!, {clientId: `${base}-http`, queueQoSZero: true});
const last = new Map<string, {payload: Buffer; qos: number; at: number}>();
const streams = new Set<ServerResponse>();
let count = 0;

const wanted: IClientSubscribeOptions = {qos: 1};
const filters: ISubscriptionMap = {[`${base}/http/#`]: wanted};
const subscribed = new Promise<void>((resolve) => {
  client.subscribe(filters, (error, granted) => {
    console.log('subscribed', error, granted?.length);
    resolve();
  });
});
client.on('message', (topic, payload, packet) => {
  last.set(topic, {payload: Buffer.from(payload), qos: packet.qos, at: ++count});
  for (const stream of streams) stream.write(`event: ${topic.slice(base.length)}\ndata: ${payload.toString('base64')}\n\n`);
});

async function body_of(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const {pathname, searchParams} = new URL(request.url!, 'http://localhost');
  if (pathname === '/events') {
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    response.write(': welcome\n\n');
    streams.add(response);
    return;
  }
  if (request.method === 'POST') {
    const options: IClientPublishOptions = {
      qos: Number(searchParams.get('qos') ?? 0) as mqtt.IClientPublishOptions['qos'], retain: searchParams.has('retain'),
    };
    client.publish(`${base}${pathname}`, await body_of(request), options, (error) => {
      response.statusCode = error ? 502 : 202;
      response.end(error?.message ?? '');
    });
    return;
  }
  const found = last.get(`${base}${pathname}`);
  response.statusCode = found ? 200 : 404;
  response.end(found?.payload);
}

const server = createServer((request, response) => { void answer(request, response); });
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

await subscribed;
const events = await fetch(`${url}/events`);
const reader = events.body!.getReader();
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});
let text = '';
async function event(): Promise<string> {
  for (;;) {
    const end = text.indexOf('\n\n');
    if (end >= 0) {
      const one = text.slice(0, end);
      text = text.slice(end + 2);
      return one;
    }
    text += decoder.decode((await reader.read()).value, {stream: true});
  }
}
console.log(await event());
for (const [path, payload] of [['/http/a?qos=1', 'first'], ['/http/b?qos=0', new Uint8Array([0, 255, 128])], ['/http/c?qos=2', '']] as const) {
  const {status} = await fetch(`${url}${path}`, {method: 'POST', body: payload});
  console.log(status, (await event()).replace('\n', ' '));
}
console.log(await (await fetch(`${url}/http/a`)).text(), last.get(`${base}/http/b`)!.payload.toString('hex'));
console.log((await fetch(`${url}/http/z`)).status);
console.log(new Uint8Array(await (await fetch(`${url}/http/b`)).arrayBuffer()).join());
await reader.cancel();
server.closeAllConnections();
server.close();
client.end(() => console.log('ended', client.connected, client.reconnecting));
