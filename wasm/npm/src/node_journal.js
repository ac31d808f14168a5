// The session's journal in files: one for each client id in a folder, batches of records behind one another. Before each
// stand its size, a checksum of the size and one of the records, four bytes each. A batch at the end that a crash cut off is
// left out, for it had not been reported as written; any other damage is reported, and nothing is changed.
import {createHash} from 'node:crypto';
import {mkdir, open, readFile, rename} from 'node:fs/promises';
import path from 'node:path';
import {crc32} from './crc32.js';

const compact_above = 256 * 1024;
const header = 12;

// File systems allow 255 bytes, endings and all. Ids that are alike for so long differ at the end, where no encoded id has a '+'.
const longest_name = 240;
export function file_name(client_id) {
  const name = encodeURIComponent(client_id);
  if (name.length <= longest_name) return `${name}.journal`;
  const hash = createHash('sha256').update(client_id).digest('hex').slice(0, 32);
  return `${name.slice(0, longest_name - 1 - hash.length)}+${hash}.journal`;
}

// A new name is as durable as its folder is. Windows has no such call.
async function sync_folder(folder) {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function framed(records) {
  const frame = Buffer.alloc(header + records.length);
  frame.writeUInt32LE(records.length, 0);
  frame.writeUInt32LE(crc32(frame.subarray(0, 4)), 4);
  frame.writeUInt32LE(crc32(records), 8);
  frame.set(records, header);
  return frame;
}

// The batches, and how far the file is whole.
function unframed(bytes) {
  const batches = [];
  let at = 0;
  const damaged = () => new Error('The journal is damaged');
  while (at + header <= bytes.length) {
    if (crc32(bytes.subarray(at, at + 4)) !== bytes.readUInt32LE(at + 4)) throw damaged();
    const end = at + header + bytes.readUInt32LE(at);
    if (end > bytes.length) break;
    const records = bytes.subarray(at + header, end);
    if (crc32(records) !== bytes.readUInt32LE(at + 8)) {
      if (end < bytes.length) throw damaged();
      break;
    }
    batches.push(records);
    at = end;
  }
  return {records: Buffer.concat(batches), whole: at};
}

export class FileJournal {
  // `compact`: the shortest records that restore the same session, or null.
  constructor(folder, compact) {
    this.folder = folder;
    this.compact = compact;
    this.file = null;
    this.handle = null;
    this.grown = 0;
    this.short = 0;
  }

  async load(client_id) {
    await mkdir(this.folder, {recursive: true, mode: 0o700});
    this.file = path.join(this.folder, file_name(client_id));
    const bytes = await readFile(this.file).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
      return null;
    });
    const {records, whole} = unframed(bytes ?? Buffer.alloc(0));
    await this.handle?.close();
    this.handle = await open(this.file, 'a', 0o600);
    await this.handle.truncate(whole);
    if (!bytes) await sync_folder(this.folder);
    this.grown = whole;
    return records;
  }

  async append(records) {
    await this.handle.appendFile(framed(records));
    await this.handle.datasync();
    this.grown += records.length;
    if (this.grown > Math.max(compact_above, 3 * this.short)) await this.shorten();
  }

  async shorten() {
    const {records} = unframed(await readFile(this.file));
    const shorter = this.compact(records) ?? records;
    const fresh = `${this.file}.new`;
    const handle = await open(fresh, 'w', 0o600);
    await handle.writeFile(framed(shorter));
    await handle.datasync();
    await handle.close();
    await this.handle.close();
    await rename(fresh, this.file);
    await sync_folder(this.folder);
    this.handle = await open(this.file, 'a', 0o600);
    this.short = this.grown = shorter.length;
  }

  async close() {
    await this.handle?.close();
    this.handle = null;
  }
}
