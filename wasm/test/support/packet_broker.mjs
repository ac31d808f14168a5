// A broker that does what a test says, over TCP or WebSocket, and else what a broker does for one client: accepts, grants,
// acknowledges, answers pings. It delivers nothing by itself.
//
//   const broker = await startPacketBroker({connect: (packet, peer) => peer.send({cmd: 'connack', returnCode: 5})});
//   broker.url                                  mqtt://127.0.0.1:PORT
//   broker.packets                              everything received, of all connections, in order
//   await broker.packet(({cmd}) => cmd === 'publish')
//   broker.of('subscribe')                      of these; with `filters`, and with the number of its `peer`
//   broker.peers.at(-1).send({cmd: 'publish', topic: 't', payload: 'x', qos: 1, messageId: 7})    several: in one piece
//   broker.peers.at(-1).cut()                   the connection breaks; peers are numbered from 1: peer.number
//   broker.cut()                                all of them break
//   await broker.close()
//
// It speaks the version of each CONNECT. A handler by packet name, or one for all packets, takes the place of the default; what it returns is ignored.
// peer.answer(packet, changes) is the default answer, with some of its fields changed. With {ws: true} it is a WebSocket
// server; broker.requests are the handshakes, and `protocol` is what it answers: 'mqtt', or what a function of the offered
// ones gives. `observe(what, peer)` is told what passes, before it is acted on: {from: 'client' or 'broker', bytes}, or {closed: true}.
import {once} from 'node:events';
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import net from 'node:net';
import path from 'node:path';
import {after} from 'node:test';
import {until} from './machine.mjs';
import {package_directory} from './package.mjs';

const require = createRequire(path.join(package_directory, 'node_modules', 'mqtt', 'package.json'));
const {generate, parser} = require('mqtt-packet');
const {WebSocketServer} = require('ws');

const answers = {
  connect: () => ({cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false}),
  publish: ({qos}) => qos > 0 && {cmd: qos === 1 ? 'puback' : 'pubrec'},
  pubrec: () => ({cmd: 'pubrel'}),
  pubrel: () => ({cmd: 'pubcomp'}),
  subscribe: ({subscriptions}) => ({cmd: 'suback', granted: subscriptions.map(({qos}) => qos)}),
  unsubscribe: ({unsubscriptions}) => ({cmd: 'unsuback', granted: unsubscriptions.map(() => 0)}),
  pingreq: () => ({cmd: 'pingresp'}),
};

function answer(packet, peer, changes) {
  const made = answers[packet.cmd]?.(packet);
  if (made) peer.send({...made, messageId: packet.messageId, ...changes});
  if (packet.cmd === 'disconnect') peer.end();
}

// A connection that breaks is closed, too.
const closed = (socket) => new Promise((resolve) => socket.once('close', resolve));

// What a peer does to its connection, for either kind.
const over_tcp = (socket) => ({
  send: (bytes) => socket.write(bytes), pause: () => socket.pause(), resume: () => socket.resume(),
  end: () => socket.end(), cut: () => socket.destroy(), closed: closed(socket),
});
const over_websocket = (socket) => ({
  send: (bytes) => socket.send(bytes), pause: () => socket.pause(), resume: () => socket.resume(),
  end: () => socket.close(), cut: () => socket.terminate(), closed: closed(socket),
});

// startPacketBroker() for the tests of a file: all brokers are closed after them, once `end_clients` has ended.
export function packet_brokers(end_clients) {
  const brokers = [];
  after(async () => {
    await end_clients();
    await Promise.all(brokers.map((broker) => broker.close()));
  });
  return async (script, options) => {
    const broker = await startPacketBroker(script, options);
    brokers.push(broker);
    return broker;
  };
}

export async function startPacketBroker(script = {}, {ws = false, host = '127.0.0.1', protocol = () => 'mqtt', observe = () => {}} = {}) {
  const peers = [];
  const packets = [];
  const requests = [];
  const join = (socket, data_event, wire) => {
    socket.on('error', () => {});
    const write = (bytes) => {
      observe({from: 'broker', bytes}, peer);
      wire.send(bytes);
    };
    const peer = {...wire, number: peers.length + 1, packets: [], write, version: 4,
      send: (...all) => write(Buffer.concat(all.map((packet) => generate(packet, {protocolVersion: peer.version})))),
      answer: (packet, changes) => answer(packet, peer, changes)};
    peers.push(peer);
    const reader = parser({protocolVersion: 4});
    reader.on('packet', (packet) => {
      packet.peer = peer.number;
      if (packet.cmd === 'connect') peer.version = packet.protocolVersion;
      packet.filters = packet.subscriptions?.map(({topic}) => topic) ?? packet.unsubscriptions;
      packets.push(packet);
      peer.packets.push(packet);
      (typeof script === 'function' ? script : script[packet.cmd] ?? answer)(packet, peer);
    });
    reader.on('error', (error) => { packets.push({cmd: 'broken', error}); });
    socket.on(data_event, (data) => {
      observe({from: 'client', bytes: data}, peer);
      reader.parse(data);
    });
    wire.closed.then(() => observe({closed: true}, peer));
  };
  const server = net.createServer();
  if (ws) {
    const web = new WebSocketServer({server: createServer().listen(0, host), handleProtocols: protocol});
    web.on('connection', (socket, request) => {
      requests.push(request);
      join(socket, 'message', over_websocket(socket));
    });
    return await listening(web.options.server, () => web.close());
  }
  server.on('connection', (socket) => join(socket, 'data', over_tcp(socket)));
  server.listen(0, host);
  return await listening(server, () => {});

  async function listening(listener, close) {
    if (!listener.listening) await once(listener, 'listening');
    const {port} = listener.address();
    const name = host.includes(':') ? `[${host}]` : host;
    return {
      port, peers, packets, requests, url: `${ws ? 'ws' : 'mqtt'}://${name}:${port}`,
      // The answer that a handler takes the place of.
      answer,
      packet: (wanted, milliseconds) => until(() => packets.find(wanted), 'a packet of the client', milliseconds),
      of: (cmd) => packets.filter((packet) => packet.cmd === cmd),
      cut: () => peers.forEach((peer) => peer.cut()),
      async close() {
        this.cut();
        close();
        listener.closeAllConnections?.();
        await new Promise((resolve) => listener.close(resolve));
      },
    };
  }
}
