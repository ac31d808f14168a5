// The browser benchmarks run: each of their measurements once, small; with our client and bare WebSockets.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import path from 'node:path';
import {test} from 'node:test';
import {promisify} from 'node:util';
import {root} from './support/machine.mjs';

test('the browser benchmark measures our client beside bare WebSockets', {timeout: 240_000}, async () => {
  const page = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
  const endpoint = process.env.WASMQTT_ENDPOINT ??
    path.join(root, 'build', 'native', 'native-test', 'bench', 'counting_endpoint');
  const {stdout} = await promisify(execFile)(process.execPath, [
    path.join(root, 'wasm', 'bench', 'run.mjs'), '--quick', '--tools', '^(raw16k$|wasmqtt)',
    '--client', path.join(page, '..', 'bench'), '--endpoint', endpoint,
    '--mosquitto', 'mosquitto', '--chromium', process.env.WASMQTT_CHROMIUM ?? 'chromium',
  ], {env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin`}});
  for (const name of ['publish QoS 0', 'publish QoS 1', 'receive', 'round trip', 'memory', 'from navigation to CONNACK'])
    assert.match(stdout, new RegExp(`^${name}.*\n(  .*\n)*  wasmqtt +[0-9]`, 'm'), `${name} of our client`);
});

test('the frame benchmark measures frames in a chat, without and with the packets', {timeout: 120_000}, async () => {
  const {stdout} = await promisify(execFile)(process.execPath, [path.join(root, 'wasm', 'bench', 'frames.mjs'), '--quick']);
  for (const view of ['10 messages', '10 messages, packets shown'])
    assert.match(stdout, new RegExp(`^  ${view} +[1-9][0-9]* frames +median [0-9.]+ +95 % [0-9.]+ .* goal 16 `, 'm'), stdout);
});
