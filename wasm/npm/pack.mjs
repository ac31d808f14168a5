// The other side of src/packing.js: takes the core's WebAssembly apart. It travels in a string, because a text file can be
// bundled, cached and served like any other, needs no second request and no path to be right.
import {leb, streams, unpack, walk_function} from './src/packing.js';

const export_section = 7;
const code_section = 10;
const shift = 40;  // keeps the frequent bytes away from the characters that a string has to escape

function read_leb(wasm, at) {
  let value = 0;
  for (let place = 0; ; place += 7) {
    const byte = wasm[at++];
    value |= (byte & 0x7f) << place;
    if (!(byte & 0x80)) return [value, at];
  }
}

// Where a section begins and its contents begin and end.
function find_section(wasm, wanted) {
  for (let begin = 8; begin < wasm.length;) {
    const [size, contents] = read_leb(wasm, begin + 1);
    if (wasm[begin] === wanted) return [begin, contents, contents + size];
    begin = contents + size;
  }
  throw new Error(`There is no section ${wanted}`);
}

// The same module with short names for the functions of core/bridge.cpp, and without the exports that nobody calls:
// {wasm, names}, names by what they were.
export function shorten_exports(wasm) {
  const [begin, contents, end] = find_section(wasm, export_section);
  const names = {};
  const kept = [];
  let [left, at] = read_leb(wasm, contents);
  for (; left > 0; --left) {
    const [size, name_at] = read_leb(wasm, at);
    const name = Buffer.from(wasm.subarray(name_at, name_at + size)).toString();
    [, at] = read_leb(wasm, name_at + size + 1);
    const what = wasm.subarray(name_at + size, at);
    if (name.startsWith('mqtt_')) names[name] = `$${Object.keys(names).length.toString(36)}`;
    else if (name !== 'memory' && name !== '_initialize') continue;
    const short = Buffer.from(names[name] ?? name);
    kept.push([short.length, ...short, ...what]);
  }
  const section = [...leb(kept.length), ...kept.flat()];
  const parts = [wasm.subarray(0, begin), [export_section, ...leb(section.length), ...section], wasm.subarray(end)];
  return {wasm: Uint8Array.from(parts.flatMap((part) => [...part])), names};
}

// Sorts the code of `wasm`, and gives the same with natural alignments, to compare what unpack() makes of the rest.
function sort(wasm) {
  const [begin, contents, end] = find_section(wasm, code_section);
  const parts = Array.from({length: streams}, () => []);
  const natural = Uint8Array.from(wasm);
  let [functions, at] = read_leb(wasm, contents);
  for (let left = functions; left > 0; --left) {
    let size;
    [size, at] = read_leb(wasm, at);
    const body_end = at + size;
    walk_function((stream, recent) => {
      const byte = wasm[at++];
      parts[stream].push(recent ? recent.indexOf(byte) : byte);
      return byte;
    }, (hint) => { natural[at++] = hint; });
    if (at !== body_end) throw new Error('A function of the core does not end where it should: src/packing.js lacks an opcode');
  }
  return {parts: [wasm.subarray(0, begin), wasm.subarray(end), ...parts], functions, natural};
}

// JavaScript that exports module_bytes(). ES modules are always UTF-8.
export function module_source(wasm) {
  const {parts, functions, natural} = sort(wasm);
  const sizes = [wasm.length, ...parts.map((part) => part.length)];
  const text = parts.flatMap((part) => [...part]).map((byte) => String.fromCharCode((byte + shift) & 0xff)).join('');
  if (Buffer.compare(unpack(text, shift, sizes, functions), natural) !== 0) throw new Error('unpack() made another module');
  const escapes = {'\\': '\\\\', '`': '\\`', '$': '\\$', '\r': '\\r', '\0': '\\x00'};
  return `import {unpack} from './packing.js';
const text = \`${text.replace(/[\\`$\r\0]/g, (character) => escapes[character])}\`;
export const module_bytes = () => unpack(text, ${shift}, ${JSON.stringify(sizes)}, ${functions});
`;
}
