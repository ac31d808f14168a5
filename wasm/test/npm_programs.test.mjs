// Programs in the manner of public projects on MQTT.js: with one import changed they print the same, and compile.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startBroker} from './support/brokers.mjs';
import {compile} from './support/compile.mjs';
import {build_package} from './support/package.mjs';
import {programs, run, text_of} from './support/programs.mjs';

let broker;
before(async () => {
  await build_package();
  broker = await startBroker('open');
});
after(() => broker?.close());

for (const {name, typed} of programs) {
  test(`${name} prints the same with MQTT.js and with wasmqtt`, async () => {
    const theirs = await run(name, 'mqtt', broker);
    assert.ok(theirs.length >= 3, `${name} shows something: ${theirs.join('\n')}`);
    assert.deepEqual(await run(name, 'wasmqtt', broker), theirs);
  });

  if (!typed) continue;
  for (const as of ['esm', 'bundler']) {
    test(`${name} compiles with MQTT.js and with wasmqtt, as ${as}`, () => {
      for (const library of ['mqtt', 'wasmqtt']) {
        assert.deepEqual(compile([{name: 'program', text: text_of(name, library)}], {as}), [], library);
      }
    });
  }
}
