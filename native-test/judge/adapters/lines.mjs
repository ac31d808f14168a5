// What adapters in Node share: the lines of the judge's protocol (../README.md).
//
//   speak({name: 'MQTT.js 5', transport: 'tcp', versions: [4, 5]}, (options, report) => ({publish, subscribe, unsubscribe, disconnect, forget}));
//
// Each connect command makes a new client of these; what the one before it still says is not passed on. An exception of a
// method is the failure of its command.
import {createInterface} from 'node:readline';

const say = (report) => process.stdout.write(`${JSON.stringify(report)}\n`);

export class NotOffered extends Error {}

export function speak(about, make) {
  let client = null;
  const made = (options) => {
    const report = (is, more) => { if (client?.report === report) say({is, ...more}); };
    client = {report};
    client.methods = make(options, report);
  };
  const commands = {
    connect: made,
    forget() {
      const {methods} = client ?? {};
      client = null;
      methods?.forget();
      say({is: 'forgotten'});
    },
    echo: ({tag}) => say({is: 'echo', tag}),
    publish: ({payload, ...command}) => client.methods.publish({...command, payload: Buffer.from(payload, 'hex')}),
    subscribe: (command) => client.methods.subscribe(command),
    unsubscribe: (command) => client.methods.unsubscribe(command),
    disconnect: () => client.methods.disconnect(),
  };
  const input = createInterface({input: process.stdin});
  input.on('line', (line) => {
    const {do: name, ...command} = JSON.parse(line);
    try {
      commands[name](command);
    } catch (error) {
      if (error instanceof NotOffered) say({is: 'not_offered'});
      else say({is: 'failed', tag: command.tag, reason: error.message});
    }
  });
  input.on('close', () => process.exit());
  say({is: 'ready', ...about});
}

// For clients with MQTT.js's API: MQTT.js, and ours.
export function mqttjs_client(mqtt) {
  return (options, report) => {
    let reason = '';
    const client = mqtt.connect(options.url, mqttjs_options(options));
    client.on('connect', ({sessionPresent}) => report('connected', {session_present: sessionPresent === true}));
    client.on('message', (topic, payload, {qos, retain, dup}) =>
      report('message', {topic, payload: Buffer.from(payload).toString('hex'), qos, retain, dup}));
    client.on('error', (error) => { reason = error.message; });
    client.on('close', () => {
      report('closed', {reason});
      reason = '';
    });
    const answer = (tag, is) => (error, more) => (error ? report('failed', {tag, reason: error.message}) : report(is, {tag, ...more}));
    return {
      publish({tag, topic, payload, qos, retain, topic_alias}) {
        const properties = topic_alias && {topicAlias: topic_alias};
        const done = answer(tag, 'delivered');
        client.publish(topic, payload, {qos, retain, ...properties && {properties}}, (error) => done(error));
      },
      subscribe({tag, filter, qos}) {
        const done = answer(tag, 'subscribed');
        client.subscribe(filter, {qos}, (error, granted) => {
          // A code that refuses is an error of the call with MQTT.js.
          if (error?.message?.startsWith('Subscribe error')) return done(null, {granted: error.code ?? 128});
          return done(error, {granted: granted?.[0]?.qos});
        });
      },
      unsubscribe({tag, filter}) {
        const done = answer(tag, 'unsubscribed');
        client.unsubscribe(filter, (error) => done(error));
      },
      disconnect: () => client.end(false),
      forget() {
        client.on('error', () => {});
        client.end(true);
      },
    };
  };
}

function mqttjs_options({version, client_id, clean, keep_alive, username, password, will, ...more}) {
  const properties = Object.fromEntries(Object.entries({
    sessionExpiryInterval: more.session_expiry, receiveMaximum: more.receive_maximum, maximumPacketSize: more.maximum_packet_size,
    topicAliasMaximum: more.topic_alias_maximum}).filter(([, value]) => value !== undefined));
  return {
    protocolVersion: version, clientId: client_id, clean, keepalive: keep_alive, reconnectPeriod: 50, connectTimeout: 10_000, username,
    ...password !== undefined && {password: Buffer.from(password, 'hex')},
    ...will && {will: {...will, payload: Buffer.from(will.payload, 'hex')}},
    ...version === 5 && Object.keys(properties).length > 0 && {properties},
    ...more.topic_aliases && {autoAssignTopicAlias: true},
  };
}
