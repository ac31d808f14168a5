// What is measured, the same for every client behind its adapter. Each returns {value} in the unit that run.mjs names.
const topic = 'chat/messages/hannes/sebastian';  // 30 bytes
const text = (bytes) => 'x'.repeat(bytes);

async function connected(client, {url, window = 65535}) {
  client.open(url, window);
  await client.connect();
}

const perSecond = (count, began) => ({value: count / (performance.now() - began) * 1000});

// The end is the acknowledgement of one more message, with QoS 1: a broker takes messages in order.
export async function qos0(client, job) {
  await connected(client, job);
  const payload = text(job.bytes);
  const began = performance.now();
  await client.publishQos0(topic, payload, job.count);
  return perSecond(job.count, began);
}

export async function qos1(client, job) {
  await connected(client, job);
  const payload = text(job.bytes);
  const began = performance.now();
  await client.publishQos1(topic, payload, job.count);
  return perSecond(job.count, began);
}

// From the order to the last message. With Mosquitto the server of this page floods it over TCP.
export async function receive(client, job) {
  await connected(client, job);
  await client.subscribe('chat/messages/+/+');
  const all = client.received(job.count);
  const began = performance.now();
  if (job.peer === 'fast') {
    client.order('send', `${job.count} ${job.bytes} ${job.frame}`);
  } else {
    await fetch('flood', {method: 'POST', body: JSON.stringify({topic, count: job.count, bytes: job.bytes})});
  }
  await all;
  return perSecond(job.count, began);
}

// One message after the other, each to ourselves: median of all, in milliseconds.
export async function roundTrip(client, job) {
  await connected(client, job);
  await client.subscribe('echo/#');
  const payload = text(job.bytes);
  const times = [];
  for (let i = 0; i < job.count; ++i) {
    const back = client.received(1);
    const began = performance.now();
    client.order('echo/0123456789/0123456789/012', payload);
    await back;
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return {value: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)]};
}

// Bytes per QoS 1 message that waits for a connection.
export async function memory(client, job) {
  const held = async () => {
    self.gc();
    await new Promise((resolve) => setTimeout(resolve, 100));
    self.gc();
    return performance.memory.usedJSHeapSize + client.bytesHeld();
  };
  client.open(job.url, 1000);
  const before = await held();
  client.enqueue(topic, text(job.bytes), job.count);
  return {value: (await held() - before) / job.count};
}

// From the beginning of the script to CONNACK: fetch (from this machine), compile, start, connect.
export async function load(client, job, began) {
  await connected(client, job);
  return {value: performance.now() - began};
}
