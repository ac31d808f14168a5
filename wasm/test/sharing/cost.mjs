// What sharing costs beside a connection of one's own: how long a message takes to the broker and back, and how many a second do.
//
//   for (const row of await measure_cost(world)) console.log(row);    // {who, median, worst, qos0, qos1}

// In the page.
async function measure(topic) {
  const {client} = self;
  let heard = () => {};
  client.on('message', () => heard());
  await client.subscribeAsync(topic, {qos: 1});

  const round_trip = () => new Promise((resolve) => {
    const begun = performance.now();
    heard = () => resolve(performance.now() - begun);
    client.publish(topic, 'x'.repeat(100), {qos: 0});
  });
  const times = [];
  for (let i = 0; i < 600; ++i) times.push(await round_trip());
  const row = times.slice(100).sort((a, b) => a - b);

  const rate = (count, qos) => new Promise((resolve) => {
    const begun = performance.now();
    let left = count;
    heard = () => { if (--left === 0) resolve(Math.round(count / (performance.now() - begun) * 1000)); };
    for (let i = 0; i < count; ++i) client.publish(topic, 'x'.repeat(100), {qos}, () => {});
  });
  await rate(2000, 0);
  return {median: row[250], worst: row[494], qos0: await rate(20_000, 0), qos1: await rate(5000, 1)};
}

export async function measure_cost(world) {
  const rows = [];
  const add = async (who, tab) => {
    const {median, worst, ...rates} = await tab.page.evaluate(measure, `cost/${rows.length}`);
    rows.push({who, 'median ms': median.toFixed(2), '99 % ms': worst.toFixed(2), 'QoS 0 / s': rates.qos0, 'QoS 1 / s': rates.qos1});
  };
  const direct = {url: world.broker.wsUrl};
  await add('a connection of its own', (await world.open(1, false, direct))[0]);
  await add('the same with a journal', (await world.open(1, false, {...direct, journal: true}))[0]);
  const [leader, member] = await world.open(2, {worker: false}, direct);
  await add('the tab that leads', leader);
  await add('a member of it', member);
  await add('a member of a worker', (await world.open(1, true, direct))[0]);
  return rows;
}
