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
import {module_source, shorten_exports} from './pack.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');
const goal = 35 * 1024;

function core_wasm() {
  const file = process.env.WASMQTT_NPM_CORE ?? path.join(here, '..', '..', 'build', 'wasm-release', 'npm', 'core.wasm');
  if (!existsSync(file)) throw new Error(`There is no ${file}: build the target wasmqtt_npm_core first.`);
  return readFileSync(file);
}

async function bundle(core, folder) {
  const {wasm, names} = shorten_exports(core);
  const module = {
    name: 'core',
    setup(one) {
      one.onResolve({filter: /\/module\.js$/}, () => ({path: 'module', namespace: 'core'}));
      one.onLoad({filter: /.*/, namespace: 'core'},
        () => ({contents: module_source(wasm), loader: 'js', resolveDir: path.join(here, 'src')}));
    },
  };
  await build({
    entryPoints: [path.join(here, 'src', 'index.js')], outfile: path.join(folder, 'wasmqtt.js'), bundle: true,
    format: 'esm', minify: true, target: 'es2022', charset: 'utf8', legalComments: 'none',
    banner: {js: '/*! Licences: licenses.txt */'}, plugins: [module],
    mangleProps: /^mqtt_/, mangleCache: names,
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
  // npm packs only what lies beside package.json.
  for (const file of [path.join('..', '..', 'LICENSE'), path.join('..', 'licenses.txt')])
    copyFileSync(path.join(here, file), path.join(here, path.basename(file)));
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
