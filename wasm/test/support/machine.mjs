// What the helpers need of the machine: free ports, and waiting for a condition instead of for a time.
import net from 'node:net';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

// The repository.
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

const given = new Set();

const is_free = (port) => new Promise((resolve) => {
  const server = net.createServer();
  server.once('error', () => resolve(false));
  server.listen(port, () => server.close(() => resolve(true)));
});

// `count` ports that nobody listens on, others each time. Not of those that the system gives to outgoing connections (from
// 32,768 on, on Linux): one of them may take it before whoever asked for it listens.
export async function free_ports(count) {
  const ports = [];
  while (ports.length < count) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (given.has(port) || !await is_free(port)) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}

// Whether somebody accepts connections on this machine's port.
export function is_open(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

// Whether an MQTT server on this machine's port answers a CONNECT, be it with a refusal.
export function answers_connect(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const end = (answered) => { socket.destroy(); resolve(answered); };
    socket.once('connect', () => socket.write(Buffer.from('100c00044d5154540402003c0000', 'hex')));
    socket.once('data', () => end(true));
    socket.once('end', () => end(true));
    socket.once('error', () => end(false));
  });
}

// Asks until `condition` (which may be asynchronous) gives something true, and resolves to that.
export async function until(condition, description, milliseconds = 30000) {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${description}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// So many tabs a test opens that wants many; scripts/tabs has twenty.
export const many = Number(process.env.WASMQTT_TABS ?? 5);

// A clock in milliseconds that stands still while this process waits for the processor: for what has to be done in time, by this
// process alone, on a busy machine, too. Call it for the time since; it never says more than has passed.
export function own_clock() {
  const step = 10;
  let ticks = 0;
  const timer = setInterval(() => { ++ticks; }, step);
  timer.unref();
  return () => ticks * step;
}
