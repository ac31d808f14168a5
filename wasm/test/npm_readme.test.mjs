// The programs of the package's README, as somebody runs them who has nothing but what `npm pack` made: in Node, and those for
// both also in a page. Only the broker's address is another one.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {serve} from '../../scripts/serve.mjs';
import {asking_broker} from './support/asking_broker.mjs';
import {startBroker} from './support/brokers.mjs';
import {launchBrowser} from './support/browser.mjs';
import {start, stop} from './support/children.mjs';
import {root, until} from './support/machine.mjs';
import {startPacketBroker} from './support/packet_broker.mjs';
import {build_package, package_directory} from './support/package.mjs';

const run = promisify(execFile);
const timeout = 120_000;
const readme = await readFile(path.join(package_directory, 'README.md'), 'utf8');

// By the names in their first lines.
const programs = Object.fromEntries([...readme.matchAll(/```js\n\/\/ (\w+)\.mjs\n([^]*?)```/g)].map(([, name, text]) => [name, text]));
const expected = {
  hello: ['greetings/world Hello!'],
  wanted: ['granted: QoS 1', 'stored: two coffees', 'Disconnected.'],
  loop: ['sensors/kitchen said no JSON: SyntaxError', 'sensors/kitchen 20', 'sensors/kitchen 21', 'sensors/kitchen hot'],
  ask: ['lamp 7 true', '1000', '999', '998', 'RequestError not_delivered'],
  five: ['connected, MQTT 5', 'asked by me', 'answer 7: HELLO?'],
  token: ['connected', 'renewed, and still the same connection'],
};

let broker;
let asking;   // for token.mjs
let browser;
let server;
let state;
before(async () => {
  await build_package();
  const parent = path.join(root, 'build', 'browser-tests');
  await mkdir(parent, {recursive: true});
  state = await mkdtemp(path.join(parent, 'npm-readme-'));
  const site = path.join(state, 'site');
  await mkdir(site);
  [broker, asking, browser, server] = await Promise.all([startBroker('open'), startPacketBroker(asking_broker([]), {ws: true}),
    launchBrowser(), serve({directory: site, port: 0})]);
  await copyFile(path.join(package_directory, 'dist', 'wasmqtt.mjs'), path.join(site, 'wasmqtt.mjs'));
  for (const name of Object.keys(expected)) {
    const script = program(name).replace("from 'wasmqtt'", "from './wasmqtt.mjs'");
    await writeFile(path.join(site, `${name}.js`), script);
    await writeFile(path.join(site, `${name}.html`), `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">
<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'wasm-unsafe-eval'; connect-src ws:; worker-src blob:">
<script type="module" src="${name}.js"></script></html>`);
  }
  await install();
});
after(async () => {
  await browser?.close();
  await broker?.close();
  await asking?.close();
  await server?.close();
  if (state) await rm(state, {recursive: true, force: true});
});

const program = (name) => {
  assert.match(programs[name] ?? '', /ws:\/\/localhost:8081/, `the README has a program ${name}.mjs`);
  return programs[name].replace('ws://localhost:8081', name === 'token' ? asking.url : broker.wsUrl);
};

// As the README says, but that ws, which is in the registry, comes from beside the package.
async function install() {
  const project = path.join(state, 'project');
  await mkdir(project);
  const {stdout} = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {cwd: package_directory});
  await writeFile(path.join(project, 'package.json'), '{}');
  const [{filename}] = JSON.parse(stdout);
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--omit=peer', `./${filename}`], {cwd: project});
  await symlink(path.join(package_directory, 'node_modules', 'ws'), path.join(project, 'node_modules', 'ws'));
}

for (const [name, lines] of Object.entries(expected)) {
  test(`${name}.mjs does in Node what the README says`, {timeout}, async () => {
    const file = path.join(state, 'project', `${name}.mjs`);
    await writeFile(file, program(name));
    const child = start(process.execPath, [file], {stdio: ['ignore', 'pipe', 'inherit']});
    let output = '';
    child.stdout.on('data', (data) => { output += data; });
    try {
      const heard = () => output.split('\n').filter(Boolean);
      await until(() => heard().length === lines.length, `${lines.length} lines`);
      assert.deepEqual(heard(), lines);
    } finally {
      await stop(child);
    }
  });

  test(`${name}.mjs does in a page what the README says`, {timeout}, async () => {
    const page = await browser.newPage();
    const heard = [];
    page.on('pageerror', (error) => heard.push(error.message));
    page.on('console', (message) => heard.push(message.text()));
    await page.goto(`${server.url}${name}.html`);
    await until(() => heard.length === lines.length, `${lines.length} lines in the console`);
    assert.deepEqual(heard, lines);
    await page.close();
  });
}

test('token.mjs has renewed its token in Node and in the page with AUTH, each on its one connection', () => {
  const said = asking.packets.map(({peer, cmd, reasonCode, properties}) => [peer, cmd, reasonCode, `${properties?.authenticationData}`]);
  assert.deepEqual(said.filter(([, cmd]) => cmd !== 'disconnect'), [1, 2].flatMap((peer) =>
    [[peer, 'connect', undefined, 'token 1'], [peer, 'auth', 25, 'token 2']]));
});
