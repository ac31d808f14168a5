// What a page's scripts say to the console, their uncaught errors, and what the page's policy forbids. The browser itself tells
// nobody of it in an automated session, which is a private one: a script before the page's own passes it on, through a WebSocket
// that is there before the policy is.
//
//   const told = listen((said) => …);                      {source: 'console', 'script' or 'policy', level, text}
//   proxy.add_script(told.script, told.url);               before all others
//   if (told.is_for(request)) told.take(request, socket, head);
//   told.close();
import {createRequire} from 'node:module';

const {wsServer: WebSocketServer} = createRequire(import.meta.url)('playwright-core/lib/utilsBundle');

const host = 'console.invalid';

export function listen(hear) {
  const server = new WebSocketServer({noServer: true});
  server.on('connection', (peer) => {
    peer.on('message', (text) => hear(JSON.parse(`${text}`)));
    peer.on('error', () => {});
  });
  return {
    script: pass_on, url: `ws://${host}/`,
    is_for: (request) => new URL(request.url).hostname === host,
    take: (request, socket, head) => server.handleUpgrade(request, socket, head, (peer) => server.emit('connection', peer, request)),
    close: () => server.clients.forEach((peer) => peer.terminate()),
  };
}

// In the page.
function pass_on(url) {
  const socket = new WebSocket(url);
  const waiting = [];
  const tell = (source, level, text) => {
    const said = JSON.stringify({source, level, text});
    if (socket.readyState === WebSocket.OPEN) socket.send(said);
    else waiting.push(said);
  };
  socket.onopen = () => waiting.splice(0).forEach((said) => socket.send(said));
  for (const [name, level] of Object.entries({debug: 'debug', log: 'log', info: 'info', warn: 'warning', error: 'error'})) {
    const real = console[name].bind(console);
    console[name] = (...values) => {
      tell('console', level, values.map(String).join(' '));
      real(...values);
    };
  }
  addEventListener('error', (event) => { if (event instanceof ErrorEvent) tell('script', 'error', event.message); });
  addEventListener('unhandledrejection', ({reason}) => tell('script', 'error', String(reason?.message ?? reason)));
  document.addEventListener('securitypolicyviolation', ({blockedURI, violatedDirective}) =>
    tell('policy', 'error', `${violatedDirective} forbids ${blockedURI}`));
}
