// How the core's WebAssembly travels in this JavaScript: as text, and sorted. A function's bytes are opcodes, numbers of
// variables, offsets and constants by turns; each kind resembles itself far more than its neighbours, so apart they
// compress a tenth better. build.mjs takes the module apart with pack.mjs, unpack() puts it together again, and both
// follow the same walk over the code.

// The streams that the bytes of functions go to. Two things are not kept: sizes, which follow from the rest, and the
// alignments of memory accesses, which are hints: each becomes the natural one.
const [declarations, opcodes, blocks, branches, calls, locals, globals, offsets, ints, longs, floats] = Array(11).keys();
export const streams = 11;

// Natural alignments of the opcodes from i32.load (0x28) to i64.store32 (0x3e).
const alignments = [...'23230011001122232301012'].map(Number);

// Copied for each function.
const byte_values = Uint8Array.from(Array(256).keys());

// One function, from its declarations to its last `end`. move(stream, recent) moves one byte and gives it; in a stream with
// a list of `recent` values its place there travels. align(hint) is an access's alignment.
export function walk_function(move, align) {
  // A number in LEB128; gives its last byte.
  const number = (stream, recent) => {
    const byte = move(stream, recent);
    if (recent) {
      recent.copyWithin(1, 0, recent.indexOf(byte));
      recent[0] = byte;
    }
    return byte & 0x80 ? number(stream, recent) : byte;
  };
  const times = (count, step) => { while (count-- > 0) step(); };
  // What was used lately is used again.
  const recent = byte_values.slice();
  times(number(declarations), () => times(2, () => number(declarations)));
  for (let depth = 1; depth > 0;) {
    const opcode = move(opcodes);
    if (opcode === 0x0b) {  // end
      --depth;
    } else if (opcode >= 0x02 && opcode <= 0x04) {  // block, loop, if
      ++depth;
      number(blocks);
    } else if (opcode === 0x0c || opcode === 0x0d) {  // br, br_if
      number(branches);
    } else if (opcode === 0x0e) {  // br_table
      times(number(branches) + 1, () => number(branches));
    } else if (opcode === 0x10 || opcode === 0x11) {  // call; call_indirect, with a type
      times(opcode - 0x0f, () => number(calls));
    } else if (opcode >= 0x20 && opcode <= 0x22) {  // local.get, set, tee
      number(locals, recent);
    } else if (opcode === 0x23 || opcode === 0x24) {  // global.get, set
      number(globals);
    } else if (opcode >= 0x28 && opcode <= 0x3e) {  // loads and stores
      align(alignments[opcode - 0x28]);
      number(offsets);
    } else if (opcode === 0x3f || opcode === 0x40) {  // memory.size, grow
      number(blocks);
    } else if (opcode === 0x41) {  // constants
      number(ints);
    } else if (opcode === 0x42) {
      number(longs);
    } else if (opcode === 0x43 || opcode === 0x44) {
      times(opcode === 0x43 ? 4 : 8, () => move(floats));
    } else if (opcode === 0xfc) {  // memory.copy and fill, with their memories; conversions, with nothing
      const kind = number(opcodes);
      if (kind > 9) times(12 - kind, () => number(opcodes));
    }
  }
}

export const leb = (value) => (value < 0x80 ? [value] : [value & 0x7f | 0x80, ...leb(value >> 7)]);

// text: one character a byte, `shift` added to each. sizes: of the module, of what precedes its code and follows it, and of
// the streams.
export function unpack(text, shift, [size, head, tail, ...parts], functions) {
  const packed = new Uint8Array(text.length);
  for (let at = 0; at < text.length; ++at) packed[at] = text.charCodeAt(at) - shift;
  const module = new Uint8Array(size);
  let at = 0;
  const put = (bytes) => {
    module.set(bytes, at);
    at += bytes.length;
  };
  // Puts what work() does behind its size.
  const sized = (work) => {
    const begin = at;
    work();
    const length = leb(at - begin);
    module.copyWithin(begin + length.length, begin, at);
    module.set(length, begin);
    at += length.length;
  };
  let end = head + tail;
  const next = parts.map((part) => (end += part) - part);
  const move = (stream, recent) => {
    const value = packed[next[stream]++];
    return module[at++] = recent ? recent[value] : value;
  };
  const align = (hint) => { module[at++] = hint; };
  put(packed.subarray(0, head));
  put([0x0a]);
  sized(() => {
    put(leb(functions));
    while (functions-- > 0) sized(() => walk_function(move, align));
  });
  put(packed.subarray(head, head + tail));
  return module;
}
