// The built page in headless Chromium, with brokers of its own.
//
//   const stage = await openStage();                        // brokers open and auth, the page served, Chromium
//   const {page, errors} = await stage.open('?stage=10');   // a fresh context: no storage shared
//   await page.getByRole('textbox', {name: 'Username'}).fill('alice');
//   assert.deepEqual(errors, []);                           // uncaught exceptions and console errors
//   await stage.close();                                    // fails if a page had an error that nobody looked at
//
// WASMQTT_PAGE and WASMQTT_CHROMIUM name the page's directory and the browser; scripts/test sets them.
import {accessSync} from 'node:fs';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {chromium} from 'playwright-core';
import {serve} from '../../../scripts/serve.mjs';
import {startBroker} from './brokers.mjs';
import {root} from './machine.mjs';

// WebGL2 without a graphics card, and no traffic of the browser's own.
const flags = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-first-run',
];

// A broker that is down makes the browser itself complain; the page has to say it in its own words.
const expected = /^WebSocket connection to /;

const candidates = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/opt/google/chrome/chrome'];

function browser_path() {
  if (process.env.WASMQTT_CHROMIUM) return process.env.WASMQTT_CHROMIUM;
  const found = candidates.find((file) => {
    try {
      accessSync(file);
      return true;
    } catch {
      return false;
    }
  });
  if (!found) throw new Error('no Chromium found: set WASMQTT_CHROMIUM to its path');
  return found;
}

export function launchBrowser(options = {}) {
  return chromium.launch({executablePath: browser_path(), args: [...flags, ...(options.args ?? [])]});
}

export async function openStage() {
  const directory = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
  const closing = [];
  const close_all = async () => {
    for (const close of closing.reverse()) await close();
  };
  try {
    const parent = path.join(root, 'build', 'browser-tests');
    await mkdir(parent, {recursive: true});
    const state = await mkdtemp(path.join(parent, 'page-'));
    closing.push(() => rm(state, {recursive: true, force: true}));
    const [open, auth] = await Promise.all([startBroker('open'), startBroker('auth')]);
    closing.push(() => open.close(), () => auth.close());
    const config = path.join(state, 'config.json');
    await writeFile(config, JSON.stringify({openWs: open.wsPort, authWs: auth.wsPort}));
    const server = await serve({directory, port: 0, config});
    closing.push(() => server.close());
    const browser = await launchBrowser();
    closing.push(() => browser.close());
    return new Stage({open, auth, server, browser, close_all});
  } catch (error) {
    await close_all();
    throw error;
  }
}

class Stage {
  #close_all;
  #pages = [];

  constructor({open, auth, server, browser, close_all}) {
    this.open_broker = open;
    this.auth_broker = auth;
    this.browser = browser;
    this.url = server.url;
    this.#close_all = close_all;
  }

  // A page in a browser context of its own. `context`: Playwright's options, viewport 1280x800 unless told.
  async open(address = '', context = {}) {
    const own = await this.browser.newContext({viewport: {width: 1280, height: 800}, ...context});
    const page = await own.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`));
    page.on('crash', () => errors.push('the page crashed'));
    page.on('console', (message) => {
      if (message.type() === 'error' && !expected.test(message.text())) errors.push(`console: ${message.text()}`);
    });
    this.#pages.push({address, errors});
    await page.goto(new URL(address, this.url).href);
    return {page, context: own, errors};
  }

  async close() {
    await this.#close_all();
    const failed = this.#pages.filter(({errors}) => errors.length > 0);
    if (failed.length > 0) throw new Error(`errors in the page: ${JSON.stringify(failed)}`);
  }
}
