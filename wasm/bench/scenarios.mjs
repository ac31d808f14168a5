// What is measured, the same for every client behind its adapter. Each returns {value} in the unit that run.mjs names.
const topic = 'chat/messages/hannes/sebastian';  // 30 bytes
const text = (bytes) => 'x'.repeat(bytes);

async function connected(client, {url, window = 65535}) {
  client.open(url, window);
  await client.connect();
}

const perSecond = (count, began) => ({value: count / (performance.now() - began) * 1000});

// What a browser compiles in the background while a script runs for the first time is not measured: `warm` messages go
// before, the same for every client.
async function warmedUp(client, {warm}, run) {
  if (!warm) return;
  await run(warm);
  await new Promise((resolve) => setTimeout(resolve, Math.min(150, warm * 0.03)));
}

async function timed(client, job, run) {
  await warmedUp(client, job, run);
  const began = performance.now();
  await run(job.count);
  return perSecond(job.count, began);
}

// `count` messages in one turn of the event loop, or `task` in each of several. The end is the acknowledgement of one more
// message, with QoS 1: a broker takes messages in order.
async function burst(client, payload, count, task = count) {
  for (let sent = 0; sent < count; sent += task) {
    if (sent > 0) await nextTask();
    await client.publishQos0(topic, payload, Math.min(task, count - sent));
  }
  await client.publishQos1(topic, payload, 1);
}

const {port1, port2} = new MessageChannel();
const nextTask = () => new Promise((resolve) => {
  port2.onmessage = resolve;
  port1.postMessage(0);
});

export async function qos0(client, job) {
  await connected(client, job);
  const payload = text(job.bytes);
  return timed(client, job, (count) => burst(client, payload, count, job.task));
}

export async function qos1(client, job) {
  await connected(client, job);
  const payload = text(job.bytes);
  return timed(client, job, (count) => client.publishQos1(topic, payload, count));
}

// Microseconds of the main thread for each message: what a loop of messages to ourselves finds taken by others. A turn of
// the empty loop takes a few microseconds.
export async function mainThread(client, job) {
  await connected(client, job);
  const payload = text(job.bytes);
  await warmedUp(client, job, (count) => burst(client, payload, count));
  const channel = new MessageChannel();
  let last = performance.now(), busy = 0, stop = false;
  channel.port2.onmessage = () => {
    const now = performance.now();
    if (now - last > 0.05) busy += now - last;
    last = now;
    if (!stop) channel.port1.postMessage(0);
  };
  channel.port1.postMessage(0);
  await burst(client, payload, job.count);
  stop = true;
  return {value: busy * 1000 / job.count};
}

// From the order to the last message. With Mosquitto the server of this page floods it over TCP.
export async function receive(client, job) {
  await connected(client, job);
  await client.subscribe('chat/messages/+/+');
  const result = await timed(client, job, async (count) => {
    const all = client.received(count);
    if (job.peer === 'fast') client.order('send', `${count} ${job.bytes} ${job.frame}`);
    else await fetch('flood', {method: 'POST', body: JSON.stringify({topic, count, bytes: job.bytes})});
    await all;
  });
  const characters = client.textSoFar?.().characters ?? 0;
  const expected = (job.count + (job.warm ?? 0)) * topic.length;
  if (characters !== 0 && characters !== expected) throw new Error(`${characters} characters of topics`);
  return result;
}

// One message after the other, each to ourselves: median of all, in milliseconds, and what 99 % do not exceed.
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
  return {value: times[times.length >> 1], also: {'99 %': times[Math.floor(times.length * 0.99)]}};
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

// To CONNACK, nothing cached: fetch (from this machine), compile, start, connect. From navigation, and from the beginning
// of the script.
export async function load(client, job, began) {
  await connected(client, job);
  const now = performance.now();
  return {value: now, also: {'of it from the script\'s start': now - began}};
}
