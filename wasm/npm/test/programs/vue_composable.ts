// A composable of a Vue application: the client lies in reactive state, so that every call goes through a Proxy.
import mqtt, {type IClientOptions} from 'mqtt';

// As Vue's reactive(): objects are wrapped when they are read, methods run with the Proxy as `this`.
const proxies = new WeakMap<object, object>();
function reactive<T extends object>(target: T): T {
  if (!proxies.has(target)) {
    proxies.set(target, new Proxy(target, {
      get(object, key, receiver) {
        const value = Reflect.get(object, key, receiver);
        const plain = value !== null && typeof value === 'object' &&
          ['Object', 'Array', 'MqttClient'].includes(value.constructor?.name);
        return plain ? reactive(value) : value;
      },
    }));
  }
  return proxies.get(target) as T;
}

interface State { client: mqtt.MqttClient | null; connected: boolean; received: string[]; retries: number }

function useBroker(url: string, options: IClientOptions) {
  const state: State = reactive({client: null, connected: false, received: [], retries: 0});
  const createConnection = (): Promise<void> => new Promise((resolve) => {
    const {protocol, hostname, port} = new URL(url);
    state.client = mqtt.connect({...options, protocol: protocol.slice(0, -1) as 'ws', host: hostname, port: Number(port), path: '/mqtt'});
    state.client.on('connect', () => {
      state.connected = true;
      resolve();
    });
    state.client.on('error', (error) => console.log('Connection failed', error.message));
    state.client.on('reconnect', () => { state.retries += 1; });
    state.client.on('message', (topic, message) => { state.received.push(`${topic.split('/').pop()}=${message.toString()}`); });
  });
  const doSubscribe = (topic: string, qos: 0 | 1 | 2): Promise<string> => new Promise((resolve) => {
    state.client!.subscribe(topic, {qos}, (error, res) => {
      resolve(error ? `Subscribe error ${error.message}` : `Subscribed with ${res!.map((one) => one.qos)}`);
    });
  });
  const doUnSubscribe = (topic: string): Promise<string> => new Promise((resolve) => {
    state.client!.unsubscribe(topic, (error?: Error) => resolve(error ? `Unsubscribe error ${error.message}` : 'Unsubscribed'));
  });
  const doPublish = (topic: string, payload: string, qos: 0 | 1 | 2): Promise<void> => new Promise((resolve, reject) => {
    state.client!.publish(topic, payload, {qos}, (error) => (error ? reject(error) : resolve()));
  });
  const destroyConnection = (): void => {
    if (!state.connected) return;
    try {
      state.client!.end(false, () => {
        state.connected = false;
        console.log('Successfully disconnected!');
      });
    } catch (error) {
      console.log('Disconnect failed', String(error));
    }
  };
  return {state, createConnection, doSubscribe, doUnSubscribe, doPublish, destroyConnection};
}

const base = process.env.PREFIX!;
const broker = useBroker(process.env.BROKER_WS!, {clientId: `${base}-vue`, clean: true, connectTimeout: 30_000, reconnectPeriod: 4000});
await broker.createConnection();
console.log('connected', broker.state.client!.connected, broker.state.client!.options.clientId === `${base}-vue`);
console.log(await broker.doSubscribe(`${base}/vue/+`, 2));
for (const qos of [0, 1, 2] as const) await broker.doPublish(`${base}/vue/${qos}`, `m${qos}`, qos);
console.log(await broker.doUnSubscribe(`${base}/vue/+`));
await broker.doPublish(`${base}/vue/3`, 'unheard', 1);
console.log(broker.state.received.sort().join(' '), broker.state.retries);
broker.destroyConnection();
