// A conversation: its messages, their states, times and days; copying, clearing and removing them.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lacks} from './support/engines/engine.mjs';
import {until} from './support/machine.mjs';
import {subscribe} from './support/mosquitto.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const {signed_in, write} = world;

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
