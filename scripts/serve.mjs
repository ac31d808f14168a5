// A static file server for the page, on this machine only. Any other static server does as well.
//
//   node scripts/serve.mjs --directory build/wasm-release/page [--port 5173] [--config build/run/config.json]
//
// --port 0 takes a free port; the address is the first line of output. --config is served as /config.json,
// from which the page learns other broker ports than its defaults. As a module: serve({directory, port, config}).
import {createReadStream} from 'node:fs';
import {realpath, stat} from 'node:fs/promises';
import {createServer} from 'node:http';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {parseArgs} from 'node:util';
import {createBrotliCompress, createGzip, constants} from 'node:zlib';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const compressed = new Set(['.html', '.js', '.mjs', '.css', '.json', '.webmanifest', '.map', '.wasm', '.svg', '.txt']);

// Serves `directory` on localhost. Resolves to {port, url, close()} once connections are accepted.
export async function serve({directory, port = 5173, config = null}) {
  const root = await realpath(directory);
  const listener = (request, response) =>
    answer(root, config, request, response).catch((error) => fail(response, 500, error.message));
  const servers = [await listen(listener, '127.0.0.1', port)];
  const bound = servers[0].address().port;
  // A browser may look for localhost at ::1 first; machines without IPv6 do without.
  const second = await listen(listener, '::1', bound).catch((error) => {
    if (['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(error.code)) return null;
    servers[0].close();
    throw error;
  });
  if (second) servers.push(second);
  return {
    port: bound,
    url: `http://localhost:${bound}/`,
    close: () => Promise.all(servers.map((server) => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections?.();
    }))),
  };
}

function listen(listener, host, port) {
  return new Promise((resolve, reject) => {
    const server = createServer(listener);
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

async function answer(root, config, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return fail(response, 405, 'Only GET and HEAD are served here.');
  }
  const file = await locate(root, config, request.url);
  if (!file) return fail(response, 404, 'Not found.');
  const extension = path.extname(file.path).toLowerCase();
  // Every file may change with the next build: the browser asks each time and is told when nothing changed.
  const etag = `"${file.size.toString(16)}-${Math.trunc(file.mtimeMs).toString(16)}"`;
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('ETag', etag);
  response.setHeader('Vary', 'Accept-Encoding');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Type', types[extension] ?? 'application/octet-stream');
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304);
    return response.end();
  }
  send(file, compressed.has(extension) ? encoder(request) : null, request, response);
}

// The file that a request asks for, or null. Nothing outside `root` is ever named by one.
async function locate(root, config, url) {
  let name;
  try {
    name = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return null;
  }
  if (name.includes('\0') || name.includes('\\')) return null;
  if (name === '/config.json' && config) return found(path.resolve(config));
  if (name.endsWith('/')) name += 'index.html';
  const real = await realpath(path.join(root, name)).catch(() => null);
  return real?.startsWith(root + path.sep) ? found(real) : null;
}

async function found(file) {
  const info = await stat(file).catch(() => null);
  return info?.isFile() ? {path: file, size: info.size, mtimeMs: info.mtimeMs} : null;
}

function encoder(request) {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  if (/\bbr\b/.test(accepted)) {
    return ['br', createBrotliCompress({params: {[constants.BROTLI_PARAM_QUALITY]: 5}})];
  }
  return /\bgzip\b/.test(accepted) ? ['gzip', createGzip()] : null;
}

function send(file, encoding, request, response) {
  if (encoding) response.setHeader('Content-Encoding', encoding[0]);
  else response.setHeader('Content-Length', file.size);
  response.writeHead(200);
  if (request.method === 'HEAD') return response.end();
  const stream = createReadStream(file.path);
  stream.on('error', () => response.destroy());
  (encoding ? stream.pipe(encoding[1]) : stream).pipe(response);
}

function fail(response, status, message) {
  if (response.headersSent) return response.destroy();
  response.writeHead(status, {'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff'});
  response.end(`${message}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(await realpath(process.argv[1])).href) {
  const {values} = parseArgs({options: {
    directory: {type: 'string'},
    port: {type: 'string', default: '5173'},
    config: {type: 'string'},
  }});
  if (!values.directory || !/^\d{1,5}$/.test(values.port)) {
    console.error('usage: node scripts/serve.mjs --directory DIRECTORY [--port N] [--config FILE]');
    process.exit(2);
  }
  const server = await serve({...values, port: Number(values.port)}).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
  console.log(server.url);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close().then(() => process.exit(0)));
}
