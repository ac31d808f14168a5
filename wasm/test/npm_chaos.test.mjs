// The npm package in simulated worlds: a network that breaks at any byte, a broker that is slow, a page that crashes. Each
// seed is a world; a run that failed prints its own. More of them:
//
//   node wasm/test/npm_chaos.test.mjs FIRST COUNT
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {World} from './npm_chaos/world.mjs';
import {build_package, package_directory} from './support/package.mjs';

await build_package();
// As in a page: a WebSocket, and timers by name.
const mqtt = await import(pathToFileURL(path.join(package_directory, 'dist', 'wasmqtt.mjs')).href);

async function live(seed) {
  const world = new World(mqtt, seed);
  try {
    await world.live();
  } catch (error) {
    error.message = `seed ${seed}: ${error.message}`;
    throw error;
  }
  return world;
}

const [first = 1, count = 100] = process.argv.slice(2).map(Number).filter(Number.isInteger);

test(`worlds ${first} to ${first + count - 1}: nothing lost, nothing twice, in order, each callback once`, async (t) => {
  const sums = {connects: 0, published: 0, sent: 0, failed: 0};
  for (let seed = first; seed < first + count; ++seed) {
    const world = await live(seed);
    sums.connects += world.broker.connects;
    sums.published += world.published.length;
    sums.failed += world.published.filter(({error}) => error).length;
    sums.sent += world.sent.length;
  }
  t.diagnostic(JSON.stringify(sums));
  // The worlds are not empty.
  assert.ok(sums.connects > 3 * count && sums.published > 100 * count && sums.sent > 50 * count, JSON.stringify(sums));
});

test('one world after another takes no more memory', async () => {
  for (let seed = 1; seed <= 10; ++seed) await live(seed);
  const before = mqtt.inside.memory_size();
  for (let seed = 1; seed <= 10; ++seed) await live(seed);
  assert.equal(mqtt.inside.memory_size(), before);
});
