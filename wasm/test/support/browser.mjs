// The built page in the browser under test (engines/engine.mjs), with brokers of its own.
//
//   const stage = await openStage();                        // brokers open and auth, the page served, Chromium
//   const stage = await openStage({rights: true});          // and stage.rights, see rights.mjs
//   const {page, errors} = await stage.open('?stage=10');   // a fresh context: no storage shared
//   const tab = await stage.open('', {context});            // another tab of the same browser
//   await page.getByRole('textbox', {name: 'Username'}).fill('alice');
//   assert.deepEqual(errors, []);                           // uncaught exceptions, and whatever the console got
//   await stage.leave_all();                                // closes the pages; fails if one had an error
//   await stage.close();                                    // the same, and everything else
//
// openStage({start}) opens the browser that start() gives.
//
// WASMQTT_PAGE and WASMQTT_CHROMIUM name the page's directory and Chromium; scripts/test sets them.
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {serve} from '../../../scripts/serve.mjs';
import {startBroker} from './brokers.mjs';
import {expected, launch} from './engines/engine.mjs';
import {root} from './machine.mjs';
import {startRights} from './rights.mjs';

// For a context in which nobody looks at the pixels. The processor draws them, 0.1 s for a frame of a small window; a page
// zoomed out to half its size has a quarter of them, and the same layout.
export const few_pixels = {deviceScaleFactor: 0.5};

export function launchBrowser(options) {
  return launch(options);
}

export async function openStage({start = launchBrowser, rights: with_rights = false} = {}) {
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
    const rights = with_rights ? await startRights() : null;
    if (rights) closing.push(() => rights.close());
    const config = path.join(state, 'config.json');
    await writeFile(config, JSON.stringify({openWs: open.wsPort, authWs: auth.wsPort, dynamicWs: rights?.broker.wsPort}));
    const server = await serve({directory, port: 0, config});
    closing.push(() => server.close());
    const browser = await start();
    closing.push(() => browser.close());
    return new Stage({open, auth, rights, server, browser, close_all});
  } catch (error) {
    await close_all();
    throw error;
  }
}

class Stage {
  #close_all;
  #pages = [];

  constructor({open, auth, rights, server, browser, close_all}) {
    this.rights = rights;
    this.open_broker = open;
    this.auth_broker = auth;
    this.browser = browser;
    this.url = server.url;
    this.#close_all = close_all;
  }

  // A page in a browser context of its own, or in `options.context`. What it says on the console is an error, but for `may_say`.
  // The other options are Playwright's for a context.
  async open(address = '', {context, prepare, may_say, ...options} = {}) {
    const own = context ?? await this.browser.newContext({viewport: {width: 760, height: 560}, ...few_pixels, ...options});
    const page = await own.newPage();
    const errors = [];
    page.on('pageerror', ({message}) => {
      if (!expected.test(message)) errors.push(`uncaught: ${message}`);
    });
    page.on('crash', () => errors.push('the page crashed'));
    page.on('console', (message) => {
      if (!expected.test(message.text()) && !may_say?.test(message.text())) errors.push(`console.${message.type()}: ${message.text()}`);
    });
    this.#pages.push({address, context: own, errors});
    await prepare?.(page, own);
    await page.goto(new URL(address, this.url).href);
    return {page, context: own, errors};
  }

  async leave_all() {
    const pages = this.#pages.splice(0);
    await Promise.all([...new Set(pages.map(({context}) => context))].map((context) => context.close()));
    const failed = pages.filter(({errors}) => errors.length > 0).map(({address, errors}) => ({address, errors}));
    if (failed.length > 0) throw new Error(`errors in the page: ${JSON.stringify(failed)}`);
  }

  async close() {
    await this.leave_all().finally(this.#close_all);
  }
}
