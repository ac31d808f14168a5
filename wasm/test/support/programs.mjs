// The programs of wasm/npm/test/programs: written against MQTT.js, and run with either library.
//
//   for (const name of names) await run(name, 'wasmqtt', broker)     its output, lines
//   text_of(name, 'wasmqtt')                                         its source, with the one import changed
import {execFile} from 'node:child_process';
import {readFileSync, readdirSync} from 'node:fs';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import {promisify} from 'node:util';
import {package_directory} from './package.mjs';

const {transform} = createRequire(path.join(package_directory, 'package.json'))('esbuild');
const folder = path.join(package_directory, 'test', 'programs');

// {name, typed}; what is not typed is CommonJS.
export const programs = readdirSync(folder).sort().map((file) => ({name: file, typed: file.endsWith('.ts')}));

const imported = /(from |require\()'mqtt'/g;

export function text_of(file, library) {
  const text = readFileSync(path.join(folder, file), 'utf8');
  if (!text.match(imported)) throw new Error(`${file} does not import mqtt`);
  return text.replace(imported, `$1'${library}'`);
}

// Modules are found from the package's folder: it knows itself by its name.
async function write_program(file, library) {
  const text = text_of(file, library);
  const code = file.endsWith('.ts') ? (await transform(text, {loader: 'ts', format: 'esm', target: 'node20'})).code : text;
  const parent = path.join(package_directory, 'dist');
  await mkdir(parent, {recursive: true});
  const place = await mkdtemp(path.join(parent, '.program-'));
  const target = path.join(place, file.replace(/\.ts$/, '.mjs'));
  await writeFile(target, code);
  return {target, remove: () => rm(place, {recursive: true, force: true})};
}

export async function run(file, library, broker) {
  const {target, remove} = await write_program(file, library);
  const env = {...process.env, BROKER_TCP: `mqtt://127.0.0.1:${broker.tcpPort}`, BROKER_WS: broker.wsUrl,
    PREFIX: file.replace(/\..*/, '')};
  try {
    // Node says that require() of an ES module is new.
    const {stdout} = await promisify(execFile)(process.execPath, ['--no-warnings', target], {env, timeout: 120_000});
    return stdout.trimEnd().split('\n');
  } catch (error) {
    // The package is one long line.
    const last = String(error.stderr).split('\n').filter((line) => line.length < 500).slice(-20).join('\n');
    throw new Error(`${file} with ${library}: ${error.killed ? 'does not end' : `ends with ${error.code}`}\n${error.stdout}${last}`);
  } finally {
    await remove();
  }
}
