// The program under test, and what it says: lines of JSON on its standard input and output, as README.md beside this describes.
//
//   const client = await Client.start(['node', 'adapters/mqttjs.mjs'], changed);
//   client.about                         {name, transport, versions}
//   client.do({do: 'publish', tag: '1', topic: 't', payload: '6869', qos: 1});
//   client.reports                       what it reported since clear()
//   await client.end();
//
// `changed` is called after each report, and when the program ends: client.ended is its exit code or signal then.
import {createInterface} from 'node:readline';
import {has_ended, start, stop} from '../../wasm/test/support/children.mjs';

const start_timeout = 30_000;
const forget_timeout = 10_000;
let echo_number = 0;

export class Client {
  #child;
  #changed;
  #forgot = () => {};
  #echoes = new Map();
  ended = null;
  // Whether it has said that it does not offer what was asked.
  not_offered = false;
  reports = [];
  remarks = [];
  about;

  static async start([program, ...args], changed) {
    const client = new Client();
    client.#changed = changed;
    client.#child = start(program, args, {stdio: ['pipe', 'pipe', 'pipe']});
    await client.#ready(program);
    return client;
  }

  do(command) { this.#child.stdin.write(`${JSON.stringify(command)}\n`); }

  clear() {
    this.reports = [];
    this.not_offered = false;
    this.remarks = [];
  }

  // Resolves once it has answered `echo`, which it does after all commands before; or with its end.
  async echo() {
    if (this.ended) return;
    const tag = `echo ${++echo_number}`;
    const heard = new Promise((resolve) => { this.#echoes.set(tag, resolve); });
    this.do({do: 'echo', tag});
    await heard;
  }

  // Resolves once it has forgotten its client; one that does not is ended.
  async forgotten() {
    if (this.ended) return;
    const heard = new Promise((resolve) => { this.#forgot = resolve; });
    const timer = setTimeout(() => stop(this.#child), forget_timeout);
    await heard;
    clearTimeout(timer);
  }

  async end() {
    if (!has_ended(this.#child)) await stop(this.#child);
  }

  // Nothing that a check waits for.
  #echoed({tag}) {
    this.#echoes.get(tag)?.();
    this.#echoes.delete(tag);
  }

  #ready(program) {
    const child = this.#child;
    child.stdin.on('error', () => {});  // it has ended: `close` tells
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${program} did not say {"is": "ready"}`)), start_timeout);
      const over = (reason) => {
        clearTimeout(timer);
        this.ended = reason;
        reject(new Error(`${program} ended: ${reason}; ${this.remarks.slice(-5).join(' ')}`));
        this.#forgot();
        this.#echoes.forEach((heard) => heard());
        this.#changed();
      };
      child.once('error', (error) => over(error.message));
      // What it wrote last may say why.
      child.once('close', (code, signal) => over([signal ?? `exit code ${code}`, ...this.remarks.filter((line) => /error|assert/i.test(line)).slice(-1)].join(': ')));
      createInterface({input: child.stderr}).on('line', (line) => this.remarks.push(line));
      createInterface({input: child.stdout}).on('line', (line) => {
        const report = read(line);
        if (!report) return this.remarks.push(line);
        if (report.is === 'echo') return this.#echoed(report);
        if (report.is === 'forgotten') this.#forgot();
        else if (report.is === 'not_offered') this.not_offered = true;
        else if (report.is !== 'ready') this.reports.push(report);
        else {
          clearTimeout(timer);
          this.about = report;
          resolve();
        }
        return this.#changed();
      });
    });
  }
}

// A library may print what it likes.
function read(line) {
  try {
    const report = JSON.parse(line);
    return typeof report?.is === 'string' ? report : null;
  } catch {
    return null;
  }
}
