// A proxy between a WebSocket client and a broker that writes down every MQTT packet of each direction.
//
//   const recorder = await record(broker.wsUrl);       // recorder.url for the client
//   recorder.packets                                   // [{from: 'client' | 'broker', bytes: Buffer}], in order
import {createRequire} from 'node:module';
import path from 'node:path';
import {package_directory} from './package.mjs';

const require = createRequire(path.join(package_directory, 'package.json'));
const {WebSocket, WebSocketServer} = require('ws');

export async function record(url) {
  const packets = [];
  const server = new WebSocketServer({port: 0, host: '127.0.0.1', handleProtocols: () => 'mqtt'});
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (client) => {
    const broker = new WebSocket(url, ['mqtt']);
    const waiting = [];
    const from_client = splitter((bytes) => packets.push({from: 'client', bytes}));
    const from_broker = splitter((bytes) => packets.push({from: 'broker', bytes}));
    client.on('message', (data) => {
      from_client(data);
      if (broker.readyState === WebSocket.OPEN) broker.send(data);
      else waiting.push(data);
    });
    broker.on('open', () => waiting.splice(0).forEach((data) => broker.send(data)));
    broker.on('message', (data) => {
      from_broker(data);
      client.send(data);
    });
    broker.on('close', () => client.close());
    broker.on('error', () => client.close());
    client.on('close', () => broker.close());
  });
  return {
    packets,
    url: `ws://127.0.0.1:${server.address().port}`,
    // The network goes: connections that are open are cut.
    cut: () => server.clients.forEach((client) => client.terminate()),
    close: () => {
      server.clients.forEach((client) => client.terminate());
      server.close();
    },
  };
}

function splitter(packet) {
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
      packet(Buffer.from(rest.subarray(0, at + 1 + length)));
      rest = rest.subarray(at + 1 + length);
    }
  };
}
