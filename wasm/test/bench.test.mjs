// The browser benchmark runs: each of its measurements once, small, with our client and bare WebSockets.
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
    path.join(root, 'wasm', 'bench', 'run.mjs'), '--quick', '--tools', '^(raw|wasmqtt)',
    '--client', path.join(page, '..', 'bench'), '--endpoint', endpoint,
    '--mosquitto', 'mosquitto', '--chromium', process.env.WASMQTT_CHROMIUM ?? 'chromium',
  ], {env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin`}});
  for (const name of ['publish QoS 0', 'publish QoS 1', 'receive', 'round trip', 'memory', 'from navigation to CONNACK'])
    assert.match(stdout, new RegExp(`^${name}.*\n(  .*\n)*  wasmqtt +[0-9]`, 'm'), `${name} of our client`);
});
