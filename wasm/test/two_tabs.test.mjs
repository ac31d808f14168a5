// One user, two tabs: MQTT keeps one connection for a client id, and the page does not fight about it.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {flood} from './support/flood.mjs';
import {until} from './support/machine.mjs';
import {Person, on_stage, timeout} from './support/person.mjs';

const world = on_stage();

const connections = async (user) => (await world.stage.open_broker.log()).split('\n')
  .filter((line) => line.includes('New client connected') && line.includes(`mqtt-chat-client-${user} `)).length;

async function second_tab(person, address) {
  const {page} = await world.stage.open(address, {context: person.page.context()});
  page.setDefaultTimeout(timeout);
  const other = new Person(page);
  await other.button('Sign In').waitFor();
  return other;
}

const write = (receiver, content) => flood(world.stage.open_broker, [{topic: `chat/messages/${receiver}/bob`,
  payload: JSON.stringify({messageId: content, content, timestamp: new Date().toISOString()})}]);

// The token of the page that owns the session in IndexedDB.
const session_owner = (page) => page.evaluate(async () => {
  const result = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const database = await result(indexedDB.open('mqtt-chat'));
  const journal = database.transaction('journal').objectStore('journal');
  const [keys, values] = await Promise.all([result(journal.getAllKeys()), result(journal.getAll())]);
  database.close();
  return values[keys.findIndex((key) => key.length === 1 && key[0] !== '')];
});

describe('two tabs with one user', () => {
  test('the second takes over; the first says so, cannot write, and takes it back when asked', async () => {
    const first = await world.arrive('?stage=20&user=alice');
    await first.sign_in();
    await first.talk_to('bob');
    const second = await second_tab(first, '?stage=20&user=alice');
    await second.sign_in();
    await first.status('Signed in elsewhere').waitFor();
    await first.alert(/Somebody signed in as alice in another window/).waitFor();
    assert.ok(await first.field('Message').isDisabled());
    await second.status('Connected').waitFor();
    await first.button('Use here').click();
    await first.status('Connected').waitFor();
    await second.status('Signed in elsewhere').waitFor();
    assert.ok(!await first.field('Message').isDisabled());
    assert.equal(await connections('alice'), 3, 'nobody fought');
  });

  test('share one store: what one wrote while the other took over, and what the other wrote, is there after "Use here"', async () => {
    const first = await world.arrive('?stage=20&user=kate');
    await first.sign_in();
    await first.talk_to('bob');
    await first.say('one');
    await first.message('one').getByText('delivered to the broker').waitFor();
    const owner = await session_owner(first.page);
    const second = await second_tab(first, '?stage=20&user=kate');
    world.stage.open_broker.freeze();
    try {
      await second.button('Sign In').click();
      await until(async () => await session_owner(first.page) !== owner, 'the second owns the session', timeout);
      await first.say('not stored');
      await first.alert(/Another tab has taken over this session/).waitFor();
    } finally {
      world.stage.open_broker.thaw();
    }
    await second.status('Connected').waitFor();
    await first.status('Signed in elsewhere').waitFor();
    await write('kate', 'to the second');
    await second.chat('bob').click();
    await second.reads('one', 'to the second');
    await first.button('Use here').click();
    await first.status('Connected').waitFor();
    await first.reads('one', 'to the second', 'not stored');
    assert.equal(await first.alert(/cannot be saved/).count(), 0);
    await second.status('Signed in elsewhere').waitFor();
    await write('kate', 'here again');
    await first.reads('one', 'to the second', 'not stored', 'here again');
    await first.reload();
    // Who was replaced stays so: nobody is signed in by a reload.
    await second.page.reload();
    await second.button('Sign In').waitFor();
    await first.chat('bob').click();
    await first.reads('one', 'to the second', 'not stored', 'here again');
  });

  test('of two browsers one yields and says that it may be signed in elsewhere, and the other keeps the connection', async () => {
    const first = await world.arrive('?stage=20&user=carol');
    await first.sign_in();
    const second = await world.arrive('?stage=20&user=carol');
    await second.button('Sign In').click();
    const both = [first, second];
    const elsewhere = async () => {
      for (const person of both) if (await person.status('Possibly signed in elsewhere').count() > 0) return person;
      return null;
    };
    const yielded = await until(elsewhere, 'one of them yields', 60000);
    const kept = both.find((person) => person !== yielded);
    await kept.comes_back();
    const count = await connections('carol');
    assert.ok(count <= 8, `${count} connections until they agreed`);
    await yielded.button('Use here').waitFor();
  });

  test('with different users do not disturb each other', async () => {
    const first = await world.arrive('?stage=10&user=dan');
    await first.sign_in();
    const second = await second_tab(first, '?stage=10&user=eva');
    await second.sign_in();
    await second.talk_to('dan');
    await second.say('hello in the other tab');
    await first.chat('eva').click();
    await first.reads('hello in the other tab');
  });
});

describe('logout', () => {
  test('leads to the login and shows nothing of the chat; the next user sees nothing of the last', async () => {
    const fay = await world.arrive('?stage=20&user=fay');
    await fay.sign_in();
    await fay.talk_to('bob');
    await fay.say('for bob alone');
    await fay.log_out();
    assert.equal(await fay.page.getByText('for bob alone').count(), 0);
    await fay.field('Username').fill('gus');
    await fay.sign_in();
    assert.equal(await fay.page.getByRole('list', {name: 'Chats'}).count(), 0);
    await fay.page.getByText('No chats yet').waitFor();
  });

  test('finishes although the broker is silent, and one can sign in elsewhere at once', async () => {
    const hal = await world.arrive('?stage=30&user=hal');
    await hal.sign_in();
    world.stage.open_broker.freeze();
    try {
      await hal.log_out();
      await hal.button('Advanced').click();
    } finally {
      world.stage.open_broker.thaw();
    }
    await hal.sign_in();
  });

  test('finishes although the broker is gone', async () => {
    const ian = await world.arrive('?stage=30&user=ian');
    await ian.sign_in();
    await world.stage.open_broker.stop();
    await ian.status(/Reconnecting/).waitFor();
    await ian.log_out();
    await world.stage.open_broker.start();
    await ian.sign_in();
  });
});
