// The broker's own command-line clients: what another MQTT client sees and sends.
//
//   const seen = await subscribe(broker, 'chat/#');                    // subscribed when it resolves
//   await publish(broker, 'chat/messages/bob/alice', {content: 'hi'}); // objects become JSON
//   const message = await seen.next((m) => m.topic.endsWith('/alice'));
//   message.topic, message.payload (text), message.json (or undefined), message.retain, message.qos
//   await seen.close();
// Options: {user, password, qos, retain}; a will: {will: {topic, payload, qos, retain}}.
import {execFile} from 'node:child_process';
import {createInterface} from 'node:readline';
import {promisify} from 'node:util';
import {has_ended, start, stop} from './children.mjs';
import {until} from './machine.mjs';

const run = promisify(execFile);
const open = new Set();
// What a test that failed left behind.
export const close_subscriptions = () => Promise.all([...open].map((child) => stop(child, 'SIGTERM')));

const text = (payload) => (typeof payload === 'string' ? payload : JSON.stringify(payload));

function connection(broker, {user, password, id, qos, will}) {
  const options = ['-h', '127.0.0.1', '-p', String(broker.tcpPort), '-V', 'mqttv311'];
  if (user !== undefined) options.push('-u', user, '-P', password ?? 'test');
  if (id !== undefined) options.push('-i', id);
  if (qos !== undefined) options.push('-q', String(qos));
  if (will) {
    options.push('--will-topic', will.topic, '--will-payload', text(will.payload), '--will-qos', String(will.qos ?? 0));
    if (will.retain) options.push('--will-retain');
  }
  return options;
}

// Resolves when the broker has the message (QoS 0: when it was sent). An empty payload with retain clears the topic.
export async function publish(broker, topic, payload, options = {}) {
  const content = payload === '' ? ['-n'] : ['-m', text(payload)];
  await run('mosquitto_pub', [...connection(broker, options), '-t', topic, ...content,
    ...(options.retain ? ['-r'] : [])]);
}

export async function subscribe(broker, topics, options = {}) {
  const filters = [topics].flat().flatMap((topic) => ['-t', topic]);
  // Into a pipe, it would keep the line that says "Subscribed" until its buffer is full.
  const child = start('stdbuf', ['-oL', 'mosquitto_sub', ...connection(broker, options), '-d', '-F', '%j', ...filters]);
  open.add(child);
  child.once('exit', () => open.delete(child));
  const messages = [];
  const remarks = [];
  const note = (line) => {
    if (!line.startsWith('{')) return remarks.push(line);
    const message = JSON.parse(line);
    message.payload = String(message.payload ?? '');
    try {
      message.json = JSON.parse(message.payload);
    } catch {
      message.json = undefined;
    }
    return messages.push(message);
  };
  createInterface({input: child.stdout}).on('line', note);
  createInterface({input: child.stderr}).on('line', note);
  await until(() => {
    if (has_ended(child)) throw new Error(`mosquitto_sub ended: ${remarks.join('; ')}`);
    return remarks.some((line) => line.startsWith('Subscribed'));
  }, `mosquitto_sub is subscribed to ${topics}`);
  return {
    messages,
    // The first message, early or late, for which `wanted` is true.
    next: (wanted = () => true, milliseconds) =>
      until(() => messages.find(wanted), `a message on ${topics}`, milliseconds),
    close: () => stop(child, 'SIGTERM'),
  };
}
