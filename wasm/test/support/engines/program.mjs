// Where a browser's program is.
import {accessSync} from 'node:fs';

// The path in the environment's `variable`, else the first of `candidates` that is there.
export function program(name, variable, candidates) {
  if (process.env[variable]) return process.env[variable];
  const found = candidates.find((file) => {
    try {
      accessSync(file);
      return true;
    } catch {
      return false;
    }
  });
  if (!found) throw new Error(`no ${name} found: set ${variable} to its path`);
  return found;
}
