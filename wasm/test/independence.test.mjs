// The network waits for no frame, and a frame neither for the network nor for the store.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {publish, subscribe} from './support/mosquitto.mjs';
import {until} from './support/machine.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();

// From self.hold_frames() on, the page gets no frame.
function frames_can_be_held() {
  const real = self.requestAnimationFrame.bind(self);
  let held = false;
  self.hold_frames = () => { held = true; };
  self.requestAnimationFrame = (callback) => (held ? 0 : real(callback));
}

// Between self.hold_store() and self.release_store() no transaction of the store ends, as far as the page can tell.
function store_can_be_held() {
  let held = null;
  self.hold_store = () => { held = []; };
  self.release_store = () => {
    const waiting = held;
    held = null;
    waiting.forEach((tell) => tell());
  };
  const real = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function(...values) {
    const transaction = real.apply(this, values);
    Object.defineProperty(transaction, 'oncomplete', {set(handler) {
      transaction.addEventListener('complete', (event) => {
        const tell = () => handler.call(transaction, event);
        if (held) held.push(tell);
        else tell();
      });
    }});
    return transaction;
  };
}

const frames = (person) => person.page.evaluate(() => Module.imguiWebFrames());

test('a message is taken, stored and acknowledged while the browser shows no frame', async () => {
  const alice = await world.arrive('?stage=20&user=alice', {prepare: (page) => page.addInitScript(frames_can_be_held)});
  await alice.sign_in();
  await alice.talk_to('bob');
  await alice.page.evaluate(() => {
    self.acknowledged = 0;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function(data) {
      if (new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0)[0] === 0x40) ++acknowledged;
      return send.call(this, data);
    };
    hold_frames();
  });
  await publish(world.stage.open_broker, 'chat/messages/alice/carol',
    {messageId: 'm1', content: 'unseen', timestamp: new Date().toISOString()}, {qos: 1});
  await until(() => alice.page.evaluate(() => acknowledged === 1), 'a PUBACK', timeout);
  await until(async () => /^\(1\)/.test(await alice.page.title()), 'the count in the title', timeout);
  assert.equal(await alice.message('unseen').count(), 0);
  await alice.page.reload();
  await alice.status('Connected').waitFor();  // without a password, a reload signs in again
  await alice.chat(/carol/).first().waitFor();
});

test('what is said, typed and chosen is drawn while the store keeps its answer, and nothing has left', async () => {
  const alice = await world.arrive('?stage=20&user=alice', {prepare: (page) => page.addInitScript(store_can_be_held)});
  await alice.sign_in();
  await alice.talk_to('carol');
  await alice.talk_to('bob');
  const wire = await subscribe(world.stage.open_broker, 'chat/messages/#', {qos: 1});
  await alice.page.evaluate(() => hold_store());
  const before = await frames(alice);
  await alice.say('held');
  await alice.message('held').waitFor();
  await alice.chat(/carol/).first().click();
  await alice.page.getByRole('heading', {name: 'Conversation with carol'}).waitFor();
  await alice.field('Message').fill('a draft');
  assert.ok(await frames(alice) > before);
  assert.equal(wire.messages.length, 0);
  await alice.page.evaluate(() => release_store());
  await wire.next(({json}) => json?.content === 'held');
  await alice.chat(/bob/).first().click();
  await alice.message('held').getByText('delivered', {exact: false}).waitFor();
});

test('and while the broker keeps its answer', async () => {
  const alice = await world.arrive('?stage=20&user=alice', {prepare: (page) => page.addInitScript(() => {
    const real = self.WebSocket;
    self.WebSocket = class extends real {
      set onmessage(handler) { super.onmessage = (event) => { if (!self.silent) handler(event); }; }
    };
  })});
  await alice.sign_in();
  await alice.talk_to('bob');
  await alice.page.evaluate(() => { self.silent = true; });
  await alice.say('unanswered');
  await alice.message('unanswered').getByText('sent', {exact: false}).waitFor();
  await alice.say('and again');
  await alice.message('and again').waitFor();
});
