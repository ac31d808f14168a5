// What Dear ImGui's hooks do not tell, and a line of the program does (wasm/imgui_impl_web/demo/told.cpp); tables; plain text.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {bring_axe, complaints} from './support/axe.mjs';
import {frames, settle} from './support/gallery.mjs';
import {until} from './support/machine.mjs';
import {on_stock} from './support/stock.mjs';

const {open} = on_stock();

describe('a line of the program', () => {
  let told;
  let page;
  before(async () => {
    told = await open('imgui_told');
    ({page} = told);
  });
  after(() => told.close());
  const attribute = (role, name, of) => page.getByRole(role, {name, exact: true}).getAttribute(of);

  test('tells the limits of a slider', async () => {
    assert.equal(await attribute('spinbutton', 'Volume', 'aria-valuemin'), '0');
    assert.equal(await attribute('spinbutton', 'Volume', 'aria-valuemax'), '2');
    assert.equal(await attribute('spinbutton', 'Volume', 'aria-valuenow'), '0.5');
  });

  test('tells that what is not checked can be', async () => {
    const shuffle = page.getByRole('button', {name: 'Shuffle'});
    assert.equal(await shuffle.getAttribute('aria-pressed'), 'false');
    await shuffle.press('Space');
    await until(async () => await shuffle.getAttribute('aria-pressed') === 'true', 'it is on');
  });

  test('tells all of a long text, what a field is for, and more than its name', async () => {
    assert.match(await page.getByRole('textbox', {name: 'Path'}).inputValue(), /^\/folder0.*\/folder19$/);
    assert.equal(await attribute('textbox', 'Mail', 'autocomplete'), 'email');
    assert.equal(await attribute('textbox', 'Mail', 'aria-description'), 'Nobody else sees it.');
  });

  test('names pictures, buttons with a picture, plots, progress, and what a program draws itself', async () => {
    for (const name of ['The cover', 'Levels of the last four songs']) await page.getByRole('img', {name}).waitFor();
    assert.equal(await attribute('progressbar', 'Played', 'aria-valuenow'), '25');
    await page.getByRole('button', {name: 'Star', exact: true}).click();
    await page.getByRole('button', {name: 'Unstar', exact: true}).waitFor();
    await page.getByRole('button', {name: 'Knob'}).press('Enter');
    await page.getByText('Turned 1 times').waitFor();
    await page.getByRole('button', {name: 'Knob'}).click();
    await page.getByText('Turned 2 times').waitFor();
  });

  test('makes a text a heading, and keeps one that is out of sight readable', async () => {
    await page.getByRole('heading', {name: 'Songs of today', level: 2}).waitFor();
    assert.equal(await page.getByText('Line 20 of the words').count(), 1);
  });

  test('is announced, once', async () => {
    await page.getByRole('button', {name: 'Say it'}).press('Enter');
    await page.locator('[aria-live=polite]').getByText('Two songs are new.').waitFor({state: 'attached'});
  });

  test('asks for the frames of an animation, which end with it', async () => {
    const moves = page.getByRole('checkbox', {name: 'Moves'});
    await moves.check();
    const before = await frames(page);
    await page.waitForFunction((least) => Module.imguiWebFrames() > least, before + 10);
    await moves.uncheck();
    await settle(page);
  });

  test('and none of it brings complaints of axe-core', async () => {
    await bring_axe(page);
    assert.deepEqual(await complaints(page), []);
  });

  test('a table has rows and cells, with a name that the program gave it', async () => {
    const table = page.getByRole('table', {name: 'Songs'});
    assert.equal(await table.getAttribute('aria-rowcount'), '3');
    assert.deepEqual(await table.getByRole('columnheader').allTextContents(), ['Title', 'Minutes', 'Play']);
    const rows = await table.getByRole('row').all();
    assert.equal(rows.length, 3);
    const cells = await rows[2].getByRole('cell').all();
    assert.deepEqual(await Promise.all(cells.map((cell) => cell.textContent())), ['Two', '3:20', 'Play']);
    assert.equal(await cells[2].getByRole('button', {name: 'Play'}).count(), 1);
  });

  test('a column header is pressed, and says how it sorts', async () => {
    const header = (name) => page.getByRole('columnheader', {name});
    await header('Minutes').getByRole('button').press('Enter');
    await until(async () => await header('Minutes').getAttribute('aria-sort') === 'ascending', 'it sorts');
    await header('Minutes').getByRole('button').click();
    await until(async () => await header('Minutes').getAttribute('aria-sort') === 'descending', 'the other way round');
  });
});

describe('plain text', () => {
  let form;
  before(async () => { form = await open('imgui_form'); });
  after(() => form.close());

  test('is selected by the pointer, where it is drawn', async () => {
    const {page} = form;
    const {x, y, width, height} = await page.getByText('Each pays 46.75 Euro').boundingBox();
    await page.mouse.move(x + 1, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width + 4, y + height / 2, {steps: 5});
    await page.mouse.up();
    assert.equal(await page.evaluate(() => `${getSelection()}`.trim()), 'Each pays 46.75 Euro');
  });

  test("is found by the browser's own search", async () => {
    const {page} = form;
    await page.evaluate(() => getSelection().removeAllRanges());
    assert.ok(await page.evaluate(() => window.find('pays 46')));
    assert.equal(await page.evaluate(() => `${getSelection()}`), 'pays 46');
  });

  test('and so are labels and titles, which screen readers hear as names alone', async () => {
    const {page} = form;
    for (const words of ['Share the bill', 'Currency', 'Tip calculator', 'Guest']) {
      await page.evaluate(() => getSelection().removeAllRanges());
      assert.ok(await page.evaluate((text) => window.find(text), words), words);
      assert.equal(await page.locator('[aria-hidden=true]').getByText(words, {exact: true}).count(), 1);
    }
  });
});
