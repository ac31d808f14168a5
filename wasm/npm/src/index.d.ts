// wasmqtt: an MQTT client, 3.1.1 and 5, for pages, workers and Node, with MQTT.js's names and types.
//
// The default export is the namespace of everything that is exported, types included: mqtt.connect(), mqtt.MqttClient,
// mqtt.IClientOptions. What wasmqtt adds to MQTT.js is in own.d.ts. What is struck through in an editor
// (@deprecated) exists in MQTT.js and throws UnsupportedError here.
import * as mqtt from './mqtt.js';
export * from './mqtt.js';
export default mqtt;
