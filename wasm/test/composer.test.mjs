// What one types: the message's field, a name for a new chat, and choices made between.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lacks} from './support/engines/engine.mjs';
import {holdable} from './support/frames.mjs';
import {until} from './support/machine.mjs';
import {subscribe} from './support/mosquitto.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const {signed_in} = world;

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
