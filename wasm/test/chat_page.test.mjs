// The chat page as a whole: its header, where things lie, what the broker refuses, a keyboard that covers half a phone.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {scriptedServer} from '../browser/test/websocket_server.mjs';
import {until} from './support/machine.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const {signed_in, write} = world;

describe('the header', () => {
  test('says what this is, who one is, and how connected', async () => {
    const alice = await signed_in('?stage=10&user=alice', {viewport: {width: 900, height: 560}});
    const header = alice.page.getByRole('banner');
    await header.getByRole('heading', {name: 'MQTT Chat', level: 1}).waitFor();
    await header.getByText('Signed in as alice', {exact: true}).waitFor();
    await header.getByRole('status').filter({hasText: 'Connected'}).waitFor();
    for (const name of ['Show Packets', 'Theme', 'Logout']) await header.getByRole('button', {name, exact: true}).waitFor();
  });

  test('leads to another stage, which the address names then, also out of an open chat', async () => {
    const cora = await signed_in('?stage=10&user=cora', {viewport: {width: 1280, height: 800}});
    await cora.talk_to('bob');
    await cora.button('Stage 10').click();
    await cora.button('Sign in at stage 20').click();
    await cora.button('Sign In').waitFor();
    await until(async () => /^\?stage=20(&|$)/.test(await cora.page.evaluate(() => location.search)), 'the address follows', timeout);
    await cora.page.reload();
    await cora.page.locator('#imgui-web').waitFor({state: 'attached'});
    await cora.page.getByRole('radio', {name: 'Stage 20', checked: true}).waitFor();
  });

  test('says that the broker refuses a subscription, so that nobody waits for messages in vain', async () => {
    const server = await scriptedServer();
    const bob = await world.arrive(`?stage=10&user=bob&broker=${server.url}`);
    await bob.button('Sign In').click();
    const peer = await server.connection();
    peer.sendBinary(Buffer.from([0x20, 2, 0, 0]));
    const subscribe = () => peer.frames.find(({payload}) => payload[0] === 0x82)?.payload;
    const asked = await until(subscribe, 'the SUBSCRIBE', timeout);
    peer.sendBinary(Buffer.from([0x90, 3, asked[2], asked[3], 0x80]));
    await bob.alert(/The broker refused the subscription.*chat\/messages\/bob/).waitFor();
    await server.close();
  });
});

describe('the page', () => {
  test('has one\'s own messages at the right, the others\' at the left', async () => {
    const carol = await signed_in('?stage=10&user=carol');
    await carol.talk_to('bob');
    await carol.say('mine');
    await write('carol', 'bob', 'theirs');
    await carol.reads('mine', 'theirs');
    const log = await carol.log().boundingBox();
    const place = async (words) => {
      const {x, width} = await carol.log().getByText(words, {exact: true}).boundingBox();
      return {from_left: x - log.x, from_right: log.x + log.width - x - width};
    };
    const [mine, theirs] = [await place('mine'), await place('theirs')];
    assert.ok(mine.from_right < mine.from_left, JSON.stringify(mine));
    assert.ok(theirs.from_left < theirs.from_right, JSON.stringify(theirs));
  });

  test('has the packets below the chat, or beside it where there is room', async () => {
    const dave = await signed_in('?stage=10&user=dave', {viewport: {width: 900, height: 700}});
    await dave.talk_to('bob');
    await dave.button('Show Packets').click();
    const box = (name) => dave.page.getByRole('region', {name, exact: true}).boundingBox();
    await dave.page.getByRole('table', {name: 'Packets'}).waitFor();
    const [below, above] = [await box('Packets'), await box('Conversation')];
    assert.ok(below.y >= above.y + above.height, JSON.stringify({below, above}));
    await dave.page.setViewportSize({width: 1700, height: 700});
    await until(async () => (await box('Packets')).x > (await box('Conversation')).x, 'they go to the right', timeout);
    const [right, left] = [await box('Packets'), await box('Conversation')];
    assert.ok(right.x >= left.x + left.width && Math.abs(right.y - left.y) < 1, JSON.stringify({right, left}));
    await dave.say('one can write beside them');
    await dave.message('one can write beside them').waitFor();
  });

  // A soft keyboard takes its room from the window (interactive-widget=resizes-content), zooming from everything.
  test('keeps the field and the last message in sight when a keyboard covers half a phone', async () => {
    const erin = await signed_in('?stage=10&user=erin', {viewport: {width: 390, height: 700}, hasTouch: true});
    await erin.talk_to('bob');
    for (let i = 1; i <= 12; ++i) await write('erin', 'bob', `number ${i}`);
    await erin.message('number 12').waitFor();
    await erin.field('Message').focus();
    await erin.page.setViewportSize({width: 390, height: 340});
    const bottom = async (what) => {
      const box = await what.boundingBox();
      return box === null ? Infinity : box.y + box.height;
    };
    const field = erin.field('Message');
    await until(async () => await bottom(field) <= 340, 'the field is in sight', timeout);
    const last = erin.log().getByText('number 12', {exact: true});
    await until(async () => await bottom(last) <= (await field.boundingBox()).y, 'the last message is above it', timeout);
    assert.ok(await field.evaluate((element) => element === document.activeElement), 'one goes on typing');
  });
});

// In page.order: what happened since the page began.
const note_order = (page) => page.addInitScript(() => {
  window.order = [];
  const note = (type, name, word) => {
    const real = type.prototype[name];
    type.prototype[name] = function(...values) {
      order.push(word);
      return real.apply(this, values);
    };
  };
  note(WebSocket, 'send', 'sent');
  note(WebGL2RenderingContext, 'drawElements', 'drawn');
  addEventListener('keydown', ({key}) => { if (key === 'Enter') order.push('typed'); }, true);
});

describe('a message', () => {
  // Where the session is stored, it leaves when it is stored: two tasks of the browser later.
  for (const address of ['?stage=10', '?stage=20&remember=0'])
    test(`leaves before the picture of it is drawn: ${address}`, async () => {
      const fay = await signed_in(`${address}&user=fay`, {prepare: note_order});
      await fay.talk_to('bob');
      await fay.field('Message').fill('hello');
      await fay.page.evaluate(() => { order = []; });
      await fay.field('Message').press('Enter');
      await fay.message('hello').waitFor();
      const order = await until(() => fay.page.evaluate(() => {
        const after = order.slice(order.indexOf('typed'));
        return after.includes('drawn') && after;
      }), 'the picture', timeout);
      assert.equal(order.slice(0, 2).join(), 'typed,sent');
    });
});
