// What the driver cannot do, done on the way between browser and server: scripts that run before a page's own, and answers
// of the test's own. Plain HTTP and WebSocket go this way, TLS does not.
//
//   const proxy = await start_proxy();        proxy.port
//   proxy.add_script(() => {…}, argument);    into every HTML page from now on
//   proxy.route('**/x.wasm', (route) => route.fulfill({status: 404}));      also continue(), abort(), request().url()
//   await proxy.close();
import {createServer, request as ask} from 'node:http';
import {createRequire} from 'node:module';
import net from 'node:net';

const {iso} = createRequire(import.meta.url)('playwright-core/lib/coreBundle');

export async function start_proxy() {
  const proxy = new HttpProxy();
  await proxy.listen();
  return proxy;
}

class HttpProxy {
  #scripts = [];
  #routes = [];
  #server = createServer((request, response) => this.#answer(request, response));
  #sockets = new Set();
  #console = null;

  listen() {
    this.#server.on('upgrade', (request, socket, head) => this.#pass_on(request, socket, head));
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => {
      this.port = this.#server.address().port;
      resolve();
    }));
  }

  // WebSockets that a console (console.mjs) is for go there.
  serve_console(console) { this.#console = console; }

  add_script(script, argument) {
    this.#scripts.push(typeof script === 'function' ? `(${script})(${JSON.stringify(argument)});` : script.content ?? script);
  }

  // The last one that fits is asked, as with Playwright.
  route(pattern, handler, {times = Infinity} = {}) { this.#routes.unshift({pattern, handler, left: times}); }
  unroute(pattern) { this.#routes = this.#routes.filter((route) => route.pattern !== pattern); }

  async #answer(request, response) {
    const found = this.#routes.find(({pattern, left}) => left > 0 && iso.urlMatches(undefined, request.url, pattern));
    if (!found) return this.#forward(request, response);
    --found.left;
    await found.handler({
      request: () => ({url: () => request.url, method: () => request.method}),
      fulfill: async ({status = 200, contentType, headers = {}, body = ''}) => {
        response.writeHead(status, {...headers, ...(contentType ? {'content-type': contentType} : {})});
        response.end(body);
      },
      continue: async () => this.#forward(request, response),
      abort: async () => response.destroy(),
    });
  }

  #forward(request, response) {
    const headers = {...request.headers, 'accept-encoding': 'identity'};
    const onward = ask(request.url, {method: request.method, headers}, (answer) => {
      if (this.#scripts.length === 0 || !/^text\/html/.test(answer.headers['content-type'] ?? '')) {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
        return;
      }
      this.#with_scripts(answer, response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  // A WebSocket: the same handshake to its server, then bytes both ways.
  #pass_on(request, socket, head) {
    if (this.#console?.is_for(request)) return this.#console.take(request, socket, head);
    const {hostname, port, pathname, search} = new URL(request.url);
    const onward = net.connect(Number(port || 80), hostname, () => {
      const lines = [`GET ${pathname}${search} HTTP/1.1`];
      for (let i = 0; i < request.rawHeaders.length; i += 2) lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [[socket, onward], [onward, socket]]) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  // Before anything else of the page, its policy included; and gone when that is looked at.
  async #with_scripts(answer, response) {
    const html = Buffer.concat(await answer.toArray()).toString();
    const script = `<script>document.currentScript.remove();${this.#scripts.join('\n').replaceAll('</script', '<\\/script')}</script>`;
    const {'content-length': _, etag: __, ...headers} = answer.headers;
    response.writeHead(answer.statusCode, headers);
    response.end(/<head[^>]*>/.test(html) ? html.replace(/<head[^>]*>/, (head) => head + script) : html.replace(/^(<!doctype html>)?/i, (type) => type + script));
  }

  close() {
    this.#console?.close();
    return new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
      this.#sockets.forEach((socket) => socket.destroy());
    });
  }
}
