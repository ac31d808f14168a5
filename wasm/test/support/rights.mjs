// The broker with rights from a database, its rights service and a validation worker: all real, as scripts/run starts them.
//
//   const rights = await startRights();
//   rights.broker                                   // see brokers.mjs
//   await rights.service.stop(); await rights.service.start(); rights.worker likewise
//   await rights.sql("INSERT INTO forbidden_words VALUES ('word')");
//   await rights.close();
//
// The programs are those of the native preset, or of the build directory that WASMQTT_NATIVE names.
import {execFile} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {startBroker} from './brokers.mjs';
import {has_ended, start, stop} from './children.mjs';
import {root, until} from './machine.mjs';

const run = promisify(execFile);
const programs = path.join(process.env.WASMQTT_NATIVE ?? path.join(root, 'build', 'native'), 'ui', 'services');

export async function startRights() {
  const broker = await startBroker('dynamic');
  const at = (name) => path.join(broker.state, name);
  const common = (name) => ['--url', `mqtt://127.0.0.1:${broker.tcpPort}`, '--database', at('rights.db'),
    '--password-file', at(`${name}.password`)];
  const service = new Program('rights_service', at('rights-service.log'), [...common('rights-service'), '--demo-users', 'yes']);
  const worker = new Program('validation_worker', at('worker.log'), [...common('validation-worker'), '--state', at('worker')]);
  const rights = {
    broker, service, worker,
    sql: (statement) => run('sqlite3', ['-cmd', '.timeout 5000', at('rights.db'), statement]),
    close: async () => {
      await Promise.all([service.stop(), worker.stop()]);
      await broker.close();
    },
  };
  try {
    await service.start();
    await worker.start();
    return rights;
  } catch (error) {
    await rights.close();
    throw error;
  }
}

class Program {
  #child = null;

  constructor(name, log, options) {
    Object.assign(this, {name, log, options});
  }

  // Resolves once it says that it is ready.
  async start() {
    const before = await this.#times_ready();
    const log = openSync(this.log, 'a');
    const child = start(path.join(programs, this.name), this.options, {stdio: ['ignore', log, log]});
    closeSync(log);
    let failure = null;
    child.once('error', (error) => { failure = error; });
    this.#child = child;
    await until(async () => {
      if (failure || has_ended(child)) throw new Error(`${this.name} ended: ${failure ?? await readFile(this.log, 'utf8')}`);
      return await this.#times_ready() > before;
    }, `${this.name} is ready`);
  }

  async stop(signal = 'SIGTERM') {
    const child = this.#child;
    this.#child = null;
    if (child) await stop(child, signal);
  }

  async #times_ready() {
    const said = await readFile(this.log, 'utf8').catch(() => '');
    return said.split(/: ready/).length - 1;
  }
}
