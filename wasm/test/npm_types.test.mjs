// The package's types beside those of MQTT.js 5.16: every name, and programs that are compiled in each of the ways in which
// people compile.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {compile, exported_names} from './support/compile.mjs';
import {build_package, package_directory} from './support/package.mjs';

await build_package();
const modes = ['esm', 'cjs', 'bundler'];
const snippets = readFileSync(path.join(package_directory, 'test', 'snippets.ts'), 'utf8');
const with_library = (text, library) => text.replaceAll("from 'mqtt'", `from '${library}'`);

// Of MQTT.js's own inside; nothing documents them.
const internal = ['applyMixin', 'nextTick', 'MQTTJS_VERSION'];
// Values there, types here.
const types_only = ['KeepaliveManager'];

test('every name that MQTT.js exports to TypeScript is exported, as a value, a type, or both', () => {
  const theirs = exported_names('mqtt');
  const ours = exported_names('wasmqtt');
  assert.ok(Object.keys(theirs).length > 55);
  for (const [name, kind] of Object.entries(theirs)) {
    if (internal.includes(name)) continue;
    const wanted = types_only.includes(name) ? 'type' : kind;
    assert.ok(ours[name] === wanted || ours[name] === 'both', `${name} is ${ours[name] ?? 'missing'}, and ${wanted} there`);
  }
});

test('what the types call a value is one when the package runs, also of the default export', async () => {
  for (const [entry, file] of [['wasmqtt', 'node.mjs'], ['wasmqtt/shared', 'node-shared.mjs']]) {
    const ours = await import(pathToFileURL(path.join(package_directory, 'dist', file)).href);
    for (const [name, kind] of Object.entries(exported_names(entry))) {
      if (kind === 'type' || name === 'default') continue;
      assert.notEqual(ours[name], undefined, `${entry} ${name}`);
      assert.notEqual(ours.default[name], undefined, `${entry} default.${name}`);
    }
  }
});

test('wasmqtt/shared exports what wasmqtt does, and what belongs to sharing', () => {
  const shared = exported_names('wasmqtt/shared');
  for (const [name, kind] of Object.entries(exported_names('wasmqtt'))) assert.equal(shared[name], kind, name);
  assert.deepEqual([shared.serveTabs, shared.ShareOptions], ['value', 'type']);
});

for (const as of modes) {
  test(`snippets in the manner of applications compile with MQTT.js and with wasmqtt, as ${as}`, () => {
    for (const library of ['mqtt', 'wasmqtt']) {
      assert.deepEqual(compile([{name: 'snippets', text: with_library(snippets, library)}], {as}), [], library);
    }
  });
}

test("wasmqtt's extensions compile, and refuse what makes no sense, under the strictest options", () => {
  const text = readFileSync(path.join(package_directory, 'test', 'extensions.ts'), 'utf8');
  for (const as of modes) assert.deepEqual(compile([{name: 'extensions', text}], {as, types: [], exactOptionalPropertyTypes: true}), []);
});

test('without the types of Node they compile, too, with the payloads of a page', () => {
  const text = `import mqtt from 'wasmqtt';
    const client = mqtt.connect('ws://localhost');
    client.on('message', (topic, payload) => [payload.toString('hex'), payload.readUInt16BE(0), payload.slice(1).length]);
    client.publish('t', new Uint8Array([1]));
    export const listen: mqtt.OnMessageCallback = (topic, payload) => { payload.equals(new Uint8Array(1)); };`;
  for (const as of modes) assert.deepEqual(compile([{name: 'page', text}], {as, types: []}), []);
});

test('import mqtt = require() and const mqtt = require() know the types in CommonJS', () => {
  const text = (library) => `import mqtt = require('${library}');
    const options: mqtt.IClientOptions = {clientId: 'x'};
    const client: mqtt.MqttClient = mqtt.connect('mqtt://localhost', options);
    client.end();`;
  for (const library of ['mqtt', 'wasmqtt']) assert.deepEqual(compile([{name: 'required', text: text(library)}], {as: 'cjs'}), []);
});

test('mistakes are errors', () => {
  const wrong = ["client.publish('a', 'b', {qos: 3});", "client.publish('a', 42);", "client.on('connected', () => {});",
    "client.on('message', (topic: number) => {});", "mqtt.connect('ws://x', {keepalive: '60'});",
    "client.on('packetsend', (packet) => { if (packet.cmd === 'publish') packet.granted; });",
    "client.subscribe('a', {qos: 'one'});", "client.end(1);"];
  for (const line of wrong) {
    const text = `import mqtt from 'wasmqtt';\nconst client = mqtt.connect('ws://x');\n${line}\n`;
    assert.equal(compile([{name: 'wrong', text}]).length, 1, line);
  }
});
