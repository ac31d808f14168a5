// wasmqtt for pages and workers. node.js is the same for Node, with TCP, TLS and files.
import {api_of, inside} from './api.js';
import {MqttClient} from './client.js';

const api = api_of(MqttClient);
export const {connect, connectAsync} = api;
export {MqttClient, MqttClient as Client};
export * from './names.js';
export {inside};
export default api;
