// A screen for browsers that draw WebGL only into a window: Xvfb, one for each process of tests, ended with it.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import x11 from 'x11';

let started = null;

// Resolves to what DISPLAY has to be.
export function display() {
  return started ??= start();
}

async function start() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2600x1600x24', '-nolisten', 'tcp', '-noreset'],
    {stdio: ['ignore', 'ignore', 'ignore', 'pipe']});
  process.once('exit', () => server.kill('SIGKILL'));
  const failed = once(server, 'exit').then(([code]) => { throw new Error(`Xvfb ended with ${code}`); });
  const [number] = await Promise.race([once(server.stdio[3], 'data'), failed, once(server, 'error').then(([error]) => { throw error; })]);
  failed.catch(() => {});
  server.unref();
  server.stdio[3].unref?.();
  const name = `:${`${number}`.trim()}`;
  await keep_covered_windows(name);
  return name;
}

// No window knows that another one covers it, as long as this client lives: a browser would call its page hidden, and draw no more
// of it. (Each window has pixels of its own then, as under a compositor.)
function keep_covered_windows(name) {
  return new Promise((resolve, reject) => {
    x11.createClient({display: name}, (error, {client, screen} = {}) => {
      if (error) return reject(error);
      client.on('error', () => {});
      client.require('composite', (failure, composite) => {
        if (failure) return reject(failure);
        composite.RedirectSubwindows(screen[0].root, composite.Redirect.Automatic);
        // Its answer comes after what was asked before.
        client.GetInputFocus(() => {
          client.stream.unref();
          resolve();
        });
      });
    });
  });
}
