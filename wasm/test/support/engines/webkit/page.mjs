// One window of a session: what the tests use of Playwright's Page.
import {EventEmitter} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {agent_script} from './agent.mjs';
import {Keyboard, Mouse} from './input.mjs';
import {Finding, Locator} from './locator.mjs';

// So long a script may look for an element before other windows get their turn.
const slice = 200;

// In the page: a part of a picture, which has a pixel for each of the screen's.
async function cut_out({data, clip}) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const whole = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
  const [x, y, width, height] = [clip.x, clip.y, clip.width, clip.height].map((value) => value * whole.width / innerWidth);
  const image = await createImageBitmap(whole, x, y, width, height);
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas.toDataURL('image/png').split(',')[1];
}

export class Page extends Finding(EventEmitter) {
  #context;
  #session;
  #handle;
  #proxy;
  #timeout = 30000;

  constructor(context, session, handle, proxy) {
    super();
    this.#context = context;
    this.#session = session;
    this.#handle = handle;
    this.#proxy = proxy;
    const perform = (actions) => this.#command('POST', 'actions', {actions});
    this.keyboard = new Keyboard(perform);
    this.mouse = new Mouse(perform);
  }

  #command(method, path, body) { return this.#session.in_window(this.#handle, (command) => command(method, path, body)); }

  context() { return this.#context; }
  setDefaultTimeout(milliseconds) { this.#timeout = milliseconds; }
  within(selector) { return new Locator(this, selector); }
  async addInitScript(script, argument) { this.#proxy.add_script(script, argument); }
  async route(...values) { this.#proxy.route(...values); }
  async unroute(pattern) { this.#proxy.unroute(pattern); }

  // What the scripts of a window say; those of all windows of a context come here.
  told({source, level, text}) {
    if (source === 'script') this.emit('pageerror', new Error(text));
    else this.emit('console', {type: () => level, text: () => text});
  }

  async setContent(html) {
    await this.goto('about:blank');
    await this.evaluate((text) => {
      document.open();
      document.write(text);
      document.close();
    }, html);
  }
  async goto(url) { await this.#command('POST', 'url', {url}); }
  async reload() { await this.#command('POST', 'refresh'); }
  async goBack() { await this.#command('POST', 'back'); }
  async goForward() { await this.#command('POST', 'forward'); }
  title() { return this.#command('GET', 'title'); }
  // Of now; Playwright's url() answers at once, so tests that run here await it.
  url() { return this.#command('GET', 'url'); }

  // The window is larger than what it shows by the browser's own bars.
  async setViewportSize({width, height}) {
    for (let attempt = 0, outer = {width, height}; attempt < 5; ++attempt) {
      await this.#command('POST', 'window/rect', outer);
      const [wide, high] = await this.evaluate(() => [innerWidth, innerHeight]);
      if (wide === width && high === height) return;
      outer = {width: Math.max(1, outer.width + width - wide), height: Math.max(1, outer.height + height - high)};
    }
  }
  viewportSize() { return this.evaluate(() => ({width: innerWidth, height: innerHeight})); }

  async screenshot({path, clip} = {}) {
    let picture = Buffer.from(await this.#command('GET', 'screenshot'), 'base64');
    if (clip) picture = Buffer.from(await this.evaluate(cut_out, {data: picture.toString('base64'), clip}), 'base64');
    if (path) await writeFile(path, picture);
    return picture;
  }

  async #script(body, values) {
    const script = `const values = arguments[0], done = arguments[1];
      (async () => { ${body} })().then((value) => done({value}), (error) => done({error: String(error?.stack && error?.message || error)}));`;
    const {value, error} = await this.#command('POST', 'execute/async', {script, args: [values]});
    if (error !== undefined) throw new Error(error);
    return value;
  }

  evaluate(body, argument) {
    return this.#script(typeof body === 'function' ? `return (${body})(values)` : `return (${body})`, argument ?? null);
  }
  async waitForFunction(body, argument, {timeout} = {}) {
    return this.repeat(async () => {
      const value = await this.evaluate(body, argument);
      return value ? {value} : {wait: `${body}`};
    }, 'a condition', timeout);
  }
  waitForTimeout(milliseconds) { return new Promise((resolve) => setTimeout(resolve, milliseconds)); }

  // `body` has the page's agent and `values`. A document that has none yet gets it.
  async in_agent(body, values) {
    const wanted = `const agent = window.__under_test; if (!agent) return '__install'; ${body}`;
    const value = await this.#script(wanted, values);
    if (value !== '__install') return value;
    await this.#script(agent_script, null);
    return this.#script(wanted, values);
  }

  async step(selector, name, argument, states, timeout) {
    return this.repeat(() => this.in_agent(`return agent.steps_until(${slice}, ...values)`,
      [selector, name, argument ?? null, states ?? []]), selector, timeout);
  }

  // Until it gives {value} instead of {wait: 'why'}.
  async repeat(attempt, description, timeout = this.#timeout) {
    const deadline = performance.now() + timeout;
    for (;;) {
      const result = await attempt().catch((error) => {
        // The document was replaced under it.
        if (/navigat|javascript error: $|window.*closed|stale/i.test(error.message) && error.code) return {wait: error.message};
        throw error;
      });
      if ('value' in result || !('wait' in result)) return result.value;
      if (performance.now() > deadline) throw new Error(`Timeout ${timeout}ms exceeded: ${description}: ${result.wait}`);
    }
  }

  waitForEvent(name, {timeout = this.#timeout, predicate = () => true} = {}) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no event '${name}' within ${timeout} ms`)), timeout);
      this.on(name, (value) => {
        if (!predicate(value)) return;
        clearTimeout(timer);
        resolve(value);
      });
    });
  }

  async close() {
    await this.#command('DELETE', 'window');
    this.#session.closed();
    this.#context.forget(this);
    this.emit('close');
  }
}
