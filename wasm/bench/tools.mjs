// The clients under comparison: the adapter, its options, and the files that a page with this client would name in its
// head. `files` comes from the job: where our own lie.
const mqttjs = {file: 'mqttjs', script: 'node_modules/mqtt/dist/mqtt.min.js'};
const paho = {file: 'paho', script: 'node_modules/paho-mqtt/paho-mqtt-min.js'};
const npm = {file: 'mqttjs', library: 'package.js'};
const wasmqtt = {file: 'wasmqtt', script: 'bench_client.js', module: 'bench_client.wasm'};

const tools = {
  raw1: {file: 'raw', options: {batch: 0, decode: false}},
  raw16k: {file: 'raw', options: {batch: 16384, decode: false}},
  'raw16k+text': {file: 'raw', options: {batch: 16384, decode: true}},
  mqttjs, 'mqttjs, 1,000 open': {...mqttjs, options: {open: 1000}},
  paho,
  npm,
  wasmqtt, 'wasmqtt+text': {...wasmqtt, options: {text: true}}, 'wasmqtt+journal': {...wasmqtt, options: {journal: true}},
};

export function tool_of({tool, files = ''}) {
  const {file, script, module, library, options = {}} = tools[tool];
  return {adapter: `./adapters/${file}.mjs`, script: module ? files + script : script, module: module && files + module,
    library, options};
}

// The head that asks for everything at once, as that of a page of its own would.
export function head(job) {
  const {adapter, script, module, library} = tool_of(job);
  return ['<link rel="modulepreload" href="page.mjs">', '<link rel="modulepreload" href="scenarios.mjs">',
    '<link rel="modulepreload" href="tools.mjs">', '<link rel="modulepreload" href="script.mjs">',
    `<link rel="modulepreload" href="${adapter}">`, library && `<link rel="modulepreload" href="${library}">`,
    script && `<link rel="preload" as="script" href="${script}">`,
    module && `<link rel="preload" as="fetch" crossorigin href="${module}">`].filter(Boolean).join('\n');
}
