// A page with Dear ImGui's own widgets beside a plain one with the same form: what is downloaded, when it can be used, what a press
// and a frame cost with a thousand widgets, and the memory; as a table for wasm/imgui_impl_web/README.md.
//
//   cmake --build build/wasm-release --target wasmqtt_imgui_many      which nothing else needs
//   node wasm/bench/stock/run.mjs [--build build/wasm-release] [--rounds 5]
import {cp, mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {brotliCompressSync} from 'node:zlib';
import {serve} from '../../../scripts/serve.mjs';
import {launchBrowser} from '../../test/support/browser.mjs';
import {root} from '../../test/support/machine.mjs';

const {values: options} = parseArgs({options: {
  build: {type: 'string', default: path.join(root, 'build', 'wasm-release')}, rounds: {type: 'string', default: '5'}}});
const rounds = Number(options.rounds);
const moves = 40;
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

async function bytes_of(folder) {
  let sum = 0;
  for (const name of await readdir(folder)) sum += brotliCompressSync(await readFile(path.join(folder, name))).length;
  return sum;
}

// Milliseconds from the navigation until the first field can be typed in.
async function usable(browser, url, field) {
  const context = await browser.newContext({viewport: {width: 1000, height: 800}});
  const page = await context.newPage();
  await page.addInitScript((wanted) => {
    const look = () => {
      const ready = 'usable' in document.documentElement.dataset || self.Module?.imguiWebFrames?.() > 0;
      if (ready && document.querySelector(wanted)) self.usable_at = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, field ? 'input' : '#imgui-web button');
  await page.goto(url);
  await page.waitForFunction(() => self.usable_at);
  if (field) await page.getByRole('textbox', {name: field}).fill('x');
  const at = await page.evaluate(() => self.usable_at);
  await context.close();
  return at;
}

// A press of one of a thousand check boxes, until the elements say so and are laid out.
const press_many = () => (async () => {
  const boxes = [...document.querySelectorAll('input[type=checkbox]')].slice(0, 40);
  const times = [];
  for (const box of boxes) {
    const before = performance.now();
    box.click();
    document.body.offsetHeight;
    times.push(performance.now() - before);
    await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve, 50)); });
  }
  return times;
})();

const metrics_of = async (devtools) => {
  const {metrics} = await devtools.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({name, value}) => [name, value]));
};

// Frames in which only the pointer has moved: script, styles and layout of each.
async function frame_cost(page, devtools) {
  const before = await metrics_of(devtools);
  for (let i = 0; i < moves; ++i) {
    await page.mouse.move(300 + 20 * i, 200 + 10 * i);
    await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
  }
  const after = await metrics_of(devtools);
  const names = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'];
  return names.reduce((sum, name) => sum + after[name] - before[name], 0) * 1000 / moves;
}

async function with_thousand(browser, url) {
  const context = await browser.newContext({viewport: {width: 1920, height: 1080}});
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => document.querySelectorAll('input[type=checkbox]').length === 1000);
  const presses = await page.evaluate(press_many);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable');
  const frame = await frame_cost(page, devtools);
  await devtools.send('HeapProfiler.collectGarbage');
  const {JSHeapUsedSize: script, Nodes: nodes} = await metrics_of(devtools);
  const [heap, drawn] = await page.evaluate(() => new Promise((resolve) => {
    const count = () => self.Module?.imguiWebFrames?.() ?? 0;
    const start = count();
    setTimeout(() => resolve([self.Module?.HEAPU8?.length ?? self.HEAPU8?.length ?? 0, count() - start]), 2000);
  }));
  await context.close();
  return {press: median(presses), frame, script, nodes, heap, drawn};
}

async function measure(browser, url, folder, {form, many, field}) {
  const times = [];
  for (let i = 0; i < rounds; ++i) times.push(await usable(browser, url + form, field));
  return {bytes: await bytes_of(path.join(folder, path.dirname(form))), usable: median(times), ...many && await with_thousand(browser, url + many)};
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const mib = (bytes) => (bytes > 0 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : 'none');
const ms = (number) => `${number.toFixed(number < 10 ? 1 : 0)} ms`;

function print_table(stock, plain, demo) {
  const row = (what, of) => console.log(`| ${what} | ${of(stock)} | ${of(plain)} |`);
  console.log('| | Dear ImGui, unchanged | plain HTML and JavaScript |\n|---|---|---|');
  row('the form of twelve widgets, brotli', ({bytes}) => kib(bytes));
  row('until a field can be typed in', ({usable: at}) => ms(at));
  row('1,000 check boxes: a press, until elements say so', ({press}) => ms(press));
  row('a frame in which the pointer moves', ({frame}) => ms(frame));
  row('frames in two seconds of rest', ({drawn}) => drawn);
  row('DOM nodes', ({nodes}) => nodes.toLocaleString('en'));
  row('script heap', ({script}) => mib(script));
  row('WebAssembly memory', ({heap}) => mib(heap));
  console.log(`| Dear ImGui's whole demo, brotli; until it can be used | ${kib(demo.bytes)}; ${ms(demo.usable)} | |`);
}

const folder = await mkdtemp(path.join(tmpdir(), 'stock-'));
const server = await serve({directory: folder, port: 0});
const browser = await launchBrowser();
try {
  const examples = path.join(options.build, 'examples');
  for (const name of ['imgui_form', 'imgui_many', 'imgui_demo']) await cp(path.join(examples, name), path.join(folder, name), {recursive: true});
  await cp(path.join(root, 'wasm', 'bench', 'stock'), path.join(folder, 'plain'), {recursive: true, filter: (file) => !file.endsWith('run.mjs')});
  const stock = await measure(browser, server.url, folder, {form: 'imgui_form/index.html', many: 'imgui_many/index.html', field: 'Guest'});
  const plain = await measure(browser, server.url, folder, {form: 'plain/plain.html', many: 'plain/plain.html?many', field: 'Guest'});
  const demo = await measure(browser, server.url, folder, {form: 'imgui_demo/index.html'});
  print_table(stock, plain, demo);
} finally {
  await browser.close();
  await server.close();
  await rm(folder, {recursive: true, force: true});
}
