// The ways in which a program gets at the package without a bundler.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {promisify} from 'node:util';
import vm from 'node:vm';
import {build_package, package_directory} from './support/package.mjs';

await build_package();
const run = async (...options) => (await promisify(execFile)(process.execPath, options, {cwd: package_directory})).stdout.trim();
const names = 'connect connectAsync Client MqttClient ErrorWithReasonCode UnsupportedError'.split(' ');
const shows = (mqtt) => `console.log(${JSON.stringify(names)}.every((name) => typeof ${mqtt}[name] === 'function'))`;

// Older Nodes never do.
const no_modules = ['--no-experimental-require-module'].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag));

for (const entry of ['wasmqtt', 'wasmqtt/shared']) {
  test(`require() works where Node, or Jest, requires no ES modules: ${entry}`, async () => {
    for (const text of [`const mqtt = require('${entry}'); ${shows('mqtt')}`, `const mqtt = require('${entry}').default; ${shows('mqtt')}`]) {
      assert.equal(await run(...no_modules, '-e', text), 'true');
    }
  });

  test(`import works: the default, names, and all of it: ${entry}`, async () => {
    for (const text of [`import mqtt from '${entry}'; ${shows('mqtt')}`, `import * as mqtt from '${entry}'; ${shows('mqtt')}`,
      `import {connect, MqttClient} from '${entry}'; console.log(typeof connect === 'function' && typeof MqttClient === 'function')`]) {
      assert.equal(await run('--input-type=module', '-e', text), 'true');
    }
  });

  test(`import and require() in one program get the same classes: ${entry}`, async () => {
    const text = `import {createRequire} from 'node:module'; import {MqttClient} from '${entry}';
      console.log(createRequire(import.meta.url)('${entry}').MqttClient === MqttClient)`;
    assert.equal(await run('--input-type=module', '-e', text), 'true');
  });
}

test('a classic script has the global mqtt', async () => {
  const {exports} = JSON.parse(await readFile(path.join(package_directory, 'package.json'), 'utf8'));
  for (const entry of ['./browser', './shared/browser']) {
    const page = {TextDecoder, TextEncoder, WebAssembly, URL, console, performance, setTimeout, clearTimeout, queueMicrotask};
    page.self = page.window = page;
    vm.runInNewContext(await readFile(path.join(package_directory, exports[entry].default.default), 'utf8'), page);
    for (const name of names) assert.equal(typeof page.mqtt[name], 'function', name);
  }
});

test('wasmqtt/shared in Node has connections of their own, and says why', async () => {
  const text = `import {connect, MqttClient} from 'wasmqtt/shared';
    const client = connect('ws://127.0.0.1:9', {manualConnect: true, share: true});
    console.log(client instanceof MqttClient, client.shared, client.notShared);`;
  assert.equal(await run('--input-type=module', '-e', text), 'true false There are no tabs here');
});
