// The processor's part of a frame while messages arrive: drawing the page into lists, the mirror, and the commands to
// WebGL. The pixels are another process's part, so what would be drawn is left out.
//
//   node frames.mjs --page BUILD/page --chromium PROGRAM [--seconds 6] [--quick] [--json FILE]
//
// A chat of 10, of 1,000 and of 10,000 messages, and that with the packets shown, each in a fresh page; then 50 messages
// a second, one at a time. A frame is one callback of requestAnimationFrame().
import {writeFile} from 'node:fs/promises';
import os from 'node:os';
import {parseArgs} from 'node:util';

import {openStage} from '../test/support/browser.mjs';
import {flood} from '../test/support/flood.mjs';
import {arrive_at} from '../test/support/person.mjs';

const {values: options} = parseArgs({
  options: {
    page: {type: 'string'}, chromium: {type: 'string'}, seconds: {type: 'string', default: '6'},
    quick: {type: 'boolean', default: false}, json: {type: 'string'},
  },
});
const seconds = options.quick ? 0.5 : Number(options.seconds);
const sizes = options.quick ? [10] : [10, 1000, 10_000];
const rate = 50;
const goal = 16;  // milliseconds, at the 95th percentile
if (options.page) process.env.WASMQTT_PAGE = options.page;
if (options.chromium) process.env.WASMQTT_CHROMIUM = options.chromium;

// In the page, before any of its own script.
function draw_nothing() {
  for (const name of ['drawElements', 'clear']) WebGL2RenderingContext.prototype[name] = () => {};
}

// Milliseconds that the page's thread worked in each of the frames during `work`, in order of size: the browser's own
// count, which stands still while another program has the processor.
async function frames_during(browser, work) {
  const devtools = await browser.newBrowserCDPSession();
  const times = [];
  devtools.on('Tracing.dataCollected', ({value}) => times.push(...value
    .filter(({name, tdur}) => name === 'FireAnimationFrame' && tdur > 0).map(({tdur}) => tdur / 1000)));
  const traceConfig = {includedCategories: ['devtools.timeline'], excludedCategories: ['*']};
  await devtools.send('Tracing.start', {transferMode: 'ReportEvents', traceConfig});
  await work();
  const complete = new Promise((resolve) => { devtools.once('Tracing.tracingComplete', resolve); });
  await devtools.send('Tracing.end');
  await complete;
  await devtools.detach();
  return times.sort((a, b) => a - b);
}

const message = (i) => ({topic: 'chat/messages/alice/bob', payload: JSON.stringify({messageId: `m${i}`,
  content: `Message ${i}: as long as people write them, and with a link now and then: https://example.org/${i}`,
  timestamp: new Date().toISOString()})});

const has = (alice, i) => alice.message(new RegExp(`Message ${i}:`)).waitFor({timeout: 120_000});

// One message every 20 ms by the clock; what came late comes at once, as from a network.
async function trickle(broker, first, count) {
  const began = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.ceil((performance.now() - began) * rate / 1000));
    if (due > sent) await flood(broker, Array.from({length: due - sent}, (_, i) => message(first + sent + i)));
    sent = Math.max(sent, due);
    await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
  }
}

async function measure(stage, size, packets) {
  const prepare = (page) => page.addInitScript(draw_nothing);
  const alice = await arrive_at(stage, '?stage=10&user=alice&remember=0', {prepare, viewport: {width: 1280, height: 800}});
  await alice.sign_in();
  await alice.talk_to('bob');
  for (let from = 0; from < size; from += 500)
    await flood(stage.open_broker, Array.from({length: Math.min(500, size - from)}, (_, i) => message(from + i)));
  await has(alice, size - 1);
  if (packets) {
    await alice.button('Show Packets').click();
    await alice.page.getByRole('table', {name: 'Packets'}).waitFor();
  }
  const count = Math.ceil(seconds * rate);
  const times = await frames_during(stage.browser, () => trickle(stage.open_broker, size, count));
  await has(alice, size + count - 1);
  await alice.page.context().close();
  const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
  return {size, packets, frames: times.length, median: at(0.5), p95: at(0.95), most: times.at(-1)};
}

const stage = await openStage();
try {
  console.log(`Frames in Chromium, ${rate} messages a second for ${seconds} s: the processor's part, in milliseconds; ` +
    `${os.cpus()[0].model.trim()}, ${os.cpus().length} cores`);
  const results = [];
  for (const packets of [false, true]) for (const size of sizes) {
    const result = await measure(stage, size, packets);
    results.push(result);
    const {frames, median, p95, most} = result;
    console.log(`  ${`${size} messages${packets ? ', packets shown' : ''}`.padEnd(34)}${String(frames).padStart(5)} frames   ` +
      `median ${median.toFixed(1)}   95 % ${p95.toFixed(1)}   most ${most.toFixed(1)}   ` +
      `goal ${goal} at 95 %: ${p95 <= goal ? 'met' : 'MISSED'}`);
  }
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  await stage.close();
}
