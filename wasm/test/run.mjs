// Runs test files, each in a process of its own, as `node --test` does; with a limit for each, so that one that waits for
// ever is named. (On its command line, node has that from version 20 on.)
//
//   node wasm/test/run.mjs [--concurrency N] [--minutes M] [--tap FILE] FILE...
//
// A file that does not end within M minutes (10) is ended and has failed; what its tests said until then is printed.
// Ends with 1 when a test failed.
import {createWriteStream} from 'node:fs';
import path from 'node:path';
import {run} from 'node:test';
import {spec, tap} from 'node:test/reporters';
import {parseArgs} from 'node:util';

const {values, positionals} = parseArgs({allowPositionals: true, options: {
  concurrency: {type: 'string', default: '1'}, minutes: {type: 'string', default: '10'}, tap: {type: 'string'}}});

const tests = run({
  files: positionals.map((file) => path.resolve(file)), concurrency: Number(values.concurrency),
  timeout: Number(values.minutes) * 60000,
});
tests.on('test:fail', () => { process.exitCode = 1; });
tests.compose(new spec()).pipe(process.stdout);
if (values.tap) tests.compose(tap).pipe(createWriteStream(values.tap));
