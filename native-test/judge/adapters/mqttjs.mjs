// MQTT.js, as wasm/npm has it for its own tests.
import {createRequire} from 'node:module';
import path from 'node:path';
import {package_directory} from '../../../wasm/test/support/package.mjs';
import {mqttjs_client, speak} from './lines.mjs';

const require = createRequire(path.join(package_directory, 'package.json'));
const {version} = require('mqtt/package.json');
speak({name: `MQTT.js ${version}`, transport: 'tcp', versions: [4, 5]}, mqttjs_client(require('mqtt')));
