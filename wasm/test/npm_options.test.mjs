// The npm package's options beside MQTT.js's everyday ones, in Node: how it tries again, whom it signs in as, and where.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {startBroker} from './support/brokers.mjs';
import {start, stop} from './support/children.mjs';
import {free_ports, is_open, until} from './support/machine.mjs';
import {load_package} from './support/package.mjs';

const {connect, connectAsync, end_clients} = await load_package();
const brokers = {};
before(async () => { [brokers.open, brokers.auth] = await Promise.all([startBroker('open'), startBroker('auth')]); });
after(async () => {
  await end_clients();
  for (const broker of Object.values(brokers)) await broker.close();
});

const nowhere = 'mqtt://127.0.0.1:9';

test('backoff: each failure doubles the longest wait, up to a limit, and chance chooses within it', async (t) => {
  // The longest, of each of these waits in microseconds: a multiple of all of them, less one.
  t.mock.method(crypto, 'getRandomValues', (bytes) => {
    new DataView(bytes.buffer).setUint32(0, 37_000 * 4 * 201 - 1, true);
    return bytes;
  });
  const attempts = [performance.now()];
  const client = connect(nowhere, {backoff: {first: 37, longest: 201}, clientId: 'patient'});
  client.on('error', () => {});
  client.on('reconnect', () => attempts.push(performance.now()));
  await until(() => attempts.length === 6, 'five failures');
  [37, 74, 148, 201, 201].forEach((wait, index) => assert.ok(attempts[index + 1] - attempts[index] >= wait - 1));
  await client.endAsync(true);
});

test('takeoverStrikes: two clients with one id do not fight for ever', async () => {
  const address = `mqtt://127.0.0.1:${brokers.open.tcpPort}`;
  const options = {clientId: 'twin', reconnectPeriod: 5};
  const first = await connectAsync(address, {...options, takeoverStrikes: 3});
  let losses = 0;
  first.on('close', () => { ++losses; });
  const errors = [];
  first.on('error', (error) => errors.push(error.message));
  const second = connect(address, options);
  second.on('error', () => {});
  await until(() => errors.length === 1, 'it gives in');
  assert.match(errors[0], /Another client signs in with the client id 'twin'/);
  assert.equal(losses, 3);
  await until(() => second.connected, 'the other one has it');
  assert.equal(first.reconnecting, false);
  await Promise.all([first.endAsync(), second.endAsync()]);
});

test('credentials: asked anew before each attempt, and what they throw is an error after which it tries again', async () => {
  const given = [{username: 'peter', password: 'old token'}, null, {username: 'peter', password: 'test'}];
  let asked = 0;
  const client = connect(brokers.auth.wsUrl, {
    clientId: 'fresh', reconnectPeriod: 5, reconnectOnConnackError: true,
    credentials: async () => {
      const one = given[asked++];
      if (!one) throw new Error('no token today');
      return one;
    },
  });
  const errors = [];
  client.on('error', (error) => errors.push(error.code ?? error.message));
  await until(() => client.connected, 'the third attempt is accepted');
  assert.equal(asked, 3);
  assert.deepEqual(errors, [5, 'no token today']);
  await client.endAsync();
});

test('servers: tried in turn until one answers', async () => {
  const client = connect({
    servers: [{host: '127.0.0.1', port: 9, protocol: 'mqtt'}, {host: '127.0.0.1', port: 9, protocol: 'ws'},
      {host: '127.0.0.1', port: brokers.open.tcpPort, protocol: 'mqtt'}],
    reconnectPeriod: 5, clientId: 'traveller',
  });
  const errors = [];
  client.on('error', ({code}) => errors.push(code));
  await until(() => client.connected, 'the third server answers');
  assert.deepEqual(errors, ['ECONNREFUSED', 'ECONNREFUSED']);
  await client.publishAsync('servers', 'arrived', {qos: 1});
  await client.endAsync();
  assert.throws(() => connect({servers: [{host: 'localhost', protocol: 'wx'}]}), /wx:\/\/ here/);
});

test('transformWsUrl: may change the address before each attempt, at once or later', async () => {
  const seen = [];
  for (const transformWsUrl of [
    (url, options, client) => { seen.push([url, options.clientId, client.connected]); return brokers.open.wsUrl; },
    async () => brokers.open.wsUrl,
  ]) {
    const client = await connectAsync('ws://127.0.0.1:9/signed', {clientId: 'signed', transformWsUrl});
    assert.equal(client.connected, true);
    await client.endAsync();
  }
  assert.deepEqual(seen, [['ws://127.0.0.1:9/signed', 'signed', false]]);
});

// A Mosquitto with TLS for TCP and for WebSockets, with a certificate of its own making.
async function start_secure_broker() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'wasmqtt-tls-'));
  const [key, certificate, settings] = ['key.pem', 'certificate.pem', 'mosquitto.conf'].map((name) => path.join(folder, name));
  await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']);
  const [tls, wss] = await free_ports(2);
  const listener = (port, protocol) =>
    `listener ${port}\nprotocol ${protocol}\ncertfile ${certificate}\nkeyfile ${key}\n`;
  // Started by root, it would become a user who cannot read the key.
  await writeFile(settings, `user ${os.userInfo().username}\nallow_anonymous true\n${listener(tls, 'mqtt')}${listener(wss, 'websockets')}`);
  const child = start('mosquitto', ['-c', settings],
    {stdio: 'ignore', env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin`}});
  await until(async () => await is_open(tls) && await is_open(wss), 'the secure broker listens');
  return {tls, wss, ca: await readFile(certificate), close: async () => {
    await stop(child);
    await rm(folder, {recursive: true});
  }};
}

test('mqtts:// and wss://: a certificate that is trusted, one that is not, and one for somebody else', async () => {
  const broker = await start_secure_broker();
  try {
    for (const url of [`mqtts://localhost:${broker.tls}`, `wss://localhost:${broker.wss}`]) {
      const client = await connectAsync(url, {ca: broker.ca, clientId: 'secure'});
      const arrived = once(client, 'message');
      await client.subscribeAsync('secret', {qos: 1});
      await client.publishAsync('secret', 'whispered', {qos: 2});
      assert.equal(`${(await arrived)[1]}`, 'whispered');
      await client.endAsync();
      await assert.rejects(connectAsync(url, {reconnectPeriod: 0}), {code: 'DEPTH_ZERO_SELF_SIGNED_CERT'});
      await (await connectAsync(url, {rejectUnauthorized: false})).endAsync();
      await assert.rejects(connectAsync(url.replace('localhost', '127.0.0.1'), {ca: broker.ca, reconnectPeriod: 0}),
        {code: 'ERR_TLS_CERT_ALTNAME_INVALID'});
    }
  } finally {
    await broker.close();
  }
});
