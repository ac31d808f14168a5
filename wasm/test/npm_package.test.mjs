// The package as a user gets it: its types, and what `npm pack` makes.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import path from 'node:path';
import {test} from 'node:test';
import {promisify} from 'node:util';
import {build_package, package_directory} from './support/package.mjs';

const run = promisify(execFile);
const size = await build_package();
const budget = 66 * 1024;  // as in scripts/size

test('the types compile under tsc --strict, and refuse what is not supported', async () => {
  const tsc = path.join(package_directory, 'node_modules', 'typescript', 'bin', 'tsc');
  const {stdout} = await run(process.execPath, [tsc, '--project', path.join(package_directory, 'test')])
    .catch((error) => error);
  assert.equal(stdout, '');
});

test('npm pack makes a package of the module, its types, its page of documentation and its licences', async () => {
  const {stdout} = await run('npm', ['pack', '--dry-run', '--json'], {cwd: package_directory});
  const [packed] = JSON.parse(stdout);
  assert.deepEqual(packed.files.map((file) => file.path).sort(),
    ['LICENSE', 'README.md', 'dist/index.d.mts', 'dist/index.d.ts', 'dist/node.js', 'dist/node.mjs', 'dist/wasmqtt.js',
      'dist/wasmqtt.mjs', 'licenses.txt', 'package.json']);
});

test('one import downloads no more than the budget', (t) => {
  t.diagnostic(`wasmqtt.mjs: ${size.bytes} bytes, ${size.gzip} gzip, ${size.brotli} brotli with everything`);
  assert.ok(size.brotli <= budget, `${size.brotli} bytes with brotli`);
});
