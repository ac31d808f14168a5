// Ends whoever leads, many times, and prints what was lost, what came twice, and the longest gap; then what sharing costs.
//
//   WASMQTT_PAGE=… WASMQTT_BROWSER=chromium node wasm/test/sharing/main.mjs [--rounds 200] [--way closed]... [--cost]
//
// scripts/tabs calls it. Ends with 1 when a message was lost, or came twice.
import {parseArgs} from 'node:util';
import {name} from '../support/engines/engine.mjs';
import {serve_hanging} from '../support/hanging.mjs';
import {measure_cost} from './cost.mjs';
import {kill_leaders, ways} from './kills.mjs';
import {open_world} from './tabs.mjs';

const {values} = parseArgs({options: {
  rounds: {type: 'string', default: '200'}, way: {type: 'string', multiple: true}, cost: {type: 'boolean', default: false}}});

const chosen = values.way ?? Object.keys(ways);
const here = chosen.filter((way) => !ways[way].skip);
for (const way of chosen.filter((one) => ways[one].skip)) console.log(`${name}, ${way}: not tried, ${ways[way].skip}`);

const world = await open_world();
world.hanging = await serve_hanging();
const all = [];
try {
  const rounds = Number(values.rounds);
  for (const [i, way] of here.entries()) {
    // As many of each as make all of them together.
    const own = Math.floor(rounds / here.length) + (i < rounds % here.length ? 1 : 0);
    if (own === 0) continue;
    const result = await kill_leaders(world, {way, rounds: own});
    all.push(result);
    await world.leave_all();
    console.log(`${name}, ${way}: ${result.rounds} times, ${result.messages} messages, ${result.lost} lost, ${result.twice} twice, ` +
      `${result.disordered} out of order, ${result.missed} missed by tabs that stood still and were told, longest gap ${result.gap} ms`);
  }
  if (values.cost) console.table(await measure_cost(world));
} finally {
  await world.leave_all();
  await world.hanging.close();
  await world.close();
}
const sum = (what) => all.reduce((total, result) => total + result[what], 0);
console.log(`${name}: ${sum('rounds')} times, ${sum('messages')} messages: ${sum('lost')} lost, ${sum('twice')} twice, ` +
  `longest gap ${Math.max(0, ...all.map(({gap}) => gap))} ms`);
process.exitCode = sum('lost') + sum('twice') + sum('disordered') > 0 ? 1 : 0;
