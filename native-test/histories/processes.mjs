// The programs of a run: the broker's (broker_host.cpp) and the clients' (histories_client.cpp).
import {createInterface} from 'node:readline';
import {mkdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {has_ended, start, stop} from '../../wasm/test/support/children.mjs';
import {root} from '../../wasm/test/support/machine.mjs';
import {Wire} from './wire.mjs';

const program = (name) => path.join(process.env.WASMQTT_HISTORIES ?? path.join(root, 'build', 'native', 'native-test', 'histories'), name);

export class Broker {
  #child;
  #lines;
  port;

  static async start(name) {
    const broker = new Broker();
    broker.#child = start(program('wasmqtt_broker_host'), [name], {stdio: ['pipe', 'pipe', 'inherit']});
    broker.#lines = createInterface({input: broker.#child.stdout})[Symbol.asyncIterator]();
    const [, port] = (await broker.#line('ready')).split(' ');
    broker.port = Number(port);
    return broker;
  }

  async #line(wanted) {
    const {value} = await this.#lines.next();
    if (!value?.startsWith(wanted)) throw new Error(`The broker's program says ${value ?? 'nothing more'}`);
    return value;
  }

  // kill, start, pause or resume; resolves when it is done.
  async do(what) {
    this.#child.stdin.write(`${what}\n`);
    await this.#line('done');
  }

  close() { return stop(this.#child); }
}

// One process with its clients, each behind a wire of its own; started again when it has been killed, with what is in its directory.
export class Clients {
  #child;
  #arguments;
  wires;

  static async start({names, seed, version, qos, user, directory, port_of, log}) {
    const clients = new Clients();
    clients.names = names;
    clients.directory = directory;
    clients.wires = await Promise.all(names.map((name) => Wire.start(name, port_of, {version, log})));
    clients.#arguments = [seed, version, qos, user, 'test', directory, ...names.map((name, index) => `${name}=${clients.wires[index].url}`)].map(String);
    mkdirSync(path.join(directory, 'journals'), {recursive: true});
    clients.run();
    return clients;
  }

  run() { this.#child = start(program('wasmqtt_histories_client'), this.#arguments, {stdio: ['pipe', 'inherit', 'inherit']}); }

  async kill() { await stop(this.#child); }

  async stand_still(milliseconds) {
    this.#child.kill('SIGSTOP');
    await pause(milliseconds);
    this.#child.kill('SIGCONT');
  }

  ended_by_itself() { return has_ended(this.#child) && this.#child.signalCode === null ? this.#child.exitCode : null; }

  drain() { this.#child.stdin.write('drain\n'); }

  history(name) { return readFileSync(path.join(this.directory, `${name}.history`), 'utf8'); }

  async close() {
    await stop(this.#child);
    await Promise.all(this.wires.map((wire) => wire.close()));
  }
}
