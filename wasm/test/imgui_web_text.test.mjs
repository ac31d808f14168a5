// Text on imgui_web's canvas, beside the same text laid out by the browser itself, and where the browser lets no canvas be
// read.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {colors, hide_scroll_bars, on_gallery, settle, still_picture} from './support/gallery.mjs';

const {open} = on_gallery();

const bidirectional = [
  'אבג דה וזח',
  'אבג 12.5 דה.',
  'abc אבג, דה 12!',
  'אבג abc, דה (xyz) 3?',
  'Hello (אבג) and [דה] 1.',
  'מחיר: 1,200.50 ₪ (כולל 17%)',
  'מרחב\u200f!',
  'مرحبا، كيف حالك؟',
  'السعر 12.50 $ (خصم 10%)',
  'رقم ١٢٣ من ٤٥٦.',
  'abc (مرحبا) def [12]',
  'קרא https://example.org/a_(b)?x=1 עכשיו',
  'אבג 3 > 2 < 5',
  '«אבג» "דה" - abc',
  'abc \u2067דה 12 xyz\u2069 def.',
  '\u202Dאבג\u202C דה',
  'אבג 👍🏽 דה 🇮🇱 (1)',
  'ab\nאבג: 1, 2.\nxyz!',
  'אבג\nabc (1).',
  '+972-50-123 אבג',
  '\uFEFFאבג 12!',  // a byte order mark counts
  'שלום לכולם, זו פסקה ארוכה with English words (and 12 numbers) שנמשכת על פני כמה שורות, ונגמרת בנקודה.',
  'This long paragraph is in English, יש בו מילים בעברית (ומספרים: 12, 13) and goes on over several lines.',
];

// What the page says of the pieces, by line and from left to right: [byte offset, …] for each line.
async function drawn(page, text) {
  // Not every driver types a line break into a field.
  await page.getByRole('textbox', {name: 'Text'}).evaluate((field, value) => {
    field.value = value;
    field.dispatchEvent(new Event('input', {bubbles: true}));
  }, text);
  await settle(page);
  const words = await page.locator('p.text').filter({hasText: /^Order /}).textContent();
  return words.trim().split(' ').slice(1).map((place) => place.split(':').map(Number));
}

// The same pieces laid out by the browser: [offset, line, x].
const laid_out = (page, text, offsets) => page.evaluate(([text, offsets]) => {
  const bytes = [];  // byte offset -> UTF-16 unit
  let at = 0;
  let unit = 0;
  for (const c of text) {
    bytes[at] = unit;
    at += new TextEncoder().encode(c).length;
    unit += c.length;
  }
  bytes[at] = unit;
  const shown = document.querySelector('#imgui-web p.text');
  const p = document.body.appendChild(document.createElement('p'));
  p.dir = 'auto';
  p.textContent = text;
  p.style.cssText = 'position:absolute;left:0;top:0;margin:0;width:320px;visibility:hidden;white-space:pre-wrap;' +
    `overflow-wrap:anywhere;font-kerning:none;font-variant-ligatures:none;font:${shown.style.font}`;
  const node = p.firstChild;
  const places = offsets.map((offset, i) => {
    const range = document.createRange();
    // A break belongs to the line that it ends.
    range.setStart(node, bytes[offset] + /^\n*/.exec(text.slice(bytes[offset]))[0].length);
    range.setEnd(node, bytes[offsets[i + 1] ?? at]);
    // WebKit adds a place without a width in each run of letters that the piece lies beside.
    const box = [...range.getClientRects()].find(({width}) => width > 0) ?? range.getBoundingClientRect();
    return [offset, Math.round(box.top / parseFloat(getComputedStyle(p).lineHeight)), box.left];
  });
  p.remove();
  return places;
}, [text, offsets]);

// Line by line, what is to be seen of it from left to right.
function rows(text, places) {
  const bytes = Buffer.from(text);
  const lines = new Map();
  places.forEach(([offset, line, x], i) => {
    const piece = bytes.subarray(offset, places[i + 1]?.[0]).toString();
    if (/^[\s\p{Cf}]*$/u.test(piece)) return;
    lines.set(line, [...lines.get(line) ?? [], {piece, x}]);
  });
  return [...lines.values()].map((pieces) => pieces.sort((a, b) => a.x - b.x).map(({piece}) => piece));
}

describe('right-to-left text', () => {
  test('stands in the order in which the browser puts it', async () => {
    const gallery = await open('order');
    for (const text of bidirectional) {
      const ours = await drawn(gallery.page, text);
      const browsers = await laid_out(gallery.page, text, ours.map(([offset]) => offset));
      assert.deepEqual(rows(text, ours), rows(text, browsers), text);
    }
    await gallery.close();
  });

  test('ends at the right edge where it begins with a right-to-left letter, in fields as well', async () => {
    const gallery = await open('order');
    for (const [text, direction] of [['אבג abc', 'rtl'], ['abc אבג', 'ltr'], ['12 אבג', 'rtl']]) {
      const ours = await drawn(gallery.page, text);
      const browsers = await laid_out(gallery.page, text, ours.map(([offset]) => offset));
      for (let i = 0; i < ours.length; ++i) assert.ok(Math.abs(ours[i][2] - browsers[i][2]) < 3, `${text}: ${ours} ${browsers}`);
      const field = gallery.page.getByRole('textbox', {name: 'Text'});
      assert.equal(await field.evaluate((element) => getComputedStyle(element).direction), direction);
    }
    await gallery.close();
  });
});

test('an alert of several lines is several lines in the mirror as well, within the alert', async () => {
  const gallery = await open('components', {viewport: {width: 360, height: 640}});
  const lines = await gallery.page.getByRole('alert').first().evaluate((alert) => {
    const outer = alert.getBoundingClientRect();
    return [...alert.querySelectorAll('.line')].map((line) => {
      const box = line.getBoundingClientRect();
      return {text: line.textContent, top: box.top, inside: box.left >= outer.left && box.right <= outer.right};
    });
  });
  assert.ok(lines.length > 1);
  assert.ok(lines.every(({inside}) => inside));
  assert.equal(new Set(lines.map(({top}) => top)).size, lines.length);
  assert.equal(lines.map(({text}) => text).join(''), 'The broker refused the connection: bad user name or password.');
  await gallery.close();
});

const clip = {x: 0, y: 0, width: 640, height: 300};
const colored = (seen) => Object.keys(seen).some((key) => {
  const [r, g, b] = key.split(',').map(Number);
  return Math.max(r, g, b) - Math.min(r, g, b) > 60;
});

test('a private-use character of a text is not drawn as a cluster that was given its code point', async () => {
  const gallery = await open('order', {viewport: {width: 640, height: 300}, deviceScaleFactor: 1});
  const field = gallery.page.getByRole('textbox', {name: 'Text'});
  for (const [text, in_color] of [['🇩🇪', true], ['\u{F0000}', false], ['\u{F0000}\u{F0001}\u{10FFFD}', false]]) {
    await field.fill(text);
    await field.blur();
    await settle(gallery.page);
    assert.equal(colored(await colors(gallery.page, clip)), in_color, JSON.stringify(text));
  }
  await gallery.close();
});

describe('a browser that lets no canvas be read', () => {
  // As `privacy.resistFingerprinting` does it.
  const noise = () => {
    const read = CanvasRenderingContext2D.prototype.getImageData;
    CanvasRenderingContext2D.prototype.getImageData = function(...box) {
      const image = read.apply(this, box);
      if (!window.honest) for (let i = 0; i < image.data.length; ++i) image.data[i] = Math.random() * 256;
      return image;
    };
  };

  // How many pixels of two screenshots differ clearly.
  async function difference(page, one, other) {
    return page.evaluate(async (shots) => {
      window.honest = true;
      const images = await Promise.all(shots.map(async (data) => {
        const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        context.drawImage(bitmap, 0, 0);
        return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
      }));
      let count = 0;
      for (let i = 0; i < images[0].length; ++i) if (Math.abs(images[0][i] - images[1][i]) > 24) ++count;
      return count;
    }, [one, other].map((shot) => shot.toString('base64')));
  }

  const size = {viewport: {width: 640, height: 480}, deviceScaleFactor: 1};

  test('shows the same letters and emoji, also after the graphics context was lost', async () => {
    const plain = await open('chat', size);
    await hide_scroll_bars(plain.page);
    const expected = await still_picture(plain.page);
    const resisting = await open('chat', {...size, init: noise});
    const {page} = resisting;
    await hide_scroll_bars(page);
    const differs = async () => difference(plain.page, expected, await still_picture(page));
    assert.ok(await differs() < 40, `${await differs()} pixels`);
    const count = await page.evaluate(() => {
      window.extension = document.getElementById('imgui-web-canvas').getContext('webgl2').getExtension('WEBGL_lose_context');
      extension.loseContext();
      return Module.imguiWebFrames();
    });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await page.evaluate(() => extension.restoreContext());
    await page.waitForFunction((n) => Module.imguiWebFrames() > n, count);
    await settle(page);
    assert.ok(await differs() < 40, `${await differs()} pixels, after it was lost`);
    await resisting.close();
    await plain.close();
  });
});
