// The judge of MQTT clients (native-test/judge): that it finds nothing new in our client, and finds each fault that is planted.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {missed} from '../../native-test/judge/card.mjs';
import {faults} from '../../native-test/judge/adapters/faults.mjs';
import {checks_for} from '../../native-test/judge/checks/index.mjs';
import {page} from '../../native-test/judge/html.mjs';
import {card_file, part_of} from '../../native-test/judge/publish.mjs';
import {judge} from '../../native-test/judge/run.mjs';
import {root} from './support/machine.mjs';
import {build_package} from './support/package.mjs';

const adapter = (name) => fileURLToPath(new URL(`../../native-test/judge/adapters/${name}`, import.meta.url));
await build_package();

const names = (results) => missed(results).map(({version, name, miss, clause}) => `${version}: ${name}: ${miss} [${clause}]`);
const ours = ['node', adapter('wasmqtt.mjs')];

test('our npm client passes every check of behaviour, and a sample of the byte vectors', async () => {
  const {results} = await judge(ours, {jobs: 3, quick: true});
  assert.deepEqual(names(results), []);
  assert.ok(results.length > 250, `${results.length} results`);
  assert.ok(results.every(({clause}) => /\d/.test(clause)), 'each check names its clause');
});

test('without strictReserved it misses what the README says: 13 checks of reserved flags, in 3.1.1', async () => {
  const only = /fixed header flags not/;
  const missed_by = async (command) => names((await judge(command, {jobs: 2, only, versions: [4]})).results).length;
  assert.deepEqual([await missed_by(ours), await missed_by([...ours, 'default'])], [0, 13]);
});

test('a program that neither sends, closes nor reports is found silent within seconds, and one that is busy is not', async () => {
  const misses_of = async (fault) => missed((await judge(['node', adapter('wrong.mjs'), fault], {jobs: 1, only: /publish-q3-s2c/, versions: [4]})).results);
  const begun = performance.now();
  assert.match((await misses_of('deaf'))[0].miss, /^silent, and has not: close/);
  assert.ok(performance.now() - begun < 15_000, 'no time-out was waited for');
  assert.deepEqual(await misses_of('busy'), []);
});

test("the README's table is what the cards say", async () => {
  const table = part_of(await readFile(path.join(root, 'README.md'), 'utf8'));
  for (const name of ['wasmqtt', 'wasmqtt-default', 'wasmqtt-native', 'mqttjs', 'paho', 'mosquitto']) {
    const card = await readFile(card_file(name), 'utf8');
    const [client] = card.split('\n');
    assert.ok(table.includes(`| ${client}, 3.1.1 |`), client);
    for (const [score] of card.match(/^ {2}all .*$/m)[0].matchAll(/\d+\/\d+/g)) assert.ok(table.includes(` ${score} |`), `${client}: ${score}`);
  }
});

test('each check has one name, and is for a version that is there', () => {
  const all = checks_for([4, 5]).map(({area, name, version}) => `${version} ${area}: ${name}`);
  assert.deepEqual(all.filter((name, at) => all.indexOf(name) !== at), []);
});

const planted = Object.entries(faults).filter(([, {found}]) => found);
test('each planted fault is found, and shown with its packets', {concurrency: 4}, async (t) => {
  await Promise.all(planted.map(([name, {found, says, versions}]) => t.test(name, async () => {
    const {about, results} = await judge(['node', adapter('wrong.mjs'), name], {jobs: 1, only: found, again: false, versions: versions ?? [4, 5]});
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
