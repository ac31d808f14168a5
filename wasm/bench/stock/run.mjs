// A page with Dear ImGui's own widgets beside a plain one with the same form: what is downloaded, when it can be used, what a
// press costs with a thousand widgets, and the memory. See wasm/imgui_impl_web.
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
  await page.addInitScript(() => {
    const look = () => {
      const ready = 'usable' in document.documentElement.dataset || self.Module?.imguiWebFrames?.() > 0;
      if (ready && document.querySelector('input')) self.usable_at = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(url);
  await page.waitForFunction(() => self.usable_at);
  await page.getByRole('textbox', {name: field}).fill('x');
  const at = await page.evaluate(() => self.usable_at);
  await context.close();
  return at;
}

// A press of one of a thousand check boxes, until the elements say so; then a frame in which only the pointer has moved.
async function with_thousand(browser, url) {
  const context = await browser.newContext({viewport: {width: 1920, height: 1080}});
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => document.querySelectorAll('input[type=checkbox]').length === 1000);
  const presses = await page.evaluate(async () => {
    const boxes = [...document.querySelectorAll('input[type=checkbox]')].slice(0, 40);
    const times = [];
    for (const box of boxes) {
      const before = performance.now();
      box.click();
      document.body.offsetHeight;  // laid out
      times.push(performance.now() - before);
      await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve, 50)); });
    }
    return times;
  });
  const devtools = await context.newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const {metrics} = await devtools.send('Performance.enable').then(() => devtools.send('Performance.getMetrics'));
  const script = metrics.find(({name}) => name === 'JSHeapUsedSize').value;
  const nodes = metrics.find(({name}) => name === 'Nodes').value;
  const heap = await page.evaluate(() => self.Module?.HEAPU8?.length ?? self.HEAPU8?.length ?? 0);
  await context.close();
  return {press: median(presses), script, nodes, heap};
}

const folder = await mkdtemp(path.join(tmpdir(), 'stock-'));
const server = await serve({directory: folder, port: 0});
const browser = await launchBrowser();
try {
  const examples = path.join(options.build, 'examples');
  for (const name of ['imgui_form', 'imgui_many', 'imgui_demo']) await cp(path.join(examples, name), path.join(folder, name), {recursive: true});
  await cp(path.join(root, 'wasm', 'bench', 'stock'), path.join(folder, 'plain'), {recursive: true, filter: (file) => !file.endsWith('run.mjs')});
  const pages = [['Dear ImGui, unchanged', 'imgui_form/index.html', 'imgui_many/index.html'], ['plain DOM', 'plain/plain.html', 'plain/plain.html?many']];
  for (const [what, form, many] of pages) {
    const times = [];
    for (let i = 0; i < rounds; ++i) times.push(await usable(browser, server.url + form, 'Guest'));
    const thousand = await with_thousand(browser, server.url + many);
    console.log(`${what}: ${await bytes_of(path.join(folder, path.dirname(form)))} bytes (brotli), usable after ${median(times).toFixed(0)} ms`);
    console.log(`  1,000 check boxes: a press ${thousand.press.toFixed(2)} ms, script heap ${(thousand.script / 2 ** 20).toFixed(1)} MiB,` +
                ` ${thousand.nodes} nodes, WebAssembly ${(thousand.heap / 2 ** 20).toFixed(1)} MiB`);
  }
  console.log(`Dear ImGui's demo: ${await bytes_of(path.join(folder, 'imgui_demo'))} bytes (brotli)`);
} finally {
  await browser.close();
  await server.close();
  await rm(folder, {recursive: true, force: true});
}
