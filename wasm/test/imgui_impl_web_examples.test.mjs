// Two programs that were made for GLFW and SDL (wasm/imgui_impl_web/examples), as pages: used by roles and names.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {bring_axe, complaints} from './support/axe.mjs';
import {settle} from './support/gallery.mjs';
import {until} from './support/machine.mjs';
import {on_stock} from './support/stock.mjs';

const {open} = on_stock();
const viewport = {width: 720, height: 480};

describe('the calculator, which was a program for GLFW', () => {
  test('calculates by its buttons and by the number keys, and keeps a tape', async () => {
    const {page, close} = await open('imgui_calculator', {viewport});
    const key = (name) => page.getByRole('button', {name, exact: true});
    for (const name of ['1', '2', '*', '3']) await key(name).click();
    await key('=').press('Enter');
    await page.getByRole('row').filter({hasText: '12 * 3'}).getByRole('cell', {name: '36'}).waitFor();
    await key('+').press('Enter');
    await page.keyboard.press('Digit6');
    await key('=').press('Enter');
    assert.deepEqual(await page.getByRole('cell').allTextContents(), ['12 * 3', '36', '36 + 6', '42']);
    assert.deepEqual(await page.getByRole('columnheader').allTextContents(), ['Calculation', 'Result']);
    await page.getByRole('menuitem', {name: 'View'}).click();
    await page.getByRole('menuitemcheckbox', {name: 'Tape'}).click();
    await page.getByRole('table').waitFor({state: 'detached'});
    await bring_axe(page);
    assert.deepEqual(await complaints(page), []);
    await close();
  });
});

describe('the hex viewer, which was a program for SDL', () => {
  test('goes to an address, and says what the bytes there mean', async () => {
    const {page, close} = await open('imgui_hex_viewer', {viewport});
    const row = (address) => page.getByRole('row').filter({has: page.getByRole('cell', {name: address, exact: true})});
    await row('0010').getByRole('button', {name: '12', exact: true}).click();
    await page.getByText('At 0012: 18', {exact: true}).waitFor();
    await page.getByRole('combobox', {name: 'Read as'}).press('Enter');
    await page.getByRole('option', {name: '32 bits'}).click();
    await page.getByText(`At 0012: ${0x15141312}`).waitFor();
    await page.getByRole('checkbox', {name: 'Big endian'}).check();
    await page.getByText(`At 0012: ${0x12131415}`).waitFor();
    const address = page.getByRole('textbox', {name: 'Address'});
    await address.fill('120');
    await address.press('Enter');
    await row('0120').waitFor();
    await until(async () => /^At 0120/.test(await page.getByText(/^At /).textContent()), 'it went there');
    assert.equal((await row('0120').getByRole('cell').allTextContents()).length, 18);
    await page.getByRole('checkbox', {name: 'Letters'}).uncheck();
    await settle(page);
    assert.equal((await row('0010').getByRole('cell').allTextContents()).length, 17);
    await bring_axe(page);
    assert.deepEqual(await complaints(page), []);
    await close();
  });
});
