// Where the focus goes by itself: back to what was wrong, on to what comes next, and through a table of more rows than are drawn.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {until} from './support/machine.mjs';
import {publish} from './support/mosquitto.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();

const is_focused = (locator) => locator.evaluate((element) => element === document.activeElement);
const gets_focus = (locator, what) => until(async () => await locator.count() > 0 && is_focused(locator), what, timeout);

describe('the login', () => {
  test('a wrong password: back to it, with its text selected', async () => {
    const vy = await world.arrive('?stage=40&user=vy');
    await vy.field('Password').fill('wrong');
    await vy.field('Password').press('Enter');
    await vy.alert('Bad user name or password').waitFor();
    await gets_focus(vy.field('Password'), 'the password has the focus');
    await vy.page.waitForFunction(() => document.activeElement.selectionEnd - document.activeElement.selectionStart === 5);
    await vy.page.keyboard.type('test');
    await vy.page.keyboard.press('Enter');
    await vy.status('Connected').waitFor();
  });

  test('empty fields: the first wrong one; the focus brings what is wrong, and where it stays, it is said', async () => {
    const someone = await world.arrive('?stage=40');
    // What is said goes after some seconds: heard as it comes.
    await someone.page.evaluate(() => {
      self.said = [];
      new MutationObserver((changes) => changes.forEach(({addedNodes}) => addedNodes.forEach((line) => said.push(line.textContent))))
        .observe(document.querySelector('[aria-live=assertive]'), {childList: true});
    });
    const is_said = (text) => until(() => someone.page.evaluate((words) => said.some((line) => line.includes(words)), text), text, timeout);
    await someone.button('Sign In').click();
    await gets_focus(someone.field('Username'), 'the user name has the focus');
    assert.match(await someone.field('Username').getAttribute('aria-description'), /^Please enter a user name/);
    await someone.page.keyboard.press('Enter');
    await is_said('Please enter a user name');
    await someone.page.keyboard.type('vy');
    await someone.button('Sign In').click();
    await gets_focus(someone.field('Password'), 'the password has the focus');
    assert.equal(await someone.field('Password').getAttribute('aria-description'), 'Please enter your password.');
    await someone.page.keyboard.press('Enter');
    await is_said('Please enter your password.');
    assert.equal(await someone.page.evaluate(() => said.length), 2, 'nothing is said twice');
  });

  test('after signing in: a new chat, or the message of the open one', async () => {
    const vy = await world.arrive('?stage=10&user=vy');
    await vy.sign_in();
    await gets_focus(vy.field('New chat'), 'a new chat');
    await vy.page.keyboard.type('minh');
    await vy.page.keyboard.press('Enter');
    await gets_focus(vy.field('Message'), 'the message');
  });
});

describe('the table of packets', () => {
  const rows = (person) => person.page.getByRole('table', {name: 'Packets'}).getByRole('row');
  const focused_row = (person) => person.page.evaluate(() => Number(document.activeElement.getAttribute('aria-rowindex')));
  const all_rows = async (person) => Number(await person.page.getByRole('table', {name: 'Packets'}).getAttribute('aria-rowcount'));

  // With more packets than are drawn.
  async function with_packets(user) {
    const person = await world.arrive(`?stage=20&user=${user}`);
    await person.page.setViewportSize({width: 760, height: 1000});
    await person.sign_in();
    await person.talk_to('minh');
    for (let i = 0; i < 20; ++i) await person.say(`number ${i}`);
    await person.message('number 19').getByText('delivered').waitFor();
    await person.button('Show Packets').click();
    await rows(person).filter({hasText: 'puback'}).last().waitFor();
    assert.ok(await all_rows(person) - 1 > await rows(person).count(), 'not all rows are drawn');
    return person;
  }

  test('Home, End, Page Up and Page Down go over all rows', async () => {
    const ann = await with_packets('ann');
    const {keyboard} = ann.page;
    await rows(ann).last().focus();
    const goes = async (key, wanted) => {
      await keyboard.press(key);
      await until(async () => wanted(await focused_row(ann)), `a row after ${key}`, timeout);
    };
    await goes('Home', (row) => row === 2);
    assert.match(await ann.page.evaluate(() => document.activeElement.textContent), /connect/);
    const last = await all_rows(ann);
    await goes('End', (row) => row === last);
    await goes('PageUp', (row) => row > 2 && row < last - 1);
    await goes('PageDown', (row) => row === last);
    await goes('ArrowUp', (row) => row === last - 1);
    // What has the focus is in sight.
    const shown = await ann.page.evaluate(() => {
      const [row, body] = [document.activeElement, document.activeElement.closest('[role=rowgroup]')].map((one) => one.getBoundingClientRect());
      return row.top >= body.top - 1 && row.bottom <= body.bottom + 1;
    });
    assert.ok(shown);
  });

  test('packets that arrive take the focus from no row, and the chosen one says so', async () => {
    const bea = await with_packets('bea');
    const row = rows(bea).filter({hasText: 'puback'}).last();
    await row.click();
    await bea.page.getByRole('region', {name: 'Packet details'}).waitFor();
    const index = await focused_row(bea);
    assert.equal(await bea.page.evaluate(() => document.activeElement.getAttribute('aria-selected')), 'true');
    for (let i = 0; i < 30; ++i) {
      await publish(world.stage.open_broker, 'chat/messages/bea/minh', {messageId: `m${i}`, content: `answer ${i}`, timestamp: new Date().toISOString()});
    }
    await bea.message('answer 29').waitFor();
    assert.equal(await focused_row(bea), index);
    await bea.page.keyboard.press('ArrowUp');
    await until(async () => await focused_row(bea) === index - 1, 'the keyboard goes on from there', timeout);
  });
});

test('F6 goes from pane to pane, and after the last one to the browser', async () => {
  const cem = await world.arrive('?stage=20&user=cem');
  await cem.sign_in();
  await cem.talk_to('minh');
  await cem.button('Show Packets').click();
  await cem.button('Pause').waitFor();
  const pane = () => cem.page.evaluate(() => document.activeElement.closest('nav, header, [role=region]')?.getAttribute('aria-label'));
  await cem.field('New chat').focus();
  const seen = [];
  for (let i = 0; i < 2; ++i) {
    await cem.page.keyboard.press('F6');
    seen.push(await pane());
  }
  assert.deepEqual(seen, ['Conversation', 'Packets']);
  const left = await cem.page.evaluate(() => {
    const event = new KeyboardEvent('keydown', {key: 'F6', cancelable: true, bubbles: true});
    document.activeElement.dispatchEvent(event);
    return !event.defaultPrevented;
  });
  assert.ok(left, 'the browser has it');
});
