// Pages whose thread stands still, in any engine: each waits in a synchronous request for an answer of this server's.
//
//   const hanging = await serve_hanging();
//   const wake = await hanging.hang(page);      // it does nothing from now on
//   wake();                                     // it goes on
//   await hanging.close();
import {createServer} from 'node:http';
import {until} from './machine.mjs';

export async function serve_hanging() {
  const waiting = new Map();
  const awake = new Set();
  const answer = (response) => response.writeHead(204, {'access-control-allow-origin': '*'}).end();
  const server = createServer(({url}, response) => {
    if (awake.has(url)) answer(response);
    else waiting.set(url, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wake = (path) => {
    if (awake.has(path)) return;
    awake.add(path);
    answer(waiting.get(path));
  };
  let last = 0;
  return {
    async hang(page) {
      const path = `/${++last}`;
      await page.evaluate((url) => {
        setTimeout(() => {
          // WebKit waits for ten seconds at most.
          for (let over = false; !over;) {
            const request = new XMLHttpRequest();
            request.open('GET', url, false);
            try {
              request.send();
              over = request.status === 204;
            } catch {
              over = false;
            }
          }
        });
      }, `http://127.0.0.1:${server.address().port}${path}`);
      await until(() => waiting.has(path), 'the page waits for its answer');
      return () => wake(path);
    },
    async close() {
      for (const path of waiting.keys()) wake(path);
      server.closeAllConnections?.();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
