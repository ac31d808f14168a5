// A wire between one client and its broker, to cut, to hold up and to slow down; and the log of the packets that passed.
//
//   const wire = await Wire.start('c1', () => port, {version: 5, log});
//   wire.url                       for the client
//   wire.cut()                     its connection breaks
//   wire.delay = 200               milliseconds for each piece; wire.rate = 2000: bytes a second; null: as fast as it goes
//   log                            [{time, client, connection, way, cmd, messageId, qos, dup, id, …}], 'up' is to the broker
//
// A packet of the client is logged when it has arrived here, one of the broker when it has been handed on: what is in the log up was sent
// by the client, and what is in it down may have been read by it.
import {createRequire} from 'node:module';
import net from 'node:net';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {package_directory} from '../../wasm/test/support/package.mjs';

const require = createRequire(path.join(package_directory, 'node_modules', 'mqtt', 'package.json'));
const {parser} = require('mqtt-packet');

// CLOCK_MONOTONIC in milliseconds, as history.hpp has it.
export const now = () => Number(process.hrtime.bigint() / 1000n) / 1000;

const fields = ({cmd, messageId, qos, dup, topic, payload, sessionPresent, returnCode, reasonCode, subscriptions}) => ({
  cmd, messageId, ...cmd === 'publish' && {qos, dup, topic, id: payload.toString().split(' ')[0]},
  ...cmd === 'connack' && {sessionPresent, code: reasonCode ?? returnCode}, ...reasonCode > 0 && {reasonCode},
  ...cmd === 'subscribe' && {filters: subscriptions.map(({topic: filter}) => filter)}});

export class Wire {
  #pairs = new Set();
  #server;
  #connections = 0;
  delay = 0;
  rate = null;

  static async start(client, port_of, {version, log}) {
    const wire = new Wire();
    const reader = (connection, way) => {
      const one = parser({protocolVersion: version});
      let time = 0;
      // Of two in one piece the later one has a later time, by a little.
      one.on('packet', (packet) => log.push({time: time += 0.0001, client, connection, way, ...fields(packet)}));
      one.on('error', (error) => log.push({time, client, connection, way, cmd: 'broken', why: error.message}));
      return (piece, at) => {
        time = at;
        one.parse(piece);
      };
    };
    wire.#server = net.createServer({noDelay: true}, (inner) => {
      const connection = ++wire.#connections;
      const outer = net.connect({port: port_of(), host: '127.0.0.1', noDelay: true});
      const pair = [inner, outer];
      wire.#pairs.add(pair);
      log.push({time: now(), client, connection, cmd: 'open'});
      inner.once('close', () => {
        wire.#pairs.delete(pair);
        log.push({time: now(), client, connection, cmd: 'closed'});
      });
      wire.#pass(inner, outer, reader(connection, 'up'), true);
      wire.#pass(outer, inner, reader(connection, 'down'), false);
    });
    await new Promise((resolve) => { wire.#server.listen(0, '127.0.0.1', resolve); });
    wire.url = `mqtt://127.0.0.1:${wire.#server.address().port}`;
    return wire;
  }

  // One piece at a time: what waits here holds up what is behind it.
  async #pass(from, to, reader, log_first) {
    to.on('error', () => {});
    try {
      for await (const piece of from) {
        if (log_first) reader(piece, now());
        const wait = this.delay + (this.rate ? piece.length * 1000 / this.rate : 0);
        if (wait > 0) await pause(wait);
        if (to.destroyed) break;
        const at = now();
        to.write(piece);
        if (!log_first) reader(piece, at);
      }
      to.end();
    } catch {
      // Its peer has gone; so does the other side.
    }
    to.destroy();
  }

  cut() { this.#pairs.forEach((pair) => pair.forEach((socket) => socket.resetAndDestroy())); }

  async close() {
    this.cut();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }
}
