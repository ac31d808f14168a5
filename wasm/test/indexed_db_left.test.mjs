// IndexedDbStore in a page that is left while it writes.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {name as engine} from './support/engines/engine.mjs';
import {load, on_stores, written} from './support/stores.mjs';

const world = on_stores();

describe('the session store in a page that is left', () => {
  test('loses nothing that was on its way when the page was left', async () => {
    const probe = await world.open_store();
    await load(probe, 'alice');
    const release = await world.hold_database();
    await probe.call('probe_append', 1, 10);
    await probe.call('probe_append', 2, 10);
    await probe.call('probe_put', 'history/bob/1', 'Grüße');
    await probe.page.goto('about:blank');
    await release();
    const again = await world.open_store();
    assert.deepEqual(await load(again, 'alice'), [1, 2]);
    await again.call('probe_read', 'history/');
    assert.deepEqual(await again.next(), ['record', 0, 'history/bob/1=Grüße']);
    assert.equal(await again.page.evaluate(() => localStorage.length), 0);
    await again.call('probe_append', 3, 10);
    assert.deepEqual([await again.next(), await again.next()], [['read', 1, ''], written]);
    assert.deepEqual(await load(await world.open_store(), 'alice'), [1, 2, 3]);
  });

  test('takes nothing of a page that was left into a session that belongs to another one', async () => {
    const probe = await world.open_store();
    await load(probe, 'alice');
    const owner = await world.open_store();
    await load(owner, 'alice');
    const release = await world.hold_database();
    await probe.call('probe_append', 1, 10);
    await probe.page.goto('about:blank');
    await release();
    await owner.call('probe_append', 2, 10);
    assert.deepEqual(await owner.next(), written);
    assert.deepEqual(await load(await world.open_store(), 'alice'), [2]);
  });

  test('writes what it was writing when it comes back from the browser\'s cache', {skip: engine !== 'webkit' && 'WebKit alone keeps such a page'}, async () => {
    const probe = await world.open_store();
    await load(probe, 'alice');
    const release = await world.hold_database();
    await probe.call('probe_append', 1, 10);
    await probe.page.goto('about:blank');
    await release();
    await probe.page.goBack();
    assert.deepEqual(await probe.next(), written);
    assert.deepEqual(await load(await world.open_store(), 'alice'), [1]);
  });

  test('does not put back what a page that was left had not stored over what another one stored since', async () => {
    const left = await world.open_store();
    await load(left, 'alice');
    const other = await world.open_store();
    await load(other, 'bob');
    const release = await world.hold_database();
    await left.call('probe_put', 'draft', 'old');
    await left.page.goto('about:blank');
    await release();
    await other.call('probe_put', 'draft', 'new');
    await other.call('probe_append', 1, 10);
    assert.deepEqual(await other.next(), written);
    const again = await world.open_store();
    await again.call('probe_read', 'draft');
    assert.deepEqual(await again.next(), ['record', 0, 'draft=new']);
    assert.equal(await again.page.evaluate(() => localStorage.length), 0);
  });

  test('keeps no more than a megabyte of what was on its way when the page was left', async () => {
    const probe = await world.open_store();
    await load(probe, 'alice');
    const release = await world.hold_database();
    await probe.call('probe_append', 1, (1 << 20) + 1);
    await probe.page.goto(new URL('probe.html', world.pages.url).href);
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
    const probe = await world.open_store(async (page) => {
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

  test('keeps what the page that was left had not stored until it is stored', async () => {
    const abort_the_restore = (text) => {
      if (location.protocol !== 'http:') return;
      localStorage.setItem('wasmqtt-rescue "wasmqtt" a page', text);
      const get = IDBObjectStore.prototype.get;
      IDBObjectStore.prototype.get = function(key) {
        IDBObjectStore.prototype.get = get;
        const request = get.call(this, key);
        this.transaction.abort();
        return request;
      };
    };
    const kept = () => probe.page.evaluate(() => localStorage.length);
    let probe = await world.open_store((page) => page.addInitScript(abort_the_restore, JSON.stringify(entry)));
    await probe.call('probe_read', 'a');
    assert.deepEqual(await probe.next(), ['read', 1, '']);
    assert.equal(await kept(), 1);
    probe = await world.open_store();
    await probe.call('probe_read', 'a');
    assert.deepEqual(await probe.next(), ['record', 0, 'a=b']);
    assert.equal(await kept(), 0);
  });
});
