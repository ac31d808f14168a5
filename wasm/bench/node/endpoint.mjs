// native-test/bench/counting_endpoint.cpp over TCP: counts, acknowledges in batches, and sends on demand, in a process of
// its own. Prints its port.
import net from 'node:net';

const topic = Buffer.from('chat/messages/hannes/sebastian');

function publish_packet(size) {
  const length = 2 + topic.length + size;
  const head = length < 128 ? [0x30, length] : [0x30, (length & 127) | 128, length >> 7];
  return Buffer.concat([Buffer.from([...head, 0, topic.length]), topic, Buffer.alloc(size, 'x')]);
}

// Pieces of about `frame` bytes, as fast as the peer takes them.
async function flood(socket, count, size, frame) {
  const one = publish_packet(size);
  const per_piece = Math.max(1, Math.ceil(frame / one.length));
  const piece = Buffer.concat(Array(per_piece).fill(one));
  for (let left = count; left > 0; left -= per_piece) {
    const bytes = left < per_piece ? piece.subarray(0, left * one.length) : piece;
    if (!socket.write(bytes)) await new Promise((resolve) => socket.once('drain', resolve));
  }
}

function serve(socket) {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  let rest = Buffer.alloc(0);
  let answers = [];
  const on_publish = (bytes, first, body, end) => {
    const topic_end = body + 2 + bytes.readUInt16BE(body);
    const qos1 = (first & 6) !== 0;
    if (qos1) answers.push(0x40, 2, bytes[topic_end], bytes[topic_end + 1]);
    // 'e' or 's': echo/... or send
    if (bytes[body + 2] === 0x65) socket.write(Buffer.from(bytes.subarray(body - 2, end)));
    if (topic_end - body === 6 && bytes[body + 2] === 0x73) {
      const [count, size, frame] = String(bytes.subarray(topic_end + (qos1 ? 2 : 0), end)).split(' ').map(Number);
      flood(socket, count, size, frame);
    }
  };
  const on_packet = (bytes, at, body, end) => {
    switch (bytes[at] >> 4) {
      case 1: return answers.push(0x20, 2, 0, 0);
      case 3: return on_publish(bytes, bytes[at], body, end);
      case 8: return answers.push(0x90, 3, bytes[body], bytes[body + 1], 0);
      case 12: return answers.push(0xd0, 0);
      case 14: return socket.end();
      default: return undefined;
    }
  };
  socket.on('data', (data) => {
    const bytes = rest.length ? Buffer.concat([rest, data]) : data;
    let at = 0;
    while (at + 1 < bytes.length) {
      let [length, body] = [bytes[at + 1], at + 2];
      if (length & 128) {
        if (at + 2 >= bytes.length) break;
        length = (length & 127) + bytes[at + 2] * 128;
        body = at + 3;
      }
      if (body + length > bytes.length) break;
      on_packet(bytes, at, body, body + length);
      at = body + length;
    }
    rest = bytes.subarray(at);
    if (answers.length) socket.write(Buffer.from(answers));
    answers = [];
  });
}

const server = net.createServer(serve);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
