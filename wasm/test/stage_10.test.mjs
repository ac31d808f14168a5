// Stage 10, end to end: two browsers, a real broker, the broker's own clients and a native bot.
import assert from 'node:assert/strict';
import path from 'node:path';
import {describe, test} from 'node:test';
import {start, stop} from './support/children.mjs';
import {root, until} from './support/machine.mjs';
import {publish, subscribe} from './support/mosquitto.mjs';
import {on_stage, timeout} from './support/person.mjs';

const greeting = 'Grüße 你好 👩‍👩‍👧 مرحبا';
const world = on_stage();

describe('stage 10', () => {
  test('alice and bob chat both ways, in order and in any script', async () => {
    const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => world.arrive(`?stage=10&user=${name}`)));
    await Promise.all([alice.sign_in(), bob.sign_in()]);
    await alice.talk_to('bob');
    await alice.say(greeting);
    await alice.say('second');
    // A message from somebody new opens its chat by itself.
    await bob.chat('alice').click();
    await bob.reads(greeting, 'second');
    await bob.say(`${greeting} too`);
    await alice.reads(greeting, 'second', `${greeting} too`);
  });

  test('a message to somebody offline is gone, and the page says that it would be', async () => {
    const alice = await world.arrive('?stage=10&user=alice');
    await alice.sign_in();
    await alice.talk_to('minh');
    await alice.page.getByText('With QoS 0 a message is lost if minh is offline.').waitFor();
    await alice.badge('unknown: status messages are off').waitFor();
    await alice.say('lost');
    await alice.message('lost').getByText('sent', {exact: false}).waitFor();
    const minh = await world.arrive('?stage=10&user=minh');
    await minh.sign_in();
    await alice.say('heard');
    await minh.chat('alice').click();
    await minh.reads('heard');
  });

  test('another MQTT client sees and sends the same messages', async () => {
    const seen = await subscribe(world.stage.open_broker, 'chat/#');
    const vy = await world.arrive('?stage=10&user=vy');
    await vy.sign_in();
    await vy.talk_to('minh');
    await vy.say(greeting);
    const message = await seen.next((m) => m.topic === 'chat/messages/minh/vy');
    assert.equal(message.json.content, greeting);
    assert.deepEqual(Object.keys(message.json).sort(), ['content', 'messageId', 'timestamp']);
    assert.match(message.json.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
    assert.deepEqual(seen.messages.map(({topic}) => topic), ['chat/messages/minh/vy'], 'no status below stage 30');
    await publish(world.stage.open_broker, 'chat/messages/vy/minh',
      {messageId: 'one', content: `${greeting} <b>back</b>`, timestamp: '2025-01-01T12:00:00+01:00'});
    await until(async () => (await vy.texts()).length === 2, 'the answer', timeout);
    assert.deepEqual((await vy.texts()).map((text) => text.trim()).sort(), [greeting, `${greeting} <b>back</b>`].sort());
    assert.equal(await vy.page.locator('b').count(), 0, 'somebody else\'s text is text');
    await seen.close();
  });

  test('the bot peter answers', async () => {
    const program = path.join(root, 'build', 'native', 'ui', 'bots', 'bot-peter');
    const bot = start(program, ['--url', `mqtt://127.0.0.1:${world.stage.open_broker.tcpPort}`], {stdio: 'ignore'});
    const jenny = await world.arrive('?stage=10&user=jenny');
    await jenny.sign_in();
    await jenny.talk_to('peter');
    // At QoS 0 who is not there yet hears nothing: wait until he is.
    const seen = await subscribe(world.stage.open_broker, 'chat/status/peter');
    await seen.next((m) => m.json?.status === 'online', timeout);
    await jenny.say('hello');
    await jenny.message(/you said/i).waitFor();
    await stop(bot, 'SIGTERM');
    await seen.close();
  });
});

describe('a broker that stops', () => {
  test('is told in plain words, and the page comes back with it by itself', async () => {
    const hannes = await world.arrive('?stage=10&user=hannes');
    await hannes.sign_in();
    await hannes.talk_to('minh');
    await world.stage.open_broker.stop();
    await hannes.status(/Reconnecting in \d+ s/).waitFor();
    await hannes.alert(/broker|connection/i).waitFor();
    await hannes.page.getByText('Not connected. With QoS 0 a message would be lost.').waitFor();
    await world.stage.open_broker.start();
    await hannes.comes_back();
    const seen = await subscribe(world.stage.open_broker, 'chat/messages/#');
    await hannes.say('back again');
    assert.equal((await seen.next(undefined, timeout)).json.content, 'back again');
    await seen.close();
  });
});
