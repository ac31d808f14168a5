// Stage 30: who is online, from retained messages and wills.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {flood} from './support/flood.mjs';
import {until} from './support/machine.mjs';
import {publish, subscribe} from './support/mosquitto.mjs';
import {on_stage, timeout} from './support/person.mjs';
import {startProxy} from './support/proxy.mjs';

const world = on_stage();
const offline_now = /^offline, last seen \d\d:\d\d$/;

// Watches somebody: vy, whose chat with `name` is open.
async function watcher(user, name) {
  const person = await world.arrive(`?stage=30&user=${user}`);
  await person.sign_in();
  await person.talk_to(name);
  return person;
}

describe('stage 30: who has no chats yet', () => {
  test('reads who is online, from the statuses that the broker keeps, and opens a chat with one click', async () => {
    const nora = await world.arrive('?stage=30&user=nora');
    await nora.sign_in();
    const olga = await world.arrive('?stage=30&user=olga');
    await olga.sign_in();
    const online = (person, name) => person.page.getByRole('group', {name: 'Online now'}).getByRole('button', {name, exact: true});
    await online(nora, 'olga').waitFor();
    await online(olga, 'nora').click();
    await olga.page.getByRole('heading', {name: 'Conversation with nora'}).waitFor();
  });
});

describe('stage 30: the badge', () => {
  test('is "unknown" for a name never heard of, online at login, offline at logout', async () => {
    const vy = await watcher('vy', 'alice');
    await vy.badge('unknown').waitFor();
    const alice = await world.arrive('?stage=30&user=alice');
    await alice.sign_in();
    await vy.badge('online').waitFor();
    await until(async () => /^online/.test(await vy.chat('alice').getAttribute('aria-description')), 'in the list, too', timeout);
    await alice.log_out();
    await vy.badge(offline_now).waitFor();
    const seen = await subscribe(world.stage.open_broker, 'chat/status/alice');
    const status = await seen.next();
    assert.equal(status.retain, 1);
    assert.equal(status.json.status, 'offline');
    assert.match(status.json.lastOnlineTimestamp, /^\d{4}-\d\d-\d\dT/);
    await seen.close();
  });

  test('turns offline by the will when a tab is closed', async () => {
    const vy = await watcher('vera', 'bob');
    const bob = await world.arrive('?stage=30&user=bob');
    await bob.sign_in();
    await vy.badge('online').waitFor();
    const seen = await subscribe(world.stage.open_broker, 'chat/status/bob');
    await bob.page.context().close();
    await seen.next((m) => m.json.status === 'offline', timeout);
    // At once: no later than a message that is sent after it.
    await publish(world.stage.open_broker, 'chat/messages/vera/after', {messageId: 'after', content: 'after it', timestamp: new Date().toISOString()});
    await vy.chat('after').waitFor();
    assert.match(await vy.page.getByRole('group', {name: 'About this chat'}).innerText(), /offline, last seen/);
    await seen.close();
  });

  test('turns offline by the will when the network is cut, and online again after the reconnect', async () => {
    const wire = await startProxy(world.stage.open_broker.wsPort);
    const vy = await watcher('viola', 'carol');
    const carol = await world.arrive(`?stage=30&user=carol&broker=${wire.url}`);
    await carol.sign_in();
    await vy.badge('online').waitFor();
    wire.cut();
    await carol.status(/Reconnecting/).waitFor();
    await vy.badge(offline_now).waitFor();
    wire.mend();
    await carol.comes_back();
    await vy.badge('online').waitFor();
    await wire.close();
  });

  test('comes back online after a reload', async () => {
    const vy = await watcher('vicky', 'dave');
    const dave = await world.arrive('?stage=30&user=dave');
    await dave.sign_in();
    await vy.badge('online').waitFor();
    const seen = await subscribe(world.stage.open_broker, 'chat/status/dave');
    await dave.reload();
    // On a slow machine the will comes so late that its owner contradicts it once more.
    await until(() => /^(online,)+offline,online/.test(seen.messages.map((m) => m.json.status).join()), 'the will and the return', timeout);
    await vy.badge('online').waitFor();
    await seen.close();
  });

  // A new connection of the same client ends the old one: the broker publishes the will, and the owner is there already.
  // The messages are those that come then.
  test('does not flicker when a will is followed by its owner', async () => {
    const vy = await watcher('vincent', 'dora');
    const since = new Date(Date.now() - 60_000).toISOString();
    const say = (...statuses) => flood(world.stage.open_broker, statuses.map(([status, lastOnlineTimestamp]) =>
      ({topic: 'chat/status/dora', payload: JSON.stringify({status, lastOnlineTimestamp}), retain: true})));
    await say(['online', since]);
    await vy.badge('online').waitFor();
    await vy.page.evaluate(() => {
      window.badges = [];
      new MutationObserver(() => {
        for (const {textContent: words} of document.querySelectorAll('p'))
          if (/^(online|offline)/.test(words) && words !== badges.at(-1)) badges.push(words);
      }).observe(document.body, {subtree: true, childList: true, characterData: true});
    });
    await say(['offline', since], ['online', new Date().toISOString()]);
    // A logout ends it: whoever has read this has read what came before.
    await say(['offline', new Date().toISOString()]);
    await vy.badge(offline_now).waitFor();
    const badges = await vy.page.evaluate(() => window.badges);
    assert.equal(badges.filter((words) => words.startsWith('offline')).length, 1, badges.join('; '));
  });

  test('tells as "last seen" when the will arrived, if that is later than what the will says', async () => {
    const vy = await watcher('valerie', 'oldie');
    const old = {status: 'offline', lastOnlineTimestamp: '2020-02-02T12:00:00+00:00'};
    await publish(world.stage.open_broker, 'chat/status/oldie', {...old, status: 'online'}, {retain: true});
    await vy.badge('online').waitFor();
    await publish(world.stage.open_broker, 'chat/status/oldie', old, {retain: true});
    await vy.badge(offline_now).waitFor();
    // Who comes later knows only what the broker kept.
    const late = await watcher('victor', 'oldie');
    await late.badge(/^offline, last seen .*2020/).waitFor();
  });

  test('goes on when a status cannot be read', async () => {
    const vy = await watcher('veronica', 'eve');
    for (const payload of ['{"status":"online"', '[]', '{"status":"asleep","lastOnlineTimestamp":"2025-01-01T12:00:00Z"}'])
      await publish(world.stage.open_broker, 'chat/status/eve', payload);
    await publish(world.stage.open_broker, 'chat/status/eve', {status: 'online', lastOnlineTimestamp: new Date().toISOString()});
    await vy.badge('online').waitFor();
    await vy.status('Connected').waitFor();
  });
});
