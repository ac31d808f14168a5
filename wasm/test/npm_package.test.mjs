// The package as a user gets it: what `npm pack` makes, and its size.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import path from 'node:path';
import {test} from 'node:test';
import {promisify} from 'node:util';
import {root} from './support/machine.mjs';
import {build_package, package_directory} from './support/package.mjs';

const run = promisify(execFile);
await build_package();

test('npm pack makes a package of the module, its types, its page of documentation and its licences', async () => {
  const {stdout} = await run('npm', ['pack', '--dry-run', '--json'], {cwd: package_directory});
  const [packed] = JSON.parse(stdout);
  const files = packed.files.map((file) => file.path).sort();
  assert.deepEqual(files.filter((file) => !/\.d\.m?ts$/.test(file)),
    ['LICENSE', 'README.md', 'dist/node-shared.js', 'dist/node-shared.mjs', 'dist/node.js', 'dist/node.mjs',
      'dist/wasmqtt-shared.js', 'dist/wasmqtt-shared.mjs', 'dist/wasmqtt.js', 'dist/wasmqtt.mjs',
      'examples/react.jsx', 'examples/store.mjs', 'licenses.txt', 'package.json']);
  // Each declaration for import and for require(), index among them.
  assert.ok(files.includes('dist/index.d.ts'));
  for (const file of files.filter((one) => one.endsWith('.d.ts'))) assert.ok(files.includes(file.replace(/\.ts$/, '.mts')), file);
});

test('one import downloads no more than the limit', async (t) => {
  const {stdout} = await run(process.execPath, [path.join(root, 'scripts', 'size'), '--npm', '--json']);
  for (const {name, total, limit} of JSON.parse(stdout)) {
    t.diagnostic(`${name}: ${total.raw} bytes, ${total.gzip} gzip, ${total.brotli} brotli with everything`);
    assert.ok(total.brotli <= limit, `${name}: ${total.brotli} bytes with brotli`);
  }
});
