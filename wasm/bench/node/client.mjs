// One measurement in a process of its own: node client.mjs JOB, both JSON; prints the result.
import * as scenarios from '../scenarios.mjs';
import {TcpSocket} from './tcp_socket.mjs';

const job = JSON.parse(process.argv[2]);
const tools = {
  raw16k: {adapter: '../adapters/raw.mjs', batch: 16384, decode: false, Socket: TcpSocket},
  mqttjs: {adapter: '../adapters/mqttjs.mjs', library: 'mqtt'},
  npm: {adapter: '../adapters/mqttjs.mjs', library: job.package},
};
const {adapter, ...options} = tools[job.tool];
const {create} = await import(adapter);
const result = await scenarios[job.scenario](await create(options), job);
process.stdout.write(JSON.stringify(result), () => process.exit());
