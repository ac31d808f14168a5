// What a person waits for in our page, and in one of the usual kind, React and MQTT.js, in turn.
//
//   node run.mjs --page BUILD/page --chromium PROGRAM [--rounds 5] [--quick] [--json FILE]
//
// Each visit is a fresh context: nothing is cached. Usable is a login with a field for the name and a button "Sign In", both
// enabled, of which a frame has been shown. Keys are timed by the browser (Event Timing), in steps of 8 ms.
import {writeFile} from 'node:fs/promises';
import os from 'node:os';
import {parseArgs} from 'node:util';

import {startBroker} from '../../test/support/brokers.mjs';
import {launchBrowser} from '../../test/support/browser.mjs';
import {watch_graphics} from '../../test/support/graphics.mjs';
import {mark, middle} from '../report.mjs';
import {serve_pages} from './pages.mjs';
import {bare_round_trips} from './probes.mjs';
import {open_page, visit_canvas, visit_chat, visit_login} from './visit.mjs';

const {values: options} = parseArgs({
  options: {
    page: {type: 'string'}, chromium: {type: 'string'}, rounds: {type: 'string', default: '5'},
    quick: {type: 'boolean', default: false}, json: {type: 'string'},
  },
});
const rounds = options.quick ? 1 : Number(options.rounds);
const sizes = options.quick ? [0, 200] : [0, 200, 10_000];
if (options.chromium) process.env.WASMQTT_CHROMIUM = options.chromium;

const at = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];
const shown = (value, unit) => `${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${unit}`;
const times = {ours: {}, rival: {}};
const note = (who, what, ...values) => { (times[who][what] ??= []).push(...values); };

async function one_round(browser, url, broker) {
  const address = {ours: `${url}/ours/?stage=20`, rival: `${url}/rival/?broker=${broker.wsUrl}`};
  for (const slowdown of [1, 4]) for (const who of ['ours', 'rival']) {
    const {login, early_keys, bytes} = await visit_login(browser, address[who], slowdown);
    note(who, `login ${slowdown}`, login);
    note(who, `early keys ${slowdown}`, ...early_keys);
    times[who].bytes = bytes;
  }
  for (const who of ['ours', 'rival']) {
    const {page, found} = await visit_chat(browser, address[who], broker, sizes);
    note(who, 'chat', found.chat);
    for (const size of sizes) note(who, `keys ${size}`, ...found.keys[size]);
    note(who, 'acknowledged', ...found.acknowledged);
    if (found.memory) note(who, 'memory', found.memory);
    await page.context().close();
  }
  note('ours', 'canvas', ...await visit_canvas(browser, `${url}/canvas.html`));
  const empty = await open_page(browser, `${url}/empty.html`, 1, []);
  note('ours', 'wire', ...await empty.evaluate(bare_round_trips, {broker: broker.wsUrl, count: 40}));
  await empty.context().close();
}

// The most that a picture of a chat of 200 messages fills; counting takes time, so it is a visit of its own.
async function area_of(browser, url, broker) {
  const {page} = await visit_chat(browser, `${url}/ours/?stage=20`, broker, [0, 200], [watch_graphics]);
  const area = await page.evaluate(() => graphics.most);
  await page.context().close();
  return area;
}

// {what, goal, figure, met}; without `met` there is no goal.
function judged(area) {
  const rows = [];
  const {ours, rival} = times;
  const against = (what, name, unit) => {
    const [a, b] = [middle(ours[name]), middle(rival[name])];
    rows.push({what, goal: '≤ 1.0 × the other', figure: `${shown(a, unit)} against ${shown(b, unit)}, ${(a / b).toFixed(2)} ×`, met: a <= b});
  };
  const keys = (what, name) => {
    const [a, b] = [ours, rival].map((of) => [at(of[name], 0.5), at(of[name], 0.95)]);
    rows.push({what, goal: '≤ 16 ms, 95 %: ≤ 33', figure: `${a.join(' / ')} ms; the other ${b.join(' / ')}`, met: a[0] <= 16 && a[1] <= 33});
  };
  against('navigation to usable login', 'login 1', 'ms');
  against('navigation to usable login, processor slowed 4 ×', 'login 4', 'ms');
  keys('key at once in the login to its paint', 'early keys 1');
  keys('key at once in the login to its paint, processor slowed 4 ×', 'early keys 4');
  against('Sign In to chat', 'chat', 'ms');
  for (const size of sizes) keys(`key to next paint, ${size.toLocaleString('en')} messages`, `keys ${size}`);
  const canvas = [at(ours.canvas, 0.5), at(ours.canvas, 0.95)];
  rows.push({what: 'the same in a bare canvas of that size, of which each key fills 128 pixels', goal: '', figure: `${canvas.join(' / ')} ms`});
  const [seen, wire] = [middle(ours.acknowledged), middle(ours.wire)];
  rows.push({what: 'PUBLISH to PUBACK while the page draws', goal: '≤ 1.1 × a bare socket in an empty page', met: seen <= 1.1 * wire,
    figure: `${shown(seen, 'ms')} against ${shown(wire, 'ms')}, ${(seen / wire).toFixed(2)} ×; the other ${shown(middle(rival.acknowledged), 'ms')}`});
  rows.push({what: 'pixels that a picture of the chat fills at most', goal: '≤ 1.5 × the window', figure: `${area.toFixed(2)} ×`, met: area <= 1.5});
  if (ours.memory) {
    const [a, b] = [middle(ours.memory), middle(rival.memory)];
    rows.push({what: 'memory after 1,000 messages, script and WebAssembly', goal: '≤ 18 MB', figure: `${shown(a, 'MB')}; the other ${shown(b, 'MB')}`, met: a <= 18});
  }
  rows.push({what: 'bytes that the login downloads', goal: '', figure: [ours, rival].map(({bytes}) => bytes.toLocaleString('en')).join('; the other ')});
  return rows;
}

const broker = await startBroker('open');
let browser;
let pages;
try {
  browser = await launchBrowser();
  pages = await serve_pages(options.page, {openWs: broker.wsPort});
  for (let round = 0; round < rounds; ++round) await one_round(browser, pages.url, broker);
  const rows = judged(await area_of(browser, pages.url, broker));
  console.log(`What a person waits for, ours and a page of React and MQTT.js in turn: ${rounds} rounds, nothing cached; ` +
    `${os.cpus()[0].model.trim()}, ${os.cpus().length} cores`);
  for (const {what, goal, figure, met} of rows)
    console.log(`  ${(met === undefined ? '' : mark({met}, options.quick)).padEnd(10)} ${what}${goal && `: ${goal}`}\n${' '.repeat(13)}${figure}`);
  if (options.json) await writeFile(options.json, `${JSON.stringify({quick: options.quick, rounds, rows, times}, null, 1)}\n`);
} finally {
  await pages?.close();
  await browser?.close();
  await broker.close();
}
