// A conversation: its messages and their states, what one types, what is unread, ten thousand of them.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lacks, name as engine} from './support/engines/engine.mjs';
import {press} from './support/engines/keyboard.mjs';
import {flood} from './support/flood.mjs';
import {until} from './support/machine.mjs';
import {subscribe} from './support/mosquitto.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();

let counter = 0;
function message(receiver, sender, content, timestamp = new Date().toISOString()) {
  return {topic: `chat/messages/${receiver}/${sender}`, payload: JSON.stringify({messageId: `m${++counter}`, content, timestamp})};
}
const write = (...values) => flood(world.stage.open_broker, [message(...values)]);

async function signed_in(address, context) {
  const person = await world.arrive(address, context);
  await person.sign_in();
  return person;
}

// Animation frames wait until hold(false): what is seen without them was there when the event was over.
const holdable = (page) => page.addInitScript(() => {
  let held = null;
  const real = self.requestAnimationFrame.bind(self);
  self.requestAnimationFrame = (call) => (held ? held.push(call) : real(call));
  self.hold = (on) => {
    held?.forEach(real);
    held = on ? [] : null;
  };
});

const title = (person, expected) => until(async () => await person.page.title() === expected, `the title ${expected}`, timeout);

describe('messages', () => {
  test('stand in a log with sender, text, local time; own ones with the way they went', async () => {
    const alice = await signed_in('?stage=20&user=alice', {timezoneId: 'Asia/Kathmandu'});
    await alice.talk_to('bob');
    await alice.page.getByRole('heading', {name: 'Conversation with bob', exact: true}).waitFor();
    await alice.say('mine');
    await alice.message('mine').getByText('delivered to the broker').waitFor();
    await write('alice', 'bob', 'theirs');
    const clock = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Kathmandu'});
    const times = [clock.format(Date.now()), clock.format(Date.now() - 60000)];
    const words = await alice.message('theirs').innerText();
    assert.ok(times.some((time) => words.includes(time)), `${words} is about ${times}`);
    assert.ok(words.includes('bob'));
    assert.ok(!/delivered|sent/.test(words));
  });

  test('of QoS 0 are sent, of QoS 1 queued without a connection; a lost one can be sent again', {skip: lacks('offline')}, async () => {
    const [zero, one] = await Promise.all([signed_in('?stage=10&user=zero'), signed_in('?stage=20&user=one')]);
    for (const person of [zero, one]) {
      await person.talk_to('bob');
      await person.page.context().setOffline(true);
      await person.status('Offline').waitFor();
      await person.say('into the void');
    }
    await zero.message('into the void').getByText('not sent').waitFor();
    await zero.message('into the void').getByText('Not connected. With QoS 0, messages are not queued.').waitFor();
    await one.message('into the void').getByText('queued').waitFor();
    const seen = await subscribe(world.stage.open_broker, 'chat/messages/bob/+', {qos: 1});
    for (const person of [zero, one]) {
      await person.page.context().setOffline(false);
      await person.status('Connected').waitFor();
    }
    await one.message('into the void').getByText('delivered to the broker').waitFor();
    await zero.button('Retry').click();
    await zero.message('into the void').getByText(/· sent/).waitFor();
    await until(() => seen.messages.length === 2, 'both arrive', timeout);
    await seen.close();
  });

  test('are parted by days, and from what is new', async () => {
    const carol = await signed_in('?stage=10&user=carol', {viewport: {width: 760, height: 760}});
    await write('carol', 'bob', 'old', '2024-03-01T10:00:00Z');
    await write('carol', 'bob', 'new');
    await carol.chat('bob').click();
    await carol.reads('old', 'new');
    const divider = (name) => carol.log().getByRole('separator', {name, exact: true});
    for (const name of ['1 March 2024', 'Today', 'New']) await divider(name).waitFor({state: 'attached'});
    await carol.talk_to('dan');
    await carol.chat('bob').click();
    await carol.reads('old', 'new');
    assert.equal(await divider('New').count(), 0, 'what was read is not new');
  });

  test('have the right time as soon as a wrong clock is set right, and stay in order', async () => {
    const prepare = (page) => page.addInitScript(() => {
      const real = Date.now;
      self.ahead = 2 * 86400_000;
      Date.now = () => real() + self.ahead;
    });
    const dora = await signed_in('?stage=20&user=dora', {prepare});
    await dora.talk_to('bob');
    await dora.say('in two days');
    await dora.message('in two days').getByText('delivered').waitFor();
    await dora.page.evaluate(() => { self.ahead = 0; });
    const seen = await subscribe(world.stage.open_broker, 'chat/messages/bob/dora', {qos: 1});
    await dora.say('now');
    await write('dora', 'bob', 'at once');
    await dora.reads('in two days', 'now', 'at once');
    const sent = Date.parse((await seen.next(undefined, timeout)).json.timestamp);
    assert.ok(Math.abs(sent - Date.now()) < 3600_000, new Date(sent).toISOString());
    await dora.log().getByRole('separator', {name: 'Today', exact: true}).waitFor({state: 'attached'});
    await seen.close();
  });

  test('can be selected with the mouse and copied; addresses in them are links, markup is text', {skip: lacks('clipboard')}, async () => {
    const erin = await signed_in('?stage=10&user=erin', {permissions: ['clipboard-read', 'clipboard-write']});
    const {page} = erin;
    await write('erin', 'bob', 'see https://mosquitto.org/ <b>here</b>');
    await erin.chat('bob').click();
    const link = erin.log().getByRole('link', {name: 'https://mosquitto.org/'});
    assert.equal(await link.getAttribute('href'), 'https://mosquitto.org/');
    assert.equal(await link.getAttribute('target'), '_blank');
    assert.match(await link.getAttribute('rel'), /noopener/);
    const box = await erin.log().getByText(/see https/).first().boundingBox();
    await page.mouse.move(box.x + 1, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 1, box.y + box.height / 2, {steps: 4});
    await page.mouse.up();
    await page.keyboard.press('Control+c');
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /see https:\/\/mosquitto\.org\/ <b>here/);
  });

  test('are copied with their authors where there are several, a line each', {skip: lacks('clipboard')}, async () => {
    const etta = await signed_in('?stage=10&user=etta', {permissions: ['clipboard-read', 'clipboard-write']});
    await write('etta', 'bob', 'first\nin two lines');
    await write('etta', 'bob', 'second');
    await etta.chat('bob').click();
    await etta.say('third');
    await etta.message('third').waitFor();
    await etta.page.evaluate(() => {
      const texts = document.querySelectorAll('[role=log] [data-speaker] .text:not([data-aside])');
      getSelection().setBaseAndExtent(texts[0], 0, texts[texts.length - 1], texts[texts.length - 1].childNodes.length);
    });
    await etta.log().focus();
    await etta.page.keyboard.press('Control+c');
    const copied = await until(() => etta.page.evaluate(() => navigator.clipboard.readText()), 'something is copied', timeout);
    assert.match(copied, /^bob, \d\d:\d\d: first\nin two lines\nbob, \d\d:\d\d: second\netta, \d\d:\d\d: third$/);
  });

  test('unread, open at the first of them, and count as read when they have been in sight', async () => {
    const ulla = await signed_in('?stage=10&user=ulla');
    await flood(world.stage.open_broker, Array.from({length: 300}, (_, i) => message('ulla', 'bob', `straw ${i}`)));
    await until(async () => await ulla.page.title() === '(300) MQTT Chat', 'all have come', timeout);
    await ulla.chat('bob').click();
    await ulla.log().getByText('straw 0', {exact: true}).waitFor();
    await ulla.log().getByRole('separator', {name: 'New'}).waitFor();
    const left = async () => Number((await ulla.page.title()).match(/\((\d+)\)/)?.[1] ?? 0);
    await until(async () => await left() < 300, 'those in sight are read', timeout);
    assert.ok(await left() > 250);
    await ulla.log().focus();
    await ulla.page.keyboard.press('PageDown');
    await until(async () => await left() < 295, 'so are the next', timeout);
    await ulla.button('Jump to latest').click();
    await ulla.message('straw 299').waitFor();
    await until(async () => await left() === 0, 'all are', timeout);
  });

  test('are cleared, and chats removed, after a question, on the device, too', async () => {
    const cleo = await signed_in('?stage=20&user=cleo');
    const dialog = cleo.page.getByRole('dialog', {name: 'Delete chat'});
    for (const name of ['bob', 'carol']) {
      await write('cleo', name, `from ${name}`);
      await cleo.chat(name).click();
      await cleo.reads(`from ${name}`);
    }
    await cleo.button('Delete chat').click();
    await dialog.getByRole('button', {name: 'Cancel'}).click();
    await dialog.waitFor({state: 'detached'});
    await cleo.reads('from carol');
    await cleo.button('Delete chat').click();
    await dialog.getByRole('button', {name: 'Clear messages'}).click();
    await cleo.page.getByText('No messages yet').first().waitFor();
    await cleo.chat('bob').click();
    await cleo.button('Delete chat').click();
    await dialog.getByRole('button', {name: 'Remove chat'}).click();
    await cleo.chat('bob').waitFor({state: 'detached'});
    await cleo.reload();
    await cleo.chat('carol').click();
    await cleo.page.getByText('Say hello to carol.').waitFor();
    assert.equal(await cleo.chat('bob').count(), 0);
    await write('cleo', 'bob', 'here again');
    await cleo.chat('bob').click();
    await cleo.reads('here again');
  });

  test('come back after a reload, with those that arrived before', async () => {
    const faye = await signed_in('?stage=20&user=faye');
    await faye.talk_to('bob');
    await faye.say('mine');
    await faye.message('mine').getByText('delivered to the broker').waitFor();
    await write('faye', 'bob', 'yours');
    await faye.reads('mine', 'yours');
    await faye.reload();
    await faye.chat('bob').click();
    await faye.reads('mine', 'yours');
    await faye.message('mine').getByText('delivered to the broker').waitFor();
  });
});

describe('the composer', () => {
  test('breaks lines with Shift+Enter, sends with Enter and with the button', async () => {
    const gina = await signed_in('?stage=10&user=gina');
    await gina.talk_to('bob');
    const seen = await subscribe(world.stage.open_broker, 'chat/messages/bob/gina');
    await gina.field('Message').fill('one');
    await gina.field('Message').press('Shift+Enter');
    await gina.page.keyboard.type('two');
    await gina.field('Message').press('Enter');
    assert.equal((await seen.next(undefined, timeout)).json.content, 'one\ntwo');
    await gina.field('Message').fill('by button');
    await gina.button('Send').click();
    await seen.next((m) => m.json.content === 'by button', timeout);
    assert.equal(await gina.field('Message').inputValue(), '');
    await gina.field('Message').fill('   ');
    await gina.field('Message').press('Enter');
    await gina.say('last');
    await seen.next((m) => m.json.content === 'last', timeout);
    assert.equal(seen.messages.length, 3, 'nothing is sent of spaces alone');
    await seen.close();
  });

  test('refuses a paste of more than 64 KB with a sentence, and keeps and sends what stood there', {skip: lacks('clipboard')}, async () => {
    const nina = await signed_in('?stage=10&user=nina', {permissions: ['clipboard-read', 'clipboard-write'], prepare: holdable});
    await nina.talk_to('bob');
    const seen = await subscribe(world.stage.open_broker, 'chat/messages/bob/nina');
    await nina.page.evaluate((text) => navigator.clipboard.writeText(text), 'x'.repeat(70000));
    // Typed and pasted before the next frame.
    await nina.page.evaluate(() => hold(true));
    await nina.field('Message').fill('short');
    await nina.page.keyboard.press('Control+v');
    await nina.page.evaluate(() => hold(false));
    // Beside the field; it is announced as well.
    await nina.page.getByLabel('Chats and messages')
      .getByText(/That text was not inserted: the message would have 70005 bytes, and the limit is 65536/).waitFor();
    await until(async () => await nina.field('Message').inputValue() === 'short', 'the field keeps its text', timeout);
    await nina.field('Message').press('Enter');
    assert.equal((await seen.next(undefined, timeout)).json.content, 'short');
    await seen.close();
  });

  test('keeps what is typed for each chat, also through a reload', async () => {
    const hugo = await signed_in('?stage=20&user=hugo');
    await hugo.talk_to('bob');
    await hugo.field('Message').fill('half a thou');
    await hugo.talk_to('carol');
    assert.equal(await hugo.field('Message').inputValue(), '');
    await until(async () => /Draft: half a thou/.test(await hugo.chat('bob').getAttribute('aria-description')), 'the list says so', timeout);
    await hugo.chat('bob').click();
    assert.equal(await hugo.field('Message').inputValue(), 'half a thou');
    await hugo.reload();
    await hugo.chat('bob').click();
    await until(async () => await hugo.field('Message').inputValue() === 'half a thou', 'the draft is kept', timeout);
  });
});

describe('a choice', () => {
  test('takes effect before whatever is done next, by pointer and by key', async () => {
    const kim = await signed_in('?stage=10&user=kim', {prepare: holdable});
    await kim.talk_to('bob');
    await kim.talk_to('carol');
    await kim.page.evaluate(() => hold(true));
    await kim.chat('bob').click();
    await kim.page.keyboard.type('for bob');
    assert.equal(await kim.page.getByRole('heading', {level: 2}).filter({hasText: 'Conversation'}).textContent(), 'Conversation with bob');
    await kim.chat('carol').press('Enter');
    await kim.page.keyboard.type('for carol');
    await kim.page.evaluate(() => hold(false));
    for (const name of ['bob', 'carol']) {
      await kim.chat(name).click();
      assert.equal(await kim.field('Message').inputValue(), `for ${name}`);
    }
  });
});

describe('what is unread', () => {
  test('counts in the title and in the list until it is read; the newest chat is on top', async () => {
    const ida = await signed_in('?stage=10&user=ida');
    await ida.talk_to('bob');
    for (const text of ['psst', 'hello?']) await write('ida', 'minh', text);
    await write('ida', 'carol', 'me too');
    await title(ida, '(3) MQTT Chat');
    assert.match(await ida.chat('minh').getAttribute('aria-description'), /2 unread, hello\?, \d\d:\d\d$/);
    const names = await ida.page.getByRole('list', {name: 'Chats'}).getByRole('button').allInnerTexts();
    assert.deepEqual(names, ['carol', 'minh', 'bob']);
    await ida.chat('minh').click();
    await title(ida, '(1) MQTT Chat');
    await ida.chat('carol').click();
    await title(ida, 'MQTT Chat');
  });
});

describe('without a WebGL context', () => {
  test('nothing is drawn, so what arrives stays unread until there is one again', async () => {
    const lea = await signed_in('?stage=10&user=lea');
    await lea.talk_to('bob');
    await write('lea', 'bob', 'seen');
    await lea.reads('seen');
    assert.equal(await lea.page.title(), 'MQTT Chat');
    await lea.page.evaluate(() => {
      self.context = document.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context');
      self.context.loseContext();
    });
    await lea.page.getByText('The browser has taken the graphics away').waitFor();
    await write('lea', 'bob', 'not seen');
    await title(lea, '(1) MQTT Chat');
    await lea.page.evaluate(() => self.context.restoreContext());
    await title(lea, 'MQTT Chat');
  });
});

describe('a name for a new chat', () => {
  test('is checked as at the login, and opens its chat once', async () => {
    const jack = await signed_in('?stage=10&user=jack');
    for (const [name, words] of [['', /Please enter a user name/], ['a/b', /cannot contain \/ \+ or #/], ['z'.repeat(65), /at most 64 bytes/]]) {
      await jack.field('New chat').fill(name);
      await jack.button('Add Chat').click();
      await jack.page.getByText(words).first().waitFor();
    }
    await jack.talk_to('bob');
    await jack.talk_to('bob');
    assert.equal(await jack.page.getByRole('list', {name: 'Chats'}).getByRole('button').count(), 1);
  });
});

describe('find-in-page', () => {
  // A browser's search fires `beforematch` at what is hidden="until-found", shows it and scrolls to it, and so does following a
  // link to its id. WebKit's search is used itself, from its bar: what a link has led to it keeps in sight, whoever scrolls.
  // Not so that the page notices: to it a popstate event is the user's Back.
  const prepare = (page) => page.addInitScript(() => addEventListener('popstate', (event) => event.stopImmediatePropagation()));
  const follow = (person, index) => person.page.evaluate((at) => new Promise((resolve) => {
    const item = document.querySelector('.findable').children[at];
    item.id = 'match';
    // Not every browser goes there at once.
    addEventListener('hashchange', () => {
      item.removeAttribute('id');
      resolve();
    }, {once: true});
    location.replace('#match');
  }), index);
  async function search(person, text) {
    const {height} = await person.page.viewportSize();
    await press('Control+f');
    await until(async () => (await person.page.viewportSize()).height < height, 'the search bar takes its room', timeout);
    await press(...text, 'Enter');
  }
  const findable = (person) => person.page.evaluate(() => Array.from(document.querySelector('.findable')?.children ?? [],
    (item) => ({text: item.textContent, hidden: item.getAttribute('hidden')})));

  test('finds messages that are scrolled away, and brings them into sight', async () => {
    const mona = await signed_in('?stage=10&user=mona', {prepare});
    await mona.talk_to('bob');
    const texts = Array.from({length: 300}, (_, i) => (i === 20 ? 'the needle' : `straw ${i}`));
    await flood(world.stage.open_broker, texts.map((text) => message('mona', 'bob', text)));
    await mona.message('straw 299').waitFor();
    const offered = await until(async () => {
      const items = await findable(mona);
      return items.length === 300 && items;
    }, 'all are offered', timeout);
    const drawn = offered.findIndex(({hidden}) => hidden === null);
    assert.ok(drawn > 280 && drawn < 300, `${drawn}`);
    assert.deepEqual(offered.map(({text}) => text), texts.map((text, i) => (i < drawn ? text : '')), 'what is drawn is found there');
    assert.equal(offered[20].hidden, 'until-found');
    assert.equal(await mona.message('the needle').count(), 0);
    if (engine === 'webkit') await search(mona, 'the needle');
    else await follow(mona, 20);
    await mona.message('the needle').waitFor();
    let seen;
    await until(async () => {
      const [needle, log] = [await mona.log().getByRole('article').getByText('the needle').boundingBox(), await mona.log().boundingBox()];
      const mark = await mona.page.evaluate(() => {
        const {x, y} = document.querySelector('.findable').children[20].getBoundingClientRect();
        return {x, y};
      });
      seen = JSON.stringify({needle, log, mark});
      return needle.y >= log.y && needle.y + needle.height <= log.y + log.height &&
        Math.abs(mark.x - needle.x) < 2 && Math.abs(mark.y - needle.y) < 4;
    }, 'it is in sight, and what is marked lies over it', timeout).catch((error) => { throw new Error(`${error.message}: ${seen}`); });
    await mona.button('Jump to latest').click();
    await mona.message('straw 299').waitFor();
    await until(async () => (await findable(mona))[20].hidden === 'until-found', 'it is hidden again', timeout);
  });

  test('costs nothing while nothing changes, and holds no more than the newest 2,000', async () => {
    const nora = await signed_in('?stage=10&user=nora');
    await nora.talk_to('bob');
    await flood(world.stage.open_broker, Array.from({length: 2100}, (_, i) => message('nora', 'bob', `straw ${i}`)));
    await nora.message('straw 2099').waitFor();
    const items = await until(async () => {
      const all = await findable(nora);
      return all.length === 2000 && all[0].text === 'straw 100' && all;
    }, 'the newest are offered', timeout);
    assert.equal(items.length, 2000);
    assert.equal(items.at(-1).hidden, null);
    const changes = await nora.page.evaluate(async () => {
      let count = 0;
      new MutationObserver((list) => { count += list.length; })
        .observe(document.querySelector('.findable'), {subtree: true, childList: true, attributes: true, characterData: true});
      document.dispatchEvent(new Event('selectionchange'));
      await new Promise((resolve) => setTimeout(resolve, 300));
      return count;
    });
    assert.equal(changes, 0);
    await nora.talk_to('carol');
    await until(async () => (await findable(nora)).length === 0, 'the other chat has none', timeout);
  });
});

describe('ten thousand messages', () => {
  test('scroll; the log holds those in sight; one jumps to the latest, and stays there', async () => {
    const kim = await signed_in('?stage=10&user=kim');
    await kim.talk_to('bob');
    const all = Array.from({length: 10000}, (_, i) => message('kim', 'bob', `number ${i + 1}`));
    await flood(world.stage.open_broker, all.slice(0, 5000));
    await flood(world.stage.open_broker, all.slice(5000), {id: 'flood-2'});
    const article = kim.log().getByRole('article').last();
    await until(async () => await article.getAttribute('aria-setsize') === '10000', 'all have arrived', 60000);
    await kim.log().getByText('number 10000', {exact: true}).waitFor();
    assert.ok(await kim.log().getByRole('article').count() < 60, 'only what is in sight is there');
    await kim.log().focus();
    await kim.page.keyboard.press('Home');
    await kim.log().getByText('number 1', {exact: true}).waitFor();
    await kim.button('Jump to latest').waitFor();
    await write('kim', 'bob', 'one more');
    await until(async () => await kim.button('Jump to latest').getAttribute('aria-description') === '1 newer', 'it is counted', timeout);
    assert.equal(await kim.message('one more').count(), 0, 'the reader is left where he is');
    await kim.button('Jump to latest').click();
    await kim.message('one more').waitFor();
    await kim.button('Jump to latest').waitFor({state: 'detached'});
    await write('kim', 'bob', 'and another');
    await kim.message('and another').waitFor();
  });

  test('of any height: End leads from the first line to the last one', async () => {
    const lea = await signed_in('?stage=10&user=lea');
    await lea.talk_to('bob');
    const texts = Array.from({length: 400}, (_, i) => `${i} ${i % 3 ? '' : 'a line\n'.repeat(i % 11)}${i % 7 ? '' : 'long '.repeat(60)}`);
    await flood(world.stage.open_broker, texts.map((text) => message('lea', 'bob', text)));
    const last = lea.log().getByRole('article').last();
    await until(async () => await last.getAttribute('aria-setsize') === '400', 'all have arrived', timeout);
    await lea.log().focus();
    await lea.page.keyboard.press('Home');
    await until(() => lea.log().evaluate((log) => log.scrollTop === 0), 'the beginning', timeout);
    await lea.button('Jump to latest').waitFor();
    await lea.page.keyboard.press('End');
    await lea.button('Jump to latest').waitFor({state: 'detached'});
    await until(() => lea.log().evaluate((log) => log.scrollHeight - log.clientHeight - log.scrollTop < 2), 'the very end', timeout);
    const [text, log] = [await lea.message(texts.at(-1).trim()).boundingBox(), await lea.log().boundingBox()];
    assert.ok(text.y + text.height <= log.y + log.height, JSON.stringify({text, log}));
  });
});
