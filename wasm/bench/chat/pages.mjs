// Our page, and one of the usual kind, React and MQTT.js, from one server, compressed beforehand; an empty page, and a bare canvas.
import {execFile} from 'node:child_process';
import {createReadStream} from 'node:fs';
import {cp, mkdtemp, rm, stat, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

import {build} from 'esbuild-wasm';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..', '..', '..');
const types = {'.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm',
  '.json': 'application/json'};

const canvas_page = `<!doctype html><link rel="icon" href="data:,"><title>A bare canvas</title>
<style>body { margin: 0 } canvas, input { position: absolute; left: 0; top: 0 } input { color: transparent; background: none }</style>
<canvas></canvas><input aria-label="Keys"><script>
const canvas = document.querySelector('canvas');
canvas.width = innerWidth;
canvas.height = innerHeight;
const gl = canvas.getContext('webgl2', {alpha: false, depth: false, stencil: false, antialias: false, preserveDrawingBuffer: true});
gl.enable(gl.SCISSOR_TEST);
let filled = 0;
document.querySelector('input').addEventListener('input', () => {
  gl.scissor(8 * ++filled, 8, 8, 16);
  gl.clearColor(1, 1, 1, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
});
</script>`;

async function make(folder, page, ports) {
  await cp(page, path.join(folder, 'ours'), {recursive: true});
  await writeFile(path.join(folder, 'ours', 'config.json'), JSON.stringify(ports));
  const rival = path.join(here, '..', 'rival');
  await cp(path.join(rival, 'index.html'), path.join(folder, 'rival', 'index.html'));
  await build({
    entryPoints: [path.join(rival, 'rival.js')], outfile: path.join(folder, 'rival', 'rival.js'),
    bundle: true, minify: true, format: 'esm', platform: 'browser', logLevel: 'error',
    define: {'process.env.NODE_ENV': '"production"'},
  });
  await writeFile(path.join(folder, 'empty.html'), '<!doctype html><link rel="icon" href="data:,"><title>Empty</title>');
  await writeFile(path.join(folder, 'canvas.html'), canvas_page);
  await promisify(execFile)(process.execPath, [path.join(root, 'scripts', 'compress.mjs'), folder]);
}

async function answer(folder, request, response) {
  const name = new URL(request.url, 'http://localhost').pathname;
  const file = path.join(folder, name.endsWith('/') ? `${name}index.html` : name);
  const compressed = await stat(`${file}.br`).then(() => true, () => false);
  const found = compressed || await stat(file).then((info) => info.isFile(), () => false);
  if (!found) return response.writeHead(404).end();
  response.writeHead(200, {'Content-Type': types[path.extname(file)] ?? 'application/octet-stream',
    ...compressed && {'Content-Encoding': 'br'}});
  createReadStream(compressed ? `${file}.br` : file).pipe(response);
}

// `ports` are those of config.json. Resolves to {url, close()}.
export async function serve_pages(page, ports) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'wasmqtt-chat-'));
  await make(folder, page, ports);
  const server = createServer((request, response) => answer(folder, request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
      return rm(folder, {recursive: true, force: true});
    },
  };
}
