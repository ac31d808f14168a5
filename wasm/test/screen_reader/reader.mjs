// A screen reader's ears: Chromium in a window of a screen of its own, with its accessibility tree read over AT-SPI.
//
//   const reader = await start_reader();
//   reader.browser                                    to open pages in
//   reader.env                                        for another program on that screen and bus
//   await reader.focus()                              {role, name, description, states} of what was focused last, or null
//   reader.said                                       [{live: 'polite', text}] so far
//   await reader.tree()                               [[depth, role, name, states, attributes]], of the page that has the focus
//   reader.forget()                                   nothing was said
//   await reader.close();
//
// Needs Debian's at-spi2-core, dbus-daemon, python3-pyatspi and xvfb.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {launch} from '../support/engines/chromium.mjs';
import {display} from '../support/engines/display.mjs';
import {until} from '../support/machine.mjs';

// A session bus of its own: the accessibility bus is started by it, and nobody else's programs are on it.
async function start_bus() {
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {stdio: ['ignore', 'pipe', 'ignore']});
  const failed = once(bus, 'error').then(([error]) => { throw error; });
  const [address] = await Promise.race([once(createInterface({input: bus.stdout}), 'line'), failed]);
  failed.catch(() => {});
  return {bus, address};
}

export async function start_reader() {
  const {bus, address} = await start_bus();
  const env = {...process.env, DISPLAY: await display(), DBUS_SESSION_BUS_ADDRESS: address, GNOME_ACCESSIBILITY: '1',
    ACCESSIBILITY_ENABLED: '1', GTK_MODULES: 'gail:atk-bridge', NO_AT_BRIDGE: '0'};
  // Debian's own Python has Debian's modules.
  const ears = spawn('/usr/bin/python3', [fileURLToPath(new URL('listen.py', import.meta.url))], {env, stdio: ['pipe', 'pipe', 'inherit']});
  process.once('exit', () => [ears, bus].forEach((child) => child.kill('SIGKILL')));
  const reader = new Reader(ears, bus);
  reader.env = env;
  await until(() => reader.ready, 'AT-SPI is there', 30000);
  reader.browser = await launch({headless: false, env, args: ['--force-renderer-accessibility']});
  return reader;
}

class Reader {
  #ears;
  #bus;
  #asked = [];
  ready = false;
  said = [];

  constructor(ears, bus) {
    this.#ears = ears;
    this.#bus = bus;
    createInterface({input: ears.stdout}).on('line', (line) => this.#hear(JSON.parse(line)));
    ears.once('exit', (code) => { if (code) this.#asked.splice(0).forEach(({reject}) => reject(new Error(`listen.py ended with ${code}`))); });
  }

  #hear({ready, live, text, answer}) {
    if (ready) this.ready = true;
    if (live) this.said.push({live, text});
    if (answer !== undefined) this.#asked.shift()?.resolve(answer);
  }

  forget() { this.said = []; }
  focus() { return this.#ask('focus'); }
  async tree() { return await this.#ask('tree') ?? []; }

  #ask(what) {
    return new Promise((resolve, reject) => {
      this.#asked.push({resolve, reject});
      this.#ears.stdin.write(`${what}\n`);
    });
  }

  async close() {
    await this.browser?.close();
    const ended = once(this.#ears, 'exit');
    this.#ears.stdin.end();
    this.#ears.kill();
    await ended;
    this.#bus.kill();
  }
}
