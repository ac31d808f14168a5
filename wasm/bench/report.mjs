// From single results to a table: medians with least and most, ratios, goals, and whether the machine was quiet enough.
import os from 'node:os';

import {goals} from './goals.mjs';

const memoryGoal = 30 + 64 + 64;  // topic, payload and 64 bytes

// When fewer of the rounds than this say what the medians say, the machine was too noisy, or the two are too close.
const agreement = 0.75;

export const middle = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const short = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3))));
const is_ours = (tool) => tool.startsWith('wasmqtt') || tool === 'npm';
const peerName = (peer) => ({fast: 'counting endpoint', none: 'nobody'}[peer] ?? peer);

function summarise(cells, results) {
  const rows = new Map();
  const row = (cell, unit, {peer, tool}) => {
    const key = `${cell}\n${peer}\n${tool}`;
    if (!rows.has(key)) rows.set(key, {cell, unit, peer, tool, values: [], errors: []});
    return rows.get(key);
  };
  for (const {job, result} of results) {
    const {name, unit} = cells[job.cell];
    if (result.error) row(name, unit, job).errors.push(result.error);
    else row(name, unit, job).values.push(result.value);
    for (const [what, value] of Object.entries(result.also ?? {})) row(`${name}, ${what}`, unit, job).values.push(value);
  }
  for (const one of rows.values()) {
    if (one.values.length === 0) continue;
    one.median = middle(one.values);
    one.min = Math.min(...one.values);
    one.max = Math.max(...one.values);
  }
  const groups = new Map();  // a cell with a peer, in the order of their first results
  for (const one of rows.values()) {
    const key = `${one.cell}\n${one.peer}`;
    groups.set(key, [...groups.get(key) ?? [], one]);
  }
  return [...groups.values()].flat();
}

function judge(rows, set) {
  const find = (cell, peer, tool) => rows.find((row) => row.cell === cell && row.peer === peer && row.tool === tool && row.median);
  const verdicts = [];
  for (const [cell, peer, tool, rival, goal] of goals[set]) {
    const [ours, theirs] = [find(cell, peer, tool), find(cell, peer, rival)];
    if (!ours || !theirs) continue;
    const less = ours.unit !== 'messages/s';
    const reaches = (ratio) => (less ? ratio <= goal : ratio >= goal);
    const ratio = ours.median / theirs.median;
    const met = reaches(ratio);
    const rounds = ours.values.map((value, i) => value / theirs.values[i]).filter(Number.isFinite);
    const agreeing = rounds.filter((one) => reaches(one) === met).length;
    verdicts.push({cell, peer: peerName(peer), unit: ours.unit, goal, ratio, met, unsure: agreeing < agreement * rounds.length,
                   agreeing, rounds: rounds.length, ours: ours.median, theirs: theirs.median,
                   words: `${less ? '≤' : '≥'} ${goal} × ${rival}`, found: `${ratio.toFixed(2)} ×`,
                   figure: `${short(ours.median)} against ${short(theirs.median)} ${ours.unit}`});
  }
  const memory = find('memory per message queued offline', 'none', 'wasmqtt');
  if (memory)
    verdicts.push({cell: memory.cell, peer: 'nobody', unit: 'bytes', goal: memoryGoal, met: memory.median <= memoryGoal,
                   unsure: false, words: `≤ ${memoryGoal} bytes`, found: `${Math.round(memory.median)} bytes`,
                   figure: `${Math.round(memory.median)} bytes`});
  return verdicts;
}

export function mark({met, unsure}, quick) {
  return quick ? 'smoke run' : unsure ? 'TOO NOISY TO JUDGE' : met ? 'met' : 'MISSED';
}

// Of the core: ours as a multiple of each. Of the package, which is not to be compared with others but with what is possible:
// each as a multiple of raw16k.
function multiple(row, rows, set) {
  const same = (wanted) => rows.find((one) => one.cell === row.cell && one.peer === row.peer && one.median && wanted(one.tool));
  if (set === 'core') {
    const ours = same(is_ours);
    return ours && !is_ours(row.tool) ? `  ${(ours.median / row.median).toFixed(2)} x` : '';
  }
  const raw = same((tool) => tool === 'raw16k');
  return raw && row !== raw ? `  ${Number((row.median / raw.median).toPrecision(2))} x raw16k` : '';
}

export function report(cells, results, {set, rounds, quick}) {
  const rows = summarise(cells, results);
  const verdicts = judge(rows, set);
  const cpus = os.cpus();
  const machine = `${cpus[0].model.trim()}, ${cpus.length} cores, ${os.type()} ${os.release()}`;
  const lines = [`${set === 'node' ? 'Node' : 'Browser'} benchmark: ${rounds} interleaved rounds, messages of 64 bytes, topics of 30; ${machine}`,
                 `Median (least to most) and ${set === 'core' ? 'ours as a multiple of it' : 'it as a multiple of raw16k'}. ` +
                 'Only ratios within one run count. Throughputs after a warm-up.'];
  let heading = '';
  for (const row of rows) {
    const here = `${row.cell}, ${peerName(row.peer)} (${row.unit})`;
    if (here !== heading) lines.push('', here);
    heading = here;
    const value = row.median === undefined ? 'failed' :
      `${short(row.median).padStart(10)}  (${short(row.min)} to ${short(row.max)})`.padEnd(36) + multiple(row, rows, set);
    lines.push(`  ${row.tool.padEnd(18)} ${value}${row.errors.length ? `  ${row.errors.length} failed: ${row.errors[0]}` : ''}`);
  }
  lines.push('', 'Goals');
  for (const verdict of verdicts) {
    const {cell, peer, words, found, agreeing, rounds: all} = verdict;
    lines.push(`  ${mark(verdict, quick).padEnd(18)} ${`${cell}, ${peer}`.padEnd(55)} ${words}: ${found}` +
               (all > 1 && agreeing < all ? ` (so in ${agreeing} of ${all} rounds)` : ''));
  }
  const failed = rows.some((row) => row.errors.length > 0);
  return {text: lines.join('\n'), data: {machine, rounds, quick, rows, goals: verdicts}, failed};
}
