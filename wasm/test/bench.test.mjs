// The browser benchmarks run: each of their measurements once, small; with our client and bare WebSockets.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {promisify} from 'node:util';
import {root} from './support/machine.mjs';
import {build_package, package_directory} from './support/package.mjs';

const endpoint = process.env.WASMQTT_ENDPOINT ??
  path.join(root, 'build', 'native', 'native-test', 'bench', 'counting_endpoint');

test('the browser benchmark measures our client beside bare WebSockets', {timeout: 240_000}, async () => {
  const page = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
  const {stdout} = await promisify(execFile)(process.execPath, [
    path.join(root, 'wasm', 'bench', 'run.mjs'), '--quick', '--tools', '^(raw16k$|wasmqtt)',
    '--client', path.join(page, '..', 'bench'), '--endpoint', endpoint,
    '--mosquitto', 'mosquitto', '--chromium', process.env.WASMQTT_CHROMIUM ?? 'chromium',
  ], {env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin`}});
  // Of so few messages as are queued here, the browser may have freed more memory meanwhile than they take.
  for (const name of ['publish QoS 0', 'publish QoS 1', 'receive', 'round trip', 'memory', 'from navigation to CONNACK'])
    assert.match(stdout, new RegExp(`^${name}.*\n(  .*\n)*  wasmqtt +${name === 'memory' ? '-?' : ''}[0-9]`, 'm'), `${name} of our client`);
});

test("the package benchmark measures the npm package's own API beside bare sockets, in Chromium and in Node", {timeout: 240_000},
  async () => {
    await build_package();
    const run = (file, arguments_) => promisify(execFile)(process.execPath, [path.join(root, 'wasm', 'bench', file), '--quick',
      '--tools', '^(raw16k|npm)$', ...arguments_], {env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin`}});
    const {module} = JSON.parse(await readFile(path.join(package_directory, 'package.json'), 'utf8'));
    const in_page = await run('run.mjs', ['--set', 'npm', '--package', path.join(package_directory, module), '--endpoint', endpoint,
      '--mosquitto', 'mosquitto', '--chromium', process.env.WASMQTT_CHROMIUM ?? 'chromium']);
    for (const name of ['publish QoS 0, one burst', 'publish QoS 0, 500 per task', 'publish QoS 1', 'receive', 'round trip'])
      assert.match(in_page.stdout, new RegExp(`^${name}.*\n(  .*\n)*  npm +[0-9].* x raw16k`, 'm'), name);
    const in_node = await run(path.join('node', 'run.mjs'), ['--package', path.join(package_directory, 'dist', 'node.mjs')]);
    for (const name of ['publish QoS 0', 'publish QoS 1', 'receive', 'round trip'])
      assert.match(in_node.stdout, new RegExp(`^Node: ${name}.*\n(  .*\n)*  npm +[0-9].* x raw16k`, 'm'), name);
  });

test('the frame benchmark measures frames in a chat, without and with the packets', {timeout: 120_000}, async () => {
  const {stdout} = await promisify(execFile)(process.execPath, [path.join(root, 'wasm', 'bench', 'frames.mjs'), '--quick']);
  for (const view of ['10 messages', '10 messages, packets shown'])
    assert.match(stdout, new RegExp(`^  ${view} +[1-9][0-9]* frames +median [0-9.]+ +95 % [0-9.]+ .* goal 16 `, 'm'), stdout);
});
