// Real Mosquitto brokers on free ports, with the configurations of scripts/brokers.
//
//   const broker = await startBroker('open');          // or 'auth', 'dynamic'
//   await startBroker('dynamic', {certificates});      // a folder of make_certificates(); broker.secureUrl asks for one
//   broker.wsUrl, broker.wsPort, broker.tcpPort
//   await broker.stop(); await broker.start();         // the same ports and state: a restart
//   broker.freeze(); broker.thaw();                    // connected, but silent
//   await broker.add_rights('user vy\ntopic deny …');   // of 'auth', in force when it resolves; connections stay
//   await broker.close();                              // stops it and removes its state
import {execFile} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import {appendFile, mkdir, mkdtemp, readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {has_ended, start, stop} from './children.mjs';
import {answers_connect, free_ports, is_open, root, until} from './machine.mjs';

const run = promisify(execFile);

const write_configuration = `set -euo pipefail
  root=$1
  source "$root/scripts/lib/progress.sh"
  source "$root/scripts/lib/brokers.sh"
  [[ $# -eq 5 ]] || broker_tls=("\${@:6}")
  write_broker "$2" "$3" "$4" "$5"`;

export async function startBroker(kind, {certificates} = {}) {
  const parent = path.join(root, 'build', 'browser-tests');
  await mkdir(parent, {recursive: true});
  const state = await mkdtemp(path.join(parent, `${kind}-`));
  // Between choosing a port and listening on it, somebody else may take it: then choose again.
  for (let attempt = 1; ; ++attempt) {
    const [wsPort, tcpPort, ...secure] = await free_ports(certificates ? 4 : 2);
    await run('bash', ['-c', write_configuration, 'bash', root, kind, state, wsPort, tcpPort,
      ...(certificates ? [certificates, ...secure] : [])].map(String));
    const broker = new Broker(kind, state, wsPort, tcpPort);
    if (certificates) Object.assign(broker, {securePort: secure[0], secureUrl: `wss://localhost:${secure[0]}`});
    try {
      await broker.start();
      return broker;
    } catch (error) {
      if (attempt === 5 || !/in use/i.test(error.message)) throw error;
    }
  }
}

class Broker {
  #state;
  #child = null;

  constructor(kind, state, wsPort, tcpPort) {
    this.kind = kind;
    this.#state = state;
    this.wsPort = wsPort;
    this.tcpPort = tcpPort;
    this.wsUrl = `ws://localhost:${wsPort}`;
  }

  get state() { return this.#state; }

  // Resolves once the broker answers, and both ports are open. Open ports alone would not do: they are open before
  // mosquitto's loop runs, and a SIGTERM that comes between is forgotten (2.0.11).
  async start() {
    const log = openSync(path.join(this.#state, 'mosquitto.log'), 'a');
    const child = start('mosquitto', ['-c', path.join(this.#state, 'mosquitto.conf')], {
      stdio: ['ignore', log, log],
      env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin`},
    });
    closeSync(log);
    let failure = null;
    child.once('error', (error) => { failure = error; });
    this.#child = child;
    const listening = async () => {
      if (failure || has_ended(child)) throw new Error(`mosquitto ended: ${failure ?? await this.log()}`);
      return await is_open(this.tcpPort) && await is_open(this.wsPort) && await answers_connect(this.tcpPort);
    };
    await until(listening, `the broker '${this.kind}' listens`);
  }

  // `signal` SIGTERM lets it save its state, SIGKILL does not.
  async stop(signal = 'SIGTERM') {
    const child = this.#child;
    this.#child = null;
    if (child) await stop(child, signal);
  }

  freeze() { this.#child.kill('SIGSTOP'); }
  thaw() { this.#child.kill('SIGCONT'); }

  async add_rights(lines) {
    const reloads = async () => (await this.log()).split('Reloading config').length;
    const before = await reloads();
    await appendFile(path.join(this.#state, 'acl'), `\n${lines}\n`);
    this.#child.kill('SIGHUP');
    await until(async () => await reloads() > before, 'the broker has read its rights again');
  }

  log() { return readFile(path.join(this.#state, 'mosquitto.log'), 'utf8'); }

  async close() {
    await this.stop();
    await rm(this.#state, {recursive: true, force: true});
  }
}
