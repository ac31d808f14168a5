// Our npm package, as `npm run build` in wasm/npm has made it.
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {package_directory} from '../../../wasm/test/support/package.mjs';
import {mqttjs_client, speak} from './lines.mjs';

const mqtt = await import(pathToFileURL(path.join(package_directory, 'dist', 'node.mjs')).href);
speak({name: 'wasmqtt (npm)', transport: 'tcp', versions: [4, 5]}, mqttjs_client(mqtt));
