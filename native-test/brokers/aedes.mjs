// Aedes over TCP and WebSocket on 127.0.0.1, for one user, who may do everything but use the topic "forbidden".
//
//   AEDES_USER=peter AEDES_PASSWORD=... node aedes.mjs aedes TCP_PORT WEBSOCKET_PORT     the release, MQTT 3.1.1
//   AEDES_USER=peter AEDES_PASSWORD=... node aedes.mjs aedes2 TCP_PORT WEBSOCKET_PORT    the beta, MQTT 5 too
import http from 'node:http';
import net from 'node:net';
import { WebSocketServer, createWebSocketStream } from 'ws';

const [packageName, ...ports] = process.argv.slice(2);
const [tcpPort, webSocketPort] = ports.map(Number);
const { AEDES_USER, AEDES_PASSWORD } = process.env;

const options = {
  // Both are off unless asked for, and there would be nothing to obey.
  topicAliasMaximum: 10,
  receiveMaximum: 20,
  authenticate(client, user, password, done) {
    if (user === AEDES_USER && password?.toString() === AEDES_PASSWORD) return done(null, true);
    done(Object.assign(new Error('wrong user name or password'), { returnCode: 4 }), null);
  },
  authorizePublish(client, packet, done) {
    done(packet.topic === 'forbidden' ? new Error('nobody may write here') : null);
  },
  authorizeSubscribe(client, subscription, done) {
    done(null, subscription.topic === 'forbidden' ? null : subscription);
  },
};
const { default: createRelease, Aedes } = await import(packageName);
const broker = packageName === 'aedes' ? createRelease(options) : await Aedes.createBroker(options);
broker.on('clientError', (client, error) => console.error(client.id, error.message));
broker.on('connectionError', (client, error) => console.error(client.id, error.message));

// An MQTT packet that waits for its predecessor's TCP acknowledgement takes 40 ms.
net.createServer({ noDelay: true }, broker.handle).listen(tcpPort, '127.0.0.1');

const server = http.createServer();
new WebSocketServer({ server, path: '/mqtt' }).on('connection', (socket, request) => {
  broker.handle(createWebSocketStream(socket), request);
});
server.listen(webSocketPort, '127.0.0.1');
