// A proxy between WebSocket clients and a broker that can stop at a packet: it, and all behind it on that connection, goes nowhere.
//
//   const wire = await start_stepping_proxy(broker.wsUrl);      // wire.url for the clients
//   const reached = wire.stop_at('broker', 'pubrel');           // on the first connection on which one comes; 'publish': of QoS 2
//   await reached;                                              // it was to pass, and did not
//   wire.open                                                   // how many connections there are
//   await wire.close();
import {createRequire} from 'node:module';
import path from 'node:path';
import {package_directory} from './package.mjs';

const require = createRequire(path.join(package_directory, 'package.json'));
const {WebSocket, WebSocketServer} = require('ws');

const names = ['', 'connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'suback', 'unsubscribe',
  'unsuback', 'pingreq', 'pingresp', 'disconnect', 'auth'];

// Calls back with each whole packet.
function packets(each) {
  let rest = Buffer.alloc(0);
  return (data) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      let [length, at, scale] = [0, 1, 1];
      for (; at < rest.length && at < 5; ++at, scale *= 128) {
        length += (rest[at] & 0x7f) * scale;
        if (!(rest[at] & 0x80)) break;
      }
      if (at >= rest.length || rest.length < at + 1 + length) return;
      const packet = Buffer.from(rest.subarray(0, at + 1 + length));
      rest = rest.subarray(at + 1 + length);
      each(packet);
    }
  };
}

export async function start_stepping_proxy(url) {
  let step = null;   // {from, name, reached}
  const server = new WebSocketServer({port: 0, host: '127.0.0.1', handleProtocols: () => 'mqtt'});
  await new Promise((resolve) => server.once('listening', resolve));

  // Passes on what comes from one side, until the step.
  const passes = (pair, from, send) => packets((packet) => {
    if (pair.stopped) return;
    if (step?.from === from && step.name === names[packet[0] >> 4] && (step.name !== 'publish' || (packet[0] & 6) === 4)) {
      pair.stopped = true;
      step.reached();
      step = null;
    } else {
      send(packet);
    }
  });

  server.on('connection', (client) => {
    const pair = {stopped: false};
    const broker = new WebSocket(url, ['mqtt']);
    const opened = new Promise((resolve) => broker.once('open', resolve));
    const up = passes(pair, 'client', (packet) => opened.then(() => broker.send(packet)));
    const down = passes(pair, 'broker', (packet) => client.send(packet));
    client.on('message', up);
    broker.on('message', down);
    for (const [one, other] of [[client, broker], [broker, client]]) {
      one.on('error', () => other.close());
      one.on('close', () => other.close());
    }
  });
  return {
    get open() { return server.clients.size; },
    url: `ws://127.0.0.1:${server.address().port}`,
    stop_at: (from, name) => new Promise((reached) => { step = {from, name, reached}; }),
    async close() {
      server.clients.forEach((client) => client.terminate());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
