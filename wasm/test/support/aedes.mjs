// Aedes, another broker, as native-test/brokers starts it: for one user, over WebSocket and TCP. 'aedes2' speaks MQTT 5, too.
import path from 'node:path';
import {has_ended, start, stop} from './children.mjs';
import {free_ports, is_open, root, until} from './machine.mjs';

export async function startAedes(release = 'aedes') {
  const [tcpPort, wsPort] = await free_ports(2);
  const login = {username: 'peter', password: 'a password of its own'};
  const program = path.join(root, 'native-test', 'brokers', 'aedes.mjs');
  const child = start(process.execPath, [program, release, `${tcpPort}`, `${wsPort}`],
    {stdio: ['ignore', 'ignore', 'inherit'], env: {...process.env, AEDES_USER: login.username, AEDES_PASSWORD: login.password}});
  await until(async () => {
    if (has_ended(child)) throw new Error('Aedes ended: npm ci in native-test/brokers fetches it');
    return await is_open(tcpPort) && await is_open(wsPort);
  }, 'Aedes listens');
  return {tcpPort, wsPort, login, wsUrl: `ws://127.0.0.1:${wsPort}/mqtt`, close: () => stop(child)};
}
