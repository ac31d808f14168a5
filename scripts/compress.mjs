// Compresses what a folder serves, once and as well as it can be: FILE.br and FILE.gz beside each FILE that gains by it.
// For servers that send such files (nginx: brotli_static, gzip_static). What is up to date stays as it is.
//
//   node scripts/compress.mjs /var/www/mqtt-chat
import {readdir, readFile, stat, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {brotliCompressSync, constants, gzipSync} from 'node:zlib';

const worth = new Set(['.html', '.js', '.mjs', '.css', '.json', '.wasm', '.svg', '.txt', '.webmanifest']);

const ways = {
  '.br': (data) => brotliCompressSync(data, {params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
  }}),
  '.gz': (data) => gzipSync(data, {level: 9}),
};

async function compress(file) {
  const {mtime} = await stat(file);
  const data = await readFile(file);
  for (const [extension, way] of Object.entries(ways)) {
    const target = file + extension;
    const known = await stat(target).catch(() => null);
    if (known && known.mtime.getTime() === mtime.getTime()) continue;
    await writeFile(target, way(data));
    // The same time as the file's: a server compares them.
    await utimes(target, mtime, mtime);
  }
}

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node scripts/compress.mjs DIRECTORY');
  process.exit(2);
}
for (const entry of await readdir(folder, {withFileTypes: true, recursive: true})) {
  if (entry.isFile() && worth.has(path.extname(entry.name))) await compress(path.join(entry.path ?? folder, entry.name));
}
