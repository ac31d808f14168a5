// A broker over TCP that does what a test tells it, packet by packet.
//
//   const broker = await start_scripted_broker((packet, connection) => {
//     if (packet.cmd === 'subscribe') return;                  // no answer
//     connection.answer(packet);                               // what a broker that accepts everything says
//   });
//   broker.packets                                             // all that came, with `connection`, from 0
import net from 'node:net';

const commands = ['', 'connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'suback',
  'unsubscribe', 'unsuback', 'pingreq', 'pingresp', 'disconnect'];

export function frame(first, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = [];
  for (let left = body.length; length.length === 0 || left > 0; left = Math.floor(left / 128)) {
    length.push(left % 128 | (left >= 128 ? 128 : 0));
  }
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}
const u16 = (value) => [value >> 8, value & 255];
const text = (value) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from(u16(bytes.length)), bytes]);
};
export const connack = ({present = false, code = 0} = {}) => frame(0x20, [present ? 1 : 0, code]);
export const suback = (id, codes) => frame(0x90, u16(id), codes);
export const unsuback = (id) => frame(0xb0, u16(id));
export const puback = (id) => frame(0x40, u16(id));
export const publish = (topic, payload, {qos = 0, id = 0} = {}) =>
  frame(0x30 | qos << 1, text(topic), qos ? u16(id) : [], payload);

function read(bytes) {
  let at = 1;
  while (bytes[at] & 0x80) ++at;
  const body = bytes.subarray(at + 1);
  const packet = {cmd: commands[bytes[0] >> 4], qos: bytes[0] >> 1 & 3, dup: (bytes[0] & 8) !== 0};
  const string_at = (from) => body.subarray(from + 2, from + 2 + body.readUInt16BE(from));
  switch (packet.cmd) {
    case 'connect': {
      packet.clean = (body[7] & 2) !== 0;
      packet.keepalive = body.readUInt16BE(8);
      packet.clientId = string_at(10).toString();
      break;
    }
    case 'publish': {
      const topic = string_at(0);
      packet.topic = topic.toString();
      if (packet.qos) packet.id = body.readUInt16BE(2 + topic.length);
      packet.payload = body.subarray(2 + topic.length + (packet.qos ? 2 : 0));
      break;
    }
    case 'subscribe':
    case 'unsubscribe': {
      packet.id = body.readUInt16BE(0);
      packet.filters = [];
      for (let from = 2; from < body.length;) {
        const filter = string_at(from);
        from += 2 + filter.length + (packet.cmd === 'subscribe' ? 1 : 0);
        packet.filters.push(filter.toString());
      }
      break;
    }
    default: if (body.length >= 2) packet.id = body.readUInt16BE(0);
  }
  return packet;
}

export async function start_scripted_broker(on_packet) {
  const packets = [];
  const sockets = new Set();
  let count = 0;
  const server = net.createServer((socket) => {
    const number = count++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const connection = {
      number,
      send: (...all) => socket.write(Buffer.concat(all)),
      cut: () => socket.destroy(),
      answer(packet, {present = false, code = 0, codes} = {}) {
        switch (packet.cmd) {
          case 'connect': return socket.write(connack({present, code}));
          case 'subscribe': return socket.write(suback(packet.id, codes ?? packet.filters.map(() => 0)));
          case 'unsubscribe': return socket.write(unsuback(packet.id));
          case 'publish':
            if (packet.qos === 1) socket.write(puback(packet.id));
            if (packet.qos === 2) socket.write(frame(0x50, u16(packet.id)));
            return undefined;
          case 'pubrel': return socket.write(frame(0x70, u16(packet.id)));
          case 'pingreq': return socket.write(frame(0xd0));
          default: return undefined;
        }
      },
    };
    let rest = Buffer.alloc(0);
    socket.on('data', (data) => {
      rest = rest.length ? Buffer.concat([rest, data]) : data;
      let from = 0;
      for (;;) {
        let [length, at, scale] = [0, from + 1, 1];
        for (; at < rest.length; ++at, scale *= 128) {
          length += (rest[at] & 0x7f) * scale;
          if (!(rest[at] & 0x80)) break;
        }
        if (at >= rest.length || rest.length < at + 1 + length) break;
        const packet = {...read(rest.subarray(from, at + 1 + length)), connection: number};
        from = at + 1 + length;
        packets.push(packet);
        on_packet(packet, connection);
      }
      rest = rest.subarray(from);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    packets, url: `mqtt://127.0.0.1:${server.address().port}`, port: server.address().port,
    of: (cmd) => packets.filter((packet) => packet.cmd === cmd),
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close: () => new Promise((resolve) => {
      sockets.forEach((socket) => socket.destroy());
      server.close(resolve);
    }),
  };
}
