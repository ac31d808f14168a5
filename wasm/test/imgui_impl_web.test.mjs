// A small program with Dear ImGui's own widgets (wasm/imgui_impl_web/demo/form.cpp), used by roles and names, by the keyboard, by the
// pointer and by an input method.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {bring_axe, complaints} from './support/axe.mjs';
import {lacks} from './support/engines/engine.mjs';
import {frames, settle} from './support/gallery.mjs';
import {until} from './support/machine.mjs';
import {on_stock} from './support/stock.mjs';

const {open} = on_stock();
const focused = (page) => page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.textContent);
const says = (page, text) => page.getByText(text, {exact: true}).waitFor({state: 'attached'});

describe('stock widgets', () => {
  let form;
  before(async () => { form = await open('imgui_form'); });
  after(() => form.close());

  test('are elements with role, name, state and value', async () => {
    const {page} = form;
    const window = page.getByRole('region', {name: 'Tip calculator'});
    assert.equal(await window.getByRole('textbox', {name: 'Guest'}).inputValue(), '');
    assert.equal(await window.getByRole('textbox', {name: 'Amount'}).inputValue(), '42.50');
    assert.equal(await window.getByRole('spinbutton', {name: 'Tip'}).getAttribute('aria-valuetext'), '10 %');
    assert.equal(await window.getByRole('spinbutton', {name: 'Tip'}).getAttribute('aria-valuenow'), '10');
    assert.equal(await window.getByRole('combobox', {name: 'Currency'}).textContent(), 'Euro');
    assert.ok(await window.getByRole('radio', {name: 'To the cent'}).isChecked());
    assert.ok(!await window.getByRole('radio', {name: 'Rounded up'}).isChecked());
    assert.ok(!await window.getByRole('checkbox', {name: 'Share the bill'}).isChecked());
    assert.ok(await window.getByRole('spinbutton', {name: 'People'}).isDisabled());
    assert.equal(await window.getByRole('button', {name: 'Remarks'}).getAttribute('aria-expanded'), 'false');
    assert.equal(await window.getByRole('menubar').getByRole('menuitem', {name: 'Bill'}).count(), 1);
    await says(page, 'Each pays 46.75 Euro');
  });

  test('are clicked where they are drawn', async () => {
    const {page} = form;
    await page.getByRole('checkbox', {name: 'Share the bill'}).check();
    await says(page, 'Each pays 23.38 Euro');
    assert.ok(await page.getByRole('spinbutton', {name: 'People'}).isEnabled());
    await page.getByRole('radio', {name: 'Rounded up'}).check();
    await says(page, 'Each pays 23.50 Euro');
    await page.getByRole('combobox', {name: 'Currency'}).click();
    await page.getByRole('option', {name: 'Pound'}).click();
    await says(page, 'Each pays 23.50 Pound');
  });

  test('complain of nothing to axe-core', async () => {
    await bring_axe(form.page);
    assert.deepEqual(await complaints(form.page), []);
  });

  test('rest: no frame is drawn when nothing happens', async () => {
    const {page} = form;
    await page.getByRole('textbox', {name: 'Guest'}).focus();
    await settle(page);
    const before = await frames(page);
    await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 1500); }));
    assert.equal(await frames(page), before);
  });
});

describe('stock widgets by the keyboard', () => {
  let form;
  before(async () => { form = await open('imgui_form'); });
  after(() => form.close());

  test('are reached by Tab in reading order', async () => {
    const {page} = form;
    await page.getByRole('menuitem', {name: 'Bill'}).focus();
    const order = [];
    for (let i = 0; i < 9; ++i) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
    }
    assert.deepEqual(order, ['Guest', 'Amount', '-', '+', 'Tip', 'Currency', 'To the cent', 'Share the bill', 'Remarks']);
  });

  test('are pressed by Space and Enter, once for each key', async () => {
    const {page} = form;
    const share = page.getByRole('checkbox', {name: 'Share the bill'});
    await share.press('Space');
    await settle(page);
    assert.ok(await share.isChecked());
    await share.press('Space');
    await settle(page);
    assert.ok(!await share.isChecked());
    await page.getByRole('button', {name: '+'}).press('Enter');
    await says(page, 'Each pays 47.30 Euro');
  });

  test('a slider takes Up and Down, and typed numbers', async () => {
    const {page} = form;
    const tip = page.getByRole('spinbutton', {name: 'Tip'});
    await tip.press('ArrowUp');
    await until(async () => await tip.getAttribute('aria-valuenow') === '11', 'one more');
    await tip.press('ArrowDown');
    await tip.press('ArrowDown');
    await until(async () => await tip.getAttribute('aria-valuenow') === '9', 'two less');
    await tip.fill('20');
    await tip.press('Enter');
    await until(async () => await tip.getAttribute('aria-valuetext') === '20 %', 'what was typed');
    await says(page, 'Each pays 51.60 Euro');
  });

  test('a combo opens, takes the focus into its list and gives it back', async () => {
    const {page} = form;
    const currency = page.getByRole('combobox', {name: 'Currency'});
    await currency.press('Enter');
    await page.getByRole('listbox').waitFor({state: 'attached'});
    assert.equal(await currency.getAttribute('aria-expanded'), 'true');
    await until(async () => await focused(page) === 'Euro', 'the first choice has the focus');
    assert.equal(await page.getByRole('option', {name: 'Euro'}).getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Dollar');
    await page.keyboard.press('Enter');
    await says(page, 'Each pays 51.60 Dollar');
    await until(async () => await focused(page) === 'Currency', 'the combo has the focus');
    await currency.press('Enter');
    await page.getByRole('listbox').waitFor({state: 'attached'});
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').waitFor({state: 'detached'});
  });

  test('a menu and its items', async () => {
    const {page} = form;
    await page.getByRole('menuitem', {name: 'Bill'}).press('Enter');
    await page.getByRole('menuitem', {name: 'New'}).press('Enter');
    await says(page, 'Each pays 46.75 Euro');
    await page.getByRole('menu').waitFor({state: 'detached'});
  });

  test('a modal dialog makes all else inert, and gives the focus back', async () => {
    const {page} = form;
    await page.getByRole('button', {name: 'Pay'}).press('Enter');
    const dialog = page.getByRole('dialog', {name: 'Pay now?'});
    await dialog.waitFor();
    assert.equal(await page.getByRole('checkbox').count(), 0);
    await until(async () => await focused(page) === 'Yes', 'its first button has the focus');
    await page.keyboard.press('Enter');
    await dialog.waitFor({state: 'detached'});
    await says(page, 'Paid: 46.75');
    await until(async () => await focused(page) === 'Pay', 'the button that opened it has the focus');
  });
});

describe('InputText', () => {
  let form;
  let guest;
  before(async () => {
    form = await open('imgui_form');
    guest = form.page.getByRole('textbox', {name: 'Guest'});
  });
  after(() => form.close());
  const reads = (field, text) => until(async () => await field.inputValue() === text, text);

  test('takes what is typed, pasted and deleted, at the caret', async () => {
    const {page} = form;
    await guest.click();
    await page.keyboard.type('Anna Bø');
    await reads(guest, 'Anna Bø');
    await page.keyboard.press('Home');
    await page.keyboard.type('Dr ');
    await page.keyboard.press('Delete');
    await reads(guest, 'Dr nna Bø');
    await page.keyboard.insertText('語');
    await reads(guest, 'Dr 語nna Bø');
    await page.keyboard.press('Shift+End');
    await page.keyboard.press('Backspace');
    await reads(guest, 'Dr 語');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('Delete');
    await reads(guest, '');
  });

  test('keeps its filter and its length', async () => {
    const {page} = form;
    const amount = page.getByRole('textbox', {name: 'Amount'});
    await amount.fill('1x2');
    await reads(amount, '12');
    await amount.press('Enter');
    await says(page, 'Each pays 13.20 Euro');
    await guest.fill('a'.repeat(100));
    await reads(guest, 'a'.repeat(63));
  });

  test('goes back to what it was on Escape', async () => {
    await form.page.getByRole('textbox', {name: 'Amount'}).focus();
    await guest.fill('Bob');
    await guest.press('Enter');
    await guest.fill('Carol');
    await guest.press('Escape');
    await reads(guest, 'Bob');
  });

  test('shows what an input method composes, and takes what it commits', {skip: lacks('devtools')}, async () => {
    const {page} = form;
    await guest.fill('');
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Input.imeSetComposition', {text: 'に', selectionStart: 1, selectionEnd: 1});
    await devtools.send('Input.imeSetComposition', {text: 'にほ', selectionStart: 2, selectionEnd: 2});
    await reads(guest, 'にほ');
    await devtools.send('Input.insertText', {text: '日本'});
    await reads(guest, '日本');
    await guest.press('Enter');
    await form.page.getByRole('textbox', {name: 'Amount'}).focus();
    await settle(page);
    assert.equal(await guest.inputValue(), '日本');  // what it draws, letter by letter
  });

  test('has the caret where the pointer put it, which Dear ImGui decides', {skip: lacks('double click')}, async () => {
    const {page} = form;
    await guest.fill('abcdefgh');
    const {x, y, height} = await guest.boundingBox();
    await page.getByRole('textbox', {name: 'Amount'}).focus();
    await page.mouse.click(x + 5, y + height / 2);
    await page.keyboard.type('-');
    await reads(guest, '-abcdefgh');
    await page.mouse.dblclick(x + 30, y + height / 2);
    await until(() => guest.evaluate((field) => field.selectionStart === 0 || field.selectionEnd - field.selectionStart >= 8),
      'the word is selected');
  });

  test('of several lines takes line breaks', async () => {
    const {page} = form;
    await page.getByRole('button', {name: 'Remarks'}).click();
    const note = page.getByRole('textbox', {name: 'Note'});
    await note.click();
    assert.equal(await note.evaluate((element) => element.localName), 'textarea');
    await page.keyboard.type('one');
    await page.keyboard.press('Enter');
    await page.keyboard.type('two');
    await reads(note, 'one\ntwo');
  });
});

describe("Dear ImGui's own demo, unchanged", () => {
  let demo;
  const button = (name) => demo.page.getByRole('button', {name, exact: true});
  before(async () => { demo = await open('imgui_demo', {viewport: {width: 1400, height: 900}}); });
  after(() => demo.close());

  test('is unfolded and folded by the keyboard', async () => {
    const {page} = demo;
    const before = await page.getByRole('button').count();
    for (const name of ['Widgets', 'Basic']) {
      await button(name).press('Enter');
      await until(async () => await button(name).getAttribute('aria-expanded') === 'true', `${name} is unfolded`);
    }
    assert.ok(await page.getByRole('button').count() > before + 20);
  });

  test('names each part of what has one label for all, out of sight, too', async () => {
    const {page} = demo;
    for (const [name, value] of [['input float3 1', '0.100'], ['input float3 3', '0.300']])
      assert.equal(await page.getByRole('textbox', {name}).inputValue(), value);
    assert.equal(await page.getByRole('spinbutton', {name: 'slider enum'}).inputValue(), 'Fire');
    assert.equal(await page.getByRole('spinbutton', {name: 'color 2 4'}).inputValue(), 'A:128');
    assert.equal(await page.getByRole('combobox', {name: 'combo', exact: true}).textContent(), 'AAAA');
  });

  test('knows tabs by their names, and takes no window for a button, out of sight, too', async () => {
    const {page} = demo;
    await button('Tabs').press('Enter');
    await button('Advanced & Close Button').press('Enter');
    for (const name of ['Artichoke', 'Beetroot', 'Celery', 'Daikon']) await page.getByRole('tab', {name, exact: true}).waitFor({state: 'attached'});
    await button('Tabs').press('Enter');
    await button('Tables & Columns').press('Enter');
    await button('Sorting').press('Enter');
    await page.getByRole('checkbox', {name: 'ImGuiTableFlags_SortMulti'}).waitFor({state: 'attached'});
    assert.equal(await button('Button').count(), 1);  // the one under Widgets, Basic
    await button('Tables & Columns').press('Enter');
  });

  test('scrolls what has the focus into sight', async () => {
    const {page} = demo;
    const header = page.getByRole('button', {name: 'Tooltips'});
    await header.focus();
    await until(async () => {
      const {y, height} = await header.boundingBox();
      return y > 20 && y + height < 700;
    }, 'it is in the window');
  });

  test('complains of nothing to axe-core', async () => {
    await bring_axe(demo.page);
    assert.deepEqual(await complaints(demo.page), []);
  });

  for (const [section, part] of [['Layout & Scrolling', 'Child windows'], ['Inputs & Focus', 'Shortcuts']]) {
    // In one of five runs it draws on, for Dear ImGui takes Enter for held down: its release has not come through.
    const skip = 'Enter stays down at times, and why is not known yet';
    test(`rests with windows in it that are scrolled out of sight: ${part}`, {skip}, async () => {
      const {page} = demo;
      for (const name of [section, part]) await button(name).press('Enter');
      await until(async () => await button(part).getAttribute('aria-expanded') === 'true', `${part} is unfolded`);
      await until(async () => {
        const start = await frames(page);
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
        return await frames(page) === start;
      }, 'half a second passed without a frame');
      await button(section).press('Enter');
    });
  }

  test('opens menus by the keyboard, one in another', async () => {
    const {page} = demo;
    const item = (name) => page.getByRole('menuitem', {name, exact: true});
    await item('Examples').press('Enter');
    await item('Simple layout').waitFor({state: 'attached'});
    await page.keyboard.press('Escape');
    await item('Simple layout').waitFor({state: 'detached'});
    await item('Menu').press('Enter');
    await item('Open Recent').press('Enter');
    await item('fish_hat.c').waitFor({state: 'attached'});
  });
});

describe('touch', {skip: lacks('touch')}, () => {
  let demo;
  let touch;
  const basic = () => demo.page.getByRole('button', {name: 'Basic', exact: true});
  const slider = () => demo.page.getByRole('spinbutton', {name: 'slider float', exact: true});
  const middle_of = async (locator) => {
    const {x, y, width, height} = await locator.boundingBox();
    return {x: x + width / 2, y: y + height / 2};
  };
  const drag = async (from, across, down) => {
    await touch('touchStart', from);
    for (let i = 1; i <= 20; ++i) await touch('touchMove', {x: from.x + across * i / 20, y: from.y + down * i / 20});
    await touch('touchEnd');
    await settle(demo.page);
  };
  before(async () => {
    demo = await open('imgui_demo', {viewport: {width: 1200, height: 800}, hasTouch: true});
    const devtools = await demo.context.newCDPSession(demo.page);
    touch = (type, point) => devtools.send('Input.dispatchTouchEvent', {type, touchPoints: point ? [point] : []});
  });
  after(() => demo.close());

  test('a tap presses, and a finger that moves scrolls', async () => {
    await demo.page.getByRole('button', {name: 'Widgets', exact: true}).tap();
    await basic().waitFor();
    await basic().tap();
    await settle(demo.page);
    const before = await basic().boundingBox();
    await drag({x: before.x + 20, y: 600}, 0, -200);
    await until(async () => (await basic().boundingBox()).y < before.y - 100, 'what was under the finger has moved with it');
  });

  test('a finger that goes across a slider moves it, and scrolls nothing', async () => {
    await slider().focus();
    await settle(demo.page);
    const before = await basic().boundingBox();
    await drag(await middle_of(slider()), 100, 5);
    await until(async () => Number.parseFloat((await slider().inputValue()).split('=').pop()) > 0.5, 'it has another value');
    assert.equal((await basic().boundingBox()).y, before.y);
  });

  test('a finger that goes down over a slider, or over a field with the focus, scrolls, and changes neither', async () => {
    const field = demo.page.getByRole('textbox', {name: 'input text', exact: true});
    for (const widget of [slider(), field]) {
      await widget.focus();
      await settle(demo.page);
      const before = await basic().boundingBox();
      const value = await widget.inputValue();
      await drag(await middle_of(widget), 5, 80);
      await until(async () => (await basic().boundingBox()).y > before.y + 40, 'it has scrolled');
      assert.equal(await widget.inputValue(), value);
    }
    assert.equal(await demo.page.evaluate(() => document.activeElement.ariaLabel), 'input text');
  });

  test('a tap on a slider sets it, and one on a field leads into it', async () => {
    await slider().focus();
    await settle(demo.page);
    const {x, y, height} = await slider().boundingBox();
    await touch('touchStart', {x: x + 12, y: y + height / 2});
    await touch('touchEnd');
    await until(async () => Number.parseFloat((await slider().inputValue()).split('=').pop()) < 0.2, 'it has another value');
    const field = demo.page.getByRole('textbox', {name: 'input text', exact: true});
    await field.tap();
    await demo.page.keyboard.type('by finger');
    await until(async () => (await field.inputValue()).includes('by finger'), 'it is typed into');
  });
});
