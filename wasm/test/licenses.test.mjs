// Whoever gets the program gets the licences of what it is made of: beside each page, and in the npm package (see
// npm_package.test.mjs).
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {root} from './support/machine.mjs';

const page = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
const read = (...names) => readFileSync(path.join(...names), 'utf8');

const permission = /Permission is hereby granted, free of charge[\s\S]*THE SOFTWARE IS PROVIDED "AS IS"/;

test('the project is under the MIT License', () => {
  assert.match(read(root, 'LICENSE'), /^MIT License\n\nCopyright \(c\) \d+ The wasmqtt authors\n/);
  assert.match(read(root, 'LICENSE'), permission);
  assert.equal(JSON.parse(read(root, 'wasm', 'npm', 'package.json')).license, 'MIT');
});

for (const [folder, name] of [[page, 'mqtt_chat'], [path.join(page, '..', 'examples', 'hello'), 'hello']]) {
  test(`${name}'s licences lie beside it, and its script names them`, () => {
    const licences = read(folder, 'licenses.txt');
    assert.match(licences, permission);
    for (const part of ['wasmqtt', 'Emscripten', 'musl', 'Dear ImGui', 'stb_truetype', 'Niels Lohmann', 'Unicode, Inc.', 'libc++',
      'compiler-rt']) assert.ok(licences.includes(part), part);
    assert.match(read(folder, `${name}.js`).slice(0, 100), /^\/\*! Licences: licenses\.txt \*\//);
  });
}

test('the page links its licences', () => {
  assert.match(read(page, 'index.html'), /<link rel="license" href="licenses.txt">/);
});
