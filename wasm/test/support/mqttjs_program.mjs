// A small program against MQTT.js's API, and nothing else: run(mqtt, url) resolves to what it saw, in order.
export async function run(mqtt, url, {clientId, cut}) {
  const seen = [];
  const note = (event, ...details) => seen.push([event, ...details]);
  const client = mqtt.connect(url, {
    clientId, keepalive: 30, reconnectPeriod: 50, connectTimeout: 5000,
    will: {topic: `${clientId}/state`, payload: 'gone', qos: 1, retain: false},
  });
  for (const event of ['reconnect', 'close', 'offline', 'end']) client.on(event, () => note(event));
  client.on('connect', (connack) => note('connect', plain(connack)));
  client.on('error', (error) => note('error', error.message));
  client.on('packetsend', (packet) => note('packetsend', plain(packet)));
  client.on('packetreceive', (packet) => note('packetreceive', plain(packet)));
  client.on('message', (topic, payload, packet) => note('message', topic, payload.toString(), plain(packet)));
  const arrived = (text) => new Promise((resolve) => {
    client.on('message', function look(topic, payload) {
      if (payload.toString() !== text) return;
      client.off('message', look);
      resolve();
    });
  });
  // Acknowledged by us, too: nothing of this message is under way any more.
  const answered = (cmd) => cmd && new Promise((resolve) => {
    client.on('packetsend', function look(packet) {
      if (packet.cmd !== cmd) return;
      client.off('packetsend', look);
      resolve();
    });
  });
  const next = (event) => new Promise((resolve) => client.once(event, resolve));

  // Asked for before the connection is there: a subscription, then a message for it.
  const early = client.subscribeAsync(`${clientId}/1st`);
  let wait = arrived('early');
  client.publish(`${clientId}/1st`, 'early', (error) => note('published', error ?? null));
  await wait;
  note('granted', await early);

  note('granted', await client.subscribeAsync([`${clientId}/a/+`, `${clientId}/b/#`], {qos: 2}));
  note('granted', await client.subscribeAsync({[`${clientId}/c`]: {qos: 1}, [`${clientId}/d`]: {qos: 0}}));
  note('granted', await client.subscribeAsync(`${clientId}/a/+`));
  for (const qos of [0, 1, 2]) {
    wait = Promise.all([arrived(`Grüße ${qos}`), answered([null, 'puback', 'pubcomp'][qos])]);
    const packet = await client.publishAsync(`${clientId}/a/${qos}`, `Grüße ${qos}`, {qos});
    note('done', packet === undefined ? packet : plain(packet));
    await wait;
  }
  wait = Promise.all([arrived('in turn'), answered('puback')]);
  await new Promise((resolve) => client.publish(`${clientId}/c`, 'in turn', {qos: 1}, resolve));
  await wait;
  await client.publishAsync(`${clientId}/b/kept`, 'kept', {qos: 1, retain: true});
  await client.publishAsync(`${clientId}/b/kept`, '', {qos: 1, retain: true});
  note('gone', (await client.unsubscribeAsync(`${clientId}/d`)).cmd);
  await client.subscribeAsync(`${clientId}/#/wrong`).catch((error) => note('refused', error.message));

  const back = next('connect');
  cut();
  await back;
  note('back', client.connected, client.reconnecting);
  wait = Promise.all([arrived('after the cut'), answered('puback')]);
  await client.publishAsync(`${clientId}/c`, 'after the cut', {qos: 1});
  await wait;

  await client.endAsync();
  note('ended', client.connected);
  await client.publishAsync('late', 'x').catch((error) => note('late', error.message));
  return seen;
}

// The same for a connection that does not come to be, and an end() after the first failure.
export async function run_in_vain(mqtt, url, options) {
  const seen = [];
  const client = mqtt.connect(url, {...options, clientId: 'in-vain', reconnectPeriod: 50, connectTimeout: 5000});
  for (const event of ['connect', 'reconnect', 'close', 'offline', 'end']) client.on(event, () => seen.push([event]));
  client.on('error', ({name, message, code}) => seen.push(['error', name, message, code]));
  client.on('packetsend', (packet) => seen.push(['packetsend', plain(packet)]));
  client.on('packetreceive', (packet) => seen.push(['packetreceive', plain(packet)]));
  await new Promise((resolve) => client.once('close', resolve));
  await client.endAsync();
  seen.push(['ended', client.connected, client.disconnected]);
  return seen;
}

// Bytes as text; what is undefined is not there.
function plain(value) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)
    .map(([key, one]) => [key, plain(one)]).sort(([a], [b]) => (a < b ? -1 : 1)));
}
