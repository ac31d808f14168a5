// IndexedDbStore in a page: what is there after a reload.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {load, on_stores, written} from './support/stores.mjs';

const world = on_stores();

describe('the session store in IndexedDB', () => {
  test('has nothing at first, and after a reload what was written, in order', async () => {
    const probe = await world.open_store();
    assert.deepEqual(await load(probe, 'alice'), []);
    for (const number of [1, 2, 3]) {
      await probe.call('probe_append', number, 10);
      assert.deepEqual(await probe.next(), written);
    }
    const again = await world.open_store();
    assert.deepEqual(await load(again, 'alice'), [1, 2, 3]);
  });

  test('keeps the sessions of two client ids apart [MQTT-3.1.3-2]', async () => {
    const probe = await world.open_store();
    await load(probe, 'alice');
    await probe.call('probe_append', 1, 10);
    assert.deepEqual(await probe.next(), written);
    assert.deepEqual(await load(probe, 'alice2'), []);
    await probe.call('probe_append', 7, 10);
    assert.deepEqual(await probe.next(), written);
    assert.deepEqual(await load(probe, 'alice'), [1]);
    assert.deepEqual(await load(probe, 'alice2'), [7]);
  });

  test('answers every append of a burst once, though it writes them together', async () => {
    const probe = await world.open_store((page) => page.addInitScript(() => {
      self.transactions = 0;
      const real = IDBDatabase.prototype.transaction;
      IDBDatabase.prototype.transaction = function(...arguments_) {
        ++self.transactions;
        return real.apply(this, arguments_);
      };
    }));
    await load(probe, 'alice');
    const [answers, transactions] = await probe.page.evaluate(async () => {
      self.transactions = 0;
      for (let number = 1; number <= 1000; ++number) self.call('probe_append', number, 50);
      let count = 0;
      while (count < 1000 && (await self.next_report()).join() === 'written,1,') ++count;
      return [count, self.transactions];
    });
    assert.equal(answers, 1000);
    assert.equal(transactions, 1);
    assert.equal((await load(await world.open_store(), 'alice')).length, 1000);
  });

  test('writes the application\'s records in the same transaction, and reads them by prefix', async () => {
    const probe = await world.open_store();
    await load(probe, 'alice');
    await probe.page.evaluate(() => {
      self.call('probe_put', 'history/bob/1', 'Grüße');
      self.call('probe_put', 'history/bob/2', 'two');
      self.call('probe_put', 'history/bob/2', '2');
      self.call('probe_put', 'other', 'x');
      self.call('probe_append', 1, 10);
    });
    assert.deepEqual(await probe.next(), written);
    await probe.call('probe_erase', 'other');
    const again = await world.open_store();
    await again.call('probe_read', 'history/');
    assert.deepEqual(await again.next(), ['record', 0, 'history/bob/1=Grüße']);
    assert.deepEqual(await again.next(), ['record', 0, 'history/bob/2=2']);
    assert.deepEqual(await again.next(), ['read', 1, '']);
    await again.call('probe_read', 'other');
    assert.deepEqual(await again.next(), ['read', 1, '']);
  });

  test('reads any number of records, in the order of their keys: one below, at, one above and far above a piece', async () => {
    const probe = await world.open_store();
    const name = (i) => String(i).padStart(4, '0');
    let stored = 0;
    for (const count of [199, 200, 201, 1000]) {
      await probe.page.evaluate((names) => { for (const one of names) self.call('probe_put', `history/${one}`, one); },
        Array.from({length: count - stored}, (_, i) => name(stored + i)));
      stored = count;
      await probe.call('probe_read', 'history/');
      const seen = await probe.page.evaluate(async (reports) => {
        const all = [];
        while (all.length < reports) all.push(await self.next_report());
        return all;
      }, count + 1);
      assert.deepEqual(seen.pop(), ['read', 1, '']);
      assert.deepEqual(seen, Array.from({length: count}, (_, i) => ['record', 0, `history/${name(i)}=${name(i)}`]));
    }
  });

  test('refuses a key that is not UTF-8: two of them could become the same', async () => {
    const probe = await world.open_store();
    await probe.call('probe_put_ill_formed');
    assert.deepEqual(await probe.next(), ['written', 0, 'A key has to be UTF-8']);
    await probe.call('probe_read', '');
    assert.deepEqual(await probe.next(), ['read', 1, '']);
  });

  test('forgets a session and its records, and nothing else', async () => {
    const probe = await world.open_store();
    for (const name of ['alice', 'bob']) {
      await load(probe, name);
      await probe.page.evaluate((key) => {
        self.call('probe_put', `${key}/1`, key);
        self.call('probe_append', 1, 10);
      }, name);
      assert.deepEqual(await probe.next(), written);
    }
    await probe.call('probe_erase_all', 'alice/');
    await probe.call('probe_forget', 'alice');
    assert.deepEqual(await probe.next(), ['forgotten', 1, '']);
    assert.deepEqual(await load(probe, 'alice'), []);
    assert.deepEqual(await load(probe, 'bob'), [1]);
    await probe.call('probe_read', '');
    assert.deepEqual(await probe.next(), ['record', 0, 'bob/1=bob']);
  });

  // As a page of format 1 left it.
  const store_format_1 = (page, newest = 1) => page.evaluate(async (version) => {
    const result = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
    const opening = indexedDB.open('wasmqtt', version);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('journal');
      opening.result.createObjectStore('records');
    };
    const database = await result(opening);
    const current = await result(indexedDB.open('other', 2));
    const batch = await result(current.transaction('journal').objectStore('journal').getAll(IDBKeyRange.lowerBound(['alice\n', ''])));
    current.close();
    const transaction = database.transaction(['journal', 'records'], 'readwrite');
    const journal = transaction.objectStore('journal');
    journal.put('a token', ['alice\n']);
    batch.forEach((bytes, i) => journal.put(bytes, ['alice\n', i + 1]));
    transaction.objectStore('records').put(new TextEncoder().encode('old'), 'history/1');
    await new Promise((resolve) => { transaction.oncomplete = resolve; });
    database.close();
  }, newest);

  async function after_format(version) {
    const probe = await world.open_page();
    await probe.call('probe_store', 'other', 1 << 20);
    await load(probe, 'alice');
    for (const number of [1, 2]) {
      await probe.call('probe_append', number, 10);
      assert.deepEqual(await probe.next(), written);
    }
    await store_format_1(probe.page, version);
    return world.open_store();
  }

  test('reads what format 1 stored, once, and goes on in format 2', async () => {
    const probe = await after_format(1);
    assert.deepEqual(await load(probe, 'alice'), [1, 2]);
    await probe.call('probe_append', 3, 10);
    assert.deepEqual(await probe.next(), written);
    await probe.call('probe_read', 'history/');
    assert.deepEqual(await probe.next(), ['record', 0, 'history/1=old']);
    assert.deepEqual(await probe.next(), ['read', 1, '']);
    assert.deepEqual(await load(await world.open_store(), 'alice'), [1, 2, 3]);
  });

  test('changes nothing in a database of a newer format, and says so', async () => {
    const probe = await after_format(3);
    await probe.call('probe_load', 'alice', 0);
    assert.deepEqual(await probe.next(), ['loaded', -1, 'A newer version of this page has stored its data here']);
  });
});
