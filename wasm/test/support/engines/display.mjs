// A screen for browsers that draw WebGL only into a window: Xvfb, one for each process of tests, ended with it.
import {spawn} from 'node:child_process';
import {once} from 'node:events';

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
  return `:${`${number}`.trim()}`;
}
