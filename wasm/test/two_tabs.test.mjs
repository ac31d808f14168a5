// One user, two tabs: they share one connection and what they show; where they can't, MQTT keeps one connection for a client id, and the
// page does not fight about it.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {flood} from './support/flood.mjs';
import {until} from './support/machine.mjs';
import {Person, on_stage, timeout} from './support/person.mjs';

const world = on_stage();

const connections = async (user) => (await world.stage.open_broker.log()).split('\n')
  .filter((line) => line.includes('New client connected') && line.includes(`mqtt-chat-client-${user} `)).length;

// Of one client id there are never two. On a busy machine another tab may have taken over.
async function has_one_connection(user) {
  await until(async () => {
    const lines = (await world.stage.open_broker.log()).split('\n').filter((line) => line.includes(`mqtt-chat-client-${user}`));
    const begun = lines.filter((line) => line.includes('New client connected')).length;
    const ended = lines.filter((line) => / (closed its connection|disconnected|already connected|has exceeded timeout)/.test(line)).length;
    return begun - ended === 1;
  }, 'one connection', timeout);
}

async function second_tab(person, address, options) {
  const {page} = await world.stage.open(address, {context: person.page.context(), ...options});
  page.setDefaultTimeout(timeout);
  const other = new Person(page);
  await other.button('Sign In').waitFor();
  return other;
}

// Two tabs in which this user is signed in.
async function two_tabs(user, stage = 30, password) {
  const address = `?stage=${stage}&user=${user}`;
  const first = await world.arrive(address);
  await first.sign_in(password);
  const second = await second_tab(first, address);
  await second.sign_in(password);
  return [first, second];
}

const write = (receiver, content) => flood(world.stage.open_broker, [{topic: `chat/messages/${receiver}/bob`,
  payload: JSON.stringify({messageId: content, content, timestamp: new Date().toISOString()})}], {qos: 1});

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
  test('are both live, over one connection: both write, both read, and both show the same', async () => {
    const [first, second] = await two_tabs('alice');
    await first.talk_to('bob');
    await second.chat('bob').click();
    await first.say('from the first');
    await first.reads('from the first');
    await second.reads('from the first');
    await second.say('from the second');
    await write('alice', 'from bob');
    for (const tab of [first, second]) {
      await tab.reads('from the first', 'from the second', 'from bob');
      for (const text of ['from the first', 'from the second']) await tab.message(text).getByText('delivered to the broker').waitFor();
      await tab.status('Connected').waitFor();
    }
    await has_one_connection('alice');
  });

  test('share what was read, and what is being typed', async () => {
    const [first, second] = await two_tabs('kim');
    await write('kim', 'read me');
    await first.page.waitForFunction(() => document.title === '(1) MQTT Chat');
    await second.page.waitForFunction(() => document.title === '(1) MQTT Chat');
    await first.page.bringToFront();
    await first.chat('bob').click();
    await first.reads('read me');
    await first.page.waitForFunction(() => document.title === 'MQTT Chat');
    await second.page.waitForFunction(() => document.title === 'MQTT Chat');
    await second.chat('bob').click();
    await second.reads('read me');
    const typed = (tab, text) => tab.page.waitForFunction((wanted) => document.querySelector('textarea')?.value === wanted, text);
    await second.field('Message').focus();
    await first.fill('Message', 'half a thou');
    await typed(second, 'half a thou');
    await first.field('Message').press('Enter');
    await second.reads('read me', 'half a thou');
    await typed(second, '');
  });

  test('never replace what somebody types under the caret, and follow it elsewhere', async () => {
    const [first, second] = await two_tabs('uma');
    await first.talk_to('bob');
    await second.chat('bob').click();
    const typed = (tab, text) => tab.page.waitForFunction((wanted) => document.querySelector('textarea')?.value === wanted, text);
    // A browser has one window that is looked at; here each page believes that it is that one, until it is told.
    const look_elsewhere = (tab) => tab.page.evaluate(() => {
      document.hasFocus = () => false;
      self.dispatchEvent(new Event('blur'));
    });
    await first.field('Message').pressSequentially('typed here');
    await typed(second, 'typed here');
    await second.field('Message').press('End');
    await second.field('Message').pressSequentially(', and there');
    await second.field('Message').press('Shift+Enter');
    await second.field('Message').pressSequentially('more');
    // It has come to the first once what was said after it has.
    await second.talk_to('carol');
    await second.say('after it');
    const in_list = async () => await first.chat('carol').count() > 0 && /after it/.test(await first.chat('carol').getAttribute('aria-description'));
    await until(in_list, 'what was said after it', timeout);
    assert.equal(await first.field('Message').inputValue(), 'typed here');
    await first.field('Message').pressSequentially('!');
    assert.equal(await first.field('Message').inputValue(), 'typed here!');
    await look_elsewhere(first);
    await second.chat('bob').click();
    await typed(second, 'typed here!');
    await second.field('Message').fill('only there');
    await look_elsewhere(second);
    await typed(first, 'only there');
  });

  test('the one that has the connection is closed: the other goes on, and has all; nobody sees an end', async () => {
    const watcher = await world.arrive('?stage=30&user=bob');
    await watcher.sign_in();
    const [first, second] = await two_tabs('lea');
    await watcher.talk_to('lea');
    await watcher.badge('online').waitFor();
    const offline = [];
    await watcher.page.exposeFunction('offline_seen', (text) => offline.push(text));
    await watcher.page.evaluate(() => new MutationObserver(() => {
      const badge = document.querySelector('[role=group][aria-label="About this chat"]');
      if (badge?.textContent.includes('offline')) self.offline_seen(badge.textContent);
    }).observe(document.body, {subtree: true, childList: true, characterData: true}));
    await second.talk_to('bob');
    await first.page.close();
    await second.say('still here');
    await watcher.reads('still here');
    await watcher.say('so I see');
    await second.reads('still here', 'so I see');
    await second.message('still here').getByText('delivered to the broker').waitFor();
    assert.deepEqual(offline, []);
    await second.page.close();
    await watcher.badge(/offline/).waitFor();
  });

  test('the one that has the connection crashes while both write: nothing is lost, and nothing comes twice', async () => {
    const bob = await world.arrive('?stage=20&user=bob');
    await bob.sign_in();
    const [first, second] = await two_tabs('max', 20);
    await first.talk_to('bob');
    await second.chat('bob').click();
    await bob.talk_to('max');
    await second.say('one');
    await second.message('one').getByText('delivered to the broker').waitFor();
    const session = await first.page.context().newCDPSession(first.page);
    const crashed = first.page.waitForEvent('crash');
    session.send('Page.crash').catch(() => { /* It never answers. */ });
    await second.say('two');
    await write('max', 'to max');
    await crashed;
    await second.reads('one', 'two', 'to max');
    await second.message('two').getByText('delivered to the broker').waitFor();
    await bob.reads('one', 'two');
    world.stage.forgive('the page crashed');
  });

  test('sign out together, and the other says why', async () => {
    const [first, second] = await two_tabs('nora');
    await second.talk_to('bob');
    await second.log_out();
    await first.button('Sign In').waitFor();
    await first.alert('You signed out in another tab.').waitFor();
    assert.equal(await first.page.getByRole('list', {name: 'Chats'}).count(), 0);
    await first.sign_in();
    await first.chat('bob').waitFor();
  });

  test('need the password each; one that is wrong lets nobody in', async () => {
    const first = await world.arrive('?stage=40&user=vy');
    await first.sign_in('test');
    const second = await second_tab(first, '?stage=40&user=vy');
    await second.field('Password').fill('guess');
    await second.button('Sign In').click();
    await second.alert(/Bad user name or password/).waitFor();
    await second.sign_in('test');
    await first.status('Connected').waitFor();
    await second.talk_to('minh');
    await first.chat('minh').waitFor();
  });

  test('are told of another device by both, and one takes the connection back for both', async () => {
    const [first, second] = await two_tabs('olga', 20);
    const other = await world.arrive('?stage=20&user=olga');
    await other.button('Sign In').click();
    const elsewhere = 'Possibly signed in elsewhere';
    const yields = async () => {
      if (await other.status(elsewhere).count() > 0) return 'the other device';
      return await first.status(elsewhere).count() > 0 && 'both tabs';
    };
    const yielded = await until(yields, 'one device yields', 60000);
    if (yielded === 'both tabs') {
      await second.status(elsewhere).waitFor();
      await second.button('Use here').click();
    }
    for (const tab of [first, second]) await tab.status('Connected').waitFor({timeout: 90000});
  });
});

// No Web Locks, as in a page that is not served securely.
const apart = {prepare: (page) => page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', {value: undefined}))};

describe('two tabs that cannot share', () => {
  test('the second takes over; the first says so, cannot write, and takes it back when asked', async () => {
    const first = await world.arrive('?stage=20&user=ann', apart);
    await first.sign_in();
    await first.talk_to('bob');
    const second = await second_tab(first, '?stage=20&user=ann', apart);
    await second.sign_in();
    await first.status('Signed in elsewhere').waitFor();
    await first.alert(/Somebody signed in as ann in another window/).waitFor();
    assert.ok(await first.field('Message').isDisabled());
    await second.status('Connected').waitFor();
    await first.button('Use here').click();
    await first.status('Connected').waitFor();
    await second.status('Signed in elsewhere').waitFor();
    assert.ok(!await first.field('Message').isDisabled());
    assert.equal(await connections('ann'), 3, 'nobody fought');
  });

  test('share one store: what one wrote while the other took over, and what the other wrote, is there after "Use here"', async () => {
    const first = await world.arrive('?stage=20&user=kate', apart);
    await first.sign_in();
    await first.talk_to('bob');
    await first.say('one');
    await first.message('one').getByText('delivered to the broker').waitFor();
    const owner = await session_owner(first.page);
    const second = await second_tab(first, '?stage=20&user=kate', apart);
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

  test('what is not remembered is not shared', async () => {
    const first = await world.arrive('?stage=20&remember=0&user=pat');
    await first.sign_in();
    const second = await second_tab(first, '?stage=20&remember=0&user=pat');
    await second.sign_in();
    await first.status('Signed in elsewhere').waitFor();
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
