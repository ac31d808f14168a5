// imgui_web on its own gallery page: found by role and name, clicked without force, looked at as pixels.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {bring_axe, complaints} from './support/axe.mjs';
import {lacks} from './support/engines/engine.mjs';
import {colors, on_gallery, settle} from './support/gallery.mjs';
import {until} from './support/machine.mjs';

const {open} = on_gallery();

describe('controls', () => {
  let gallery;
  before(async () => { gallery = await open('components'); });
  after(() => gallery.close());

  test('are filled, clicked and checked by role and name', async () => {
    const {page} = gallery;
    await page.getByRole('textbox', {name: 'Username'}).fill('peter');
    assert.equal(await page.getByRole('textbox', {name: 'Username'}).inputValue(), 'peter');
    await page.getByRole('checkbox', {name: 'Use status messages'}).check();
    assert.ok(await page.getByRole('checkbox', {name: 'Use status messages'}).isChecked());
    await page.getByRole('checkbox', {name: 'Use QoS 1'}).uncheck();
    await page.getByRole('radio', {name: 'Outbound only'}).check();
    await page.getByRole('button', {name: 'Sign In'}).click();
    await page.getByText('Signed in 1 times').waitFor();
  });

  test('are activated by the keyboard once for each key', async () => {
    const fresh = await open('components');
    const {page} = fresh;
    await page.getByRole('button', {name: 'Sign In'}).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Signed in 1 times').waitFor();
    await page.keyboard.press('Space');
    await page.getByText('Signed in 2 times').waitFor();
    await page.getByRole('textbox', {name: 'Username'}).press('Enter');
    await page.getByText('Signed in 3 times').waitFor();
    await page.getByRole('checkbox', {name: 'Use QoS 1'}).press('Space');
    await settle(page);
    assert.ok(!await page.getByRole('checkbox', {name: 'Use QoS 1'}).isChecked());
    await fresh.close();
  });

  test('are reached by Tab in reading order, and Tab leaves the page at its end', async () => {
    const {page} = gallery;
    const order = [];
    await page.evaluate(() => document.activeElement.blur());
    await page.getByRole('button', {name: 'Theme'}).focus();
    for (let i = 0; i < 5; ++i) {
      await page.keyboard.press('Tab');
      order.push(await page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.textContent));
    }
    assert.deepEqual(order, ['Username', 'Password', 'Broker', 'Notes', 'Use QoS 1']);
  });

  test('say what they are: states, description, autocomplete', async () => {
    const {page} = gallery;
    const broker = page.getByRole('textbox', {name: 'Broker'});
    assert.equal(await broker.getAttribute('aria-invalid'), 'true');
    assert.equal(await broker.getAttribute('aria-description'), 'A name cannot hold / + or #');
    assert.equal(await page.getByRole('textbox', {name: 'Username'}).getAttribute('autocomplete'), 'username');
    assert.equal(await page.getByLabel('Password').getAttribute('type'), 'password');
    assert.ok(await page.getByRole('button', {name: 'Disabled'}).isDisabled());
    assert.equal(await page.getByRole('button', {name: 'Options'}).getAttribute('aria-expanded'), 'true');
    await page.getByRole('button', {name: 'Show Packets'}).click();
    await page.getByRole('button', {name: 'Show Packets', pressed: true}).waitFor();
  });

  test('a dialog takes the focus, makes the rest inert, and gives the focus back', async () => {
    // In the window that was opened last: Firefox tells no other one of its focus.
    const front = await open('components');
    const {page} = front;
    await page.getByRole('button', {name: 'New chat'}).click();
    const dialog = page.getByRole('dialog', {name: 'New chat'});
    await dialog.waitFor();
    await settle(page);
    assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), 'Name');
    assert.equal(await page.getByRole('button', {name: 'Sign In'}).count(), 0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({state: 'detached'});
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'New chat');
    await front.close();
  });
});

describe('text fields', () => {
  test('compose with an IME: the unfinished text is in the field, then the finished one', {skip: lacks('devtools')}, async () => {
    const chat = await open('chat');
    const field = chat.page.getByRole('textbox', {name: 'Message'});
    await field.focus();
    const devtools = await chat.context.newCDPSession(chat.page);
    await devtools.send('Input.imeSetComposition', {text: 'にほ', selectionStart: 2, selectionEnd: 2});
    assert.equal(await field.inputValue(), 'にほ');
    await devtools.send('Input.insertText', {text: '日本'});
    assert.equal(await field.inputValue(), '日本');
    await field.press('Enter');
    await chat.page.getByRole('log').getByText('日本').waitFor();
    assert.equal(await field.inputValue(), '');
    await chat.close();
  });

  test('break a line with Shift+Enter, grow, and send with Enter', async () => {
    const chat = await open('chat');
    const field = chat.page.getByRole('textbox', {name: 'Message'});
    const {height} = await field.boundingBox();
    await field.fill('one');
    await field.press('Shift+Enter');
    await chat.page.keyboard.type('two');
    await settle(chat.page);
    assert.equal((await field.boundingBox()).height, height + 24);
    await field.press('Enter');
    await chat.page.getByRole('log').getByText('one two').waitFor();
    await settle(chat.page);
    assert.equal((await field.boundingBox()).height, height);
    await chat.close();
  });

  test('undo, copy and paste as the browser does', {skip: lacks('clipboard')}, async () => {
    const gallery = await open('components', {permissions: ['clipboard-read', 'clipboard-write']});
    const {page} = gallery;
    const user = page.getByRole('textbox', {name: 'Username'});
    await user.fill('Grüße 你好 👩‍👩‍👧');
    await user.selectText();
    await page.keyboard.press('Control+c');
    await page.getByRole('textbox', {name: 'Notes'}).fill('');
    await page.keyboard.press('Control+v');
    assert.equal(await page.getByRole('textbox', {name: 'Notes'}).inputValue(), 'Grüße 你好 👩‍👩‍👧');
    await page.keyboard.press('Control+z');
    assert.equal(await page.getByRole('textbox', {name: 'Notes'}).inputValue(), '');
    await gallery.close();
  });

  test('what is typed is drawn', async () => {
    const gallery = await open('components');
    const box = await gallery.page.getByRole('textbox', {name: 'Notes'}).boundingBox();
    await gallery.page.getByRole('textbox', {name: 'Notes'}).fill('');
    await settle(gallery.page);
    const count = async () => Object.keys(await colors(gallery.page, box)).length;
    const empty = await count();
    await gallery.page.getByRole('textbox', {name: 'Notes'}).fill('MMMMMM');
    await settle(gallery.page);
    assert.ok(await count() > empty + 5);
    await gallery.close();
  });
});

describe('text', () => {
  test('of a message is selected with the mouse and copied without false line breaks', {skip: lacks('clipboard')}, async () => {
    const chat = await open('chat', {permissions: ['clipboard-read', 'clipboard-write']});
    const {page} = chat;
    const long = page.locator('.text').filter({hasText: 'Message number 36, which is long'});
    const first = await long.locator('.line').first().boundingBox();
    const last = await long.locator('.line').last().boundingBox();
    await page.mouse.move(first.x + 1, first.y + 12);
    await page.mouse.down();
    await page.mouse.move(last.x + last.width - 1, last.y + 12, {steps: 5});
    await page.mouse.up();
    await page.keyboard.press('Control+c');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await long.textContent());
    await chat.close();
  });

  test('is selected by a double click word by word, at the beginning of a line, too', {skip: lacks('double click')}, async () => {
    const chat = await open('chat');
    const {page} = chat;
    const long = page.locator('.text').filter({hasText: 'Message number 36, which is long'});
    for (const index of [0, 1]) {
      const line = long.locator('.line').nth(index);
      const {x, y, height} = await line.boundingBox();
      await page.mouse.dblclick(x + 4, y + height / 2);
      const word = (await line.textContent()).split(/\s/)[0];
      assert.equal((await page.evaluate(() => getSelection().toString())).trim(), word);
    }
    await chat.close();
  });

  test('is copied in lines when all of the page is selected', async () => {
    const chat = await open('chat');
    const {page} = chat;
    await page.getByText('(it is short)').waitFor();
    await page.evaluate(() => {
      addEventListener('copy', (event) => { self.copied = event.clipboardData.getData('text/plain'); });
      document.activeElement.blur();
    });
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    const lines = (await until(() => page.evaluate(() => self.copied), 'something is copied')).split('\n');
    const said = await page.getByRole('log').getByRole('article').count();
    assert.ok(said > 5 && lines.length >= said, `${lines.length} lines of ${said} messages`);
    assert.ok(lines.includes('Message number 40'), lines.slice(-20).join('\n'));
    await chat.close();
  });

  test('lies where it is drawn', async () => {
    const chat = await open('chat', {deviceScaleFactor: 1});
    const {page} = chat;
    // The browser's own text, made visible, must cover what is drawn: hardly any drawn pixel remains beside it.
    const line = page.locator('.text').filter({hasText: 'Message number 40'}).locator('.line');
    const box = await line.boundingBox();
    const drawn = Object.entries(await colors(page, box));
    const dark = (list) => list.filter(([key]) => key.split(',').every((part) => part < 110)).reduce((sum, [, n]) => sum + n, 0);
    await line.evaluate((element) => { element.style.color = '#eef0f5'; element.style.textShadow = '0 0 1px #eef0f5, 0 0 1px #eef0f5'; });
    const covered = Object.entries(await colors(page, box));
    assert.ok(dark(drawn) > 60, `${dark(drawn)} dark pixels drawn`);
    assert.ok(dark(covered) < dark(drawn) * 0.25, `${dark(covered)} of ${dark(drawn)} are left`);
    await chat.close();
  });

  test('in any script is drawn: emoji in colour, CJK, Arabic and Devanagari not as boxes', async () => {
    const chat = await open('chat', {deviceScaleFactor: 2});
    const {page} = chat;
    const field = page.getByRole('textbox', {name: 'Message'});
    const pictures = new Set();
    for (const text of ['👩‍👩‍👧👍🏽🇩🇪', '你好', 'مرحبا', 'हिन्दी', '한국어', '\u{10FFFE}']) {
      await field.fill(text);
      await field.press('Enter');
      const box = await page.getByRole('log').getByText(text, {exact: true}).last().boundingBox();
      await settle(page);
      const seen = await colors(page, {...box, width: Math.max(4, box.width)});
      // A box for what no font has may be of two colours.
      const counts = Object.values(seen).sort((a, b) => b - a);
      assert.ok(counts.slice(1).reduce((sum, count) => sum + count, 0) > 10, `${text} is blank`);
      pictures.add(JSON.stringify(seen));
      if (text.startsWith('👩')) {
        const vivid = Object.keys(seen).filter((key) => {
          const [r, g, b] = key.split(',').map(Number);
          return r > 150 && b < 90 && r - b > 100 && g > 30;
        });
        assert.ok(vivid.length > 5, 'the emoji have colours');
      }
    }
    assert.equal(pictures.size, 6);
    await chat.close();
  });

  test('with an address in it has a link that opens beside the page', async () => {
    const chat = await open('chat');
    const link = chat.page.getByRole('link', {name: 'https://example.org/mqtt'});
    assert.equal(await link.getAttribute('href'), 'https://example.org/mqtt');
    assert.equal(await link.getAttribute('target'), '_blank');
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
    await chat.close();
  });

  test('of somebody else is text, never markup', async () => {
    const chat = await open('chat');
    const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3)';
    const field = chat.page.getByRole('textbox', {name: 'Message'});
    await field.fill(hostile);
    await field.press('Enter');
    await chat.page.getByRole('log').getByText(hostile).waitFor();
    assert.equal(await chat.page.locator('#app img, #app script, a[href^="javascript"]').count(), 0);
    await chat.close();
  });
});

describe('scrolling', () => {
  test('is the browser\'s: the wheel moves the log, the log stays there, and its end is found again', async () => {
    const chat = await open('chat');
    const {page} = chat;
    const log = page.getByRole('log', {name: 'Messages'});
    await page.getByText('Message number 40').waitFor();
    await log.hover();
    await page.mouse.wheel(0, -1200);
    await page.getByText('Message number 20', {exact: true}).waitFor();
    await settle(page);
    const top = await log.evaluate((element) => element.scrollTop);
    await settle(page);
    assert.equal(await log.evaluate((element) => element.scrollTop), top);
    await log.focus();
    await page.keyboard.press('End');
    await page.getByText('(it is short)').waitFor();
    await chat.close();
  });

  test('by touch moves the log and does not click what lies under the finger', {skip: lacks('devtools')}, async () => {
    const chat = await open('chat', {viewport: {width: 390, height: 844}, hasTouch: true, isMobile: true});
    const {page} = chat;
    const log = page.getByRole('log', {name: 'Messages'});
    const before_ = await log.evaluate((element) => element.scrollTop);
    const devtools = await chat.context.newCDPSession(page);
    const touch = (type, points) => devtools.send('Input.dispatchTouchEvent', {type, touchPoints: points});
    await touch('touchStart', [{x: 200, y: 300}]);
    for (let y = 310; y <= 600; y += 20) await touch('touchMove', [{x: 200, y}]);
    await touch('touchEnd', []);
    await page.waitForFunction((top) => document.querySelector('[role=log]').scrollTop < top - 150, before_);
    await page.getByRole('button', {name: 'Theme'}).tap();
    await page.waitForFunction(() => document.documentElement.style.colorScheme === 'dark');
    await chat.close();
  });

  test('of a script to what is in view moves the page nowhere', async () => {
    // So narrow that the header does not fit: there is something to scroll to.
    const chat = await open('chat', {viewport: {width: 300, height: 640}});
    const {page} = chat;
    const moved = await page.evaluate(() => {
      for (const element of document.querySelectorAll('#imgui-web :is(button, input, textarea, [role=article], .line)'))
        element.scrollIntoView({block: 'center', inline: 'center'});
      return [document.scrollingElement, document.body, ...document.querySelectorAll('#imgui-web, #imgui-web *')]
        .filter((element) => element.scrollLeft !== 0 || element.scrollTop !== 0)
        .map((element) => element.getAttribute('role') ?? element.outerHTML.slice(0, 80));
    });
    assert.deepEqual(moved.filter((what) => !['log', 'list'].includes(what)), []);
    await page.getByRole('button', {name: 'Theme'}).click();
    await page.waitForFunction(() => document.documentElement.style.colorScheme === 'dark');
    await chat.close();
  });

  test('finds what is out of sight: a click scrolls there first', async () => {
    const gallery = await open('components', {viewport: {width: 390, height: 500}});
    await gallery.page.getByRole('button', {name: 'Sign In'}).click();
    await gallery.page.getByText('Signed in 1 times').waitFor();
    await gallery.close();
  });
});

describe('tables', () => {
  test('mirror the rows in sight, are chosen by click and moved through by arrow keys', async () => {
    const gallery = await open('packets');
    const {page} = gallery;
    const table = page.getByRole('table', {name: 'Packets'});
    assert.equal(await table.getAttribute('aria-rowcount'), '5001');
    assert.ok(await page.getByRole('row').count() < 60);
    await page.getByRole('row', {name: /^4995 /}).click();
    await page.locator('[aria-current][aria-rowindex="4996"]').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('[aria-current][aria-rowindex="4997"]').waitFor();
    await gallery.close();
  });

  test('show a ring around the row that an arrow key leads back to', async () => {
    const gallery = await open('packets');
    const {page} = gallery;
    const row = page.getByRole('row', {name: /^4995 /});
    await row.click();
    await page.mouse.move(1, 1);
    await page.locator('[aria-current][aria-rowindex="4996"]').waitFor();
    const {x, y, width, height} = await row.boundingBox();
    const picture = async () => {
      await settle(page);
      return colors(page, {x, y, width: Math.min(width, 1270 - x), height});
    };
    const clicked = await picture();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    assert.ok(await row.evaluate((element) => element === document.activeElement));
    assert.notDeepEqual(await picture(), clicked);
    await gallery.close();
  });
});

describe('accessibility', () => {
  for (const view of ['components', 'chat', 'packets', 'dialog']) {
    test(`axe-core finds nothing to complain about: ${view}`, async () => {
      const checked = await open(view);
      await bring_axe(checked.page);
      assert.deepEqual(await complaints(checked.page), []);
      await checked.close();
    });
  }
});
