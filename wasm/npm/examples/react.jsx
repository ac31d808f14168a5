// MQTT in React, as hooks. One client serves the application, and is made outside of it: components come and go, a connection
// stays.
//
//   const client = connect('wss://broker.example/mqtt');
//   createRoot(element).render(<StrictMode><Mqtt.Provider value={client}><App/></Mqtt.Provider></StrictMode>);
//
//   const sensors = useTopics('sensors/+', {qos: 1, as: 'json'});     // a Map of topics to their latest values
//   const {connected, reason} = useConnection();
//   const {payload, error} = useAnswer('lamp/7/state', null, {as: 'json'});
import {createContext, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore} from 'react';
import {topic_store} from './store.mjs';

export const Mqtt = createContext(null);

export function useTopics(filter, options) {
  const client = useContext(Mqtt);
  const same = useSame(options);
  const store = useMemo(() => topic_store(client, filter, same), [client, filter, same]);
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}

export function useConnection() {
  const client = useContext(Mqtt);
  const source = useMemo(() => ({
    subscribe(listener) {
      client.on('connect', listener).on('close', listener);
      return () => client.off('connect', listener).off('close', listener);
    },
    connected: () => client.connected,
  }), [client]);
  const connected = useSyncExternalStore(source.subscribe, source.connected);
  return {connected, reason: connected ? '' : client.closeRecord?.sentence ?? ''};
}

// What is written down in a component is new with each rendering: the first of those that are alike. Functions, such as `as` and
// `undecodable`, are alike when they are the same: define them outside of the component, or with useCallback().
function useSame(value) {
  const first = useRef(value);
  if (!alike(first.current, value)) first.current = value;
  return first.current;
}
function alike(one, other) {
  if (Object.is(one, other)) return true;
  if ([one, other].some((value) => value === null || typeof value !== 'object')) return false;
  const names = Object.keys(one);
  return Object.getPrototypeOf(one) === Object.getPrototypeOf(other) && names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && alike(one[name], other[name]));
}

// Asks when it is first rendered, and when the question changes; a component that is gone wants no answer.
export function useAnswer(topic, question, options) {
  const client = useContext(Mqtt);
  const [answer, setAnswer] = useState({});
  const asked = useSame(question);
  const same = useSame(options);
  useEffect(() => {
    const gone = new AbortController();
    client.request(topic, asked, {...same, signal: gone.signal}).then(
      ({payload}) => setAnswer({payload}), (error) => gone.signal.aborted || setAnswer({error}));
    return () => gone.abort();
  }, [client, topic, asked, same]);
  return answer;
}
