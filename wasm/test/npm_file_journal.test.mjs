// The npm package's journal in files, by itself: names that a file system takes, and what a power cut could take.
import assert from 'node:assert/strict';
import {promises} from 'node:fs';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {syncBuiltinESMExports} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {import_source} from './support/package.mjs';

let folder;
let FileJournal;
const opened = [];   // paths, and what was done to them
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'wasmqtt-journal-'));
  const {open, rename} = promises;
  promises.open = async (...values) => {
    const handle = await open(...values);
    const {sync} = handle;
    handle.sync = () => {
      opened.push(`sync ${values[0]}`);
      return sync.call(handle);
    };
    return handle;
  };
  promises.rename = (from, to) => {
    opened.push(`rename ${path.basename(to)}`);
    return rename(from, to);
  };
  syncBuiltinESMExports();
  ({FileJournal} = await import_source('node_journal.js'));
});
after(() => rm(folder, {recursive: true, force: true}));

const records = Buffer.from('records');

test('client ids of any length have files of their own, and are found again', async () => {
  const ids = ['a'.repeat(240), 'a'.repeat(241), `${'a'.repeat(241)}b`, '/'.repeat(65_535), 'ü/..\\'];
  for (const id of ids) {
    const journal = new FileJournal(folder, () => null);
    assert.equal((await journal.load(id)).length, 0, id.slice(0, 10));
    await journal.append(Buffer.from(id));
    await journal.shorten();
    await journal.close();
  }
  for (const id of ids) {
    const journal = new FileJournal(folder, () => null);
    assert.equal(`${await journal.load(id)}`, id);
    await journal.close();
  }
  const names = await readdir(folder);
  assert.equal(names.length, ids.length);
  assert.ok(names.every((name) => Buffer.byteLength(`${name}.new`) <= 255));
});

test('a file that is new, or has taken the place of another, is made durable with its folder', {skip: process.platform === 'win32'}, async () => {
  opened.length = 0;
  const journal = new FileJournal(folder, () => null);
  await journal.load('durable');
  assert.deepEqual(opened.splice(0), [`sync ${folder}`]);
  await journal.append(records);
  await journal.shorten();
  assert.deepEqual(opened.splice(0), ['rename durable.journal', `sync ${folder}`]);
  await journal.close();
  await journal.load('durable');
  assert.deepEqual(opened, [], 'it was there');
  await journal.close();
});
