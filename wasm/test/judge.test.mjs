// The judge of MQTT clients (native-test/judge): that it finds nothing new in our client, and finds each fault that is planted.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {missed} from '../../native-test/judge/card.mjs';
import {faults} from '../../native-test/judge/adapters/faults.mjs';
import {checks_for} from '../../native-test/judge/checks/index.mjs';
import {page} from '../../native-test/judge/html.mjs';
import {judge} from '../../native-test/judge/run.mjs';
import {build_package} from './support/package.mjs';

const adapter = (name) => fileURLToPath(new URL(`../../native-test/judge/adapters/${name}`, import.meta.url));
await build_package();

// What our client misses, and why: native-test/judge/README.md.
const known = /fixed header flags not 0/;
const names = (results) => missed(results).filter(({miss, version, name}) => miss && !(version === 4 && known.test(name)))
  .map(({version, name, miss, clause}) => `${version}: ${name}: ${miss} [${clause}]`);

test('our npm client passes every check of behaviour, and a sample of the byte vectors', async () => {
  const {results} = await judge(['node', adapter('wasmqtt.mjs')], {jobs: 3, quick: true});
  assert.deepEqual(names(results), []);
  assert.ok(results.length > 250, `${results.length} results`);
  assert.ok(results.every(({clause}) => clause.length > 3), 'each check names its clause');
});

test('each check has one name, and is for a version that is there', () => {
  const all = checks_for([4, 5]).map(({area, name, version}) => `${version} ${area}: ${name}`);
  assert.deepEqual(all.filter((name, at) => all.indexOf(name) !== at), []);
});

const planted = Object.entries(faults).filter(([name]) => name !== 'none');
test('each planted fault is found, and shown with its packets', {concurrency: 4}, async (t) => {
  await Promise.all(planted.map(([name, {found, says}]) => t.test(name, async () => {
    const {about, results} = await judge(['node', adapter('wrong.mjs'), name], {jobs: 1, only: found});
    const misses = missed(results);
    assert.ok(misses.length > 0, `not found: ${results.map((result) => result.name).join('; ')}`);
    assert.ok(misses.some(({miss}) => says.test(miss)), misses.map(({miss}) => miss).join('; '));
    assert.ok(misses.every(({trace}) => trace.lines().length > 1), 'a miss has its packets');
    assert.match(page([{about, results}]), /client →/);
  })));
});

test('without a fault the same checks find nothing', async () => {
  const quick = planted.filter(([name]) => !/keep-alive|pings|dead/.test(name));
  const only = new RegExp(quick.map(([, {found}]) => found.source).join('|'));
  const {results} = await judge(['node', adapter('wrong.mjs'), 'none'], {jobs: 3, only});
  assert.deepEqual(names(results), []);
  assert.ok(results.length >= quick.length, `${results.length} results`);
});
