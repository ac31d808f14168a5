// IndexedDbStore when the browser ends its connection to the database.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lacks} from './support/engines/engine.mjs';
import {load, on_stores, written} from './support/stores.mjs';

const world = on_stores();

describe('the session store whose connection to the database is lost', () => {
  // What a browser does to a page that lives on: it ends the connection, with an event, or, as far as the page can tell yet, without.
  for (const [how, told] of [['and tells so', true], ['without a word yet', false]]) {
    test(`goes on in another connection when the browser ends the one that it had, ${how}`, async () => {
      const probe = await world.open_store((page) => page.addInitScript(() => {
        const {open} = IDBFactory.prototype;
        self.databases = [];
        IDBFactory.prototype.open = function(...values) {
          const request = open.apply(this, values);
          request.addEventListener('success', () => self.databases.push(request.result));
          return request;
        };
      }));
      const end = () => probe.page.evaluate((with_event) => {
        const database = self.databases.at(-1);
        database.close();
        if (with_event) database.dispatchEvent(new Event('close'));
      }, told);
      await load(probe, 'alice');
      for (const number of [1, 2, 3]) {
        await probe.call('probe_append', number, 10);
        assert.deepEqual(await probe.next(), written);
        await end();
      }
      await probe.call('probe_put', 'a', 'b');
      for (const again of [true, false]) {
        await probe.call('probe_read', '');
        assert.deepEqual([await probe.next(), await probe.next()], [['record', 0, 'a=b'], ['read', 1, '']]);
        if (again) await end();
      }
      assert.deepEqual(await load(await world.open_store(), 'alice'), [1, 2, 3]);
      assert.deepEqual(probe.uncaught, []);
    });
  }

  test('goes on after the user has removed what the page had stored', {skip: lacks('devtools')}, async () => {
    const probe = await world.open_store((page) => page.addInitScript(() => {
      const {open} = IDBFactory.prototype;
      IDBFactory.prototype.open = function(...values) {
        const request = open.apply(this, values);
        request.addEventListener('success', () => request.result.addEventListener('close', () => { self.ended = true; }));
        return request;
      };
    }));
    await load(probe, 'alice');
    const devtools = await world.context.newCDPSession(probe.page);
    await devtools.send('Storage.clearDataForOrigin', {origin: new URL(world.pages.url).origin, storageTypes: 'indexeddb'});
    await probe.page.waitForFunction(() => self.ended);  // a while later
    await probe.call('probe_put', 'a', 'b');
    await probe.call('probe_read', '');
    assert.deepEqual([await probe.next(), await probe.next()], [['record', 0, 'a=b'], ['read', 1, '']]);
    assert.deepEqual(await load(probe, 'alice'), []);
    await probe.call('probe_append', 1, 10);
    assert.deepEqual(await probe.next(), written);
  });

  // The program gives its store up while the database is being opened: what it had asked for must not depend on how fast that is.
  test('writes what a program put into it before it gave the store up, though the database was not open yet', async () => {
    const probe = await world.open_store();
    await probe.page.evaluate(() => {
      self.call('probe_put', 'a', 'b');
      self.call('probe_store', 'another', 1 << 20);
    });
    await probe.call('probe_store', 'wasmqtt', 1 << 20);
    await probe.call('probe_read', '');
    assert.deepEqual([await probe.next(), await probe.next()], [['record', 0, 'a=b'], ['read', 1, '']]);
  });

  test('writes it, too, when the database was being opened anew', async () => {
    const probe = await world.open_store((page) => page.addInitScript(() => {
      const {open} = IDBFactory.prototype;
      self.opened = 0;
      IDBFactory.prototype.open = function(...values) {
        const request = open.apply(this, values);
        ++self.opened;
        request.addEventListener('success', () => { self.database = request.result; });
        return request;
      };
    }));
    assert.deepEqual(await load(probe, 'alice'), []);
    await probe.page.evaluate(async () => {
      const before = self.opened;
      self.database.close();
      self.call('probe_append', 1, 10);
      self.call('probe_put', 'a', 'b');
      while (self.opened === before) await Promise.resolve();
      self.call('probe_append', 2, 10);  // while that is under way
      self.call('probe_store', 'another', 1 << 20);
    });
    await probe.call('probe_store', 'wasmqtt', 1 << 20);
    await probe.call('probe_read', '');
    assert.deepEqual([await probe.next(), await probe.next()], [['record', 0, 'a=b'], ['read', 1, '']]);
    assert.deepEqual(await load(probe, 'alice'), [1, 2]);
    assert.deepEqual(probe.uncaught, []);
  });
});
