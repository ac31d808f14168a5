// The gallery of imgui_web's components in a browser of its own.
//
//   const gallery = on_gallery();                             // browser and server, for a file of tests
//   const {page, close} = await gallery.open('components');   // drawn and at rest; close() fails if it had errors
//   await gallery.open('chat', {init: script, viewport: …});  // `init` runs in the page before its own scripts
//   await settle(page);                                       // has drawn what it was told, and rests
//   await hide_scroll_bars(page);                             // before pictures that are compared, which
//   await still_picture(page);                                // takes
//   gallery.server.url, gallery.browser
import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before} from 'node:test';
import {serve} from '../../../scripts/serve.mjs';
import {few_pixels, launchBrowser} from './browser.mjs';
import {expected} from './engines/engine.mjs';
import {root, until} from './machine.mjs';

const built = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
const directory = process.env.WASMQTT_IMGUI_WEB_DEMO ?? path.join(built, 'gallery');

export const frames = (page) => page.evaluate(() => Module.imguiWebFrames());

// Waits until the page has drawn what it was told and rests.
export async function settle(page) {
  await page.evaluate(() => new Promise((resolve, reject) => {
    const start = performance.now();
    let last = -1;
    let calm = 0;
    const look = () => {
      const now = Module.imguiWebFrames();
      calm = now === last ? calm + 1 : 0;
      last = now;
      if (calm > 4) resolve();
      else if (performance.now() > start + 60000) reject(new Error(`the page does not come to rest: ${now} frames`));
      else requestAnimationFrame(look);
    };
    look();
  }));
}

async function open_view({browser, server}, view, {init, ...options} = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}, ...few_pixels, ...options});
  if (init) await context.addInitScript(init);
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', ({message}) => { if (!expected.test(message)) errors.push(message); });
  page.on('console', (message) => { if (message.type() === 'error' && !expected.test(message.text())) errors.push(message.text()); });
  page.setDefaultTimeout(30000);
  await page.goto(`${server.url}?view=${view}`);
  await page.waitForFunction(() => window.Module?.imguiWebFrames?.() > 1);
  await settle(page);
  return {page, context, errors, async close() {
    await context.close();
    assert.deepEqual(errors, []);
  }};
}

// The browser's own, which fade in and out when it likes, and are no part of what is drawn.
export const hide_scroll_bars = (page) => page.evaluate(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { scrollbar-width: none !important }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  // WebKit hides none that is there already.
  for (const element of document.querySelectorAll('.scroll, main')) {
    element.style.overflow = 'hidden';
    element.getBoundingClientRect();
    element.style.overflow = '';
  }
});

// A screenshot like the one before: nothing of the browser's own fades any more.
export function still_picture(page) {
  let last = null;
  return until(async () => {
    const [before, now] = [last, last = await page.screenshot()];
    return before?.equals(now) && now;
  }, 'a picture that stands still');
}

// A screenshot's pixels in a rectangle, as [r, g, b] counts by colour.
export async function colors(page, clip) {
  const shot = (await page.screenshot({clip})).toString('base64');
  return page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const {data: pixels} = context.getImageData(0, 0, image.width, image.height);
    const seen = {};
    for (let i = 0; i < pixels.length; i += 4) {
      const key = pixels.slice(i, i + 3).join();
      seen[key] = (seen[key] ?? 0) + 1;
    }
    return seen;
  }, shot);
}

export function on_gallery() {
  const gallery = {browser: null, server: null, open: (view, options) => open_view(gallery, view, options)};
  before(async () => {
    gallery.server = await serve({directory, port: 0});
    gallery.browser = await launchBrowser();
  });
  after(async () => {
    await gallery.browser?.close();
    await gallery.server?.close();
  });
  return gallery;
}
