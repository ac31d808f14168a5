// Paho's JavaScript client, as wasm/bench has it. It is made for browsers: Node lacks the WebSocket that it takes from them. It
// knows MQTT 3.1.1 only. Its own reconnecting waits a second: the adapter connects again, with the same client, instead.
import {createRequire} from 'node:module';
import path from 'node:path';
import {root} from '../../../wasm/test/support/machine.mjs';
import {package_directory} from '../../../wasm/test/support/package.mjs';
import {NotOffered, speak} from './lines.mjs';

globalThis.WebSocket = createRequire(path.join(package_directory, 'package.json'))('ws').WebSocket;
const require = createRequire(path.join(root, 'wasm', 'bench', 'package.json'));
const Paho = require('paho-mqtt');
const {version} = require('paho-mqtt/package.json');

const again_after = 50;

function message_of({topic, payload, qos = 0, retain = false}) {
  const message = new Paho.Message(Uint8Array.from(payload));
  Object.assign(message, {destinationName: topic, qos, retained: retain});
  return message;
}

function make(options, report) {
  let over = false, connected = false;
  const tags = new Map();
  const client = new Paho.Client(`${options.url}/`, options.client_id);
  const connect = () => client.connect({
    cleanSession: options.clean, keepAliveInterval: options.keep_alive, mqttVersion: 4, timeout: 10,
    ...options.username !== undefined && {userName: options.username},
    ...options.password !== undefined && {password: Buffer.from(options.password, 'hex').toString('utf8')},
    ...options.will && {willMessage: message_of({...options.will, payload: Buffer.from(options.will.payload, 'hex')})},
    onSuccess: () => {
      connected = true;
      report('connected', {});
    },
    onFailure: ({errorMessage}) => lost(errorMessage),
  });
  const lost = (reason) => {
    connected = false;
    report('closed', {reason: reason ?? ''});
    if (!over) setTimeout(() => { if (!over) connect(); }, again_after);
  };
  client.onConnectionLost = ({errorMessage}) => lost(errorMessage);
  client.onMessageArrived = (message) => report('message', {topic: message.destinationName,
    payload: Buffer.from(message.payloadBytes).toString('hex'), qos: message.qos, retain: message.retained, dup: message.duplicate});
  client.onMessageDelivered = (message) => {
    if (tags.has(message)) report('delivered', {tag: tags.get(message)});
    tags.delete(message);
  };
  connect();
  return {
    publish({tag, ...command}) {
      if (command.topic_alias) throw new NotOffered();
      const message = message_of(command);
      tags.set(message, tag);
      client.send(message);
    },
    subscribe: ({tag, filter, qos}) => client.subscribe(filter, {qos,
      onSuccess: ({grantedQos}) => report('subscribed', {tag, granted: Number(grantedQos?.[0] ?? grantedQos)}),
      onFailure: ({errorCode}) => report('subscribed', {tag, granted: Number(errorCode?.[0] ?? 128)})}),
    unsubscribe: ({tag, filter}) => client.unsubscribe(filter, {
      onSuccess: () => report('unsubscribed', {tag}), onFailure: ({errorMessage}) => report('failed', {tag, reason: errorMessage})}),
    disconnect() {
      over = true;
      client.disconnect();
    },
    forget() {
      over = true;
      if (connected && client.isConnected()) client.disconnect();
    },
  };
}

speak({name: `Paho JavaScript ${version}`, transport: 'ws', versions: [4]}, make);
