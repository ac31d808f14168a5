// A publisher for many messages and for any bytes: MQTT over TCP, QoS 0, as little of it as that takes.
//
//   await flood(broker, [{topic: 'chat/status/u1', payload: '{…}', retain: true}, …]);   // the broker has them all
import net from 'node:net';

function packet(type, body) {
  const length = [];
  for (let left = body.length; ;) {
    length.push((left & 127) | (left > 127 ? 128 : 0));
    left >>= 7;
    if (left === 0) return Buffer.concat([Buffer.from([type, ...length]), body]);
  }
}

const text = (words) => {
  const bytes = Buffer.from(words);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

export async function flood(broker, messages, {id = 'flood'} = {}) {
  const socket = net.connect(broker.tcpPort, '127.0.0.1');
  let received = Buffer.alloc(0);
  // CONNACK, then the PINGRESP that comes when everything before the PINGREQ was taken.
  const answered = new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the broker closed the connection')));
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      if (received.length >= 6) resolve();
    });
  });
  const connect = Buffer.concat([text('MQTT'), Buffer.from([4, 2, 0, 60]), text(id)]);
  const parts = messages.map(({topic, payload, retain}) =>
    packet(retain ? 0x31 : 0x30, Buffer.concat([text(topic), Buffer.from(payload)])));
  socket.write(Buffer.concat([packet(0x10, connect), ...parts, packet(0xC0, Buffer.alloc(0))]));
  await answered;
  await new Promise((resolve) => {
    socket.removeAllListeners('close');
    socket.on('close', resolve);
    socket.end(packet(0xE0, Buffer.alloc(0)));
  });
}
