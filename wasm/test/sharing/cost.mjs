// What sharing costs beside a connection of one's own: how long a message takes to the broker and back, and how many a second do.
//
//   console.table(await measure_cost(world));

// In the page. Of the messages whose number a second is measured, so many are under way at a time: a broker drops what is more than it
// queues for one client.
async function measure(topic) {
  const {client} = self;
  const under_way = 200, limit = 60_000;
  const text = 'x'.repeat(100);
  const closed = new Promise((_, reject) => client.once('close', () => reject(new Error('the connection was closed, and what was under way is lost'))));
  closed.catch(() => {});
  let heard = () => {};
  client.on('message', () => heard());
  await client.subscribeAsync(topic, {qos: 1});

  const round_trip = () => new Promise((resolve) => {
    const begun = performance.now();
    heard = () => resolve(performance.now() - begun);
    client.publish(topic, text, {qos: 0});
  });
  const times = [];
  for (let i = 0; i < 600; ++i) times.push(await round_trip());
  const row = times.slice(100).sort((a, b) => a - b);

  const rate = (count, qos) => Promise.race([closed, new Promise((resolve, reject) => {
    const begun = performance.now();
    let sent = 0, came = 0;
    const send = () => {
      if (sent === count) return;
      ++sent;
      client.publish(topic, text, {qos}, (error) => { if (error) reject(error); });
    };
    heard = () => {
      if (++came === count) resolve(Math.round(count / (performance.now() - begun) * 1000));
      else send();
    };
    while (sent < under_way) send();
    setTimeout(() => reject(new Error(`${came} of ${count} messages of QoS ${qos} have come within ${limit / 1000} s`)), limit);
  })]);
  await rate(2000, 0);
  return {median: row[250], worst: row[494], qos0: await rate(20_000, 0), qos1: await rate(5000, 1)};
}

// On a busy machine another tab may take over meanwhile: then once more. null: each time.
async function measured(who, topic, open) {
  for (let attempt = 1; attempt <= 3; ++attempt) {
    try {
      return await (await open()).page.evaluate(measure, topic);
    } catch (error) {
      console.log(`${who}, attempt ${attempt}: ${error.message.split('\n')[0]}`);
    }
  }
  return null;
}

export async function measure_cost(world) {
  const direct = {url: world.broker.wsUrl};
  const tab = async (which, ...how) => (await world.open(...how))[which];
  const all = {
    'a connection of its own': () => tab(0, 1, false, direct),
    'the same with a journal': () => tab(0, 1, false, {...direct, journal: true}),
    'the tab that leads': () => tab(0, 2, {worker: false}, direct),
    'a member of it': () => tab(1, 2, {worker: false}, direct),
    'a member of a worker': () => tab(0, 1, true, direct),
  };
  const rows = [];
  for (const [who, open] of Object.entries(all)) {
    const result = await measured(who, `cost/${rows.length}`, open);
    rows.push(result === null ? {who, 'median ms': 'not measured'} : {
      who, 'median ms': result.median.toFixed(2), '99 % ms': result.worst.toFixed(2), 'QoS 0 / s': result.qos0, 'QoS 1 / s': result.qos1});
    await world.leave_all();
  }
  return rows;
}
