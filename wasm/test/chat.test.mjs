// Stage 10 (and the heart of stage 20), end to end: the page in two browsers, a real broker, the broker's own clients and a native bot.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {openStage} from './support/browser.mjs';
import {free_ports, root, until} from './support/machine.mjs';
import {publish, subscribe} from './support/mosquitto.mjs';
import {Person, arrive_at, patience} from './support/person.mjs';

const greeting = 'Grüße 你好 👩‍👩‍👧 مرحبا';
const pictures = path.join(root, 'build', 'browser', 'pictures');

let stage;
before(async () => {
  await mkdir(pictures, {recursive: true});
  stage = await openStage();
});
after(() => stage?.close());

const arrive = (address, context) => arrive_at(stage, address, context);

describe('stage 10', () => {
  test('alice and bob chat both ways, in order and in any script', async () => {
    const alice = await arrive('?stage=10&user=alice');
    const bob = await arrive('?stage=10');
    await bob.field('Username').fill('bob');
    await Promise.all([alice.sign_in(), bob.sign_in()]);
    await alice.talk_to('bob');
    await alice.say(greeting);
    await alice.say('second');
    await bob.button('alice').click();
    await bob.reads(greeting, 'second');
    await bob.say(`${greeting} too`);
    await alice.reads(greeting, 'second', `${greeting} too`);
    await alice.page.screenshot({path: path.join(pictures, 'chat-1280x800.png')});
    await Promise.all([alice.page.context().close(), bob.page.context().close()]);
  });

  test('another MQTT client sees and sends the same messages', async () => {
    const seen = await subscribe(stage.open_broker, 'chat/#');
    const vy = await arrive('?stage=10&user=vy');
    await vy.sign_in();
    await vy.talk_to('minh');
    await vy.say(greeting);
    const message = await seen.next((m) => m.topic === 'chat/messages/minh/vy');
    assert.equal(message.json.content, greeting);
    assert.deepEqual(Object.keys(message.json).sort(), ['content', 'messageId', 'timestamp']);
    assert.match(message.json.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
    await publish(stage.open_broker, 'chat/messages/vy/minh',
      {messageId: 'one', content: `${greeting} <b>back</b>`, timestamp: '2025-01-01T12:00:00+01:00'});
    await until(async () => (await vy.texts()).length === 2, 'the answer', patience);
    assert.deepEqual((await vy.texts()).map((text) => text.trim()).sort(), [greeting, `${greeting} <b>back</b>`].sort());
    assert.equal(await vy.page.locator('b').count(), 0, 'somebody else\'s text is text');
    await seen.close();
    await vy.page.context().close();
  });

  test('the bot peter answers', async () => {
    const program = path.join(root, 'build', 'native', 'client', 'native', 'programs', 'bot-peter');
    const bot = spawn(program, ['--url', `mqtt://127.0.0.1:${stage.open_broker.tcpPort}`], {stdio: 'ignore'});
    const jenny = await arrive('?stage=10&user=jenny');
    await jenny.sign_in();
    await jenny.talk_to('peter');
    // At QoS 0 who is not there yet hears nothing: wait until he is.
    const seen = await subscribe(stage.open_broker, 'chat/status/peter');
    await seen.next((m) => m.json?.status === 'online', patience);
    await jenny.say('hello');
    await until(async () => (await jenny.texts()).some((text) => /you said/i.test(text) && /hello/.test(text)),
      'an answer', patience);
    const ended = once(bot, 'exit');
    bot.kill('SIGTERM');
    await ended;
    await seen.close();
    await jenny.page.context().close();
  });

  test('a new message counts in the title until it is read', async () => {
    const vy = await arrive('?stage=10&user=vy');
    await vy.sign_in();
    await vy.talk_to('bob');
    await publish(stage.open_broker, 'chat/messages/vy/minh',
      {messageId: 'two', content: 'psst', timestamp: '2025-01-01T12:00:00+01:00'});
    await until(async () => await vy.page.title() === '(1) MQTT Chat', 'the count in the title', patience);
    await vy.page.getByRole('button', {name: /^minh/}).click();
    await vy.reads('psst');
    await until(async () => await vy.page.title() === 'MQTT Chat', 'no count in the title', patience);
    await vy.page.context().close();
  });

  test('Back leaves the chat before it leaves the page, on a phone', async () => {
    const vy = await arrive('?stage=10&user=vy', {viewport: {width: 390, height: 844}});
    await vy.sign_in();
    await vy.talk_to('minh');
    await vy.say('on my phone');
    await vy.reads('on my phone');
    await vy.page.screenshot({path: path.join(pictures, 'chat-390x844.png')});
    await vy.page.goBack();
    await vy.page.getByRole('list', {name: 'Chats'}).waitFor();
    await vy.page.getByRole('log', {name: 'Messages'}).waitFor({state: 'detached'});
    assert.match(vy.page.url(), /stage=10/);
    await vy.page.context().close();
  });
});

test('stage 20: a message written while the broker is down survives a reload, and is delivered once', async () => {
  const alice = await arrive('?stage=20&user=alice');
  await alice.sign_in();
  await alice.talk_to('bob');
  await alice.say('before');
  await alice.page.getByText('delivered to the broker').waitFor();
  await stage.open_broker.stop();
  await alice.status(/Reconnecting|Offline/).waitFor();
  await alice.say('meanwhile');
  await alice.reads('before', 'meanwhile');
  await alice.page.reload();
  await stage.open_broker.start();
  const seen = await subscribe(stage.open_broker, 'chat/messages/#', {qos: 1});
  await alice.sign_in();
  await alice.page.getByRole('button', {name: /^bob/}).click();
  await alice.reads('before', 'meanwhile');
  assert.equal((await seen.next(undefined, patience)).json.content, 'meanwhile');
  await until(async () => await alice.page.getByText('delivered to the broker').count() === 2, 'both delivered', patience);
  assert.equal(seen.messages.length, 1);
  await seen.close();
  await alice.page.context().close();
});

describe('when something is wrong', () => {
  test('a broker that stops is told in plain words, and the page comes back with it', async () => {
    const hannes = await arrive('?stage=10&user=hannes');
    await hannes.sign_in();
    await stage.open_broker.stop();
    await hannes.status(/Reconnecting/).waitFor();
    await hannes.page.getByText(/broker|connection/i).first().waitFor();
    await stage.open_broker.start();
    await hannes.status('Connected').waitFor({timeout: 90000});
    const seen = await subscribe(stage.open_broker, 'chat/messages/#');
    await hannes.talk_to('minh');
    await hannes.say('back again');
    assert.equal((await seen.next(undefined, patience)).json.content, 'back again');
    await seen.close();
    await hannes.page.context().close();
  });

  test('a wrong address is a clear error, and the login stays usable', async () => {
    const [nobody] = await free_ports(1);
    const alice = await arrive(`?stage=10&user=alice&broker=ws://localhost:${nobody}`);
    await alice.button('Sign In').click();
    const alert = alice.page.getByRole('alert');
    await alert.filter({hasText: `localhost:${nobody}`}).waitFor();
    await alice.button('Sign In').waitFor();
    assert.ok(await alice.field('Username').isEnabled());
    await alice.page.screenshot({path: path.join(pictures, 'wrong-address.png')});
    await alice.page.context().close();
  });

  for (const name of ['a/b', 'a+b', 'a#b']) {
    test(`the name ${name} is refused beside the field`, async () => {
      const page = await arrive('?stage=10');
      await page.field('Username').fill(name);
      await page.button('Sign In').click();
      const field = page.field('Username');
      await until(async () => await field.getAttribute('aria-invalid') === 'true', 'the field is marked', patience);
      await page.page.getByText('A user name cannot hold / + or #').first().waitFor();
      assert.equal(await page.status('Connected').count(), 0);
      await page.page.context().close();
    });
  }
});

describe('the page at rest', () => {
  test('draws no frame in two idle seconds, at the login and in a chat', async () => {
    const alice = await arrive('?stage=10&user=alice');
    const frames_in_two_seconds = () => alice.page.evaluate(async () => {
      const frames = () => Module.imguiWebFrames();
      // Rest begins when half a second brought none.
      for (let last = -1; last !== frames();) {
        last = frames();
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      const first = frames();
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return frames() - first;
    });
    assert.equal(await frames_in_two_seconds(), 0);
    await alice.page.screenshot({path: path.join(pictures, 'login-1280x800.png')});
    await alice.sign_in();
    await alice.talk_to('bob');
    assert.equal(await frames_in_two_seconds(), 0);
    await alice.page.context().close();
  });

  test('prints nothing to the console, and keeps no password where a page could find it', async () => {
    const {page} = await stage.open('?stage=40');
    page.setDefaultTimeout(patience);
    const lines = [];
    page.on('console', (message) => lines.push(message.text()));
    const peter = new Person(page);
    await peter.field('Username').fill('peter');
    await peter.field('Password').fill('test-0815');
    await peter.button('Sign In').click();
    await page.getByRole('alert').filter({hasText: /Bad user name or password/}).waitFor();
    await peter.field('Password').fill('test');
    await peter.sign_in();
    const kept = await page.evaluate(async () => {
      const found = [location.href, document.title, JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})];
      for (const {name} of await indexedDB.databases()) {
        const database = await new Promise((resolve, reject) => {
          const request = indexedDB.open(name);
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        for (const store of database.objectStoreNames) {
          const values = await new Promise((resolve) => {
            database.transaction(store).objectStore(store).getAll().onsuccess = (event) => resolve(event.target.result);
          });
          found.push(...values.map((value) => (typeof value === 'string' ? value : new TextDecoder().decode(value))));
        }
        database.close();
      }
      return found;
    });
    assert.ok(kept.length > 4, 'something is kept');
    assert.deepEqual(kept.filter((text) => text.includes('test-0815') || text.includes('"test"')), []);
    assert.deepEqual(lines, []);
    await page.context().close();
  });
});

test('the login and the first frame on a phone', async () => {
  const alice = await arrive('?stage=40', {viewport: {width: 390, height: 844}, colorScheme: 'dark'});
  await alice.field('Password').waitFor();
  await alice.page.screenshot({path: path.join(pictures, 'login-390x844-dark.png')});
  await alice.page.context().close();
});
