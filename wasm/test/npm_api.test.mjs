// MQTT.js's documented API, line by line, run with both; and the table of it in the package's README.
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {test} from 'node:test';
import {lines as authentication} from './npm_api/authentication.mjs';
import {lines as behaviour} from './npm_api/behaviour.mjs';
import {lines as events} from './npm_api/events.mjs';
import {as_markdown} from './npm_api/line.mjs';
import {lines as methods} from './npm_api/methods.mjs';
import {lines as mqtt5} from './npm_api/mqtt5.mjs';
import {lines as options} from './npm_api/options.mjs';
import {load_package, package_directory} from './support/package.mjs';

const require = createRequire(path.join(package_directory, 'package.json'));
const mqttjs = require('mqtt');
const ours = await load_package();
const lines = [...options, ...methods, ...events, ...behaviour, ...mqtt5, ...authentication];
const timeout = 60_000;

const checks = {
  async there({observe}) {
    const theirs = await observe(mqttjs);
    assert.deepEqual(await observe(ours), theirs);
  },
  async refused({call}) {
    await call(mqttjs);
    await assert.rejects(async () => call(ours), {name: 'UnsupportedError'});
  },
  async differs({observe, expected}) {
    assert.deepEqual(await observe(mqttjs), expected.theirs, 'MQTT.js');
    assert.deepEqual(await observe(ours), expected.ours, 'wasmqtt');
  },
};

for (const line of lines) {
  test(`${line.kind} ${line.name}: ${line.verdict}`, {timeout}, () => checks[line.verdict](line));
}

// Of its README: the options' list, and the headings of methods and events.
function documented() {
  const text = readFileSync(path.join(path.dirname(require.resolve('mqtt/package.json')), 'README.md'), 'utf8');
  const client = text.slice(text.indexOf('<a name="client"></a>\n\n### mqtt.Client('), text.indexOf('#### Event `\'connect\'`'));
  return [
    ...[...client.matchAll(/^ {2}- `(\w+)` ?:/gm)].map(([, name]) => name),
    ...[...text.matchAll(/^### mqtt\.Client#(\w+)/gm)].map(([, name]) => name),
    ...[...text.matchAll(/^#### Event `'(\w+)'`/gm)].map(([, name]) => name),
    ...[...text.matchAll(/^### (?:mqtt\.)?(connect\w*|Client|Store)\(/gm)].map(([, name]) => name),
  ];
}

test('everything that the README of MQTT.js documents has a line', () => {
  const known = lines.map(({name}) => name).join(' ');
  const names = documented();
  assert.ok(names.length > 60, `${names.length} names were found`);
  assert.deepEqual(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(known)), []);
});

// WASMQTT_WRITE_API=1 writes it.
test("the package's README shows these lines", () => {
  const file = path.join(package_directory, 'README.md');
  const text = readFileSync(file, 'utf8');
  const [begin, end] = ['<!-- Written by wasm/test/npm_api.test.mjs -->', '<!-- End -->'];
  const place = new RegExp(`${begin}[^]*${end}`);
  assert.match(text, place, 'README.md has a place for the table');
  const wanted = text.replace(place, () => `${begin}\n\n${as_markdown(lines)}\n${end}`);
  if (process.env.WASMQTT_WRITE_API) return writeFileSync(file, wanted);
  assert.equal(text, wanted);
  return undefined;
});
