// What became of the browser tests, file by file and browser by browser, as a table: of the counts that wasm/test/run.mjs has
// left in DIRECTORY/BROWSER/FILE.json. Of the files that are named, or of all.
//
//   node scripts/lib/browser_table.mjs DIRECTORY BROWSER... [FILE.test.mjs]...
import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';

const [directory, ...rest] = process.argv.slice(2);
const browsers = rest.filter((name) => !name.endsWith('.test.mjs'));
const wanted = new Set(rest.filter((name) => name.endsWith('.test.mjs')).map((name) => path.basename(name, '.test.mjs')));

const counts_of = (browser) => {
  try {
    const names = readdirSync(path.join(directory, browser)).map((name) => path.basename(name, '.json'));
    return new Map(names.filter((name) => wanted.size === 0 || wanted.has(name))
      .map((name) => [name, JSON.parse(readFileSync(path.join(directory, browser, `${name}.json`), 'utf8'))]));
  } catch (error) {
    if (error.code === 'ENOENT') return new Map();
    throw error;
  }
};

const words = (counts) => counts ? [`${counts.passed}`, counts.failed && `${counts.failed} failed`, counts.skipped && `${counts.skipped} skipped`]
  .filter(Boolean).join(', ') : '';
const sum = (all) => all.reduce((one, other) => ({passed: one.passed + other.passed, failed: one.failed + other.failed,
  skipped: one.skipped + other.skipped}), {passed: 0, failed: 0, skipped: 0});
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);

const all = browsers.map(counts_of);
row(['passed', ...browsers]);
row(['---', ...browsers.map(() => '---:')]);
for (const name of [...new Set(all.flatMap((counts) => [...counts.keys()]))].sort()) row([name, ...all.map((counts) => words(counts.get(name)))]);
row(['all', ...all.map((counts) => words(sum([...counts.values()])))]);
