// The broker with rights from a database, its rights service and a validation worker: all real, as scripts/run starts them.
//
//   const rights = await startRights();             // or, as startBroker: startRights({certificates})
//   rights.broker                                   // see brokers.mjs
//   await rights.service.stop(); await rights.service.start(); rights.worker likewise
//   await rights.sql("INSERT INTO forbidden_words VALUES ('word')");
//   await rights.control('setClientId', 'vy');      // an administrator's command that ends the connections of vy
//   await rights.talk_to_bot('peter');               // a bot, online when it resolves, until close()
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
const ui = path.join(process.env.WASMQTT_NATIVE ?? path.join(root, 'build', 'native'), 'ui');

export async function startRights(options) {
  const broker = await startBroker('dynamic', options);
  const at = (name) => path.join(broker.state, name);
  const common = (name) => ['--url', `mqtt://127.0.0.1:${broker.tcpPort}`, '--database', at('rights.db'),
    '--password-file', at(`${name}.password`)];
  const service = new Program('rights_service', at('rights-service.log'), [...common('rights-service'), '--demo-users', 'yes']);
  const worker = new Program('validation_worker', at('worker.log'), [...common('validation-worker'), '--state', at('worker'), '--part', '1/1']);
  const bots = [];
  const rights = {
    broker, service, worker,
    control: async (...command) => run('mosquitto_ctrl', ['-h', '127.0.0.1', '-p', String(broker.tcpPort), '-u', 'rights-service',
      '-P', (await readFile(at('rights-service.password'), 'utf8')).trim(), 'dynsec', ...command]),
    talk_to_bot: async (name) => {
      bots.push(new Program(`bot-${name}`, at(`${name}.log`), ['--url', `mqtt://127.0.0.1:${broker.tcpPort}`], {
        folder: 'bots', ready: ': connected', env: {WASMQTT_PASSWORD: 'test'}}));
      await bots.at(-1).start();
    },
    sql: (statement) => run('sqlite3', ['-cmd', '.timeout 5000', at('rights.db'), statement]),
    close: async () => {
      await Promise.all([service, worker, ...bots].map((program) => program.stop()));
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

  constructor(name, log, options, {folder = 'services', ready = ': ready', env = {}} = {}) {
    Object.assign(this, {name, log, options, folder, ready, env});
  }

  // Resolves once it says that it is ready.
  async start() {
    const before = await this.#times_ready();
    const log = openSync(this.log, 'a');
    const child = start(path.join(ui, this.folder, this.name), this.options,
      {stdio: ['ignore', log, log], env: {...process.env, ...this.env}});
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
    return said.split(this.ready).length - 1;
  }
}
