// From single results to a table: medians with least and most, ratios, goals, and whether the machine was quiet enough.
import os from 'node:os';

// [cell, peer, ours against, at least (or at most, for what is better when less), words]
const goals = [
  ['publish QoS 0, one burst', 'mosquitto', 'raw16k', 0.85], ['publish QoS 0, one burst', 'mosquitto', 'mqttjs', 8.5],
  ['publish QoS 0, one burst', 'fast', 'raw16k', 0.85], ['publish QoS 0, one burst', 'fast', 'mqttjs', 75],
  ['publish QoS 1, all in flight', 'mosquitto', 'raw16k', 0.85], ['publish QoS 1, all in flight', 'mosquitto', 'mqttjs', 3.2],
  ['publish QoS 1, all in flight', 'fast', 'raw16k', 0.85], ['publish QoS 1, all in flight', 'fast', 'mqttjs', 48],
  ['receive, one packet per frame', 'mosquitto', 'raw16k', 0.97],
  ['receive, frames of 16 KiB', 'fast', 'raw16k', 0.85], ['receive, frames of 16 KiB', 'fast', 'raw16k+text', 1.3],
  ['receive, frames of 16 KiB', 'fast', 'mqttjs', 12],
  ['round trip', 'mosquitto', 'raw16k', 1.05], ['round trip', 'fast', 'raw16k', 1.05],
  ['load to CONNACK', 'fast', 'raw16k', 1.3], ['load to CONNACK', 'fast', 'paho', 1],
];
const memoryGoal = 30 + 64 + 64;  // topic, payload and 64 bytes

// A cell whose slowest round took twice its fastest was disturbed.
const noisy = 2;

const middle = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const short = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3))));

function summarise(cells, results) {
  const rows = new Map();
  for (const {job, result} of results) {
    const cell = cells[job.cell];
    const key = `${cell.name}\n${job.peer}\n${job.tool}`;
    if (!rows.has(key)) rows.set(key, {cell: cell.name, unit: cell.unit, peer: job.peer, tool: job.tool, values: [], errors: []});
    const row = rows.get(key);
    if (result.error) row.errors.push(result.error);
    else row.values.push(result.value);
  }
  for (const row of rows.values()) {
    if (row.values.length === 0) continue;
    row.median = middle(row.values);
    row.min = Math.min(...row.values);
    row.max = Math.max(...row.values);
  }
  return [...rows.values()];
}

function judge(rows) {
  const find = (cell, peer, tool) => rows.find((row) => row.cell === cell && row.peer === peer && row.tool === tool && row.median);
  const verdicts = [];
  for (const [cell, peer, rival, goal] of goals) {
    const [ours, theirs] = [find(cell, peer, 'wasmqtt'), find(cell, peer, rival)];
    if (!ours || !theirs) continue;
    const less = ours.unit !== 'messages/s';
    const ratio = ours.median / theirs.median;
    const unsure = [ours, theirs].some((row) => row.max / row.min > noisy);
    verdicts.push({cell, peer, rival, goal, ratio, met: less ? ratio <= goal : ratio >= goal, unsure,
                   words: `${less ? 'at most' : 'at least'} ${goal} x ${rival}`, found: `${ratio.toFixed(2)} x`});
  }
  const memory = find('memory per message queued offline', 'none', 'wasmqtt');
  if (memory)
    verdicts.push({cell: memory.cell, peer: 'none', goal: memoryGoal, met: memory.median <= memoryGoal, unsure: false,
                   words: `at most ${memoryGoal} bytes`, found: `${Math.round(memory.median)} bytes`});
  return verdicts;
}

export function report(cells, results, {rounds, quick}) {
  const rows = summarise(cells, results);
  const verdicts = judge(rows);
  const cpus = os.cpus();
  const machine = `${cpus[0].model.trim()}, ${cpus.length} cores, ${os.type()} ${os.release()}`;
  const lines = [`Browser benchmark: ${rounds} interleaved rounds, messages of 64 bytes, topics of 30; ${machine}`,
                 'Median (least to most) and ours as a multiple of it. Only ratios within one run count.'];
  let heading = '';
  for (const row of rows) {
    const here = `${row.cell}, ${row.peer === 'fast' ? 'counting endpoint' : row.peer} (${row.unit})`;
    if (here !== heading) lines.push('', here);
    heading = here;
    const ours = rows.find((one) => one.cell === row.cell && one.peer === row.peer && one.tool === 'wasmqtt');
    const value = row.median === undefined ? 'failed' :
      `${short(row.median).padStart(10)}  (${short(row.min)} to ${short(row.max)})`.padEnd(36) +
      (ours?.median && row !== ours ? `  ${(ours.median / row.median).toFixed(2)} x` : '');
    lines.push(`  ${row.tool.padEnd(12)} ${value}${row.errors.length ? `  ${row.errors.length} failed: ${row.errors[0]}` : ''}`);
  }
  lines.push('', 'Goals');
  for (const {cell, peer, words, found, met, unsure} of verdicts) {
    const mark = quick ? 'smoke run' : unsure ? 'TOO NOISY TO JUDGE' : met ? 'met' : 'MISSED';
    lines.push(`  ${mark.padEnd(18)} ${`${cell}, ${peer}`.padEnd(44)} ${words}: ${found}`);
  }
  const failed = rows.some((row) => row.errors.length > 0);
  return {text: lines.join('\n'), data: {machine, rounds, rows, goals: verdicts}, failed};
}
