// Runs test files, each in a process of its own, as `node --test` does; with a limit for each, so that one that waits for
// ever is named. (On its command line, node has that from version 20 on.)
//
//   node wasm/test/run.mjs [--concurrency N] [--minutes M] [--tap FILE] [--counts DIRECTORY] FILE...
//
// A file that does not end within M minutes (10) is ended and has failed; what its tests said until then is printed.
// DIRECTORY/FILE.json then has what became of the tests of FILE: {passed, failed, skipped, seconds}.
// Ends with 1 when a test failed.
import {createWriteStream, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {run} from 'node:test';
import {spec, tap} from 'node:test/reporters';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

const {values, positionals} = parseArgs({allowPositionals: true, options: {
  concurrency: {type: 'string', default: '1'}, minutes: {type: 'string', default: '10'}, tap: {type: 'string'},
  counts: {type: 'string'}}});

const tests = run({
  files: positionals.map((file) => path.resolve(file)), concurrency: Number(values.concurrency),
  timeout: Number(values.minutes) * 60000,
});
tests.on('test:fail', () => { process.exitCode = 1; });
tests.compose(new spec()).pipe(process.stdout);
if (values.tap) tests.compose(tap).pipe(createWriteStream(values.tap));
if (values.counts) write_counts(tests, values.counts);

function write_counts(tests, directory) {
  const files = new Map(positionals.map((file) => [path.resolve(file), {passed: 0, failed: 0, skipped: 0, seconds: 0}]));
  // Node 18 tells of a module's file as a URL, later ones as a path.
  const counts_of = (file) => files.get(file?.startsWith('file:') ? fileURLToPath(file) : file);
  const count = (what) => ({file, nesting, skip, details: {type, error, duration_ms}}) => {
    const counts = counts_of(file);
    if (!counts) return;
    if (nesting === 0) counts.seconds += duration_ms / 1000;
    // A suite is no test, but what it does before or after its tests may fail.
    if (type === 'suite' && (what === 'passed' || error.failureType === 'subtestsFailed')) return;
    ++counts[skip !== undefined ? 'skipped' : what];
  };
  tests.on('test:pass', count('passed'));
  tests.on('test:fail', count('failed'));
  tests.on('end', () => {
    mkdirSync(directory, {recursive: true});
    for (const [file, counts] of files) writeFileSync(path.join(directory, `${path.basename(file, '.test.mjs')}.json`), JSON.stringify(counts));
  });
}
