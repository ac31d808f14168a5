// A screen for browsers that draw WebGL only into a window: Xvfb, one for each process of tests, ended with it.
import {spawn} from 'node:child_process';
import x11 from 'x11';

let started = null;

// Resolves to what DISPLAY has to be.
export function display() {
  return started ??= start();
}

// So long it may take to be ready, on a busy machine.
const limit = 60000;

async function start() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2600x1600x24', '-nolisten', 'tcp', '-noreset'],
    {stdio: ['ignore', 'ignore', 'pipe', 'pipe']});
  process.once('exit', () => server.kill('SIGKILL'));
  const name = `:${await screen_number(server)}`;
  server.unref();
  for (const stream of server.stdio.slice(2)) stream.unref();
  await keep_covered_windows(name);
  return name;
}

// What it writes once it is ready; an error with its own words if it does not.
function screen_number(server) {
  let said = '';
  server.stderr.on('data', (bytes) => { said = `${said}${bytes}`.slice(-2000); });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      server.kill('SIGKILL');
      fail(`was not ready within ${limit} ms`);
    }, limit);
    const fail = (how) => {
      clearTimeout(timer);
      reject(new Error(`There is no screen for the browser: Xvfb ${how}. ${said}`.trim()));
    };
    server.once('error', ({message}) => fail(`could not be started (${message})`));
    server.once('close', (code, signal) => fail(`ended with ${code ?? signal}`));
    server.stdio[3].once('data', (number) => {
      clearTimeout(timer);
      resolve(`${number}`.trim());
    });
  });
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
