// What wasm/test/run.mjs counts for the table of `scripts/browsers`: the same in each Node.js, of which 18 names files otherwise.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {root} from './support/machine.mjs';

let folder;
before(async () => { folder = await mkdtemp(path.join(os.tmpdir(), 'wasmqtt-counts-')); });
after(() => rm(folder, {recursive: true, force: true}));

// Ends with the status of run.mjs and what it counted.
async function count(program) {
  const file = path.join(folder, 'sample.test.mjs');
  await writeFile(file, program);
  // In a process of its own, which is no part of these tests.
  const {NODE_TEST_CONTEXT: _, ...env} = process.env;
  const status = await promisify(execFile)(process.execPath, [path.join(root, 'wasm', 'test', 'run.mjs'), '--counts', folder, file], {env})
    .then(() => 0, ({code}) => code);
  const {seconds, ...counts} = JSON.parse(await readFile(path.join(folder, 'sample.json'), 'utf8'));
  return {status, ...counts};
}

test('tests that pass, fail and are skipped are counted, those in a suite too, and the suite is none', async () => {
  assert.deepEqual(await count(`
    import {describe, test} from 'node:test';
    test('one', () => {});
    test('two', () => { throw new Error('fails'); });
    test('three', {skip: 'for a reason'}, () => {});
    describe('a suite', () => {
      test('four', () => {});
      test('five', () => {});
    });`), {status: 1, passed: 3, failed: 1, skipped: 1});
});

test('a file that cannot be loaded has failed', async () => {
  assert.deepEqual(await count("throw new Error('at once');"), {status: 1, passed: 0, failed: 1, skipped: 0});
});
