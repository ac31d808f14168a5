// MQTT.js, and everything with its API: a classic script (`script`) or a module (`library`).
//   `open`: QoS 0 publishes whose callbacks have not come yet, at the most; 0: no limit. MQTT.js loses time in each open one.
import {loadScript} from '../script.mjs';

const load = async ({script, library}) => {
  if (library) return import(library).then((module) => module.default ?? module);
  await loadScript(script);
  return self.mqtt;
};

export async function create({script, library, open: most = 0}) {
  const mqtt = await load({script, library});
  let client, address, limit, wanted = 0, seen = 0, complete;
  const publish_open = (topic, payload, count) => new Promise((resolve) => {
    let left = count;
    for (let i = 0; i < count; ++i) client.publish(topic, payload, {}, () => { if (--left === 0) resolve(); });
  });

  return {
    open(url, window) {
      address = url;
      limit = window;
    },
    connect: () => new Promise((resolve, reject) => {
      client = mqtt.connect(address, {clientId: 'bench-mqttjs', protocolVersion: 4, reconnectPeriod: 0});
      client.once('error', reject);
      client.once('connect', resolve);
      client.on('message', () => { if (++seen === wanted) complete(); });
    }),
    async publishQos0(topic, payload, count) {
      if (!most) for (let i = 0; i < count; ++i) client.publish(topic, payload, {});
      else for (let i = 0; i < count; i += most) await publish_open(topic, payload, Math.min(most, count - i));
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
      client = mqtt.connect(address, {clientId: 'bench-mqttjs', protocolVersion: 4});
      client.on('error', () => {});  // nobody listens there
      for (let i = 0; i < count; ++i) client.publish(topic, payload, {qos: 1});
    },
    bytesHeld: () => 0,  // all of it lies in JavaScript's heap
  };
}
