// A TCP connection of a WebSocket's shape, so that raw.mjs runs over it.
import net from 'node:net';

export class TcpSocket {
  #socket;

  constructor(url) {
    const {hostname, port} = new URL(url);
    this.#socket = net.connect({host: hostname, port, noDelay: true});
    this.#socket.on('connect', () => this.onopen());
    this.#socket.on('data', (data) => this.onmessage({data}));
  }

  // raw.mjs fills the same array again.
  send(bytes) { this.#socket.write(Uint8Array.from(bytes)); }
}
