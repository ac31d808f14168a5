// A program against MQTT.js's API for MQTT 5, and nothing else: run5(mqtt, url, {…}) resolves to what it saw, in order.
const bytes = (text) => new TextEncoder().encode(text);
export const plain = (value) => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)
    .map(([key, one]) => [key, plain(one)]).sort(([a], [b]) => (a < b ? -1 : 1)));
};

// The size is said, since wasmqtt announces one and MQTT.js does not unless asked to.
const options_of = (clientId) => ({
  protocolVersion: 5, clientId, clean: false, keepalive: 30, reconnectPeriod: 50, connectTimeout: 5000,
  properties: {sessionExpiryInterval: 600, maximumPacketSize: 100_000, receiveMaximum: 10, topicAliasMaximum: 5,
    requestResponseInformation: true, userProperties: {program: 'this one', word: ['one', 'two']}},
  will: {topic: `${clientId}/state`, payload: 'gone', qos: 1, retain: false,
    properties: {willDelayInterval: 30, contentType: 'text/plain', correlationData: Buffer.from('w'), userProperties: {a: 'b'}}},
});

export async function run5(mqtt, url, {clientId, cut, login = {}}) {
  const seen = [];
  const note = (event, ...details) => seen.push([event, ...details.map(plain)]);
  const client = mqtt.connect(url, {...options_of(clientId), ...login});
  for (const event of ['connect', 'reconnect', 'close', 'offline', 'end', 'disconnect', 'packetsend', 'packetreceive']) {
    client.on(event, (...values) => note(event, ...values));
  }
  client.on('error', ({name, message, code}) => note('error', name, message, code));
  client.on('message', (topic, payload, packet) => note('message', topic, payload, packet));
  // The message that holds this text, and, with QoS, that it was acknowledged.
  const arrived = (text, acknowledgement) => Promise.all([
    heard(client, 'message', (topic, payload) => payload.toString() === text),
    acknowledgement && heard(client, 'packetsend', ({cmd}) => cmd === acknowledgement),
  ]);
  const call = async (name, promise) => note(name, await promise.then((value) => value, ({name: kind, message, code}) => [kind, message, code]));
  const topic = (name) => `${clientId}/${name}`;

  // Asked for before the connection is there. Aedes does not give such a message to the subscription that came just before it.
  const early = client.subscribeAsync(topic('1st'), {qos: 0, rap: true});
  client.publish(topic('nobody'), 'early', {properties: {contentType: 'text/plain'}}, (error) => note('published', error ?? null));
  await call('granted', early);
  let wait = arrived('heard');
  client.publish(topic('1st'), 'heard', {properties: {userProperties: {a: 'b'}}});
  await wait;
  note('server', client.serverProperties, client.keepalive);

  // Subscriptions with all that they can have.
  await call('granted', client.subscribeAsync([topic('a/+'), topic('b/#')], {qos: 2, rap: true, properties: {userProperties: {s: ['1', '2']}}}));
  await call('granted', client.subscribeAsync(topic('own'), {qos: 1, nl: true}));
  await call('granted', client.subscribeAsync({[topic('c')]: {qos: 1, nl: false, rap: false, rh: 2}, [topic('d')]: {qos: 0, nl: false, rap: true, rh: 1}},
    {properties: {subscriptionIdentifier: 77}}));

  // Messages with all that they can have.
  for (const qos of [0, 1, 2]) {
    wait = arrived(`Grüße ${qos}`, [null, 'puback', 'pubcomp'][qos]);
    await call('done', client.publishAsync(topic(`a/${qos}`), `Grüße ${qos}`, {qos, properties: {payloadFormatIndicator: true,
      messageExpiryInterval: 600, contentType: 'text/plain; charset=utf-8', responseTopic: topic('b/answer'),
      correlationData: Buffer.from([0, 255, qos]), userProperties: {one: '1', 'zwei 二': ['2', '2']}}}));
    await wait;
  }
  wait = arrived('to an identifier', 'puback');
  await call('done', client.publishAsync(topic('c'), 'to an identifier', {qos: 1}));
  await wait;
  await call('not to myself', client.publishAsync(topic('own'), 'x', {qos: 1}));
  await call('to nobody', client.publishAsync(topic('nobody'), 'x', {qos: 1}));

  // A question and its answer.
  wait = arrived('the answer', 'puback');
  const question = heard(client, 'message', (name, payload) => payload.toString() === 'a question?');
  await client.publishAsync(topic('c'), 'a question?', {qos: 1, properties: {responseTopic: topic('b/answer'), correlationData: Buffer.from('7')}});
  const [, , {properties: {responseTopic, correlationData}}] = await question;
  await client.publishAsync(responseTopic, bytes('the answer'), {qos: 1, properties: {correlationData}});
  await wait;

  // Stored messages, for new subscriptions and not.
  await client.publishAsync(topic('kept'), 'kept', {qos: 1, retain: true, properties: {messageExpiryInterval: 100, contentType: 'x'}});
  wait = arrived('kept');
  await call('granted', client.subscribeAsync(topic('kept'), {qos: 0, rap: true, rh: 1}));
  await wait;
  wait = arrived('');
  await client.publishAsync(topic('kept'), '', {qos: 1, retain: true});
  await wait;
  const codes = ({cmd, granted}) => [cmd, granted];
  await call('gone', client.unsubscribeAsync(topic('kept'), {properties: {userProperties: {bye: 'now'}}}).then(codes));
  await call('gone before', client.unsubscribeAsync(topic('never')).then(codes));
  await call('refused', client.subscribeAsync(topic('#/wrong')));

  // The connection breaks; the session stays.
  const back = heard(client, 'connect', () => true);
  cut();
  await back;
  note('back', client.connected, client.reconnecting);
  wait = arrived('after the cut', 'puback');
  await call('done', client.publishAsync(topic('c'), 'after the cut', {qos: 1}));
  await wait;

  await client.endAsync(false, {reasonCode: 0, properties: {sessionExpiryInterval: 0, userProperties: {so: 'long'}}});
  note('ended', client.connected, client.serverProperties ?? null);
  await call('late', client.publishAsync('late', 'x'));
  return seen;
}

const heard = (client, event, wanted) => new Promise((resolve) => {
  client.on(event, function look(...values) {
    if (!wanted(...values)) return;
    client.off(event, look);
    resolve(values);
  });
});
