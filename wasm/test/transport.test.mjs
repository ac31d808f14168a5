// WebSocketTransport in a page, against a server that does what the test says.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {open_probe, serve_probe} from '../browser/test/probe.mjs';
import {scriptedServer} from '../browser/test/websocket_server.mjs';
import {launchBrowser} from './support/browser.mjs';
import {lacks} from './support/engines/engine.mjs';

// TransportFault of wasmqtt/transport.hpp.
const fault = {none: 0, unknown: 1, invalid_url: 2, unsupported_scheme: 3, wrong_subprotocol: 11, text_frame: 12,
  mixed_content: 13, too_large: 14};

let browser;
let pages;
before(async () => {
  pages = await serve_probe();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await pages?.close();
});

async function open_socket(probe, url, high_water = 1 << 20) {
  await probe.call('probe_open', url, high_water);
  assert.deepEqual(await probe.next(), ['opening', 0, ''], 'no callback comes from inside open()');
  return probe.next();
}

describe('the WebSocket transport', () => {
  let probe;
  let server;
  before(async () => {
    probe = await open_probe(await browser.newContext(), pages);
    server = await scriptedServer();
  });
  after(() => server?.close());

  test('offers the subprotocol mqtt and sends binary frames only [MQTT-6.0.0-1, -3]', async () => {
    assert.deepEqual(await open_socket(probe, server.url), ['open', 0, '']);
    const peer = await server.connection();
    assert.equal(peer.offered, 'mqtt');
    assert.equal(await probe.call('probe_write', 5), 5);
    assert.equal((await peer.received(5)).toString(), 'wwwww');
    assert.deepEqual(peer.frames.map(({opcode}) => opcode), [2]);
  });

  test('hands over the bytes of a frame, also of an empty and of a large one', async () => {
    assert.deepEqual(await open_socket(probe, server.url), ['open', 0, '']);
    const peer = await server.connection();
    peer.sendBinary(Buffer.from('abc'));
    peer.sendBinary(Buffer.alloc(0));
    peer.sendBinary(Buffer.alloc(1 << 20, 'z'));
    assert.deepEqual(await probe.next(), ['bytes', 3, 'abc']);
    assert.deepEqual(await probe.next(), ['bytes', 0, '']);
    assert.deepEqual(await probe.next(), ['bytes', 1 << 20, 'z'.repeat(64)]);
  });

  test('hands over frames far larger than what is free in the heap, up to the limit', async () => {
    const fresh = await open_probe(await browser.newContext(), pages);
    assert.deepEqual(await open_socket(fresh, server.url), ['open', 0, '']);
    const peer = await server.connection();
    for (const megabytes of [12, 40, 64]) {
      peer.sendBinary(Buffer.alloc(megabytes << 20, 'z'));
      assert.deepEqual(await fresh.next(), ['bytes', megabytes << 20, 'z'.repeat(64)]);
    }
    assert.deepEqual(fresh.uncaught, []);
    await fresh.context.close();
  });

  test('closes on a message over the limit', async () => {
    assert.deepEqual(await open_socket(probe, server.url), ['open', 0, '']);
    const peer = await server.connection();
    peer.sendBinary(Buffer.alloc((64 << 20) + 1));
    assert.deepEqual(await probe.next(), ['closed', fault.too_large, '0 unclean ']);
    await peer.closeFrame();
  });

  test('refuses a server that does not answer with mqtt [MQTT-6.0.0-4]', async () => {
    const silent = await scriptedServer({subprotocol: null});
    const [what, number] = await open_socket(probe, silent.url);
    assert.equal(what, 'closed');
    assert.ok([fault.wrong_subprotocol, fault.unknown].includes(number), 'Chromium refuses it itself');
    await silent.close();
  });

  test('refuses it also in a browser that does not [MQTT-6.0.0-4]', async () => {
    const lax = await open_probe(await browser.newContext(), pages, (page) => page.addInitScript(() => {
      Object.defineProperty(WebSocket.prototype, 'protocol', {get: () => ''});
    }));
    assert.deepEqual(await open_socket(lax, server.url), ['closed', fault.wrong_subprotocol, '0 unclean ']);
    await (await server.connection()).closeFrame();
    await lax.context.close();
  });

  test('closes on a text frame [MQTT-6.0.0-1]', async () => {
    assert.deepEqual(await open_socket(probe, server.url), ['open', 0, '']);
    const peer = await server.connection();
    peer.sendText('not binary');
    assert.deepEqual(await probe.next(), ['closed', fault.text_frame, '0 unclean ']);
    await peer.closeFrame();
  });

  test('reports the peer\'s close code and reason', async () => {
    assert.deepEqual(await open_socket(probe, server.url), ['open', 0, '']);
    (await server.connection()).close(4001, 'Grüße');
    assert.deepEqual(await probe.next(), ['closed', fault.none, '4001 clean Grüße']);
  });

  test('reports a connection that breaks off', async () => {
    assert.deepEqual(await open_socket(probe, server.url), ['open', 0, '']);
    (await server.connection()).destroy();
    assert.deepEqual(await probe.next(), ['closed', fault.unknown, '1006 unclean ']);
  });

  test('reports that nobody answers', async () => {
    const gone = await scriptedServer();
    await gone.close();
    assert.deepEqual(await open_socket(probe, gone.url), ['closed', fault.unknown, '1006 unclean ']);
  });

  for (const [url, expected] of [['', 'invalid_url'], ['not a url', 'invalid_url'], ['ws://', 'invalid_url'],
    ['http://localhost/', 'unsupported_scheme'], ['mqtt://localhost:1883', 'unsupported_scheme'],
    ['localhost:8081', 'unsupported_scheme']]) {
    test(`reports '${url}' as ${expected}, without an exception`, async () => {
      assert.deepEqual(await open_socket(probe, url), ['closed', fault[expected], '0 unclean ']);
      assert.deepEqual(probe.uncaught, []);
    });
  }

  test('reports ws from an https page as mixed content', {skip: lacks('secure routes')}, async () => {
    const context = await browser.newContext();
    await context.route('https://chat.example/**', async (route) => {
      const response = await fetch(new URL(new URL(route.request().url()).pathname, pages.url));
      await route.fulfill({body: Buffer.from(await response.arrayBuffer()), status: response.status,
        contentType: response.headers.get('content-type')});
    });
    const secure = await open_probe(context, {url: 'https://chat.example/'});
    assert.deepEqual((await open_socket(secure, 'ws://broker.example/')).slice(0, 2), ['closed', fault.mixed_content]);
    assert.deepEqual(secure.uncaught, []);
    await context.close();
  });

  test('sends what was taken before it closes, and is heard of no more', async () => {
    assert.deepEqual(await open_socket(probe, server.url), ['open', 0, '']);
    const peer = await server.connection();
    await probe.page.evaluate(() => {
      self.call('probe_write', 60000);
      self.call('probe_close');
      self.call('probe_close');
    });
    assert.equal((await peer.received(60000)).length, 60000);
    await peer.closeFrame();
    assert.equal(await probe.pending(), 0);
  });

  test('takes what was open out of service when it opens anew', async () => {
    assert.deepEqual(await open_socket(probe, server.url), ['open', 0, '']);
    const old = await server.connection();
    assert.deepEqual(await open_socket(probe, server.url), ['open', 0, '']);
    const fresh = await server.connection();
    old.sendBinary(Buffer.from('late'));
    await old.closeFrame();
    fresh.sendBinary(Buffer.from('now'));
    assert.deepEqual(await probe.next(), ['bytes', 3, 'now']);
  });

  test('takes 64 KiB at first, never more than the high-water mark, and says when there is room again', async () => {
    const mark = 256 * 1024;
    assert.deepEqual(await open_socket(probe, server.url, mark), ['open', 0, '']);
    const peer = await server.connection();
    peer.pause();
    const first = await probe.page.evaluate(() => {
      let total = 0;
      for (let taken = -1; taken !== 0; total += taken) taken = self.call('probe_write', 64 * 1024);
      return self.call('probe_write', 1) === 0 ? total : 0;
    });
    assert.equal(first, 64 * 1024, 'bytes taken before the first refusal');
    peer.resume();
    assert.deepEqual(await probe.next(), ['writable', 0, '']);
    const second = await probe.page.evaluate(async () => {
      let total = 0;
      while (total < 4 << 20) {
        const taken = self.call('probe_write', 100 * 1024);
        total += taken;
        if (taken < 100 * 1024 && (await self.next_report())[0] !== 'writable') throw new Error('not writable');
      }
      return total;
    });
    assert.equal((await peer.received(first + second)).length, first + second);
    assert.ok(peer.frames.every(({payload}) => payload.length <= 64 * 1024));
  });

  // The browser's buffer on a link of this speed, and a clock of its own: 5 ms pass whenever somebody looks at it.
  const link = (page) => page.addInitScript(() => {
    self.bytes_per_ms = 0;
    const began = Date.now();
    let time = performance.now();
    performance.now = () => (time += 5);
    Date.now = () => began + time;
    let held = 0;
    let since = time;
    const drain = () => {
      held = Math.max(0, held - (time - since) * bytes_per_ms);
      since = time;
    };
    self.WebSocket = class extends WebSocket {
      send(data) {
        drain();
        held += data.byteLength;
        super.send(data);
      }
      get bufferedAmount() {
        drain();
        return held;
      }
    };
    // The most that the buffer held while so many bytes were sent.
    self.most_held = async (size) => {
      let most = 0;
      for (let sent = 0; sent < size;) {
        const taken = self.call('probe_write', size - sent);
        sent += taken;
        most = Math.max(most, held);
        if (sent < size && (await self.next_report())[0] !== 'writable') throw new Error('not writable');
      }
      return most;
    };
  });

  for (const [speed, how, bytes_per_ms, least, most] of [['slow', 'ever less', 50, 8 * 1024, 17 * 1024],
    ['fast', 'more', 5_000, 100 * 1024, 1 << 20]]) {
    test(`keeps ${how} waiting in the browser on a ${speed} link`, async () => {
      const own = await open_probe(await browser.newContext(), pages, link);
      assert.deepEqual(await open_socket(own, server.url), ['open', 0, '']);
      const peer = await server.connection();
      const [first, later] = await own.page.evaluate(async (rate) => {
        self.bytes_per_ms = rate;
        const seen = [await most_held(64 * 1024)];
        await most_held(256 * 1024);
        return [...seen, await most_held(256 * 1024)];
      }, bytes_per_ms);
      assert.ok(first <= 64 * 1024, `${first} bytes waited at first`);
      assert.ok(later >= least && later <= most, `${later} bytes waited in the end`);
      const sent = (64 + 256 + 256) * 1024;
      assert.equal((await peer.received(sent)).length, sent);
      await own.context.close();
    });
  }
});

test('the transport works in a worker, too', async () => {
  const server = await scriptedServer();
  const probe = await open_probe(await browser.newContext(), pages);
  const seen = probe.page.evaluate((url) => new Promise((resolve) => {
    const worker = new Worker('probe_worker.js');
    const reports = [];
    worker.onmessage = (event) => {
      reports.push(event.data);
      if (event.data[0] === 'closed') resolve(reports);
    };
    worker.postMessage(url);
  }), server.url);
  const peer = await server.connection();
  assert.equal((await peer.received(3)).toString(), 'www');
  peer.sendBinary(Buffer.from('hello'));
  peer.close(1000, 'bye');
  assert.deepEqual(await seen, [['ready', 0, ''], ['opening', 0, ''], ['open', 0, ''],
    ['bytes', 5, 'hello'], ['closed', fault.none, '1000 clean bye']]);
  assert.deepEqual(probe.uncaught, []);
  await probe.context.close();
  await server.close();
});
