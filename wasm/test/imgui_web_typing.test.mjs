// The field that is typed in: its text is the browser's, at once and in place; the program's frame follows.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {frames, on_gallery, settle} from './support/gallery.mjs';
import {colors_of} from './support/small_png.mjs';

const {open} = on_gallery();
const field_of = (page, name) => page.getByRole('textbox', {name, exact: true});
const ink_of = (field) => field.evaluate((element) => getComputedStyle(element).webkitTextFillColor);
const unseen = 'rgba(0, 0, 0, 0)';

// What is drawn in a field: the columns with something dark, and the green of its darkest pixel.
async function drawn_in(page, field) {
  const {x, y, width, height} = await field.boundingBox();
  const clip = {x: Math.round(x) + 6, y: Math.round(y) + 6, width: Math.round(Math.min(width, 420)) - 12, height: Math.round(height) - 12};
  const {colors} = colors_of(await page.screenshot({clip}));
  const wide = colors.length / clip.height;
  const greens = [...colors].map((color) => color >> 8 & 255);
  return {columns: new Set([...greens.keys()].filter((i) => greens[i] < 110).map((i) => i % wide)), darkest: Math.min(...greens)};
}
const dark_columns = async (page, field) => (await drawn_in(page, field)).columns;

describe('the field that is typed in', () => {
  test('shows its text itself, and only as long as it has the focus', async () => {
    const {page, close} = await open('components', {colorScheme: 'light'});
    const name = field_of(page, 'Username');
    await name.fill('alice');
    await settle(page);
    assert.equal(await ink_of(name), 'rgb(21, 23, 28)');
    assert.equal(await ink_of(field_of(page, 'Broker')), unseen);
    await field_of(page, 'Broker').focus();
    await settle(page);
    assert.equal(await ink_of(name), unseen);
    await close();
  });

  test('keeps each letter where it was drawn', async () => {
    const {page, close} = await open('components', {colorScheme: 'light', deviceScaleFactor: 1});
    const name = field_of(page, 'Username');
    await name.fill('AVATAR fill, ToTe 0123');
    await settle(page);
    const typing = await dark_columns(page, name);
    await field_of(page, 'Notes').focus();
    await settle(page);
    const drawn = await dark_columns(page, name);
    const far = [...typing].filter((x) => ![x - 1, x, x + 1].some((near) => drawn.has(near)));
    assert.ok(typing.size > 60 && Math.abs(Math.max(...typing) - Math.max(...drawn)) <= 1, `to ${Math.max(...typing)} and ${Math.max(...drawn)}`);
    assert.deepEqual(far, []);
    await close();
  });

  test('shows a key before the frame that tells the program of it', async () => {
    const {page, close} = await open('components');
    await field_of(page, 'Username').focus();
    await settle(page);
    const before = await frames(page);
    const [at_once, painted] = await page.evaluate(() => new Promise((resolve) => {
      document.activeElement.addEventListener('input', () => {
        const at_once = Module.imguiWebFrames();
        requestAnimationFrame(() => resolve([at_once, Module.imguiWebFrames()]));
      });
      document.execCommand('insertText', false, 'x');
    }));
    assert.deepEqual([at_once, painted], [before, before]);
    await page.waitForFunction((count) => Module.imguiWebFrames() > count, before);
    await close();
  });

  test('grows in the event of the key that needs a further line', async () => {
    const {page, close} = await open('components');
    const notes = field_of(page, 'Notes');
    await notes.fill('one');
    await settle(page);
    const [before, after, scrolled] = await notes.evaluate((field) => {
      const before = field.offsetHeight;
      field.focus();
      document.execCommand('insertText', false, '\n2');
      return [before, field.offsetHeight, field.scrollTop];
    });
    assert.ok(after > before + 10, `${before}, then ${after}`);
    assert.equal(scrolled, 0);
    await close();
  });

  test('shows what to write there, and no label in its place', async () => {
    const look = {colorScheme: 'light', deviceScaleFactor: 1};
    // The caret is out of sight: it is darker, and blinks.
    const hide_caret = (field) => field.evaluate((element) => { element.style.caretColor = 'transparent'; });
    const {page, close} = await open('chat', look);
    const message = field_of(page, 'Message');
    await message.fill('');
    await hide_caret(message);
    await settle(page);
    const hint = await drawn_in(page, message);
    assert.ok(hint.columns.size > 40 && hint.darkest >= 90, `${hint.columns.size} columns, rgb(88, 96, 112) is all that is drawn: ${hint.darkest}`);
    await close();
    const other = await open('components', look);
    const name = field_of(other.page, 'Username');
    await name.fill('');
    await hide_caret(name);
    await settle(other.page);
    assert.equal((await drawn_in(other.page, name)).columns.size, 0);
    await other.close();
  });

  test('lets no other text be painted meanwhile, until the window is left, as for find-in-page', async () => {
    const {page, close} = await open('components');
    const opacities = () => page.evaluate(() => ['.text', 'button'].map((kind) => getComputedStyle(document.querySelector(`#imgui-web ${kind}`)).opacity));
    assert.deepEqual(await opacities(), ['1', '1']);
    await field_of(page, 'Username').focus();
    assert.deepEqual(await opacities(), ['0', '0']);
    const leave = (left) => page.evaluate((left) => {
      document.hasFocus = () => !left;
      window.dispatchEvent(new Event(left ? 'blur' : 'focus'));
    }, left);
    await leave(true);
    assert.deepEqual(await opacities(), ['1', '1']);
    await leave(false);
    assert.deepEqual(await opacities(), ['0', '0']);
    await page.getByRole('button').first().focus();
    assert.deepEqual(await opacities(), ['1', '1']);
    await close();
  });

  test('is the program\'s where it is a password\'s', async () => {
    const {page, close} = await open('components');
    const password = field_of(page, 'Password');
    await password.fill('secret');
    await settle(page);
    assert.equal(await ink_of(password), unseen);
    await close();
  });
});
