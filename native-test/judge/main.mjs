// Judges clients, and prints their score cards: `scripts/judge --help`.
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {root} from '../../wasm/test/support/machine.mjs';
import {card, misses, table} from './card.mjs';
import {page} from './html.mjs';
import {publish} from './publish.mjs';
import {judge} from './run.mjs';

const adapter = (name) => fileURLToPath(new URL(`adapters/${name}`, import.meta.url));
const known = {
  wasmqtt: ['node', adapter('wasmqtt.mjs')], 'wasmqtt-default': ['node', adapter('wasmqtt.mjs'), 'default'],
  'wasmqtt-native': [path.join(root, 'build', 'native', 'native-test', 'judge', 'wasmqtt_judge_adapter')],
  mqttjs: ['node', adapter('mqttjs.mjs')], paho: ['node', adapter('paho.mjs')],
  mosquitto: [path.join(root, 'build', 'judge', 'mosquitto')],
};

const {values, positionals} = parseArgs({allowPositionals: true, options: {
  html: {type: 'string'}, markdown: {type: 'string'}, jobs: {type: 'string', default: '4'}, only: {type: 'string', default: '.'},
  version: {type: 'string'}, all: {type: 'boolean', default: false}, trace: {type: 'boolean', default: false}}});

// Names of ours; or one command with its arguments.
const names = values.all ? Object.keys(known) : positionals;
const commands = names.every((name) => known[name]) ? names.map((name) => known[name]) : [names];
const versions = values.version ? [{'3.1.1': 4, 5: 5}[values.version]] : [4, 5];

function progress(done, all) {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} checks${done === all ? '\n' : ''}`);
}

const judged = [];
for (const command of commands) {
  const one = await judge(command, {jobs: Number(values.jobs), only: new RegExp(values.only), versions, progress});
  judged.push(one);
  console.log(card(one));
  console.log(misses(one, {trace: values.trace}));
}
if (judged.length > 1) console.log(table(judged));
if (values.all) publish(Object.fromEntries(names.map((name, index) => [name, judged[index]])));
if (values.html) writeFileSync(values.html, page(judged));
if (values.markdown) writeFileSync(values.markdown, `${table(judged)}\n`);
// Of all of them, ours has to be whole.
process.exitCode = (values.all ? judged.slice(0, 1) : judged).some(({results}) => results.some(({miss}) => miss)) ? 1 : 0;
