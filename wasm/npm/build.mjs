// Makes dist/ out of src/ and the core's WebAssembly, and prints what it weighs.
//
//   emcmake cmake --preset wasm-release && cmake --build --preset wasm-release --target wasmqtt_npm_core
//   npm ci && npm run build            (npm pack does it, too)
//
// WASMQTT_NPM_CORE names the core's .wasm file, when it was built elsewhere. With --check the size is held against the
// goal: more than 35 KB is a failure.
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {brotliCompressSync, constants, gzipSync} from 'node:zlib';
import {build} from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');
const goal = 35 * 1024;

// A text file can be bundled, cached and served like any other, needs no second request and no path to be right; so the
// WebAssembly travels in a string, one character a byte. ES modules are always UTF-8. Adding `shift` to each byte keeps
// the frequent ones away from the characters that a string has to escape.
const shift = 17;

function module_source(wasm) {
  const text = Array.from(wasm, (byte) => String.fromCharCode((byte + shift) & 255)).join('');
  const escapes = {'\\': '\\\\', '`': '\\`', '$': '\\$', '\r': '\\r', '\0': '\\x00'};
  return `const text = \`${text.replace(/[\\`$\r\0]/g, (character) => escapes[character])}\`;
export const module_bytes = () => Uint8Array.from(text, (character) => (character.charCodeAt(0) + ${256 - shift}) & 255);
`;
}

function core_wasm() {
  const file = process.env.WASMQTT_NPM_CORE ?? path.join(here, '..', '..', 'build', 'wasm-release', 'npm', 'core.wasm');
  if (!existsSync(file)) throw new Error(`There is no ${file}: build the target wasmqtt_npm_core first.`);
  return readFileSync(file);
}

async function bundle(wasm, folder) {
  const module = {
    name: 'core',
    setup(one) {
      one.onResolve({filter: /\/module\.js$/}, () => ({path: 'module', namespace: 'core'}));
      one.onLoad({filter: /.*/, namespace: 'core'}, () => ({contents: module_source(wasm), loader: 'js'}));
    },
  };
  await build({
    entryPoints: [path.join(here, 'src', 'index.js')], outfile: path.join(folder, 'wasmqtt.js'), bundle: true,
    format: 'esm', minify: true, target: 'es2022', charset: 'utf8', legalComments: 'none', plugins: [module],
  });
}

const brotli = (bytes) => brotliCompressSync(bytes, {params: {[constants.BROTLI_PARAM_LGWIN]: 22}}).length;

// Several may make it at once: each file appears whole.
export async function make() {
  const wasm = core_wasm();
  mkdirSync(dist, {recursive: true});
  const fresh = mkdtempSync(path.join(dist, '.new-'));
  await bundle(wasm, fresh);
  for (const file of ['node.js', 'index.d.ts']) copyFileSync(path.join(here, 'src', file), path.join(fresh, file));
  const whole = readFileSync(path.join(fresh, 'wasmqtt.js'));
  for (const file of readdirSync(fresh)) renameSync(path.join(fresh, file), path.join(dist, file));
  rmSync(fresh, {recursive: true});
  return {core: brotli(wasm), bytes: whole.length, gzip: gzipSync(whole, {level: 9}).length, brotli: brotli(whole)};
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const size = await make();
  const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
  console.error(`wasmqtt.js: ${kb(size.bytes)}, ${kb(size.gzip)} gzip, ${kb(size.brotli)} brotli with everything ` +
    `(the core alone ${kb(size.core)}; the goal is ${kb(goal)})`);
  if (process.argv.includes('--check') && size.brotli > goal) process.exit(1);
}
