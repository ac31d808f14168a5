// A hook of a React application, and as much of React as it needs.
import mqtt, {type IClientOptions, type ISubscriptionGrant, type MqttClient, type OnMessageCallback} from 'mqtt';

type Cleanup = () => void;
type Ref<T> = {current: T};
const refs: Array<Ref<any>> = [];
const cleanups: Cleanup[] = [];
let at = 0;
function useRef<T>(initial: T): Ref<T> {
  refs[at] ??= {current: initial};
  return refs[at++];
}
function useState<T>(initial: T): [() => T, (value: T | ((old: T) => T)) => void] {
  const ref = useRef(initial);
  return [() => ref.current, (value) => { ref.current = typeof value === 'function' ? (value as (old: T) => T)(ref.current) : value; }];
}
function useEffect(effect: () => Cleanup | void): void {
  const cleanup = effect();
  if (cleanup) cleanups.push(cleanup);
}

interface UseMqttResult {
  client: Ref<MqttClient | null>;
  status: () => string;
  messages: () => string[];
  subscribe: (topic: string) => Promise<ISubscriptionGrant[]>;
  publish: (topic: string, message: string) => void;
}

function useMqtt(url: string, options: IClientOptions, onMessage?: OnMessageCallback): UseMqttResult {
  const client = useRef<MqttClient | null>(null);
  const [status, setStatus] = useState('Connecting');
  const [messages, setMessages] = useState<string[]>([]);
  useEffect(() => {
    const one = mqtt.connect(url, options);
    client.current = one;
    one.on('connect', () => setStatus('Connected'));
    one.on('error', (err) => { setStatus(`Error ${err.message}`); one.end(); });
    one.on('reconnect', () => setStatus('Reconnecting'));
    one.on('message', (topic, message, packet) => {
      setMessages((old) => [...old, `${topic.split('/').pop()} ${message}`]);
      onMessage?.(topic, message, packet);
    });
    return () => { one.end(() => setStatus('Disconnected')); };
  });
  const subscribe = (topic: string): Promise<ISubscriptionGrant[]> => new Promise((resolve, reject) => {
    client.current?.subscribe(topic, {qos: 0}, (error, granted) => (error ? reject(error) : resolve(granted ?? [])));
  });
  const publish = (topic: string, message: string): void => {
    client.current?.publish(topic, message, {qos: 1, retain: false}, (error?: Error) => {
      if (error) console.log('Publish error', error.message);
    });
  };
  return {client, status, messages, subscribe, publish};
}

const base = process.env.PREFIX!;
let arrived = (): void => {};
const App = (): UseMqttResult =>
  useMqtt(process.env.BROKER_WS!, {clientId: `${base}-react`, clean: true, reconnectPeriod: 1000, connectTimeout: 30 * 1000},
    () => arrived());

const app = App();
console.log(app.status(), app.client.current?.connected);
const granted = await app.subscribe(`${base}/chat/#`);
console.log(app.status(), granted.map(({qos}) => qos));
for (const word of ['one', 'zwei', '三', '🚀']) {
  const seen = new Promise<void>((resolve) => { arrived = resolve; });
  app.publish(`${base}/chat/${word.length}`, word);
  await seen;
}
console.log(app.messages());
const ended = new Promise<void>((resolve) => app.client.current!.once('end', resolve));
cleanups.forEach((cleanup) => cleanup());
await ended;
await new Promise((resolve) => setImmediate(resolve));
console.log(app.status());
