// WebKitGTK's MiniBrowser, driven by WebKitWebDriver: the part of Playwright's interface that the tests use, over WebDriver.
//
// Elements are found, and judged visible, stable and reachable, by Playwright's own code (webkit/agent.mjs); what a person
// does, keys and mouse, are the driver's real events. One browser process for each context, one window for each page.
import {EventEmitter} from 'node:events';
import {display} from './display.mjs';
import {listen} from './webkit/console.mjs';
import {Page} from './webkit/page.mjs';
import {start_proxy} from './webkit/proxy.mjs';
import {start_session} from './webkit/session.mjs';

export async function launch() {
  // Where there is no screen, say so before anything is open.
  await display();
  return new Browser();
}

class Browser {
  #contexts = new Set();

  async newContext(options = {}) {
    const context = new Context(this, await start_proxy(), options);
    this.#contexts.add(context);
    return context;
  }
  async newPage(options) { return (await this.newContext(options)).newPage(); }
  contexts() { return [...this.#contexts]; }
  forget(context) { this.#contexts.delete(context); }
  async close() { await Promise.all(this.contexts().map((context) => context.close())); }
}

class Context extends EventEmitter {
  #browser;
  #proxy;
  #options;
  #session = null;
  #pages = [];

  constructor(browser, proxy, options) {
    super();
    this.#browser = browser;
    this.#proxy = proxy;
    this.#options = options;
    // Of all windows: which one of them a document is in is not known.
    const told = listen((said) => this.#pages.forEach((page) => page.told(said)));
    proxy.serve_console(told);
    this.addInitScript(told.script, told.url);
    this.addInitScript(() => {
      // Without a window manager no window has the focus; to Playwright's pages each of them has it.
      document.hasFocus = () => true;
      // What the agent goes on with, whatever a test makes of it.
      const names = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'requestAnimationFrame', 'cancelAnimationFrame'];
      Object.defineProperty(window, '__unchanged', {value: Object.fromEntries(names.map((name) => [name, window[name].bind(window)]))});
    });
  }

  browser() { return this.#browser; }
  pages() { return [...this.#pages]; }
  addInitScript(script, argument) { this.#proxy.add_script(script, argument); }
  async route(...values) { this.#proxy.route(...values); }

  async newPage() {
    this.#session ??= start_session(this.#proxy.port, this.#options);
    const session = await this.#session;
    const handle = await session.open_window();
    const page = new Page(this, session, handle, this.#proxy);
    this.#pages.push(page);
    await page.setViewportSize(this.#options.viewport ?? {width: 1280, height: 720});
    this.emit('page', page);
    return page;
  }

  forget(page) { this.#pages.splice(this.#pages.indexOf(page), 1); }

  async close() {
    this.#browser.forget(this);
    const pages = this.#pages.splice(0);
    await (await this.#session?.catch(() => null))?.end();
    pages.forEach((page) => page.emit('close'));
    await this.#proxy.close();
  }
}

// Nothing: what the browser itself says of a broker that is down is not passed on.
export const expected = /(?!)/;

const driver = "WebKit's driver has no";
export const lacking = {
  'devtools': `${driver} Chrome DevTools Protocol`,
  'media': `${driver} emulation of media features`,
  'offline': `${driver} emulation of a lost network`,
  'downloads': `${driver} event for downloads`,
  'workers': `${driver} events of workers`,
  'clipboard': `${driver} permission to read the clipboard`,
  'density': "GTK knows whole pixel densities only",
  'touch': `${driver} touch`,
  'undo key': 'MiniBrowser has no key for Undo',
  'secure routes': `${driver} answers of the test's own over HTTPS`,
  'secure console': `${driver} way to hear what a page says to the console, but by a script put into it, which HTTPS prevents`,
  'launch arguments': "the arguments are Chromium's",
  'certificates': "a policy that chooses a certificate is Chromium's",
};
