// From navigation to a login that can be used: our page beside one of the usual kind, React and MQTT.js.
//
//   node login.mjs --page BUILD/page --chromium PROGRAM [--rounds 9] [--quick] [--json FILE]
//
// Each round opens each page once, in a fresh context (nothing cached), in turn; on this machine and on a processor
// slowed four times. Both come from the same server, compressed beforehand. Usable is: there is a button "Sign In" that
// can be pressed, and a frame has been shown since.
import {execFile} from 'node:child_process';
import {cp, mkdtemp, rm, stat, writeFile} from 'node:fs/promises';
import {createReadStream} from 'node:fs';
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs, promisify} from 'node:util';

import {build} from 'esbuild-wasm';

const {values: options} = parseArgs({
  options: {
    page: {type: 'string'}, chromium: {type: 'string'}, rounds: {type: 'string', default: '9'},
    quick: {type: 'boolean', default: false}, json: {type: 'string'},
  },
});
const rounds = options.quick ? 1 : Number(options.rounds);
const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..', '..');
// The driver of the browser tests.
const {chromium} = createRequire(path.join(root, 'wasm', 'test', 'package.json'))('playwright-core');
const types = {'.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm',
  '.json': 'application/json'};

const folder = await mkdtemp(path.join(os.tmpdir(), 'wasmqtt-login-'));

async function make_pages() {
  await cp(options.page, path.join(folder, 'ours'), {recursive: true});
  await cp(path.join(here, 'login', 'rival.html'), path.join(folder, 'rival', 'index.html'));
  await build({
    entryPoints: [path.join(here, 'login', 'rival.js')], outfile: path.join(folder, 'rival', 'rival.js'),
    bundle: true, minify: true, format: 'esm', platform: 'browser', logLevel: 'error',
    define: {'process.env.NODE_ENV': '"production"'},
  });
  await promisify(execFile)(process.execPath, [path.join(root, 'scripts', 'compress.mjs'), folder]);
}

async function serve() {
  const server = createServer(async (request, response) => {
    const name = new URL(request.url, 'http://localhost').pathname;
    const file = path.join(folder, name.endsWith('/') ? `${name}index.html` : name);
    const compressed = await stat(`${file}.br`).then(() => true, () => false);
    const found = compressed || await stat(file).then((info) => info.isFile(), () => false);
    if (!found) return response.writeHead(404).end();
    response.writeHead(200, {'Content-Type': types[path.extname(file)] ?? 'application/octet-stream',
      ...compressed && {'Content-Encoding': 'br'}});
    createReadStream(compressed ? `${file}.br` : file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

// In the page, before any of its own script.
function watch() {
  const usable = () => [...document.querySelectorAll('button')]
    .some((button) => button.textContent.trim() === 'Sign In' && !button.disabled &&
      button.getAttribute('aria-disabled') !== 'true');
  const observer = new MutationObserver(() => {
    if (!usable()) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.usable_at = performance.now(); }));
  });
  observer.observe(document, {childList: true, subtree: true, attributes: true, characterData: true});
}

async function measure(browser, address, slowdown) {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}});
  const page = await context.newPage();
  await page.addInitScript(watch);
  if (slowdown > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', {rate: slowdown});
  await page.goto(address);
  const usable_at = await (await page.waitForFunction(() => window.usable_at, null, {timeout: 60_000})).jsonValue();
  const bytes = await page.evaluate(() => performance.getEntries()
    .reduce((sum, entry) => sum + (entry.encodedBodySize ?? 0), 0));
  await context.close();
  return {usable_at, bytes};
}

const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

try {
  await make_pages();
  const server = await serve();
  const browser = await chromium.launch({executablePath: options.chromium,
    args: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-background-networking', '--no-first-run']});
  const origin = `http://127.0.0.1:${server.address().port}`;
  const pages = [['MQTT Chat (ours)', `${origin}/ours/?stage=40`], ['React and MQTT.js', `${origin}/rival/`]];
  const rows = [1, 4].flatMap((slowdown) => pages.map(([name, address]) => ({name, address, slowdown, times: [], bytes: 0})));
  for (let round = 0; round < rounds; ++round) {
    for (const row of rows) {
      const {usable_at, bytes} = await measure(browser, row.address, row.slowdown);
      row.times.push(usable_at);
      row.bytes = bytes;
    }
  }
  console.log(`From navigation to a usable login: ${rounds} interleaved rounds, nothing cached; ${os.cpus()[0].model.trim()}, ` +
    `${os.cpus().length} cores`);
  const results = rows.map(({name, slowdown, times, bytes}) => ({name, slowdown, bytes, median: middle(times),
    min: Math.min(...times), max: Math.max(...times)}));
  for (const {name, slowdown, bytes, median, min, max} of results) {
    console.log(`  ${name.padEnd(20)} ${slowdown > 1 ? `processor slowed ${slowdown} x` : 'full speed'.padEnd(20)}  ` +
      `${median.toFixed(0).padStart(6)} ms  (${min.toFixed(0)} to ${max.toFixed(0)}), ${bytes} bytes downloaded`);
    if (max / min > 2) console.log('    The slowest round took twice the fastest: the machine was too busy to judge.');
  }
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
  await browser.close();
  server.close();
} finally {
  await rm(folder, {recursive: true, force: true});
}
