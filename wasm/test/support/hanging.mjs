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
  const server = createServer((request, response) => {
    waiting.set(request.url, () => {
      if (waiting.delete(request.url)) response.writeHead(204, {'access-control-allow-origin': '*'}).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  let last = 0;
  return {
    async hang(page) {
      const path = `/${++last}`;
      await page.evaluate((url) => {
        setTimeout(() => {
          const request = new XMLHttpRequest();
          request.open('GET', url, false);
          request.send();
        });
      }, `http://127.0.0.1:${server.address().port}${path}`);
      return until(() => waiting.get(path), 'the page waits for its answer');
    },
    async close() {
      for (const wake of waiting.values()) wake();
      server.closeAllConnections?.();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
