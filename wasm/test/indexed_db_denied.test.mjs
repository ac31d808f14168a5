// IndexedDbStore where the browser denies storage or has no room.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lacks} from './support/engines/engine.mjs';
import {load, on_stores, written} from './support/stores.mjs';

const world = on_stores();

describe('the session store without storage', () => {
  const denials = {
    'is missing': () => { Object.defineProperty(self, 'indexedDB', {value: undefined}); },
    'throws on mere access': () => {
      Object.defineProperty(self, 'indexedDB', {get() { throw new DOMException('denied', 'SecurityError'); }});
    },
    'refuses to open': () => {
      IDBFactory.prototype.open = () => {
        const request = new EventTarget();
        request.error = new DOMException('no', 'UnknownError');
        setTimeout(() => request.onerror(new Event('error')), 0);
        return request;
      };
    },
  };
  for (const [how, deny] of Object.entries(denials)) {
    test(`says so in a sentence when storage ${how}, and throws nothing`, async () => {
      const probe = await world.open_store((page) => page.addInitScript(deny));
      await probe.call('probe_load', 'alice');
      const [what, size, sentence] = await probe.next();
      assert.deepEqual([what, size], ['loaded', -1]);
      assert.match(sentence, /^The browser (refuses|could not)/);
      assert.equal((await probe.next())[0], 'problem');
      await probe.call('probe_append', 1, 10);
      assert.deepEqual((await probe.next()).slice(0, 2), ['written', 0]);
      await probe.call('probe_put', 'a', 'b');
      assert.deepEqual(probe.uncaught, []);
    });
  }

  test('says so when the storage never answers, and lets go of what waited for it', async () => {
    const probe = await world.open_store((page) => page.addInitScript(() => {
      IDBFactory.prototype.open = () => new EventTarget();
    }));
    await probe.call('probe_load', 'alice');
    await probe.call('probe_put', 'a', 'b');
    await probe.call('probe_append', 1, 10);
    const sentence = 'The browser\'s storage does not answer';
    assert.deepEqual(await probe.next(), ['loaded', -1, sentence]);
    assert.deepEqual(await probe.next(), ['written', 0, sentence]);
    assert.deepEqual(await probe.next(), ['problem', 0, sentence]);
    assert.deepEqual(probe.uncaught, []);
  });

  test('says so when the storage is full', {skip: lacks('devtools')}, async () => {
    const probe = await world.open_store(async (page) => {
      const devtools = await world.context.newCDPSession(page);
      await devtools.send('Storage.overrideQuotaForOrigin', {origin: new URL(world.pages.url).origin, quotaSize: 100_000});
    });
    await load(probe, 'alice');
    await probe.call('probe_append', 1, 3 << 20);
    assert.deepEqual(await probe.next(), ['written', 0, 'The browser has no room left for this page']);
    assert.equal((await probe.next())[0], 'problem');
    assert.deepEqual(probe.uncaught, []);
  });
});
