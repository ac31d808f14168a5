// Makes dist/ out of src/ and the core, and prints what it weighs.
//
//   emcmake cmake --preset wasm-release && cmake --build --preset wasm-release --target wasmqtt_npm_core
//   npm ci && npm run build            (npm pack does it, too)
//
// WASMQTT_NPM_CORE names the directory of the cores, when they were built elsewhere. scripts/size holds the size against its budget.
//
//   wasmqtt.mjs   for pages, workers and bundlers: everything in one module
//   wasmqtt.js    the same for require() and, as the global `mqtt`, for a classic <script>
//   node.js       for require() in Node, on top of wasmqtt.js; node.mjs for import
//
// and for the entry wasmqtt/shared the same four, wasmqtt-shared.mjs and so on, with the core in which tabs share.
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {brotliCompressSync, constants, gzipSync} from 'node:zlib';
import {build} from 'esbuild';
import {copy_types} from './types.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');

// By the names of their files: where they begin in src/, and their cores.
const entries = {
  '': {source: 'index.js', core: 'alone'},
  '-shared': {source: 'shared.js', core: 'sharing'},
};

function core_part(name) {
  const directory = process.env.WASMQTT_NPM_CORE ?? path.join(here, '..', '..', 'build', 'wasm-release', 'npm');
  const file = path.join(directory, name);
  if (!existsSync(file)) throw new Error(`There is no ${file}: build the target wasmqtt_npm_core first.`);
  return readFileSync(file);
}

// The WebAssembly as text in the module, one character a byte, as newer Emscripten's SINGLE_FILE has it: base64, which 3.1.6
// makes, hides from compression what repeats, and costs a third more. What is frequent in it, small numbers, becomes ASCII
// that needs no escaping.
const placeholder = 'the bytes of the core';
const first = 35;
const literal = (wasm) => `"${Buffer.from(wasm.map((byte) => byte + first)).toString('latin1').replace(/["\\\n\r\0]/g,
  (letter) => ({'"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\0': '\\x00'})[letter])}"`;

const module_source = `import create from './core.cjs';
const text = ${JSON.stringify(placeholder)};
export const create_module = create;
export function wasm() {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; ++at) bytes[at] = text.charCodeAt(at) - ${first};
  return bytes;
}`;

// What is made, not written.
const made = {
  'module.js': () => module_source,
  'core.cjs': (core) => core_part(`${core}.js`).toString(),
  'tick_source.js': async () => {
    const {outputFiles} = await build({entryPoints: [path.join(here, '..', 'browser', 'js', 'mqtt_tick.js')], minify: true,
      write: false, charset: 'utf8'});
    return `export default ${JSON.stringify(outputFiles[0].text.trim())};`;
  },
};
const with_core = (core) => ({
  name: 'made',
  setup(one) {
    one.onResolve({filter: /\/(module\.js|core\.cjs|tick_source\.js)$/},
      ({path: name}) => ({path: path.basename(name), namespace: 'made'}));
    one.onLoad({filter: /.*/, namespace: 'made'},
      async ({path: name}) => ({contents: await made[name](core), loader: 'js', resolveDir: path.join(here, 'src')}));
  },
});

// {text, exports}
async function bundle(source, more) {
  const {outputFiles, metafile} = await build({
    entryPoints: [path.join(here, 'src', source)], bundle: true, write: false, minify: true, target: 'es2022', charset: 'utf8',
    legalComments: 'none', banner: {js: '/*! Licences: licenses.txt */'}, platform: 'neutral', metafile: true, outfile: 'x.js', ...more,
  });
  return {text: outputFiles[0].text, exports: Object.values(metafile.outputs)[0].exports};
}

const with_wasm = (text, wasm) => text.replace(`"${placeholder}"`, () => wasm);

// CommonJS where there is `module`, a global elsewhere.
const universal = (text) => '(function(f){var m={exports:{}};f(m,m.exports);' +
  'if(typeof module==="object"&&module.exports)module.exports=m.exports;' +
  `else(typeof self==="undefined"?this:self).mqtt=m.exports})(function(module,exports){${text}});\n`;

const node_module = (end, names) => `import node from './node${end}.js';
export const {${names.filter((name) => name !== 'default').join(', ')}} = node;
export default node.default;
`;

const brotli = (bytes) => brotliCompressSync(bytes, {params: {[constants.BROTLI_PARAM_LGWIN]: 22}}).length;

// Writes the four files of an entry; what one import of it downloads, and how much of it is the core.
async function make_entry(end, {source, core}, write) {
  const wasm = core_part(`${core}.wasm`);
  const text = literal(wasm);
  const plugins = [with_core(core)];
  const module = await bundle(source, {format: 'esm', plugins});
  const whole = with_wasm(module.text, text);
  write(`wasmqtt${end}.mjs`, whole);
  write(`wasmqtt${end}.js`, universal(with_wasm((await bundle(source, {format: 'cjs', plugins})).text, text)));
  const beside = {name: 'beside', setup: (one) => one.onResolve({filter: /^\.\/wasmqtt\.js$/}, () => ({path: `./wasmqtt${end}.js`, external: true}))};
  write(`node${end}.js`, (await bundle('node.js', {format: 'cjs', platform: 'node', external: ['ws'], plugins: [beside]})).text);
  write(`node${end}.mjs`, node_module(end, module.exports));
  return {file: `wasmqtt${end}.mjs`, core: wasm, whole: Buffer.from(whole)};
}

// Several may make it at once: each file appears whole.
export async function make() {
  mkdirSync(dist, {recursive: true});
  const fresh = mkdtempSync(path.join(dist, '.new-'));
  const write = (name, contents) => writeFileSync(path.join(fresh, name), contents);
  const made = await Promise.all(Object.entries(entries).map(([end, entry]) => make_entry(end, entry, write)));
  copy_types(path.join(here, 'src'), fresh);
  // npm packs only what lies beside package.json.
  for (const file of [path.join('..', '..', 'LICENSE'), path.join('..', 'licenses.txt')]) {
    copyFileSync(path.join(here, file), path.join(here, path.basename(file)));
  }
  for (const file of readdirSync(dist)) {
    if (/\.(js|mjs|ts|mts)$/.test(file) && !existsSync(path.join(fresh, file))) rmSync(path.join(dist, file));
  }
  for (const file of readdirSync(fresh)) renameSync(path.join(fresh, file), path.join(dist, file));
  rmSync(fresh, {recursive: true});
  return made;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
  for (const {file, core, whole} of await make()) {
    console.error(`${file}: ${kb(whole.length)}, ${kb(gzipSync(whole, {level: 9}).length)} gzip, ${kb(brotli(whole))} brotli with ` +
      `everything (the core's WebAssembly alone ${kb(brotli(core))})`);
  }
}
