import {loadScript} from '../script.mjs';

// `open`: QoS 0 publishes whose callbacks have not come yet, at the most; 0: no limit. It loses time in each open one.
export async function create({script, open: most = 0}) {
  await loadScript(script);
  let client, address, limit, wanted = 0, seen = 0, complete;
  return {
    open(url, window) {
      address = url;
      limit = window;
    },
    connect: () => new Promise((resolve) => {
      client = self.mqtt.connect(address, {clientId: 'bench-mqttjs', protocolVersion: 4, reconnectPeriod: 0});
      client.once('connect', resolve);
      client.on('message', () => { if (++seen === wanted) complete(); });
    }),
    async publishQos0(topic, payload, count) {
      for (let i = 0; i < count; i += most || count) {
        await new Promise((resolve) => {
          let left = Math.min(most || count, count - i);
          const done = most ? () => { if (--left === 0) resolve(); } : undefined;
          for (let j = left; j > 0; --j) client.publish(topic, payload, {}, done);
          if (!most) resolve();
        });
      }
      await this.publishQos1(topic, payload, 1);
    },
    publishQos1: (topic, payload, count) => new Promise((resolve, reject) => {
      let sent = 0, done = 0;
      const publish = () => {
        ++sent;
        client.publish(topic, payload, {qos: 1}, (error) => {
          if (error) return reject(error);
          if (++done === count) return resolve();
          if (sent < count) publish();
        });
      };
      while (sent < Math.min(count, limit)) publish();
    }),
    subscribe: (filter) => client.subscribeAsync(filter),
    order: (topic, payload) => client.publish(topic, payload),
    received(count) {
      wanted = count;
      seen = 0;
      return new Promise((resolve) => { complete = resolve; });
    },
    enqueue(topic, payload, count) {
      client = self.mqtt.connect(address, {clientId: 'bench-mqttjs', protocolVersion: 4});
      client.on('error', () => {});  // nobody listens there
      for (let i = 0; i < count; ++i) client.publish(topic, payload, {qos: 1});
    },
    bytesHeld: () => 0,  // all of it lies in JavaScript's heap
  };
}
