// A browser process with its driver, over the WebDriver protocol (https://www.w3.org/TR/webdriver2/).
//
//   const session = await start_session(proxyPort, {timezoneId: 'Asia/Tokyo'});         options of Playwright's for a context
//   await session.command('POST', 'url', {url: 'http://…'});               resolves to the answer's value
//   const handle = await session.open_window();
//   await session.in_window(handle, (command) => command('GET', 'title')); no other window's command comes between
//   await session.end();
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync} from 'node:fs';
import {free_ports, until} from '../../machine.mjs';
import {display} from '../display.mjs';
import {program} from '../program.mjs';

const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

// MiniBrowser lies where the library's helpers do, in a folder named after machine and version.
function mini_browser() {
  const folders = readdirSync('/usr/lib').flatMap((machine) =>
    ['4.1', '4.0', '6.0'].map((version) => `/usr/lib/${machine}/webkit2gtk-${version}/MiniBrowser`));
  return program('MiniBrowser of WebKitGTK', 'WASMQTT_MINIBROWSER', folders.filter((file) => existsSync(file)));
}

export async function start_session(proxyPort, {ignoreHTTPSErrors = false, deviceScaleFactor = 1, timezoneId} = {}) {
  const [port] = await free_ports(1);
  const child = spawn(program('WebKitWebDriver', 'WASMQTT_WEBKITDRIVER', ['/usr/bin/WebKitWebDriver']), [`--port=${port}`], {
    stdio: 'ignore',
    // A group of its own, which ends with it: the browser's processes are not the driver's children.
    detached: true,
    env: {...process.env, DISPLAY: await display(), GDK_BACKEND: 'x11', NO_AT_BRIDGE: '1', LIBGL_ALWAYS_SOFTWARE: '1',
      // Whole numbers are all that GTK knows.
      GDK_SCALE: `${Math.max(1, Math.floor(deviceScaleFactor))}`, ...(timezoneId ? {TZ: timezoneId} : {})},
  });
  const group = {kill: (signal) => { try { process.kill(-child.pid, signal); } catch {} }};
  running.add(group);
  child.once('exit', () => running.delete(group));
  const base = `http://127.0.0.1:${port}`;
  try {
    return new Session(await open_browser(base, proxyPort, ignoreHTTPSErrors), child, group);
  } catch (error) {
    // A driver without a browser would keep the tests' process from ending.
    group.kill('SIGKILL');
    throw error;
  }
}

// Resolves to the session's address.
async function open_browser(base, proxyPort, acceptInsecureCerts) {
  await until(() => fetch(`${base}/status`).then(() => true, () => false), 'WebKitWebDriver answers', 30000);
  const proxy = {proxyType: 'manual', httpProxy: `127.0.0.1:${proxyPort}`};
  const options = {binary: mini_browser(), args: ['--automation', '--javascript-can-open-windows-automatically=true']};
  const {sessionId} = await request('POST', `${base}/session`,
    {capabilities: {alwaysMatch: {proxy, acceptInsecureCerts, 'webkitgtk:browserOptions': options}}});
  return `${base}/session/${sessionId}`;
}

async function request(method, url, body) {
  const answer = await fetch(url, {method, ...(method === 'POST' ? {body: JSON.stringify(body ?? {})} : {})});
  const {value} = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(`${value.error}: ${value.message}`), {code: value.error});
  return value;
}

class Session {
  #url;
  #child;
  #group;
  #turn = Promise.resolve();
  #window = null;
  #first = null;  // opens the others

  constructor(url, child, group) {
    this.#url = url;
    this.#child = child;
    this.#group = group;
  }

  command(method, path, body) { return this.#in_turn(() => request(method, `${this.#url}/${path}`, body)); }

  in_window(handle, work) {
    return this.#in_turn(async () => {
      if (this.#window !== handle) await request('POST', `${this.#url}/window`, {handle});
      this.#window = handle;
      return work((method, path, body) => request(method, `${this.#url}/${path}`, body));
    });
  }

  #in_turn(work) {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  // One without the browser's bars, which would keep it from being as narrow as a phone.
  open_window() {
    return this.#in_turn(async () => {
      const handles = () => request('GET', `${this.#url}/window/handles`);
      this.#first ??= (await handles())[0];
      const before = new Set(await handles());
      await request('POST', `${this.#url}/window`, {handle: this.#first});
      this.#window = this.#first;
      const script = "open('about:blank', '_blank', 'noopener,left=0,top=0,width=760,height=560')";
      await request('POST', `${this.#url}/execute/sync`, {script, args: []});
      return until(async () => (await handles()).find((handle) => !before.has(handle)), 'another window');
    });
  }

  // The window that is gone is current no more.
  closed() { this.#window = null; }

  async end() {
    const ended = this.#child.exitCode === null && this.#child.signalCode === null ? once(this.#child, 'exit') : null;
    await request('DELETE', this.#url).catch(() => {});
    this.#group.kill('SIGKILL');
    await ended;
  }
}
