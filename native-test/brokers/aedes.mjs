// Aedes over TCP and WebSocket on 127.0.0.1, for one user.
//
//   AEDES_USER=peter AEDES_PASSWORD=... node aedes.mjs TCP_PORT WEBSOCKET_PORT
import http from 'node:http';
import net from 'node:net';
import aedes from 'aedes';
import { WebSocketServer, createWebSocketStream } from 'ws';

const [tcpPort, webSocketPort] = process.argv.slice(2).map(Number);
const { AEDES_USER, AEDES_PASSWORD } = process.env;

const broker = aedes({
  authenticate(client, user, password, done) {
    if (user === AEDES_USER && password?.toString() === AEDES_PASSWORD) return done(null, true);
    done(Object.assign(new Error('wrong user name or password'), { returnCode: 4 }), null);
  },
});
broker.on('clientError', (client, error) => console.error(client.id, error.message));
broker.on('connectionError', (client, error) => console.error(client.id, error.message));

// An MQTT packet that waits for its predecessor's TCP acknowledgement takes 40 ms.
net.createServer({ noDelay: true }, broker.handle).listen(tcpPort, '127.0.0.1');

const server = http.createServer();
new WebSocketServer({ server, path: '/mqtt' }).on('connection', (socket, request) => {
  broker.handle(createWebSocketStream(socket), request);
});
server.listen(webSocketPort, '127.0.0.1');
