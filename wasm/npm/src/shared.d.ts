// wasmqtt/shared: tabs that share a connection; index.d.ts says what else there is.
import * as mqtt from './sharing.js';
export * from './sharing.js';
export default mqtt;
