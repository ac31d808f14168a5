// A client that is wrong in one way, which its argument names: our own, with somebody between it and the broker who spoils what
// passes. The judge's own test runs it: each fault has to be found.
//
//   node wrong.mjs dup-never
import net from 'node:net';
import path from 'node:path';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';
import {package_directory} from '../../../wasm/test/support/package.mjs';
import {Frames} from '../trace.mjs';
import {mqttjs_client, speak} from './lines.mjs';
import {faults} from './faults.mjs';

const require = createRequire(path.join(package_directory, 'node_modules', 'mqtt', 'package.json'));
const {generate, parser} = require('mqtt-packet');
const mqtt = await import(pathToFileURL(path.join(package_directory, 'dist', 'node.mjs')).href);

const name = process.argv[2] ?? 'none';
const fault = faults[name];
if (!fault) throw new Error(`There is no fault '${name}'.`);

// Reads and writes packets of one version, for the faults.
function codec(protocolVersion) {
  return {
    read(frame) {
      let found = null;
      const reader = parser({protocolVersion});
      reader.on('packet', (packet) => { found = packet; });
      reader.on('error', () => {});
      reader.parse(frame);
      return found;
    },
    write: (packet) => generate(packet, {protocolVersion}),
  };
}

// Between the client and the broker: cut as the other side is.
function relay(port, version) {
  const world = {connection: 0, memory: {}, ...codec(version)};
  const server = net.createServer((inner) => {
    const outer = net.connect({port, host: '127.0.0.1', noDelay: true});
    const link = {...world, connection: ++world.connection, to_broker: (frame) => outer.write(frame), to_client: (frame) => inner.write(frame)};
    pass(inner, outer, (frame) => fault.out?.(frame, link) ?? [frame]);
    pass(outer, inner, (frame) => fault.in?.(frame, link) ?? [frame]);
  });
  server.listen(0);
  return server;
}

function pass(from, to, change) {
  const frames = new Frames();
  from.on('data', (bytes) => {
    for (const frame of frames.push(bytes)) change(frame).forEach((changed) => to.write(changed));
  });
  from.on('end', () => to.end(frames.rest));
  from.on('close', () => to.destroy());
  from.on('error', () => to.destroy());
}

speak({name: `wrong: ${name}`, transport: 'tcp', versions: [4, 5]}, (options, report) => {
  const server = relay(Number(new URL(options.url).port), options.version);
  const told = (is, more) => (fault.report ?? ((...all) => report(...all)))(is, more, report);
  const client = mqttjs_client(mqtt)({...options, url: `mqtt://127.0.0.1:${server.address().port}`}, told);
  return {
    ...client,
    publish(command) {
      fault.publish?.(command, report);
      client.publish(command);
    },
    forget() {
      client.forget();
      server.close();
    },
  };
});
