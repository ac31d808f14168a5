// A WebSocket server that does exactly what a test says, the wrong things too.
//
//   const server = await scriptedServer({subprotocol: 'mqtt'});   // null: none in the answer
//   const peer = await server.connection();                       // the next one that was opened
//   peer.sendBinary(buffer); peer.sendText('hi'); peer.close(4001, 'bye'); peer.destroy();
//   await peer.received(10);                                      // at least 10 payload bytes came, as one Buffer
//   peer.frames                                                   // [{opcode, payload}], as they came
import {createHash} from 'node:crypto';
import {createServer} from 'node:http';

const accept_key = (key) =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

export async function scriptedServer({subprotocol = 'mqtt'} = {}) {
  const waiting = [];
  const connections = [];
  const sockets = new Set();
  const http = createServer((request, response) => response.writeHead(426).end());
  http.on('upgrade', (request, socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const offered = request.headers['sec-websocket-protocol'];
    socket.write(['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept_key(request.headers['sec-websocket-key'])}`,
      ...(subprotocol ? [`Sec-WebSocket-Protocol: ${subprotocol}`] : []), '', ''].join('\r\n'));
    const peer = new Peer(socket, offered);
    const next = waiting.shift();
    if (next) next(peer);
    else connections.push(peer);
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${http.address().port}/`,
    connection: () => (connections.length > 0 ? Promise.resolve(connections.shift())
      : new Promise((resolve) => waiting.push(resolve))),
    close: () => new Promise((resolve) => {
      sockets.forEach((socket) => socket.destroy());
      http.close(resolve);
      http.closeAllConnections();
    }),
  };
}

class Peer {
  frames = [];
  #socket;
  #bytes = Buffer.alloc(0);
  #changed = [];

  constructor(socket, offered) {
    this.#socket = socket;
    this.offered = offered;
    this.ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
      while (this.#take());
      this.#changed.splice(0).forEach((resolve) => resolve());
    });
  }

  sendBinary(payload) { this.#send(2, payload); }
  sendText(text) { this.#send(1, Buffer.from(text)); }
  close(code, reason) {
    this.#send(8, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));
  }
  destroy() { this.#socket.destroy(); }
  pause() { this.#socket.pause(); }
  resume() { this.#socket.resume(); }

  // The first close frame: {code}.
  async closeFrame() {
    for (;;) {
      const frame = this.frames.find(({opcode}) => opcode === 8);
      if (frame) return {code: frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1005};
      await new Promise((resolve) => this.#changed.push(resolve));
    }
  }

  async received(size) {
    for (;;) {
      const all = Buffer.concat(this.frames.filter(({opcode}) => opcode === 2).map(({payload}) => payload));
      if (all.length >= size) return all;
      await new Promise((resolve) => this.#changed.push(resolve));
    }
  }

  #send(opcode, payload) {
    const size = payload.length;
    const header = size < 126 ? Buffer.from([0x80 | opcode, size]) : Buffer.alloc(size < 65536 ? 4 : 10);
    if (size >= 126) {
      header[0] = 0x80 | opcode;
      header[1] = size < 65536 ? 126 : 127;
      if (size < 65536) header.writeUInt16BE(size, 2);
      else header.writeBigUInt64BE(BigInt(size), 2);
    }
    this.#socket.write(Buffer.concat([header, payload]));
  }

  // One whole frame off the front; a client's are masked.
  #take() {
    const bytes = this.#bytes;
    if (bytes.length < 2) return false;
    const short = bytes[1] & 127;
    const at = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < at + 4) return false;
    const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < at + 4 + size) return false;
    const mask = bytes.subarray(at, at + 4);
    const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + size)).map((byte, i) => byte ^ mask[i & 3]);
    this.frames.push({opcode: bytes[0] & 15, payload});
    if ((bytes[0] & 15) === 8) this.#socket.end();
    this.#bytes = bytes.subarray(at + 4 + size);
    return true;
  }
}
