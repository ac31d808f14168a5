// Runs checks against a client, several at a time, each worker with a process of the client.
//
//   const {about, results} = await judge(['node', 'adapters/mqttjs.mjs'], {jobs: 4, only: /QoS 2/, progress: (done, all) => …});
//
// `quick` leaves out what takes long, and nine of ten byte vectors; without `again`, what was late is not tried once more. A result is {area, name, version, clause, miss, trace}: miss
// is null, what was wrong, or undefined where the client does not offer what is asked. A program that ends is a miss, and the
// next check gets a new one.
import {Client} from './client.mjs';
import {checks_for} from './checks/index.mjs';
import {Miss, NotOffered, Trial} from './trial.mjs';

export async function judge(command, {jobs = 4, only = /./, versions = [4, 5], quick = false, again = true, progress = () => {}} = {}) {
  const workers = Array.from({length: jobs}, () => new Worker(command));
  const about = await workers[0].introduce();
  const queue = checks_for(versions.filter((version) => about.versions.includes(version)), quick)
    .filter(({area, name}) => only.test(`${area}: ${name}`));
  const all = queue.length;
  await Promise.all(workers.map(async (one) => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      await one.run(check);
      progress(all - queue.length, all);
    }
  }));
  if (again) await judge_again(workers);
  await Promise.all(workers.map((one) => one.end()));
  return {about, results: workers.flatMap(({results}) => results)};
}

// A busy machine does not make a miss: whoever did nothing in time, and was not found silent, gets another try, alone.
async function judge_again(workers) {
  for (const one of workers) {
    const late = one.results.filter(({timed_out}) => timed_out);
    one.results = one.results.filter(({timed_out}) => !timed_out);
    for (const {check} of late) await one.run(check);
  }
}

class Worker {
  #command;
  #client = null;
  #trial = null;
  results = [];

  constructor(command) { this.#command = command; }

  // Who it is; and that it can connect at all, for else nothing is found, and nothing missed.
  async introduce() {
    await this.#start();
    const client = this.#client;
    const trial = new Trial(client, client.about.versions[0]);
    this.#trial = trial;
    try {
      await trial.begin();
    } catch (error) {
      await this.end();
      throw new Error(`${client.about.name} can't connect: ${error.message}; ${JSON.stringify(client.reports)}`, {cause: error});
    } finally {
      await trial.end();
    }
    return client.about;
  }

  async #start() { this.#client ??= await Client.start(this.#command, () => this.#trial?.changed()); }

  async run(check) {
    const {area, name, version, clause, run} = check;
    await this.#start();
    const trial = new Trial(this.#client, version);
    this.#trial = trial;
    const result = {area, name, version, clause, check};
    const beside = [];
    trial.beside = (more) => beside.push({...more, version, trace: trial.trace});
    Object.assign(result, await outcome(trial, run));
    result.trace = trial.trace;
    this.results.push(result);
    await trial.end();
    this.#trial = null;
    if (!this.#client.ended) {
      this.results.push(...beside);
      return;
    }
    // What looked like an orderly end of the connection was not one.
    if (!result.miss) result.miss = `the program ended: ${this.#client.ended}`;
    this.#client = null;
  }

  async end() { await this.#client?.end(); }
}

// {miss, timed_out}
async function outcome(trial, run) {
  try {
    await run(trial);
  } catch (error) {
    if (error instanceof NotOffered) return {miss: undefined};
    if (!(error instanceof Miss)) throw error;
    return {miss: explained(error.message, trial), timed_out: error.timed_out};
  }
  const broken = trial.broker?.packets.find(({cmd}) => cmd === 'broken');
  return {miss: broken ? `what the client sends is not MQTT: ${broken.error.message}` : null};
}

// Why the client did not do what was waited for, where it said so.
function explained(message, {client}) {
  if (!/^not within|^silent|closed/.test(message)) return message;
  const said = client.reports.filter(({is, reason}) => (is === 'failed' || is === 'closed') && reason).map(({reason}) => reason);
  return said.length > 0 ? `${message} (the client: ${[...new Set(said)].join('; ')})` : message;
}
