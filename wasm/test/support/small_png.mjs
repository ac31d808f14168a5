// A screenshot in fewer bytes: 256 of its colours, and for each other one the nearest of these.
//
//   await writeFile('chat.png', smaller(await page.screenshot()));
//   const {colors} = colors_of(await page.screenshot());
//
// Takes what browsers make: eight bits, three or four channels, not interlaced. Transparency is dropped.
import {deflateSync, inflateSync} from 'node:zlib';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

const crcs = Uint32Array.from({length: 256}, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >>> 1 ^ 0xEDB88320 : crc >>> 1;
  return crc;
});

const crc_of = (bytes) => ~bytes.reduce((crc, byte) => crcs[(crc ^ byte) & 255] ^ crc >>> 8, -1) >>> 0;

function chunks(png) {
  const found = [];
  for (let at = 8; at < png.length;) {
    const size = png.readUInt32BE(at);
    found.push({type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + size)});
    at += size + 12;
  }
  return found;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc_of(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}

function paeth(left, above, corner) {
  const guess = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(guess - value));
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

// Undoes the filters of the lines; what is left are the pixels, one after the other.
function pixels_of(lines, width, height, channels) {
  const stride = width * channels;
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; ++y) {
    const filter = lines[y * (stride + 1)];
    for (let x = 0; x < stride; ++x) {
      const at = y * stride + x;
      const left = x >= channels ? out[at - channels] : 0;
      const above = y > 0 ? out[at - stride] : 0;
      const corner = x >= channels && y > 0 ? out[at - stride - channels] : 0;
      const guess = [0, left, above, left + above >> 1, filter === 4 ? paeth(left, above, corner) : 0][filter];
      out[at] = lines[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return out;
}

const parts = (color) => [color >> 16, color >> 8 & 255, color & 255];

const distance = (a, b) => {
  const [r, g, b_] = parts(a);
  const [x, y, z] = parts(b);
  return (r - x) ** 2 + (g - y) ** 2 + (b_ - z) ** 2;
};

function nearest(color, palette) {
  const far = palette.map((other) => distance(color, other));
  return far.indexOf(Math.min(...far));
}

// The most frequent colours; then, one after the other, what is farthest from all these, so that an emoji keeps its own.
function choose(counts) {
  const all = [...counts].sort((a, b) => b[1] - a[1]).map(([color]) => color);
  const chosen = all.slice(0, 160);
  const left = all.slice(160, 1600);
  const far = left.map((color) => Math.min(...chosen.map((other) => distance(color, other))));
  while (left.length > 0 && chosen.length < 256) {
    const next = far.reduce((best, value, i) => (value > far[best] ? i : best), 0);
    const color = left[next];
    chosen.push(color);
    left.forEach((other, i) => { far[i] = Math.min(far[i], distance(color, other)); });
    left.splice(next, 1);
    far.splice(next, 1);
  }
  return chosen;
}

// The pixels of a screenshot, as numbers 0xRRGGBB, line by line.
export function colors_of(png) {
  const all = chunks(png);
  const header = all[0].data;
  const [width, height, channels] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9] === 6 ? 4 : 3];
  const lines = inflateSync(Buffer.concat(all.filter(({type}) => type === 'IDAT').map(({data}) => data)));
  const pixels = pixels_of(lines, width, height, channels);
  const colors = new Uint32Array(width * height);
  for (let i = 0, at = 0; i < colors.length; ++i, at += channels) colors[i] = pixels[at] << 16 | pixels[at + 1] << 8 | pixels[at + 2];
  return {header, width, height, colors};
}

export function smaller(png) {
  const {header, width, height, colors} = colors_of(png);
  const counts = new Map();
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1);
  const palette = choose(counts);
  const index = new Map(palette.map((color, i) => [color, i]));
  const out = Buffer.alloc((width + 1) * height);
  for (let i = 0; i < colors.length; ++i) {
    if (!index.has(colors[i])) index.set(colors[i], nearest(colors[i], palette));
    out[Math.floor(i / width) * (width + 1) + 1 + i % width] = index.get(colors[i]);
  }
  const head = Buffer.from(header);
  head[9] = 3;  // indexed colours
  return Buffer.concat([signature, chunk('IHDR', head), chunk('PLTE', Buffer.from(palette.flatMap(parts))),
    chunk('IDAT', deflateSync(out, {level: 9, memLevel: 9})), chunk('IEND', Buffer.alloc(0))]);
}
