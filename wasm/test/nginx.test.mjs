// MQTT Chat behind a real nginx with the configuration that is provided: TLS, both brokers as wss on the page's own
// origin, a strict policy, compression and caching.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {cp, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {promisify} from 'node:util';
import {startBroker} from './support/brokers.mjs';
import {few_pixels, launchBrowser} from './support/browser.mjs';
import {has_ended, start, stop} from './support/children.mjs';
import {lacks} from './support/engines/engine.mjs';
import {free_ports, is_open, root, until} from './support/machine.mjs';
import {Person} from './support/person.mjs';

const run = promisify(execFile);
const page_directory = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
// Debian installs it as nginx's own configuration; here nginx gets one of the test's.
const brotli = '/usr/lib/nginx/modules/ngx_http_brotli_static_module.so';

// The provided configuration with other ports and paths, its WebSockets logged, and nothing else changed.
async function configuration(folder, port, brokers) {
  let text = await readFile(path.join(root, 'scripts', 'nginx', 'mqtt-chat.conf'), 'utf8');
  const replace = (from, to) => {
    assert.ok(text.includes(from), `scripts/nginx/mqtt-chat.conf has "${from}"`);
    text = text.replaceAll(from, to);
  };
  replace('  listen 443 ssl http2;\n', `  listen 127.0.0.1:${port} ssl http2;\n`);
  replace('  listen [::]:443 ssl http2;\n', '');
  replace('/etc/ssl/certs/mqtt-chat.pem', path.join(folder, 'certificate.pem'));
  replace('/etc/ssl/private/mqtt-chat.key', path.join(folder, 'key.pem'));
  replace('/var/www/mqtt-chat;', `${path.join(folder, 'page')};`);
  replace('    access_log off;', `    access_log ${folder}/sockets.log;`);
  replace('127.0.0.1:8080', `127.0.0.1:${brokers.auth.wsPort}`);
  replace('127.0.0.1:8081', `127.0.0.1:${brokers.open.wsPort}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${folder}/${name};\n`).join('');
  // Started by root, it would give its rights up, and the folder is only its owner's.
  const user = process.getuid() === 0 ? 'user root;\n' : '';
  return `${user}daemon off;\nworker_processes 1;\npid ${folder}/nginx.pid;\nerror_log ${folder}/error.log warn;\n` +
    `load_module ${brotli};\nevents {}\nhttp {\n  access_log off;\n${temporary}${text}}\n`;
}

async function start_nginx(folder, port, brokers) {
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-subj', '/CN=localhost', '-days', '2', '-keyout', path.join(folder, 'key.pem'),
    '-out', path.join(folder, 'certificate.pem')]);
  await cp(page_directory, path.join(folder, 'page'), {recursive: true, preserveTimestamps: true});
  await run(process.execPath, [path.join(root, 'scripts', 'compress.mjs'), path.join(folder, 'page')]);
  await writeFile(path.join(folder, 'nginx.conf'), await configuration(folder, port, brokers));
  const child = start('nginx', ['-p', folder, '-e', path.join(folder, 'error.log'), '-c', path.join(folder, 'nginx.conf')],
    {stdio: ['ignore', 'ignore', 'pipe'], env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin`}});
  let said = '';
  child.stderr.on('data', (data) => { said += data; });
  child.once('error', (error) => { said += error.message; });
  await until(() => {
    if (has_ended(child)) throw new Error(`nginx ended: ${said}`);
    return is_open(port);
  }, 'nginx listens');
  return child;
}

describe('MQTT Chat behind nginx', () => {
  let folder, brokers, nginx, browser, origin;
  const remarks = [];

  before(async () => {
    const parent = path.join(root, 'build', 'browser-tests');
    await mkdir(parent, {recursive: true});
    folder = await mkdtemp(path.join(parent, 'nginx-'));
    const [open, auth] = await Promise.all([startBroker('open'), startBroker('auth')]);
    brokers = {open, auth};
    const [port] = await free_ports(1);
    origin = `https://localhost:${port}`;
    nginx = await start_nginx(folder, port, brokers);
    browser = await launchBrowser({args: ['--host-resolver-rules=MAP localhost 127.0.0.1']});
  });

  after(async () => {
    await browser?.close();
    if (nginx) await stop(nginx, 'SIGTERM');
    await Promise.all([brokers?.open.close(), brokers?.auth.close()]);
    await rm(folder, {recursive: true, force: true});
  });

  const get = (address, headers = {}) => new Promise((resolve, reject) => {
    const request = https.get(origin + address, {rejectUnauthorized: false, headers, family: 4}, (response) => {
      let length = 0;
      response.on('data', (data) => { length += data.length; });
      response.on('end', () => resolve({status: response.statusCode, headers: response.headers, length}));
    });
    request.once('error', reject);
  });

  async function arrive(address) {
    const context = await browser.newContext({ignoreHTTPSErrors: true, viewport: {width: 760, height: 560}, ...few_pixels});
    const page = await context.newPage();
    page.on('console', (message) => remarks.push(message.text()));
    page.on('pageerror', (error) => remarks.push(error.message));
    await page.goto(origin + address);
    return {person: new Person(page), page, close: () => context.close()};
  }

  // The paths of the WebSockets that have ended since the last call, once there are so many.
  let ended = 0;
  async function sockets(number) {
    const lines = await until(async () => {
      const all = (await readFile(path.join(folder, 'sockets.log'), 'utf8')).trim().split('\n');
      return all.length >= ended + number && all;
    }, `${number} WebSockets have ended`);
    const fresh = lines.slice(ended);
    ended = lines.length;
    return fresh.map((line) => /"GET (\S+) HTTP\/1\.1" 101 /.exec(line)?.[1] ?? line);
  }

  test('two people chat over wss on the page\'s own origin', async () => {
    const alice = await arrive('/?stage=10&user=alice');
    const bob = await arrive('/?stage=10&user=bob');
    for (const {person} of [alice, bob]) {
      await person.button('Sign In').click();
      await person.status('Connected').waitFor();
    }
    await alice.person.talk_to('bob');
    await alice.person.say('Grüße 你好');
    await bob.page.getByRole('button', {name: 'alice'}).click();
    await bob.person.reads('Grüße 你好');
    await Promise.all([alice.close(), bob.close()]);
    assert.deepEqual(await sockets(2), ['/mqtt-open', '/mqtt-open']);
  });

  test('with authentication the other broker is asked, and a wrong password refused', async () => {
    const peter = await arrive('/?stage=40&user=peter');
    await peter.person.field('Password').fill('wrong');
    await peter.person.button('Sign In').click();
    await peter.page.getByRole('alert').filter({hasText: 'Bad user name or password'}).waitFor();
    await peter.person.field('Password').fill('test');
    await peter.person.button('Sign In').click();
    await peter.person.status('Connected').waitFor();
    await peter.close();
    assert.deepEqual(await sockets(2), ['/mqtt', '/mqtt']);
  });

  test('meanwhile the console stays silent', {skip: lacks('secure console')}, () => assert.deepEqual(remarks, []));

  test('the policy allows neither inline code nor eval nor another origin', async () => {
    for (const address of ['/', '/mqtt_chat.js', '/nothing-here']) {
      const policy = (await get(address)).headers['content-security-policy'];
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /connect-src 'self';/);
      assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*/);
    }
  });

  test('the program comes compressed, with the type that lets it be compiled while it loads', async () => {
    const plain = await get('/mqtt_chat.wasm');
    const brotli = await get('/mqtt_chat.wasm', {'Accept-Encoding': 'gzip, br'});
    const gzip = await get('/mqtt_chat.wasm', {'Accept-Encoding': 'gzip'});
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(brotli.headers['content-encoding'], 'br');
    assert.equal(gzip.headers['content-encoding'], 'gzip');
    for (const answer of [plain, brotli, gzip]) assert.equal(answer.headers['content-type'], 'application/wasm');
    assert.ok(brotli.length < gzip.length && gzip.length < plain.length);
  });

  test('what did not change is not sent again', async () => {
    for (const encoding of ['identity', 'gzip', 'br']) {
      const first = await get('/mqtt_chat.js', {'Accept-Encoding': encoding});
      assert.equal(first.headers['cache-control'], 'no-cache');
      const second = await get('/mqtt_chat.js',
        {'Accept-Encoding': encoding, 'If-None-Match': first.headers.etag});
      assert.equal(second.status, 304);
      assert.equal(second.length, 0);
    }
  });
});
