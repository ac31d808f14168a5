// Makes dist/ out of src/ and the core, and prints what it weighs.
//
//   emcmake cmake --preset wasm-release && cmake --build --preset wasm-release --target wasmqtt_npm_core
//   npm ci && npm run build            (npm pack does it, too)
//
// WASMQTT_NPM_CORE names the core's .wasm file, when it was built elsewhere; Emscripten's core.js lies beside it. scripts/size
// holds the size against its budget.
//
//   wasmqtt.mjs   for pages, workers and bundlers: everything in one module
//   wasmqtt.js    the same for require() and, as the global `mqtt`, for a classic <script>
//   node.js       for require() in Node, on top of wasmqtt.js; node.mjs for import
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {brotliCompressSync, constants, gzipSync} from 'node:zlib';
import {build} from 'esbuild';
import {copy_types} from './types.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');
const goal = 45 * 1024;

const core_file = () =>
  process.env.WASMQTT_NPM_CORE ?? path.join(here, '..', '..', 'build', 'wasm-release', 'npm', 'core.wasm');

function core_part(extension) {
  const file = core_file().replace(/\.wasm$/, extension);
  if (!existsSync(file)) throw new Error(`There is no ${file}: build the target wasmqtt_npm_core first.`);
  return readFileSync(file);
}

// The WebAssembly as text in the module, one character a byte, as newer Emscripten's SINGLE_FILE has it: base64, which 3.1.6
// makes, hides from compression what repeats, and costs a third more. What is frequent in it, small numbers, becomes ASCII
// that needs no escaping.
const placeholder = 'the bytes of core.wasm';
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
  'core.cjs': () => core_part('.js').toString(),
  'tick_source.js': async () => {
    const {outputFiles} = await build({entryPoints: [path.join(here, '..', 'browser', 'js', 'mqtt_tick.js')], minify: true,
      write: false, charset: 'utf8'});
    return `export default ${JSON.stringify(outputFiles[0].text.trim())};`;
  },
};
const virtual = {
  name: 'made',
  setup(one) {
    one.onResolve({filter: /\/(module\.js|core\.cjs|tick_source\.js)$/},
      ({path: name}) => ({path: path.basename(name), namespace: 'made'}));
    one.onLoad({filter: /.*/, namespace: 'made'},
      async ({path: name}) => ({contents: await made[name](), loader: 'js', resolveDir: path.join(here, 'src')}));
  },
};

async function bundle(entry, more) {
  const {outputFiles} = await build({
    entryPoints: [path.join(here, 'src', entry)], bundle: true, write: false, minify: true, target: 'es2022', charset: 'utf8',
    legalComments: 'none', banner: {js: '/*! Licences: licenses.txt */'}, plugins: [virtual], platform: 'neutral', ...more,
  });
  return outputFiles[0].text;
}

const with_wasm = (text, wasm) => text.replace(`"${placeholder}"`, () => wasm);

// CommonJS where there is `module`, a global elsewhere.
const universal = (text) => '(function(f){var m={exports:{}};f(m,m.exports);' +
  'if(typeof module==="object"&&module.exports)module.exports=m.exports;' +
  `else(typeof self==="undefined"?this:self).mqtt=m.exports})(function(module,exports){${text}});\n`;

const node_module = (names) => `import node from './node.js';
export const {${names.filter((name) => name !== 'default').join(', ')}} = node;
export default node.default;
`;

const brotli = (bytes) => brotliCompressSync(bytes, {params: {[constants.BROTLI_PARAM_LGWIN]: 22}}).length;

// Several may make it at once: each file appears whole.
export async function make() {
  const wasm = core_part('.wasm');
  const text = literal(wasm);
  mkdirSync(dist, {recursive: true});
  const fresh = mkdtempSync(path.join(dist, '.new-'));
  const write = (name, contents) => writeFileSync(path.join(fresh, name), contents);
  const {metafile} = await build({entryPoints: [path.join(here, 'src', 'index.js')], bundle: true, write: false, format: 'esm',
    metafile: true, plugins: [virtual], platform: 'neutral', outfile: 'x.js'});
  write('wasmqtt.mjs', with_wasm(await bundle('index.js', {format: 'esm'}), text));
  write('wasmqtt.js', universal(with_wasm(await bundle('index.js', {format: 'cjs'}), text)));
  write('node.js', await bundle('node.js', {format: 'cjs', platform: 'node', external: ['./wasmqtt.js', 'ws']}));
  write('node.mjs', node_module(Object.values(metafile.outputs)[0].exports));
  copy_types(path.join(here, 'src'), fresh);
  // npm packs only what lies beside package.json.
  for (const file of [path.join('..', '..', 'LICENSE'), path.join('..', 'licenses.txt')]) {
    copyFileSync(path.join(here, file), path.join(here, path.basename(file)));
  }
  const whole = readFileSync(path.join(fresh, 'wasmqtt.mjs'));
  for (const file of readdirSync(dist)) {
    if (/\.(js|mjs|ts|mts)$/.test(file) && !existsSync(path.join(fresh, file))) rmSync(path.join(dist, file));
  }
  for (const file of readdirSync(fresh)) renameSync(path.join(fresh, file), path.join(dist, file));
  rmSync(fresh, {recursive: true});
  return {core: brotli(wasm), bytes: whole.length, gzip: gzipSync(whole, {level: 9}).length, brotli: brotli(whole)};
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const size = await make();
  const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
  console.error(`wasmqtt.mjs: ${kb(size.bytes)}, ${kb(size.gzip)} gzip, ${kb(size.brotli)} brotli with everything ` +
    `(the core's WebAssembly alone ${kb(size.core)}; the goal is ${kb(goal)})`);
}
