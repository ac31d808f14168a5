// MQTT in React, as hooks. One client serves the application, and is made outside of it: components come and go, a connection
// stays.
//
//   const client = connect('wss://broker.example/mqtt');
//   createRoot(element).render(<StrictMode><Mqtt.Provider value={client}><App/></Mqtt.Provider></StrictMode>);
//
//   const sensors = useTopics('sensors/+', {qos: 1, as: 'json'});     // a Map of topics to their latest values
//   const {connected, reason} = useConnection();
//   const {payload, error} = useAnswer('lamp/7/state', null, {as: 'json'});
import {createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore} from 'react';
import {topic_store} from './store.mjs';

export const Mqtt = createContext(null);

export function useTopics(filter, options) {
  const client = useContext(Mqtt);
  // Options that are written down in a component are new ones with each rendering.
  const settings = JSON.stringify(options);
  const store = useMemo(() => topic_store(client, filter, settings && JSON.parse(settings)), [client, filter, settings]);
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

// Asks when it is first rendered, and when the question changes; a component that is gone wants no answer.
export function useAnswer(topic, question, options) {
  const client = useContext(Mqtt);
  const [answer, setAnswer] = useState({});
  const asked = JSON.stringify([question, options]);
  useEffect(() => {
    const gone = new AbortController();
    const [what, settings] = JSON.parse(asked);
    client.request(topic, what, {...settings, signal: gone.signal}).then(
      ({payload}) => setAnswer({payload}), (error) => gone.signal.aborted || setAnswer({error}));
    return () => gone.abort();
  }, [client, topic, asked]);
  return answer;
}
