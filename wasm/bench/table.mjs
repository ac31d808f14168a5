// Every goal beside its figure, from what the measurements left behind: for the terminal, and as a table in Markdown.
//
//   node table.mjs RESULTS      build/bench-results; writes RESULTS/table.md
//
// What was not measured says so. Each part notes in PART.machine where and when it ran.
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';

import {mark, middle} from './report.mjs';

const folder = process.argv[2];
const text = (name) => {
  const file = path.join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
};
const json = (name) => {
  const found = text(name);
  return found ? JSON.parse(found) : null;
};

const rows = [];  // {what, goal, figure, verdict}
const add = (what, goal, figure, verdict) => rows.push({what, goal, figure, verdict});
const missing = (what, goal, part) => add(what, goal, `run scripts/bench ${part}`, 'not measured');

// values: one of each round.
function judge(what, goal, figure, values, reaches, quick) {
  const met = reaches(middle(values));
  const unsure = values.filter((value) => reaches(value) === met).length < 0.75 * values.length;
  add(what, goal, figure, mark({met, unsure}, quick));
}

// ---- in the browser ----

function verdicts_of(results, prefix = '') {
  for (const verdict of results.goals) {
    const {cell, peer, words, found, figure, agreeing, rounds} = verdict;
    const some = rounds > 1 && agreeing < rounds ? `; so in ${agreeing} of ${rounds} rounds` : '';
    const place = peer === 'nobody' ? '' : `, ${peer}`;
    add(`${prefix}${cell}${place}`, words, figure === found ? found : `${found} (${figure})${some}`, mark(verdict, results.quick));
  }
}

function browser_goals(results) {
  if (!results) return missing('publish, receive, round trip, memory and start in Chromium', '', 'browser');
  verdicts_of(results);
  const show = (cell) => {
    for (const peer of ['mosquitto', 'fast']) {
      const tools = results.rows.filter((row) => row.cell === cell && row.peer === peer && row.median !== undefined);
      if (tools.length === 0) continue;
      const number = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)));
      add(`${cell}, ${peer === 'fast' ? 'counting endpoint' : peer}`, '',
          tools.map(({tool, median}) => `${tool} ${number(median)}`).join(', ') + ` ${tools[0].unit}`, '');
    }
  };
  for (const cell of ['publish QoS 1, window 20', 'main thread per message published', 'round trip, 99 %',
    'from navigation to CONNACK, of it from the script\'s start']) show(cell);
}

function npm_goals(in_chromium, in_node) {
  if (!in_chromium || !in_node) return missing("publish, receive and round trip through the npm package's own API", '', 'npm');
  verdicts_of(in_chromium, 'npm package: ');
  verdicts_of(in_node, 'npm package, ');
}

// ---- natively ----

// Google Benchmark's runs: name -> one value for each repetition.
function runs(results, value = (run) => run.cpu_time) {
  const found = new Map();
  for (const run of results.benchmarks.filter(({run_type}) => run_type === 'iteration'))
    found.set(run.run_name, [...found.get(run.run_name) ?? [], value(run)]);
  return found;
}

function codec_goals(results, quick) {
  if (!results) return missing('encode and decode, natively', '', 'native');
  const encode = runs(results).get('encode_publish/1');
  const decode = runs(results, (run) => run.ns_per_packet).get('read_and_decode_publish');
  const ns = (values) => `${middle(values).toFixed(1)} ns`;
  judge('encode a PUBLISH of 64 bytes, QoS 1, every check on', '≤ 10 ns', ns(encode), encode, (value) => value <= 10, quick);
  judge('read and decode one', '≤ 12 ns', ns(decode), decode, (value) => value <= 12, quick);
  const against = (theirs, values) => `${(theirs / middle(values)).toFixed(1)} ×`;
  add('the same against coreMQTT', '≥ 2.5 ×',
      `coreMQTT is in no package; against the 29 and 31 ns that it took elsewhere: ${against(29, encode)} and ${against(31, decode)}`,
      'not judged');
}

function growth_goals(results, quick) {
  if (!results) return missing('growth with messages in flight, queued, and subscriptions', 'within 1.3 ×', 'native');
  const all = runs(results);
  for (const [name, what] of [['in_flight', 'a message in flight, publish to PUBACK'], ['outbox', 'a message into the queue and out'],
    ['trie_dispatch', 'dispatch among subscriptions']]) {
    const sizes = [...all].filter(([run]) => run.startsWith(`${name}/`))
      .map(([run, values]) => ({size: Number(run.split('/')[1]), values})).sort((a, b) => a.size - b.size);
    const ratio = (of) => Math.max(...sizes.map(of)) / Math.min(...sizes.map(of));
    const rounds = sizes[0].values.map((_, round) => ratio(({values}) => values[round]));
    // The ratio of the medians is what counts; rounds only tell how sure it is.
    const medians = ratio(({values}) => middle(values));
    const met = medians <= 1.3;
    const unsure = rounds.filter((one) => (one <= 1.3) === met).length < 0.5 * rounds.length;
    add(`${what}: ${sizes.map(({size}) => size.toLocaleString('en')).join(' / ')}`, 'within 1.3 ×',
        `${sizes.map(({values}) => Math.round(middle(values))).join(' / ')} ns, ${medians.toFixed(2)} ×`, mark({met, unsure}, quick));
  }
}

function tcp_goals(lines, quick) {
  if (!lines) return missing('QoS 1 over TCP', '', 'native');
  for (const {title, count, seconds} of lines.trim().split('\n').map((line) => JSON.parse(line))) {
    const all = title.endsWith('all in flight');
    const what = `${title}, natively, ${count.toLocaleString('en')} messages to mosquitto`;
    const time = (tool) => `${middle(seconds[tool]).toFixed(2)} s`;
    const rounds = (tool, ratio) => seconds[tool].map((theirs, i) => ratio(seconds.wasmqtt[i], theirs));
    const raw = rounds('raw TCP', (ours, theirs) => ours / theirs);
    const other = rounds('libmosquitto', (ours, theirs) => theirs / ours);
    const figures = [`${middle(raw).toFixed(2)} × (${time('wasmqtt')} against ${time('raw TCP')})`,
                     `${middle(other).toFixed(1)} × (${time('wasmqtt')} against ${time('libmosquitto')})`];
    if (!all) {
      add(what, '', `${figures[0]} raw TCP, ${figures[1]} libmosquitto`, '');
      continue;
    }
    judge(what, '≤ 1.1 × raw TCP', figures[0], raw, (ratio) => ratio <= 1.1, quick);
    judge(what, '≥ 15 × libmosquitto', figures[1], other, (ratio) => ratio >= 15, quick);
  }
}

// ---- what a visitor downloads and sees ----

function size_goals(modules) {
  if (!modules) return missing('what a visitor downloads', 'within the budgets of scripts/size', 'page');
  for (const {name, total, budget} of modules)
    add(name, `≤ ${budget / 1024} KB brotli`, `${(total.brotli / 1024).toFixed(1)} KB`, total.brotli <= budget ? 'met' : 'MISSED');
}

function page_goals(results) {
  if (!results) return missing('what a person waits for in the page', '', 'page');
  for (const {what, goal, figure, met} of results.rows) add(what, goal, figure, met === undefined ? '' : mark({met}, results.quick));
}

function frame_goals(output) {
  for (const [, what, , p95] of (output ?? '').matchAll(/^ {2}(\S.*?) +([\d.]+) +([\d.]+) +([\d.]+) +(?:within|OVER)/gm))
    add(`a frame: ${what}, 95th percentile`, '≤ 16 ms', `${Number(p95)} ms`, Number(p95) <= 16 ? 'met' : 'MISSED');
}

// ---- print ----

const parts = ['native', 'browser', 'npm', 'ui', 'page'];
const machines = parts.filter((part) => text(`${part}.machine`)).map((part) => `${part}: ${text(`${part}.machine`).trim()}`);
const quick = machines.some((line) => line.includes('smoke run'));

browser_goals(json('browser.json'));
npm_goals(json('npm.json'), json('npm-node.json'));
growth_goals(json('client.json'), quick);
codec_goals(json('codec.json'), quick);
tcp_goals(text('throughput.json'), quick);
size_goals(json('size.json'));
frame_goals(text('ui.txt'));
page_goals(json('page.json'));

const cells = rows.map(({what, goal, figure, verdict}) => [what, goal, figure, verdict].map((cell) => cell.replaceAll('|', '\\|')));
const judged = rows.filter(({verdict}) => /^(met|MISSED|TOO)/.test(verdict));
const count = (start) => judged.filter(({verdict}) => verdict.startsWith(start)).length;
const summary = `${count('met')} goals met, ${count('MISSED')} missed, ${count('TOO')} not to be judged for noise.`;
writeFileSync(path.join(folder, 'table.md'), `| | goal | figure | |\n|---|---|---|---|\n${
  cells.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n\n${summary}\n\n${machines.map((line) => `- ${line}`).join('\n')}\n`);

console.log('Every goal beside its figure');
for (const {what, goal, figure, verdict} of rows)
  console.log(`  ${(verdict || 'no goal').padEnd(18)} ${what}${goal ? `: ${goal}` : ''}\n${' '.repeat(21)}${figure}`);
console.log(`\n${summary} The same as a table: ${path.join(folder, 'table.md')}`);
for (const line of machines) console.log(`  ${line}`);
