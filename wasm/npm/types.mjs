// The declarations twice: X.d.ts for require() and X.d.mts for import, because TypeScript's node16 takes a declaration for
// what its name says.
import {copyFileSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';

export function copy_types(from, to) {
  for (const file of readdirSync(from).filter((name) => name.endsWith('.d.ts'))) {
    copyFileSync(path.join(from, file), path.join(to, file));
    const text = readFileSync(path.join(from, file), 'utf8').replace(/(from '\.\/[\w-]+)\.js'/g, "$1.mjs'");
    writeFileSync(path.join(to, file.replace(/\.ts$/, '.mts')), text);
  }
}
