// "Use MQTT 5": what the broker says in MQTT 5 and not in 3.1.1, at the stages' brokers.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {scriptedServer} from '../browser/test/websocket_server.mjs';
import {until} from './support/machine.mjs';
import {subscribe} from './support/mosquitto.mjs';
import {Person, on_stage, timeout} from './support/person.mjs';

const world = on_stage();

async function arrive_as(user, stage, more = '') {
  const person = await world.arrive(`?stage=${stage}&mqtt5=1&user=${user}${more}`);
  await person.sign_in(stage === 40 ? 'test' : undefined);
  return person;
}

// Collects what the badge of the open chat says from now on: window.badges.
const watch_badge = (person) => person.page.evaluate(() => {
  window.badges = [];
  new MutationObserver(() => {
    for (const {textContent: words} of document.querySelectorAll('p'))
      if (/^(online|offline)/.test(words) && words !== badges.at(-1)) badges.push(words);
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
});

describe('MQTT 5, stage 40', () => {
  test('two users chat, and see each other online', async () => {
    const [vy, minh] = await Promise.all([arrive_as('vy', 40), arrive_as('minh', 40)]);
    await vy.talk_to('minh');
    await vy.badge('online').waitFor();
    await vy.say('hello minh');
    await vy.message('hello minh').getByText('delivered to the broker').waitFor();
    await minh.chat('vy').click();
    await minh.reads('hello minh');
    await minh.say('hello vy');
    await vy.reads('hello minh', 'hello vy');
  });

  test('a message that the broker\'s rights refuse fails with the reason, and the next one is delivered', async () => {
    const jenny = await arrive_as('jenny', 40);
    await world.stage.auth_broker.add_rights('user jenny\ntopic deny chat/messages/hannes/jenny');
    await jenny.talk_to('hannes');
    await jenny.say('not allowed');
    await jenny.page.getByText('Not sent: refused by the broker: not authorized.').waitFor();
    await jenny.message('not allowed').getByText(/ · not sent$/).waitFor();
    await jenny.button('Retry').waitFor();
    // Mosquitto 2.0.11 closes the connection behind its refusal.
    await jenny.comes_back();
    await jenny.talk_to('peter');
    await jenny.say('allowed');
    await jenny.message('allowed').getByText('delivered to the broker').waitFor();
  });

  test('a wrong password is said as in MQTT 3.1.1', async () => {
    const peter = await world.arrive('?stage=40&mqtt5=1&user=peter');
    await peter.field('Password').fill('wrong');
    await peter.button('Sign In').click();
    await peter.alert('Bad user name or password').waitFor();
    await peter.sign_in('test');
  });
});

describe('MQTT 5: what becomes of a message', () => {
  test('nobody has subscribed: the sender reads that the broker has dropped it', async () => {
    const alice = await arrive_as('alice', 20);
    await alice.talk_to('never-here');
    await alice.say('into the void');
    await alice.page.getByText(/^Nobody has subscribed to its topic/).waitFor();
    await alice.message('into the void').getByText('delivered to the broker').waitFor();
  });

  test('it expires at the broker while its receiver is away', async () => {
    const bob = await arrive_as('bob', 20);
    await bob.page.context().close();
    const alice = await arrive_as('anna', 20, '&expiry=1');
    const carol = await arrive_as('carl', 20);
    for (const [sender, text] of [[alice, 'gone'], [carol, 'stays']]) {
      await sender.talk_to('bob');
      await sender.say(text);
      await sender.message(text).getByText('delivered to the broker').waitFor();
    }
    const sent = Date.now();
    await until(() => Date.now() - sent > 2000, 'its second has passed', timeout);
    const back = await arrive_as('bob', 20);
    await back.chat('carl').click();
    await back.reads('stays');
    assert.equal(await back.chat('anna').count(), 0);
  });
});

// Takes everybody in and grants everything; the session is never there.
async function accept(server) {
  const peer = await server.connection();
  const packet = (first) => until(() => peer.frames.map(({payload}) => payload).find((payload) => payload.includes(first)),
    `packet ${first}`, timeout);
  await packet(0x10);
  peer.sendBinary(Buffer.from('2003000000', 'hex'));
  const subscribe = await packet(0x82);
  const at = subscribe.indexOf(0x82);
  peer.sendBinary(Buffer.from([0x90, 4, subscribe[at + 2], subscribe[at + 3], 0, 1]));
  return peer;
}

// Ends the connection as MQTT 5 has it. Mosquitto 2.0.11 closes without DISCONNECT.
function dismiss(peer, code) {
  peer.sendBinary(Buffer.from([0xE0, 1, code]));
  peer.close(1000, '');
}

describe('MQTT 5: a broker that says why it ends a connection', () => {
  test('a takeover is certain at once, and told with its code; "Use here" takes it back', async () => {
    const server = await scriptedServer();
    try {
      const carol = await world.arrive(`?stage=20&mqtt5=1&user=carol&broker=${server.url}`);
      const [peer] = await Promise.all([accept(server), carol.sign_in()]);
      dismiss(peer, 0x8E);
      await carol.status('Signed in elsewhere').waitFor();
      await carol.alert(/Somebody signed in as carol.*Session taken over \(code 142\)/).waitFor();
      const again = accept(server);
      await carol.button('Use here').click();
      await again;
      await carol.status('Connected').waitFor();
    } finally {
      await server.close();
    }
  });

  test('a broker that shuts down is told with its code, in the header and in the packets', async () => {
    const server = await scriptedServer();
    try {
      const eve = await world.arrive(`?stage=20&mqtt5=1&user=eve&broker=${server.url}`);
      const [peer] = await Promise.all([accept(server), eve.sign_in()]);
      await eve.button('Show Packets').click();
      await eve.fill('Filter', 'type:disconnect in');
      const back = accept(server);
      dismiss(peer, 0x8B);
      await eve.page.getByRole('table', {name: 'Packets'}).getByRole('row').filter({hasText: /INBOUND.*disconnect/}).waitFor();
      await eve.alert(/Server shutting down \(code 139\)/).first().waitFor();
      await back;
      await eve.status('Connected').waitFor();
    } finally {
      await server.close();
    }
  });
});

describe('MQTT 5 at Mosquitto 2.0.11, which ends connections without a word', () => {
  test('a second tab takes over, and the first says so', async () => {
    const first = await arrive_as('dan', 20);
    const {page} = await world.stage.open('?stage=20&mqtt5=1&user=dan', {context: first.page.context()});
    page.setDefaultTimeout(timeout);
    await new Person(page).sign_in();
    await first.status('Signed in elsewhere').waitFor();
    await first.alert(/Somebody signed in as dan in another window/).waitFor();
  });

  test('after a restart of the broker all is as before: the session, what waited, who writes', async () => {
    const [eve, adam] = await Promise.all([arrive_as('eva', 30), arrive_as('adam', 30)]);
    await eve.talk_to('adam');
    await eve.badge('online').waitFor();
    await world.stage.open_broker.stop();
    try {
      await eve.status(/Reconnecting/).waitFor();
      await eve.say('while it was away');
      await eve.message('while it was away').getByText('queued').waitFor();
    } finally {
      await world.stage.open_broker.start();
    }
    await eve.message('while it was away').getByText('delivered to the broker').waitFor({timeout: 90000});
    await adam.comes_back();
    await adam.chat('eva').click();
    await adam.reads('while it was away');
  });
});

describe('MQTT 5: the will', () => {
  test('is held back: who reloads was never offline, as others see it', async () => {
    const vera = await arrive_as('vera', 30);
    const bob = await arrive_as('bert', 30);
    await vera.talk_to('bert');
    await vera.badge('online').waitFor();
    await watch_badge(vera);
    const seen = await subscribe(world.stage.open_broker, 'chat/status/bert');
    await bob.reload();
    await seen.next((message) => message.retain === 0 && message.json.status === 'online');
    // A logout ends it: whoever has read this has read what came before.
    await bob.log_out();
    await vera.badge(/^offline, last seen/).waitFor();
    await seen.next((message) => message.json.status === 'offline', timeout);
    assert.deepEqual(seen.messages.map((message) => message.json.status), ['online', 'online', 'offline']);
    assert.equal((await vera.page.evaluate(() => badges)).filter((words) => words.startsWith('offline')).length, 1);
    await seen.close();
  });

  test('is published when its owner stays away, and shows at once', async () => {
    const vera = await arrive_as('vroni', 30);
    const bob = await arrive_as('bill', 30);
    await vera.talk_to('bill');
    await vera.badge('online').waitFor();
    const seen = await subscribe(world.stage.open_broker, 'chat/status/bill');
    await seen.next();
    await bob.page.context().close();
    await vera.badge(/^offline, last seen/).waitFor();
    await seen.next((message) => message.json.status === 'offline');
    await seen.close();
  });
});
