// Our npm package, as `npm run build` in wasm/npm has made it, with what follows the standard to the letter; with the argument
// `default` as an application has it that sets no option.
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {package_directory} from '../../../wasm/test/support/package.mjs';
import {mqttjs_client, speak} from './lines.mjs';

const {connect} = await import(pathToFileURL(path.join(package_directory, 'dist', 'node.mjs')).href);
const by_default = process.argv[2] === 'default';
const strict = by_default ? {} : {strictReserved: true};
speak({name: by_default ? 'wasmqtt (npm)' : 'wasmqtt (npm, strictReserved)', transport: 'tcp', versions: [4, 5]},
  mqttjs_client({connect: (url, options) => connect(url, {...options, ...strict})}));
