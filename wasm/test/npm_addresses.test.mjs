// What connect() reads out of an address, and what it never says of one.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import path from 'node:path';
import {after, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {load_package, package_directory} from './support/package.mjs';
import {startPacketBroker} from './support/packet_broker.mjs';

const {connect, connectAsync, end_clients, MqttClient} = await load_package();
after(end_clients);
const read = (url, more) => connect(url, {manualConnect: true, ...more}).options;

test('a percent sign that begins no code stands for itself', () => {
  assert.equal(read('mqtt://user:100%@host').password, '100%');
  assert.equal(read('mqtt://us%65r:a%40b@host').username, 'user');
  assert.equal(read('mqtt://us%65r:a%40b@host').password, 'a@b');
});

test('an address that can\'t be read is an error that holds no password', () => {
  for (const url of ['mqtt://user:top#1@host', 'mqtt://user:top/1@host:port', 'mqtt://user:to p@ho st']) {
    assert.throws(() => read(url), (error) => /Invalid URL/.test(error.message) && !/top|to p|user:/.test(error.message));
  }
});

test('a URL object says the same as its text; an international name is its ASCII form', () => {
  const options = read(new URL('mqtt://broker.example:1884'));
  assert.deepEqual([options.protocol, options.hostname, options.port], ['mqtt', 'broker.example', 1884]);
  assert.equal(read('mqtt://bücher.example').hostname, 'xn--bcher-kva.example');
  assert.equal(read('mqtt://host:80').port, 80);
});

test('the option host beside an address counts, hostname more, and empty ones not at all', () => {
  const tried = (more) => {
    const client = connect('mqtt://a.example:1884', {manualConnect: true, ...more});
    return client._connector.url_of(client.options, 0);
  };
  assert.equal(tried({}), 'mqtt://a.example:1884');
  assert.equal(tried({host: 'b.example'}), 'mqtt://b.example:1884');
  assert.equal(tried({host: 'b.example', hostname: 'c.example', port: '1885'}), 'mqtt://c.example:1885');
  assert.equal(tried({host: '', hostname: null, port: 0}), 'mqtt://localhost:1883');
});

test('where there is no TCP, mqtt:// and mqtts:// are WebSockets, as MQTT.js has it; other schemes are refused', async () => {
  const page = await import(pathToFileURL(path.join(package_directory, 'dist', 'wasmqtt.mjs')).href);
  const tried = (url) => {
    const client = page.connect(url, {manualConnect: true});
    return client._connector.url_of(client.options, 0);
  };
  assert.equal(tried('mqtt://host:8083/path'), 'ws://host:8083/');
  assert.equal(tried('mqtts://host'), 'wss://host:443/');
  assert.equal(tried('ws://host/path'), 'ws://host:80/path');
  for (const scheme of ['tcp', 'ssl', 'wx']) assert.throws(() => tried(`${scheme}://host`), {name: 'UnsupportedError'});
});

test('without a protocol Node connects over TCP, and through a stream of the application\'s, too', async () => {
  const broker = await startPacketBroker();
  try {
    for (const address of [{host: '127.0.0.1', port: broker.port}, {servers: [{host: '127.0.0.1', port: broker.port}]},
      {host: '127.0.0.1', port: broker.port, encoding: 'utf8'}]) {
      await (await connectAsync(address)).publishAsync('by/tcp', 'x', {qos: 1});
    }
    const net = createRequire(path.join(package_directory, 'package.json'))('node:net');
    const client = new MqttClient(() => net.connect(broker.port, '127.0.0.1'), {clientId: 'streamed'});
    await client.publishAsync('by/stream', 'x', {qos: 1});
    await client.endAsync();
    assert.equal(broker.of('publish').length, 4);
  } finally {
    await end_clients();
    await broker.close();
  }
});
