// The benchmark of the npm package in Node, over TCP.
//
//   node run.mjs --package dist/node.mjs [--rounds 5] [--quick] [--only REGEXP] [--tools REGEXP] [--json FILE]
//
// Each measurement in a process of its own; rounds are interleaved, and only ratios within one run say anything.
import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {parseArgs, promisify} from 'node:util';

import {cells_of, plan} from '../cells.mjs';
import {report} from '../report.mjs';

const {values: options} = parseArgs({
  options: {
    package: {type: 'string'}, rounds: {type: 'string', default: '5'}, quick: {type: 'boolean', default: false},
    only: {type: 'string', default: '.'}, tools: {type: 'string', default: '.'}, json: {type: 'string'},
  },
});
const rounds = options.quick ? 1 : Number(options.rounds);
const cells = cells_of('node', options.quick ? 0.02 : 1);
const here = path.dirname(fileURLToPath(import.meta.url));
const jobs = plan(cells, {rounds, quick: options.quick, only: new RegExp(options.only), tools: new RegExp(options.tools)});
const library = pathToFileURL(path.resolve(options.package)).href;

const endpoint = spawn(process.execPath, [path.join(here, 'endpoint.mjs')], {stdio: ['ignore', 'pipe', 'inherit']});
const [line] = await once(endpoint.stdout, 'data');
const url = `mqtt://127.0.0.1:${Number(line)}`;

async function measure(job) {
  const text = JSON.stringify({...job, url, package: library});
  const child = promisify(execFile)(process.execPath, [path.join(here, 'client.mjs'), text], {timeout: 60_000});
  return child.then(({stdout}) => JSON.parse(stdout), (error) => ({error: error.stderr || error.message}));
}

const results = [];
for (const job of jobs) {
  const result = await measure(job);
  results.push({job, result});
  const {name, unit} = cells[job.cell];
  const value = result.error ?? `${Number(result.value.toPrecision(4))} ${unit}`;
  process.stderr.write(`  ${String(results.length).padStart(4)}/${jobs.length}  ${name}, ${job.tool}: ${value}\n`);
}
endpoint.kill();
await once(endpoint, 'exit');
const {text, data, failed} = report(cells, results, {set: 'node', rounds, quick: options.quick});
console.log(text);
if (options.json) await writeFile(options.json, `${JSON.stringify(data, null, 2)}\n`);
process.exitCode = failed ? 1 : 0;
