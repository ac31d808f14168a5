// What passes between JavaScript and the WebAssembly heap (wasm/border), in a page.
import assert from 'node:assert/strict';
import {after, before, beforeEach, afterEach, describe, test} from 'node:test';
import {open_probe, serve_probe} from '../browser/test/probe.mjs';
import {launchBrowser} from './support/browser.mjs';

let browser;
let pages;
let probe;
before(async () => {
  pages = await serve_probe();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await pages?.close();
});
// A fresh heap of 16 MB each time.
beforeEach(async () => { probe = await open_probe(await browser.newContext(), pages); });
afterEach(async () => {
  assert.deepEqual(probe.uncaught, []);
  await probe.context.close();
});

describe('the border', () => {
  for (const megabytes of [0, 1, 12, 40, 64]) {
    test(`takes ${megabytes} MB and a byte to C++ and back, whatever is free in the heap`, async () => {
      const same = await probe.page.evaluate((size) => {
        const piece = Uint8Array.from({length: size}, (_, i) => i * 31 >> 3);
        const placed = Module.border.place(Module._probe_room(), [piece]);
        const back = Module.border.bytes(Module._probe_placed(), Module._probe_placed_size());
        return placed === size && indexedDB.cmp(back, piece) === 0;
      }, megabytes * (1 << 20) + 1);
      assert.ok(same);
    });
  }

  test('places pieces one after the other, empty ones too, and forgets what was there before', async () => {
    const back = await probe.page.evaluate(() => {
      const {border} = Module;
      const placed = () => [...border.bytes(Module._probe_placed(), Module._probe_placed_size())];
      border.place(Module._probe_room(), [Uint8Array.of(9, 9, 9, 9, 9, 9)]);
      border.place(Module._probe_room(), [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)]);
      const some = placed();
      border.place(Module._probe_room(), []);
      return [some, placed()];
    });
    assert.deepEqual(back, [[1, 2, 3], []]);
  });

  test('gives the room of a large piece back', async () => {
    const grown = await probe.page.evaluate(() => {
      const one = new Uint8Array(40 << 20);
      const size_after = () => {
        Module.border.place(Module._probe_room(), [one]);
        Module._probe_release();
        return Module.border.view(0, Infinity).byteLength;
      };
      const first = size_after();
      for (let i = 0; i < 20; ++i) size_after();
      return size_after() - first;
    });
    assert.equal(grown, 0);
  });

  const texts = {
    'an empty text': '',
    'U+FEFF at the beginning [MQTT-1.5.3-3]': '\uFEFFa',
    'U+FEFF alone': '\uFEFF',
    'NUL inside': 'a\0b',
    'letters of one to four bytes': 'aß€😀',
    'a text of 65,535 bytes': 'a'.repeat(65535),
    'a text of 65,536 bytes': 'a'.repeat(65536),
    'a text of 65,539 bytes': 'a'.repeat(65539),
    'a text of 12 MB': 'ß€😀'.repeat(12 << 17),
  };
  for (const [what, text] of Object.entries(texts)) {
    test(`takes ${what} to the letter`, async () => {
      const same = await probe.page.evaluate((sent) => {
        const {border} = Module;
        border.placeText(Module._probe_room(), sent);
        const [at, size] = [Module._probe_placed(), Module._probe_placed_size()];
        return [border.text(at, size) === sent, border.exactText(at, size) === sent];
      }, text);
      assert.deepEqual(same, [true, true]);
    });
  }

  test('makes U+FFFD of a lone surrogate, which UTF-8 does not have [MQTT-1.5.3-1]', async () => {
    const bytes = await probe.page.evaluate(() => {
      Module.border.placeText(Module._probe_room(), 'a\uD800b');
      return [...Module.border.bytes(Module._probe_placed(), Module._probe_placed_size())];
    });
    assert.deepEqual(bytes, [0x61, 0xEF, 0xBF, 0xBD, 0x62]);
  });

  const ill_formed = {
    'a byte that begins nothing': [0x61, 0xFF],
    'a continuation without a beginning': [0x80],
    'a sequence that is cut off': [0xE2, 0x82],
    'a surrogate': [0xED, 0xA0, 0x80],
    'an overlong form': [0xC0, 0xAF],
    'a code point above U+10FFFF': [0xF4, 0x90, 0x80, 0x80],
  };
  for (const [what, bytes] of Object.entries(ill_formed)) {
    test(`shows ${what} as U+FFFD, and takes it for no exact text [MQTT-1.5.3-1]`, async () => {
      const [shown, exact] = await probe.page.evaluate((placed) => {
        Module.border.place(Module._probe_room(), [Uint8Array.from(placed)]);
        const [at, size] = [Module._probe_placed(), Module._probe_placed_size()];
        return [Module.border.text(at, size), Module.border.exactText(at, size)];
      }, bytes);
      assert.match(shown, /\uFFFD/);
      assert.equal(exact, null);
    });
  }
});
