// Orca on a reader's screen, heard in the words that it hands to the voice: settings as it comes, no voice.
//
//   const orca = await start_orca(reader);
//   await orca.says(['Sign In push button.'], () => page.keyboard.press('Tab'));   just that, in this order
//   orca.forget();                                                                 what was heard until now
//   await orca.close();
//
// Needs Debian's orca.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {until} from '../support/machine.mjs';

// The reason, or false.
export const lacks_orca = !existsSync('/usr/lib/python3/dist-packages/orca/orca.py') && 'Orca is not installed';

// Of Orca itself, and of a connection that comes when it comes.
const besides = /^(Focus mode|Browse mode|Loading\. {2}Please wait\.|Connected)$/;
const limit = 60000;

export async function start_orca(reader) {
  const settings = await mkdtemp(path.join(os.tmpdir(), 'wasmqtt-orca-'));
  const program = spawn('/usr/bin/python3', [fileURLToPath(new URL('aloud.py', import.meta.url)), settings],
    {env: {...reader.env, XDG_DATA_HOME: settings}, stdio: ['ignore', 'pipe', 'pipe']});
  process.once('exit', () => program.kill('SIGKILL'));
  const orca = new Orca(program, settings);
  await until(() => orca.heard.includes('Screen reader on.'), 'Orca is there', limit);
  orca.forget();
  return orca;
}

class Orca {
  #program;
  #settings;
  #complaints = '';
  heard = [];

  constructor(program, settings) {
    this.#program = program;
    this.#settings = settings;
    program.stderr.on('data', (bytes) => { this.#complaints = `${this.#complaints}${bytes}`.slice(-2000); });
    createInterface({input: program.stdout}).on('line', (line) => {
      const {said} = JSON.parse(line);
      if (!besides.test(said)) this.heard.push(said);
    });
  }

  // What is heard from `act` on, which may have to be waited for, is this; what comes after it belongs to the next call.
  async says(wanted, act) {
    await act();
    await until(() => this.heard.length >= wanted.length, `Orca says ${JSON.stringify(wanted)}`, limit)
      .catch((error) => { throw new Error(`${error.message}; but ${JSON.stringify(this.heard)}. ${this.#complaints}`); });
    const matched = this.heard.splice(0, wanted.length);
    for (const [i, words] of wanted.entries())
      words instanceof RegExp ? assert.match(matched[i], words) : assert.equal(matched[i], words, `of ${JSON.stringify([...matched, ...this.heard])}`);
  }

  // Resolves to what is heard from `act` on before these words.
  async says_before(words, act) {
    await act();
    await until(() => this.heard.includes(words), `Orca says ${words}`, limit)
      .catch((error) => { throw new Error(`${error.message}; but ${JSON.stringify(this.heard)}. ${this.#complaints}`); });
    return this.heard.splice(0, this.heard.indexOf(words) + 1).slice(0, -1);
  }

  forget() { this.heard = []; }

  async close() {
    const ended = once(this.#program, 'exit');
    this.#program.kill('SIGKILL');
    await ended;
    await rm(this.#settings, {recursive: true, force: true});
  }
}
