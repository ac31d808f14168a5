// IndexedDbStore in a page: what is there after a reload, and what it says when there is no storage.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, describe, test} from 'node:test';
import {open_probe, serve_probe} from '../browser/test/probe.mjs';
import {launchBrowser} from './support/browser.mjs';
import {lacks, name as engine} from './support/engines/engine.mjs';
import {serve_hanging} from './support/hanging.mjs';

let browser;
let pages;
let hanging;
before(async () => {
  pages = await serve_probe();
  hanging = await serve_hanging();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await hanging?.close();
  await pages?.close();
});

async function open_store(context, prepare, compact_above = 1 << 20) {
  const probe = await open_probe(context, pages, prepare);
  await probe.call('probe_store', 'wasmqtt', compact_above);
  return probe;
}

// The numbers of the records of a client id.
async function load(probe, client_id, epoch = 0) {
  await probe.call('probe_load', client_id, epoch);
  const [what, size, text] = await probe.next();
  assert.equal(what, 'loaded');
  assert.ok(size >= 0, text);
  return text.split(' ').filter(Boolean).map(Number);
}

const written = ['written', 1, ''];

describe('the session store in IndexedDB', () => {
  let context;
  beforeEach(async () => { context = await browser.newContext(); });
  afterEach(() => context.close());

  test('has nothing at first, and after a reload what was written, in order', async () => {
    const probe = await open_store(context);
    assert.deepEqual(await load(probe, 'alice'), []);
    for (const number of [1, 2, 3]) {
      await probe.call('probe_append', number, 10);
      assert.deepEqual(await probe.next(), written);
    }
    const again = await open_store(context);
    assert.deepEqual(await load(again, 'alice'), [1, 2, 3]);
  });

  test('keeps the sessions of two client ids apart [MQTT-3.1.3-2]', async () => {
    const probe = await open_store(context);
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
    const probe = await open_store(context, (page) => page.addInitScript(() => {
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
    assert.equal((await load(await open_store(context), 'alice')).length, 1000);
  });

  test('writes the application\'s records in the same transaction, and reads them by prefix', async () => {
    const probe = await open_store(context);
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
    const again = await open_store(context);
    await again.call('probe_read', 'history/');
    assert.deepEqual(await again.next(), ['record', 0, 'history/bob/1=Grüße']);
    assert.deepEqual(await again.next(), ['record', 0, 'history/bob/2=2']);
    assert.deepEqual(await again.next(), ['read', 1, '']);
    await again.call('probe_read', 'other');
    assert.deepEqual(await again.next(), ['read', 1, '']);
  });

  test('reads any number of records, in the order of their keys: one below, at, one above and far above a piece', async () => {
    const probe = await open_store(context);
    const name = (i) => String(i).padStart(4, '0');
    let stored = 0;
    for (const count of [199, 200, 201, 1000]) {
      await probe.page.evaluate((names) => { for (const one of names) self.call('probe_put', `history/${one}`, one); },
        Array.from({length: count - stored}, (_, i) => name(stored + i)));
      stored = count;
      await probe.call('probe_read', 'history/');
      for (let i = 0; i < count; ++i) assert.deepEqual(await probe.next(), ['record', 0, `history/${name(i)}=${name(i)}`]);
      assert.deepEqual(await probe.next(), ['read', 1, '']);
    }
  });

  // Until the function that it resolves to is called, no other transaction comes to its turn.
  async function hold_database() {
    const {page} = await open_probe(context, pages);
    await page.evaluate(() => new Promise((resolve) => {
      self.held = true;
      const request = indexedDB.open('wasmqtt', 2);
      request.onsuccess = () => {
        const journal = request.result.transaction(['journal', 'records'], 'readwrite').objectStore('journal');
        const go_on = () => {
          resolve();
          if (self.held) journal.get('nothing').onsuccess = go_on;
        };
        go_on();
      };
    }));
    return () => page.evaluate(() => { self.held = false; });
  }

  test('loses nothing that was on its way when the page was left', async () => {
    const probe = await open_store(context);
    await load(probe, 'alice');
    const release = await hold_database();
    await probe.call('probe_append', 1, 10);
    await probe.call('probe_append', 2, 10);
    await probe.call('probe_put', 'history/bob/1', 'Grüße');
    await probe.page.goto('about:blank');
    await release();
    const again = await open_store(context);
    assert.deepEqual(await load(again, 'alice'), [1, 2]);
    await again.call('probe_read', 'history/');
    assert.deepEqual(await again.next(), ['record', 0, 'history/bob/1=Grüße']);
    assert.equal(await again.page.evaluate(() => localStorage.length), 0);
    await again.call('probe_append', 3, 10);
    assert.deepEqual([await again.next(), await again.next()], [['read', 1, ''], written]);
    assert.deepEqual(await load(await open_store(context), 'alice'), [1, 2, 3]);
  });

  test('takes nothing of a page that was left into a session that belongs to another one', async () => {
    const probe = await open_store(context);
    await load(probe, 'alice');
    const owner = await open_store(context);
    await load(owner, 'alice');
    const release = await hold_database();
    await probe.call('probe_append', 1, 10);
    await probe.page.goto('about:blank');
    await release();
    await owner.call('probe_append', 2, 10);
    assert.deepEqual(await owner.next(), written);
    assert.deepEqual(await load(await open_store(context), 'alice'), [2]);
  });

  test('writes what it was writing when it comes back from the browser\'s cache', {skip: engine !== 'webkit' && 'WebKit alone keeps such a page'}, async () => {
    const probe = await open_store(context);
    await load(probe, 'alice');
    const release = await hold_database();
    await probe.call('probe_append', 1, 10);
    await probe.page.goto('about:blank');
    await release();
    await probe.page.goBack();
    assert.deepEqual(await probe.next(), written);
    assert.deepEqual(await load(await open_store(context), 'alice'), [1]);
  });

  test('has what two tabs stored that took the session from each other in turn', async () => {
    const tabs = [await open_store(context), await open_store(context)];
    let number = 0;
    for (const tab of [tabs[0], tabs[1], tabs[0], tabs[1]]) {
      assert.deepEqual(await load(tab, 'alice'), Array.from({length: number}, (_, i) => i + 1));
      for (let i = 0; i < 3; ++i) {
        await tab.call('probe_append', ++number, 10);
        assert.deepEqual(await tab.next(), written);
      }
    }
    await tabs[0].call('probe_append', 99, 10);
    assert.equal((await tabs[0].next())[1], 0);
    assert.deepEqual(await load(tabs[0], 'alice'), Array.from({length: number}, (_, i) => i + 1));
  });

  test('gives a session to the later epoch, whoever comes last, and fails what the earlier one writes', async () => {
    const taken_over = 'Another tab has taken over this session';
    const [first, second] = [await open_store(context), await open_store(context)];
    await load(first, 'alice', 1);
    await first.call('probe_append', 1, 10);
    assert.deepEqual(await first.next(), written);
    assert.deepEqual(await load(second, 'alice', 2), [1]);
    await first.call('probe_confirm', 1);
    assert.deepEqual(await first.next(), ['confirmed', 0, '']);
    await first.call('probe_append', 2, 10);
    assert.deepEqual(await first.next(), ['written', 0, taken_over]);
    // One that was frozen before it took what it thinks is its own.
    await first.call('probe_load', 'alice', 1);
    assert.deepEqual(await first.next(), ['loaded', -1, taken_over]);
    await second.call('probe_append', 3, 10);
    assert.deepEqual(await second.next(), written);
    await second.call('probe_confirm', 2);
    assert.deepEqual(await second.next(), ['confirmed', 1, '']);
    assert.deepEqual(await load(first, 'alice', 3), [1, 3]);
    assert.deepEqual(await load(second, 'alice'), [1, 3], 'who does not share takes it from whomever');
  });

  test('of a fenced session keeps nobody else waiting, when a page stands still in the middle of a write', async () => {
    const [first, second] = [await open_store(context), await open_store(context)];
    await load(first, 'alice', 1);
    await first.page.evaluate(() => { self.call('probe_append', 1, 10); });
    // In the task that has begun the transaction, or a later one.
    const wake = await hanging.hang(first.page);
    assert.deepEqual(await load(second, 'alice', 2), [1]);
    wake();
    assert.deepEqual(await first.next(), written);
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
    const probe = await open_probe(context, pages);
    await probe.call('probe_store', 'other', 1 << 20);
    await load(probe, 'alice');
    for (const number of [1, 2]) {
      await probe.call('probe_append', number, 10);
      assert.deepEqual(await probe.next(), written);
    }
    await store_format_1(probe.page, version);
    return open_store(context);
  }

  test('reads what format 1 stored, once, and goes on in format 2', async () => {
    const probe = await after_format(1);
    assert.deepEqual(await load(probe, 'alice'), [1, 2]);
    await probe.call('probe_append', 3, 10);
    assert.deepEqual(await probe.next(), written);
    await probe.call('probe_read', 'history/');
    assert.deepEqual(await probe.next(), ['record', 0, 'history/1=old']);
    assert.deepEqual(await probe.next(), ['read', 1, '']);
    assert.deepEqual(await load(await open_store(context), 'alice'), [1, 2, 3]);
  });

  test('changes nothing in a database of a newer format, and says so', async () => {
    const probe = await after_format(3);
    await probe.call('probe_load', 'alice', 0);
    assert.deepEqual(await probe.next(), ['loaded', -1, 'A newer version of this page has stored its data here']);
  });

  test('refuses a key that is not UTF-8: two of them could become the same', async () => {
    const probe = await open_store(context);
    await probe.call('probe_put_ill_formed');
    assert.deepEqual(await probe.next(), ['written', 0, 'A key has to be UTF-8']);
    await probe.call('probe_read', '');
    assert.deepEqual(await probe.next(), ['read', 1, '']);
  });

  test('does not put back what a page that was left had not stored over what another one stored since', async () => {
    const left = await open_store(context);
    await load(left, 'alice');
    const other = await open_store(context);
    await load(other, 'bob');
    const release = await hold_database();
    await left.call('probe_put', 'draft', 'old');
    await left.page.goto('about:blank');
    await release();
    await other.call('probe_put', 'draft', 'new');
    await other.call('probe_append', 1, 10);
    assert.deepEqual(await other.next(), written);
    const again = await open_store(context);
    await again.call('probe_read', 'draft');
    assert.deepEqual(await again.next(), ['record', 0, 'draft=new']);
    assert.equal(await again.page.evaluate(() => localStorage.length), 0);
  });

  test('keeps no more than a megabyte of what was on its way when the page was left', async () => {
    const probe = await open_store(context);
    await load(probe, 'alice');
    const release = await hold_database();
    await probe.call('probe_append', 1, (1 << 20) + 1);
    await probe.page.goto(new URL('probe.html', pages.url).href);
    assert.equal(await probe.page.evaluate(() => localStorage.length), 0);
    await release();
  });

  const entry = {format: 1, page: 'a page', before: '', changes: [{what: 0, key: 'a', bytes: 'b'}],
    batches: [{session: 'alice\n', token: 'a token', number: 1, bytes: 'c'}]};
  const tampered = {
    'no JSON': '{', 'null': 'null', 'a number': '7', 'an empty list': '[]', 'an older format': [{changes: [], batches: []}],
    'a newer format': {...entry, format: 2}, 'no changes': {...entry, changes: null}, 'null as a change': {...entry, changes: [null]},
    'a key that is no text': {...entry, changes: [{what: 0, key: 7, bytes: 'b'}]},
    'bytes that are no text': {...entry, changes: [{what: 0, key: 'a', bytes: null}]},
    'an unknown change': {...entry, changes: [{what: 9, key: 'a', bytes: 'b'}]},
    'a batch without a number': {...entry, batches: [{session: 's', token: 't', bytes: 'b'}]},
  };
  test('tells of an entry in localStorage that it has not written, throws nothing and works', async () => {
    const warnings = [];
    const probe = await open_store(context, async (page) => {
      page.on('console', (message) => warnings.push(message.text()));
      await page.addInitScript((entries) => {
        if (location.protocol !== 'http:') return;
        for (const [what, text] of entries) localStorage.setItem(`wasmqtt-rescue "wasmqtt" ${what}`, text);
      }, Object.entries(tampered).map(([what, value]) => [what, typeof value === 'string' ? value : JSON.stringify(value)]));
    });
    assert.deepEqual(await load(probe, 'alice'), []);
    await probe.call('probe_read', '');
    assert.deepEqual(await probe.next(), ['read', 1, '']);
    const told = warnings.map((text) => text.replace(/.*"wasmqtt" /, ''));
    assert.deepEqual(told.sort(), Object.keys(tampered).sort());
    assert.deepEqual(probe.uncaught, []);
    assert.equal(await probe.page.evaluate(() => localStorage.length), 0);
  });

  test('shortens a long journal to what is alive', async () => {
    const probe = await open_store(context, undefined, 20_000);
    await load(probe, 'alice');
    for (let number = 1; number <= 30; ++number) {
      await probe.page.evaluate((n) => {
        self.call('probe_append', n, 1000);
        if (n > 1) self.call('probe_remove', n);
      }, number);
      assert.deepEqual(await probe.next(), written);
      if (number > 1) assert.deepEqual(await probe.next(), written);
    }
    await probe.call('probe_read', 'nothing');  // after a compaction that may be under way
    assert.deepEqual(await probe.next(), ['read', 1, '']);
    const again = await open_store(context);
    await again.call('probe_load', 'alice');
    const [, size] = await again.next();
    assert.ok(size < 25_000, `${size} bytes`);
    assert.ok(size > 1000);
  });

  async function write_megabytes(count) {
    const probe = await open_store(context, undefined, 1 << 30);
    await load(probe, 'alice');
    await probe.page.evaluate(async (megabytes) => {
      for (let number = 1; number <= megabytes; ++number) {
        self.call('probe_append', number, 1 << 20);
        await self.next_report();
      }
    }, count);
    return {probe, numbers: Array.from({length: count}, (_, i) => i + 1)};
  }

  for (const megabytes of [1, 12, 40, 64]) {
    test(`loads a journal of ${megabytes} MB again`, async () => {
      const {numbers} = await write_megabytes(megabytes);
      const again = await open_store(context, undefined, 1 << 30);
      assert.deepEqual(await load(again, 'alice'), numbers);
      assert.deepEqual(again.uncaught, []);
    });
  }

  test('shortens a journal that is larger than the free heap', async () => {
    const {probe, numbers} = await write_megabytes(12);
    for (const number of numbers.slice(1)) {
      await probe.call('probe_remove', number);
      assert.deepEqual(await probe.next(), written);
    }
    const again = await open_store(context, undefined, 1000);
    assert.deepEqual(await load(again, 'alice'), numbers);
    await load(again, 'bob');  // after the compaction that follows
    assert.deepEqual(again.uncaught, []);
    assert.deepEqual(await load(await open_store(context), 'alice'), [1]);
  });

  test('loads 70,000 unfinished messages again, in order', async () => {
    const probe = await open_store(context);
    await load(probe, 'alice');
    await probe.page.evaluate(async () => {
      for (let number = 1; number <= 70_000; ++number) self.call('probe_append', number, 1);
      for (let number = 1; number <= 70_000; ++number) await self.next_report();
    });
    assert.deepEqual(await load(await open_store(context), 'alice'), Array.from({length: 70_000}, (_, i) => i + 1));
  });

  test('forgets a session and its records, and nothing else', async () => {
    const probe = await open_store(context);
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

  test('lets the tab that loaded last own the session, and tells the other', async () => {
    const first = await open_store(context);
    await load(first, 'alice');
    await first.call('probe_append', 1, 10);
    assert.deepEqual(await first.next(), written);
    const second = await open_store(context);
    assert.deepEqual(await load(second, 'alice'), [1]);
    await first.call('probe_append', 2, 10);
    const sentence = 'Another tab has taken over this session';
    assert.deepEqual(await first.next(), ['written', 0, sentence]);
    await first.call('probe_put', 'record', 'of its own');
    await first.call('probe_append', 4, 10);
    assert.deepEqual((await first.next()).slice(0, 2), ['written', 0]);
    await second.call('probe_append', 3, 10);
    assert.deepEqual(await second.next(), written);
    assert.deepEqual(await load(await open_store(context), 'alice'), [1, 3]);
  });

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
  // What a browser does to a page that lives on: it ends the connection, with an event, or, as far as the page can tell yet, without.
  for (const [how, told] of [['and tells so', true], ['without a word yet', false]]) {
    test(`goes on in another connection when the browser ends the one that it had, ${how}`, async () => {
      const probe = await open_store(context, (page) => page.addInitScript(() => {
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
      assert.deepEqual(await load(await open_store(context), 'alice'), [1, 2, 3]);
      assert.deepEqual(probe.uncaught, []);
    });
  }

  test('goes on after the user has removed what the page had stored', {skip: lacks('devtools')}, async () => {
    const probe = await open_store(context);
    await load(probe, 'alice');
    const devtools = await context.newCDPSession(probe.page);
    await devtools.send('Storage.clearDataForOrigin', {origin: new URL(pages.url).origin, storageTypes: 'indexeddb'});
    await probe.call('probe_put', 'a', 'b');
    await probe.call('probe_read', '');
    assert.deepEqual([await probe.next(), await probe.next()], [['record', 0, 'a=b'], ['read', 1, '']]);
    assert.deepEqual(await load(probe, 'alice'), []);
    await probe.call('probe_append', 1, 10);
    assert.deepEqual(await probe.next(), written);
  });

  for (const [how, deny] of Object.entries(denials)) {
    test(`says so in a sentence when storage ${how}, and throws nothing`, async () => {
      const probe = await open_store(context, (page) => page.addInitScript(deny));
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
    const probe = await open_store(context, (page) => page.addInitScript(() => {
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
    const probe = await open_store(context, async (page) => {
      const devtools = await context.newCDPSession(page);
      await devtools.send('Storage.overrideQuotaForOrigin', {origin: new URL(pages.url).origin, quotaSize: 100_000});
    });
    await load(probe, 'alice');
    await probe.call('probe_append', 1, 3 << 20);
    assert.deepEqual(await probe.next(), ['written', 0, 'The browser has no room left for this page']);
    assert.equal((await probe.next())[0], 'problem');
    assert.deepEqual(probe.uncaught, []);
  });
});
