// Prints, for each measurement that two revisions have, what this one takes as a multiple of the earlier one.
//
//   node against.mjs FOLDER      with {new,old}-ROUND-{codec,client,throughput}.json, one of each for every round
//
// "slower" (or "faster") is said when every round of the one lies beyond every round of the other: less is noise. Ends with 1
// when anything is slower.
import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';

const folder = process.argv[2];
const measured = {new: new Map(), old: new Map()};  // name: nanoseconds of each round

function add(side, name, nanoseconds) {
  if (!measured[side].has(name)) measured[side].set(name, []);
  measured[side].get(name).push(nanoseconds);
}

for (const file of readdirSync(folder).sort()) {
  const [, side, part] = /^(new|old)-\d+-(codec|client|throughput)\.json$/.exec(file) ?? [];
  if (!side) continue;
  const text = readFileSync(path.join(folder, file), 'utf8');
  if (part === 'throughput') {
    for (const {title, count, seconds} of text.trim().split('\n').map((line) => JSON.parse(line)))
      for (const who of ['raw TCP', 'wasmqtt']) add(side, `${title}, ${who}`, seconds[who][0] / count * 1e9);
  } else {
    for (const {name, real_time} of JSON.parse(text).benchmarks) add(side, name, real_time);
  }
}

const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const [names, gone] = [[...measured.new.keys()], [...measured.old.keys()].filter((name) => !measured.new.has(name))];
let slower = 0;
console.log('                                                        before        now   now / before');
for (const name of names.filter((one) => measured.old.has(one))) {
  const [now, before] = [measured.new.get(name), measured.old.get(name)];
  const worse = Math.min(...now) > Math.max(...before);
  const better = Math.max(...now) < Math.min(...before);
  // A socket by itself is no code of ours: it shows how much the machine wavers.
  if (worse && !name.endsWith('raw TCP')) ++slower;
  console.log(`  ${name.padEnd(48)} ${middle(before).toFixed(1).padStart(9)} ${middle(now).toFixed(1).padStart(9)} ns` +
    `  ${(middle(now) / middle(before)).toFixed(2).padStart(5)} ×  ${worse ? 'slower' : better ? 'faster' : 'within noise'}`);
}
for (const name of names.filter((one) => !measured.old.has(one))) console.log(`  ${name.padEnd(48)} new`);
for (const name of gone) console.log(`  ${name.padEnd(48)} not measured any more`);
console.log(slower === 0 ? 'Nothing is slower than noise.' : `${slower} slower than noise.`);
process.exitCode = slower === 0 ? 0 : 1;
