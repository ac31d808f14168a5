// Makes the pictures of ../README.md from the built pages.
//
//   node wasm/imgui_impl_web/test/pictures.mjs [FOLDER]        default: wasm/imgui_impl_web/pictures
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {serve} from '../../../scripts/serve.mjs';
import {launchBrowser} from '../../test/support/browser.mjs';
import {settle, still_picture} from '../../test/support/gallery.mjs';
import {root} from '../../test/support/machine.mjs';
import {smaller} from '../../test/support/small_png.mjs';
import {stock_directory} from '../../test/support/stock.mjs';

const folder = process.argv[2] ?? path.join(root, 'wasm', 'imgui_impl_web', 'pictures');
await mkdir(folder, {recursive: true});
const server = await serve({directory: stock_directory, port: 0});
const browser = await launchBrowser();

async function take(name, program, viewport, use) {
  const page = await browser.newPage({viewport, deviceScaleFactor: 1});
  await page.goto(`${server.url}${program}/index.html`);
  await page.waitForFunction(() => window.Module?.imguiWebFrames?.() > 1);
  await use(page);
  await settle(page);
  await still_picture(page);
  await writeFile(path.join(folder, `${name}.png`), smaller(await page.screenshot()));
  await page.close();
}

const press = async (page, ...names) => {
  for (const name of names) await page.getByRole('button', {name, exact: true}).press('Enter');
};

try {
  await take('demo', 'imgui_demo', {width: 960, height: 640}, async (page) => {
    await press(page, 'Widgets', 'Text', 'UTF-8 Text');
    await page.getByRole('button', {name: 'Basic', exact: true}).press('Enter');
    await page.getByRole('textbox', {name: 'input text', exact: true}).fill('typed by the browser');
  });
  await take('plain', 'imgui_form', {width: 460, height: 500}, async (page) => {
    await page.evaluate(() => document.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext());
    await page.getByRole('alert').waitFor();
  });
  await take('calculator', 'imgui_calculator', {width: 300, height: 460}, (page) => press(page, '1', '2', '*', '3', '=', '+', '6', '='));
  await take('hex_viewer', 'imgui_hex_viewer', {width: 740, height: 440}, async (page) => {
    await page.getByRole('textbox', {name: 'Address'}).fill('120');
    await page.getByRole('button', {name: 'Go to'}).press('Enter');
  });
} finally {
  await browser.close();
  await server.close();
}
