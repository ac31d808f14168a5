import {loadScript} from '../script.mjs';

export async function create({script}) {
  await loadScript(script);
  let client, limit, wanted = 0, seen = 0, complete, delivered = () => {};
  return {
    open(url, window) {
      client = new self.Paho.Client(url, 'bench-paho');
      limit = window;
      client.onMessageArrived = () => { if (++seen === wanted) complete(); };
      client.onMessageDelivered = () => delivered();
    },
    connect: () => new Promise((resolve, reject) => {
      client.connect({onSuccess: resolve, onFailure: (failure) => reject(new Error(failure.errorMessage))});
    }),
    publishQos0(topic, payload, count) {
      delivered = () => {};
      for (let i = 0; i < count; ++i) client.send(topic, payload, 0, false);
    },
    publishQos1: (topic, payload, count) => new Promise((resolve) => {
      let sent = 0, done = 0;
      const publish = () => {
        ++sent;
        client.send(topic, payload, 1, false);
      };
      // It tells of QoS 0 messages too, after they were handed to the socket.
      delivered = () => {
        if (sent === 0) return;
        if (++done === count) return resolve();
        if (sent < count) publish();
      };
      while (sent < Math.min(count, limit)) publish();
    }),
    subscribe: (filter) => new Promise((resolve) => client.subscribe(filter, {qos: 0, onSuccess: resolve})),
    order: (topic, payload) => client.send(topic, payload, 0, false),
    received(count) {
      wanted = count;
      seen = 0;
      return new Promise((resolve) => { complete = resolve; });
    },
  };
}
