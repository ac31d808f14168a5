// The npm package, built once from what lies in wasm/npm and the core's WebAssembly beside the page.
import {createRequire} from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {root} from './machine.mjs';

export const package_directory = path.join(root, 'wasm', 'npm');
let made = null;

export async function build_package() {
  const page = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
  process.env.WASMQTT_NPM_CORE ??= path.join(page, '..', 'npm');
  made ??= import(pathToFileURL(path.join(package_directory, 'build.mjs')).href).then(({make}) => make());
  return made;
}

// What one of its sources exports. Node 18 does not take them for modules, so each comes as esbuild makes it one.
export async function import_source(name) {
  const {build} = createRequire(path.join(package_directory, 'build.mjs'))('esbuild');
  const {outputFiles: [made]} = await build({
    entryPoints: [path.join(package_directory, 'src', name)], bundle: true, format: 'esm', write: false,
    external: ['node:*']});
  return import(`data:text/javascript;base64,${Buffer.from(made.contents).toString('base64')}`);
}

// What Node gets of `import 'wasmqtt'`, and end_clients(): what a test that failed left behind would try to connect for
// ever, and keep the process from ending.
export async function load_package() {
  await build_package();
  const wasmqtt = await import(pathToFileURL(path.join(package_directory, 'dist', 'node.mjs')).href);
  const clients = new Set();
  const connect = (...values) => {
    const client = wasmqtt.connect(...values);
    clients.add(client);
    return client;
  };
  const connectAsync = async (...values) => {
    const client = await wasmqtt.connectAsync(...values);
    clients.add(client);
    return client;
  };
  const end_clients = () => Promise.all([...clients].map((client) => !client.disconnected && client.endAsync(true)));
  return {...wasmqtt, connect, connectAsync, end_clients};
}
