// Every view under axe-core, narrow and wide, light and dark; and the whole of stage 40 by keyboard alone.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {bring_axe, complaints} from './support/axe.mjs';
import {lacks} from './support/engines/engine.mjs';
import {until} from './support/machine.mjs';
import {publish} from './support/mosquitto.mjs';
import {Person, on_stage, timeout} from './support/person.mjs';

const world = on_stage();

const looks = [[390, 'light'], [390, 'dark'], [760, 'light'], [760, 'dark']];
const few = [[390, 'dark'], [760, 'light']];
let dark_looks = 0;

// Each look of what is on the screen now.
async function check(person, view, wanted = looks) {
  const {page} = person;
  for (const [width, colorScheme] of wanted) {
    if (colorScheme === 'dark' && lacks('media')) continue;
    await page.setViewportSize({width, height: 560});
    if (!lacks('media')) await page.emulateMedia({colorScheme});
    await page.waitForFunction((w) => document.getElementById('imgui-web-canvas').width === w * devicePixelRatio, width);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    assert.deepEqual(await complaints(page), [], `${view}, ${width} pixels, ${colorScheme}`);
    if (colorScheme === 'dark') ++dark_looks;
  }
}

async function arrive(address) {
  const person = await world.arrive(address);
  await bring_axe(person.page);
  return person;
}

const said = (content, more = {}) => ({messageId: content.slice(0, 40), content, timestamp: new Date().toISOString(), ...more});

describe('axe-core finds nothing to complain about:', () => {
  test('the login, with its mistakes and everything unfolded', async () => {
    const someone = await arrive('?stage=40');
    await check(someone, 'login');
    await someone.button('Sign In').click();
    await someone.page.getByText('Please enter a user name').first().waitFor();
    await someone.button('Advanced').click();
    await someone.field('Broker').waitFor();
    await check(someone, 'login with mistakes');
    await someone.field('Username').fill('peter');
    await someone.field('Password').fill('wrong');
    await someone.button('Sign In').click();
    await someone.alert('Bad user name or password').waitFor();
    await check(someone, 'login refused', few);
  });

  test('a chat in which one cannot write, a text cut short, and a phone\'s list', async () => {
    const admin = await arrive('?stage=40&user=admin');
    await admin.sign_in('admin');
    await publish(world.stage.auth_broker, 'chat/messages/vy/jenny', said('long '.repeat(2000)), {user: 'jenny', qos: 1});
    await admin.chat('jenny and vy').waitFor();
    await admin.page.setViewportSize({width: 390, height: 560});
    await check(admin, 'the list of chats', [[390, 'light']]);
    await admin.chat('jenny and vy').click();
    await admin.log().waitFor();
    assert.ok(await admin.field('Message').isDisabled());
    await check(admin, 'nothing to write', few);
  });

  test('storage that is denied, and a tab that yields to another', async () => {
    const dan = await world.arrive('?stage=20&user=dan', {prepare: (page) => page.addInitScript(() => {
      Object.defineProperty(self, 'indexedDB', {value: undefined});
    })});
    await bring_axe(dan.page);
    await dan.sign_in();
    await dan.alert(/The chat cannot be saved on this device/).waitFor();
    await dan.talk_to('bob');
    await check(dan, 'storage denied', few);
    const {page} = await world.stage.open('?stage=20&user=dan', {context: dan.page.context()});
    const other = new Person(page);
    await other.sign_in();
    await dan.status('Signed in elsewhere').waitFor();
    await dan.button('Use here').waitFor();
    await check(dan, 'signed in elsewhere', few);
  });

  test('every component in every state', async () => {
    const {page} = await world.stage.open('gallery/index.html?gallery');
    await page.getByRole('region', {name: 'States of buttons'}).waitFor();
    await bring_axe(page);
    await check({page}, 'gallery', few);
  });

  test('the chat: empty, with chats, a conversation, one that failed', {skip: lacks('offline')}, async () => {
    const alice = await arrive('?stage=30&user=alice');
    await alice.sign_in();
    await check(alice, 'no chats yet');
    for (const content of ['old', 'see https://mosquitto.org'])
      await publish(world.stage.open_broker, 'chat/messages/alice/bob',
        {messageId: content, content, timestamp: content === 'old' ? '2025-01-01T12:00:00Z' : new Date().toISOString()});
    await alice.chat('bob').waitFor();
    await check(alice, 'chats');
    await alice.chat('bob').click();
    await alice.log().waitFor();
    await alice.say('mine');
    await alice.message('mine').getByText('delivered').waitFor();
    await check(alice, 'conversation');
    await alice.page.context().setOffline(true);
    await alice.status('Offline').waitFor();
    await check(alice, 'offline');
    await alice.page.context().setOffline(false);
  });

  test('the packets, their details, their timeline', async () => {
    const carol = await arrive('?stage=20&user=carol');
    await carol.sign_in();
    await carol.button('Show Packets').click();
    await carol.page.getByRole('table', {name: 'Packets'}).waitFor();
    await publish(world.stage.open_broker, 'chat/messages/carol/bob', {content: 'no id'});
    await carol.page.getByRole('group', {name: 'Notices'}).getByRole('alert').waitFor();
    await check(carol, 'packets and a notice');
    await carol.button('Dismiss').click();
    await carol.page.getByRole('table', {name: 'Packets'}).getByRole('row').filter({hasText: 'suback'}).click();
    await carol.page.getByRole('region', {name: 'Packet details'}).waitFor();
    await check(carol, 'details');
    await carol.page.getByRole('radio', {name: 'Timeline', exact: true}).check();
    await carol.page.getByRole('log', {name: 'Timeline'}).waitFor();
    await check(carol, 'timeline', few);
  });

  test('all of these in dark colours, too', {skip: lacks('media')}, () => assert.ok(dark_looks > 15, `${dark_looks}`));
});

// Presses Tab until the element of this role and name has the focus.
async function tab_to(page, role, name, {back = false} = {}) {
  const wanted = page.getByRole(role, {name, exact: true});
  for (let i = 0; i < 40; ++i) {
    if (await wanted.count() > 0 && await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
  }
  throw new Error(`Tab does not reach ${role} "${name}"`);
}

describe('by keyboard alone', () => {
  test('the whole of stage 40: sign in, write, read, inspect the packets, sign out', async () => {
    const vy = await world.arrive('?stage=40');
    const {page} = vy;
    const {keyboard} = page;
    await tab_to(page, 'textbox', 'Username');
    await keyboard.type('vy');
    await keyboard.press('Tab');
    await keyboard.type('test');
    await keyboard.press('Enter');
    await vy.status('Connected').waitFor();
    await tab_to(page, 'textbox', 'New chat');
    await keyboard.type('minh');
    await keyboard.press('Enter');
    await vy.page.getByRole('heading', {name: 'Conversation with minh'}).waitFor();
    await until(() => vy.field('Message').evaluate((element) => element === document.activeElement), 'one can write at once', timeout);
    await keyboard.type('typed, not clicked');
    await keyboard.press('Enter');
    await vy.message('typed, not clicked').getByText('delivered to the broker').waitFor();
    await publish(world.stage.auth_broker, 'chat/messages/vy/jenny',
      {messageId: '1', content: 'from jenny', timestamp: new Date().toISOString()}, {user: 'jenny', qos: 1});
    await vy.chat('jenny').waitFor();
    await tab_to(page, 'button', 'jenny', {back: true});
    await keyboard.press('ArrowDown');
    await until(() => vy.chat('minh').evaluate((element) => element === document.activeElement), 'arrows move in the list', timeout);
    await keyboard.press('ArrowUp');
    await keyboard.press('Enter');
    await vy.reads('from jenny');
    await tab_to(page, 'button', 'Show Packets', {back: true});
    await keyboard.press('Space');
    await page.getByRole('table', {name: 'Packets'}).waitFor();
    await tab_to(page, 'textbox', 'Filter');
    await keyboard.type('suback');
    const row = page.getByRole('table', {name: 'Packets'}).getByRole('row').filter({hasText: 'suback'}).first();
    await row.waitFor();
    for (let i = 0; i < 12 && !await row.evaluate((element) => element === document.activeElement); ++i) await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.getByRole('region', {name: 'Packet details'}).waitFor();
    await keyboard.press('Escape');
    await page.getByRole('region', {name: 'Packet details'}).waitFor({state: 'detached'});
    await tab_to(page, 'button', 'Logout', {back: true});
    await keyboard.press('Enter');
    await vy.button('Sign In').waitFor();
  });

  test('the browser\'s own keys are left to the browser', async () => {
    const bob = await world.arrive('?stage=10&user=bob');
    await bob.sign_in();
    await bob.talk_to('vy');
    const prevented = await bob.page.evaluate(() => ['F5', 'F11', 'r', 'l', 'f', 'p', 'Tab'].filter((key) => {
      const event = new KeyboardEvent('keydown', {key, code: key, ctrlKey: key.length === 1, cancelable: true, bubbles: true});
      document.activeElement.dispatchEvent(event);
      return event.defaultPrevented;
    }));
    assert.deepEqual(prevented, []);
  });
});
