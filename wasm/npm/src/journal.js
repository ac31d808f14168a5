// The session's journal in IndexedDB: batches of records in order, one transaction each, so that what was accepted
// survives a reload or a crash. Whoever loaded a session last owns it: another tab's append then fails.
const compact_above = 256 * 1024;

export async function open_journal(journal, compact) {
  if (typeof journal.load === 'function' && typeof journal.append === 'function') return journal;
  if (typeof indexedDB === 'undefined') {
    throw new Error('journal: there is no IndexedDB here; give an object with load(clientId) and append(records)');
  }
  return new IndexedDbJournal(typeof journal === 'string' ? journal : 'wasmqtt', compact);
}

const answer = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

class IndexedDbJournal {
  #name;
  #compact;
  #database = null;
  #session = '';
  #token = '';
  #last = 0;
  #grown = 0;
  #short = 0;

  constructor(name, compact) {
    this.#name = name;
    this.#compact = compact;
  }

  #batches() { return IDBKeyRange.bound([this.#session, 0], [this.#session, Infinity]); }

  // Runs work(store) in one transaction and resolves, when that is durable, to its result.
  #transact(work) {
    const transaction = this.#database.transaction('journal', 'readwrite', {durability: 'strict'});
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new Error('Another tab has taken over this session'));
    });
    const worked = work(transaction.objectStore('journal'), transaction);
    return Promise.all([worked, ended]).then(([result]) => result);
  }

  async load(client_id) {
    const opening = indexedDB.open(this.#name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('journal');
    this.#database = await answer(opening);
    this.#database.onversionchange = () => this.#database.close();
    this.#session = client_id;
    this.#token = Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-');
    const batches = await this.#transact(async (journal) => {
      journal.put(this.#token, [this.#session]);
      const [keys, values] = await Promise.all([answer(journal.getAllKeys(this.#batches())),
        answer(journal.getAll(this.#batches()))]);
      this.#last = keys.at(-1)?.[1] ?? 0;
      return values;
    });
    const whole = new Uint8Array(await new Blob(batches).arrayBuffer());
    this.#grown = whole.length;
    return whole;
  }

  async append(records) {
    await this.#transact(async (journal, transaction) => {
      if (await answer(journal.get([this.#session])) !== this.#token) return transaction.abort();
      this.#grown += records.length;
      if (this.#grown <= Math.max(compact_above, 3 * this.#short)) {
        journal.add(records, [this.#session, ++this.#last]);
        return;
      }
      const all = await answer(journal.getAll(this.#batches()));
      const size = all.reduce((sum, batch) => sum + batch.length, records.length);
      const whole = new Uint8Array(size);
      [...all, records].reduce((at, batch) => (whole.set(batch, at), at + batch.length), 0);
      const shorter = this.#compact(whole) ?? whole;
      this.#short = this.#grown = shorter.length;
      journal.delete(this.#batches());
      journal.add(shorter, [this.#session, ++this.#last]);
    });
  }
}
