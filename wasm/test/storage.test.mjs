// What the device keeps, what it keeps not, and what happens when it cannot.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lacks} from './support/engines/engine.mjs';
import {until} from './support/machine.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const {write} = world;

// How many values the page keeps in IndexedDB.
const kept = (page) => page.evaluate(async () => {
  const result = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  let count = 0;
  for (const {name} of await indexedDB.databases()) {
    const database = await result(indexedDB.open(name));
    for (const store of database.objectStoreNames) count += await result(database.transaction(store).objectStore(store).count());
    database.close();
  }
  return count;
});

async function chats(person) {
  await person.sign_in();
  await person.talk_to('bob');
  await person.say('mine');
  await write((await person.page.evaluate(() => new URLSearchParams(location.search).get('user'))), 'bob', 'yours');
  await person.reads('mine', 'yours');
}

describe('the device', () => {
  test('remembers the name, the theme and the chats of each user apart', async () => {
    const alice = await world.arrive('?stage=20&user=alice', {colorScheme: 'light'});
    await chats(alice);
    await alice.button('Theme').click();
    await until(() => alice.page.evaluate(() => document.documentElement.style.colorScheme === 'dark'), 'dark', timeout);
    await alice.page.goto(new URL('?stage=20', world.stage.url).href);
    await until(async () => await alice.field('Username').inputValue() === 'alice', 'the name', timeout);
    await until(() => alice.page.evaluate(() => document.documentElement.style.colorScheme === 'dark'), 'still dark', timeout);
    await alice.field('Username').fill('anna');
    await alice.sign_in();
    await alice.page.getByText('No chats yet').waitFor();
    await alice.log_out();
    await alice.field('Username').fill('alice');
    await alice.sign_in();
    await alice.chat('bob').click();
    await alice.reads('mine', 'yours');
  });

  test('keeps nothing without "Remember on this device"', async () => {
    const carol = await world.arrive('?stage=20&user=carol&remember=0');
    await chats(carol);
    assert.equal(await kept(carol.page), 0);
    await carol.reload();
    await carol.page.getByText('No chats yet').waitFor();
  });

  for (const [how, deny] of Object.entries({
    'is missing': () => { Object.defineProperty(self, 'indexedDB', {value: undefined}); },
    'throws on mere access': () => {
      Object.defineProperty(self, 'indexedDB', {get() { throw new DOMException('denied', 'SecurityError'); }});
    },
    'is blocked with all cookies': () => {
      const refuse = () => { throw new DOMException('The operation is insecure.', 'SecurityError'); };
      for (const name of ['indexedDB', 'localStorage', 'sessionStorage']) Object.defineProperty(self, name, {get: refuse});
      self.BroadcastChannel = class { constructor() { refuse(); } };
    },
  })) {
    test(`says that it cannot remember when storage ${how}, and the chat goes on`, async () => {
      const dan = await world.arrive(`?stage=20&user=dan-${how.length}`, {prepare: (page) => page.addInitScript(deny)});
      await chats(dan);
      await dan.alert(/The chat cannot be saved on this device/).waitFor();
      await dan.message('mine').getByText('delivered to the broker').waitFor();
    });
  }

  test('says so when storage is full, and the chat goes on', {skip: lacks('devtools')}, async () => {
    const prepare = async (page, context) => {
      const devtools = await context.newCDPSession(page);
      await devtools.send('Storage.overrideQuotaForOrigin', {origin: new URL(world.stage.url).origin, quotaSize: 1});
    };
    const erin = await world.arrive('?stage=20&user=erin', {prepare});
    await erin.sign_in();
    await erin.talk_to('bob');
    await erin.alert(/The chat cannot be saved on this device: The browser has no room left for this page/).waitFor();
    await erin.say('mine');
    await erin.message('mine').getByText('delivered to the broker').waitFor();
    await write('erin', 'bob', 'yours');
    await erin.reads('mine', 'yours');
    await erin.log_out();
    await erin.sign_in();
  });
});
