// The inspector: every packet, its fields and bytes, what answers what.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {scriptedServer} from '../browser/test/websocket_server.mjs';
import {lacks} from './support/engines/engine.mjs';
import {until} from './support/machine.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const large = {viewport: {width: 760, height: 900}};

class Inspector {
  constructor(person) { this.person = person; this.page = person.page; }
  table() { return this.page.getByRole('table', {name: 'Packets'}); }
  rows(words) { return this.table().getByRole('row').filter({hasText: words}); }
  details() { return this.page.getByRole('region', {name: 'Packet details'}); }
  field(name) { return this.page.getByRole('table', {name: 'Fields'}).getByRole('row').filter({hasText: name}); }
  filter(words) { return this.person.fill('Filter', words); }
  radio(name) { return this.page.getByRole('radio', {name, exact: true}).check(); }
  count(words) { return this.page.getByText(words).waitFor(); }
}

async function inspect(address, password, look = large) {
  const person = await world.arrive(address, look);
  await person.sign_in(password);
  await person.button('Show Packets').click();
  const inspector = new Inspector(person);
  await inspector.table().waitFor();
  assert.equal(await person.button('Show Packets').getAttribute('aria-pressed'), 'true');
  return inspector;
}

describe('the packets', () => {
  test('stand in a table with the article\'s words, and the chat stays usable beside it', async () => {
    const it = await inspect('?stage=20&user=alice');
    const heads = await it.table().getByRole('columnheader').allInnerTexts();
    assert.deepEqual(heads.map((head) => head.trim()), ['Idx', 'Direction', 'Time (ms)', 'Packet', 'Topic', 'QoS', 'Id', 'Size', 'RTT']);
    for (const [words, direction] of [[/connack/, 'INBOUND'], [/suback/, 'INBOUND'], [/subscribe/, 'OUTBOUND']])
      await it.rows(words).filter({hasText: direction}).first().waitFor();
    await it.person.talk_to('bob');
    await it.person.say('hello');
    await it.rows(/puback/).filter({hasText: 'INBOUND'}).waitFor();
    const cells = await it.rows('chat/messages/bob/alice').filter({hasText: 'publish'}).getByRole('cell').allInnerTexts();
    assert.equal(cells.length, 9);
    assert.match(cells.map((cell) => cell.trim()).join('|'), /^\d+\|OUTBOUND\|[\d.]+\|publish\|chat\/messages\/bob\/alice\|1\|\d+\|\d+\|[\d.]+$/);
    await it.person.button('Show Packets').click();
    await it.table().waitFor({state: 'detached'});
  });

  test('are filtered by direction and by words, paused, cleared', async () => {
    const it = await inspect('?stage=20&user=bob');
    await it.radio('Inbound Only');
    await until(async () => await it.rows('OUTBOUND').count() === 0, 'no outbound ones', timeout);
    await it.radio('Outbound only');
    await until(async () => await it.rows('INBOUND').count() === 0, 'no inbound ones', timeout);
    await it.radio('Show All Packets');
    await it.filter('SUBACK');
    await it.rows('connack').waitFor({state: 'detached'});
    assert.equal(await it.rows('suback').count(), 1);
    await it.filter('no such thing');
    await it.page.getByText('No packets match these filters').waitFor();
    await it.filter('');
    await it.person.button('Pause').click();
    await it.person.talk_to('carol');
    await it.person.say('while it pauses');
    // The publish and its puback; on a slow machine a ping, too.
    await it.count(/paused: ([2-9]|\d\d+) new/);
    assert.equal(await it.rows('carol').count(), 0);
    await it.person.button('Resume').click();
    await it.rows('chat/messages/carol/bob').first().waitFor();
    await it.person.button('Clear').click();
    await it.page.getByText('No packets yet').waitFor();
    await it.person.say('after it');
    await it.rows('chat/messages/carol/bob').first().waitFor();
    await it.filter('type:puback topic:chat/messages/+/bob');
    await it.rows('publish').waitFor({state: 'detached'});
    await it.rows('chat/messages/carol/bob').waitFor();
  });

  test('say between them where a connection ended, and why', async () => {
    const it = await inspect('?stage=20&user=gwen');
    await world.stage.open_broker.stop();
    try {
      const ended = it.rows('connection').filter({hasText: /The (broker closed the connection|connection was lost)/}).first();
      await ended.waitFor();
      // Else the attempts that follow move it on, and out of sight.
      await it.filter(`type:connection ${/closed/.test(await ended.textContent()) ? 'closed' : 'lost'}`);
      await ended.click();
      await it.details().getByRole('heading', {name: /: connection$/}).waitFor();
    } finally {
      await world.stage.open_broker.start();
    }
    await it.person.comes_back();
  });

  test('hide pings until they are asked for', async () => {
    const it = await inspect('?stage=10&user=carol');
    // A page that wakes asks at once whether the link still lives.
    await it.page.evaluate(() => document.dispatchEvent(new Event('resume')));
    await it.page.getByRole('checkbox', {name: 'Show Pings'}).check();
    await it.rows('pingreq').first().waitFor();
    await it.rows('pingresp').first().waitFor();
    await it.rows('pingreq').first().click();
    await it.page.getByRole('button', {name: /^Answer: pingresp \d+$/}).waitFor();
    await it.page.getByRole('checkbox', {name: 'Show Pings'}).uncheck();
    await it.rows('pingreq').first().waitFor({state: 'detached'});
    await it.rows('connack').first().waitFor();
  });
});

// A broker that takes everybody in, and then publishes as fast as it can.
async function accept(server) {
  const peer = await server.connection();
  await peer.received(2);
  peer.sendBinary(Buffer.from('20020000', 'hex'));
  const subscribe = () => peer.frames.map(({payload}) => payload.indexOf(0x82) >= 0 && payload).find(Boolean);
  await until(subscribe, 'SUBSCRIBE', timeout);
  const at = subscribe().indexOf(0x82);
  peer.sendBinary(Buffer.from([0x90, 3, subscribe()[at + 2], subscribe()[at + 3], 0]));
  let sent = 0;
  return (count) => {
    for (const end = sent + count; sent < end;) {
      const packets = Array.from({length: Math.min(500, end - sent)}, () => {
        const payload = `{"messageId":"${++sent}","content":"message ${sent}","timestamp":"2026-01-01T12:00:00Z"}`;
        return Buffer.concat([Buffer.from([0x30, 2 + 23 + payload.length, 0, 23]), Buffer.from('chat/messages/quinn/bob' + payload)]);
      });
      peer.sendBinary(Buffer.concat(packets));
    }
  };
}

// self.memory_size(): bytes of the page's WebAssembly memory.
const own_memory = (page) => page.addInitScript(() => {
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const real = WebAssembly[name];
    WebAssembly[name] = async (...values) => {
      const made = await real.apply(WebAssembly, values);
      const memory = Object.values((made.instance ?? made).exports).find((one) => one instanceof WebAssembly.Memory);
      if (memory) self.memory_size = () => memory.buffer.byteLength;
      return made;
    };
  }
});

describe('very many packets', () => {
  test('push the oldest out: memory stays, and the page is as usable as before', async () => {
    const server = await scriptedServer();
    try {
      const accepted = accept(server);
      const it = await inspect(`?stage=10&user=quinn&remember=0&broker=${encodeURIComponent(server.url)}`, undefined,
                               {...large, prepare: own_memory});
      const publish = await accepted;
      const newest = (number) => it.rows(/publish/).filter({hasText: `${number}`}).last().waitFor({timeout: 4 * timeout});
      publish(90_000);
      await newest(90_004);
      const size = await it.page.evaluate(() => memory_size());
      publish(20_000);
      await newest(110_004);
      assert.equal(await it.page.evaluate(() => memory_size()), size);
      // Eight megabytes of them.
      await it.count(/^7\d\s\d{3} of 7\d\s\d{3} packets/);
      await it.person.chat('bob').click();
      await it.person.button('Jump to latest').click();
      await it.person.message('message 110000').waitFor();
      await it.filter('connack');
      await it.count(/^0 of 7/);
    } finally {
      await server.close();
    }
  });
});

describe('the details', () => {
  test('of a connect name every field, the will too, and mask the password', async () => {
    const it = await inspect('?stage=40&user=vy', 'test');
    await it.filter('connect out');
    await it.rows('connect').click();
    await it.details().getByRole('heading', {name: /Packet 2: connect, outbound/}).waitFor();
    const table = it.page.getByRole('table', {name: 'Fields'});
    const rows = (await table.getByRole('row').allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim());
    for (const wanted of [/^Client id mqtt-chat-client-vy$/, /^User name vy$/, /^Password ••••$/, /^Clean session (false|no|0)/i,
      /^Keep[- ]alive \d+/i, /^Will topic chat\/status\/vy$/, /^Will QoS 1/, /^Will retain (true|yes|1)/i, /^Will payload .*offline/])
      assert.ok(rows.some((row) => wanted.test(row)), `${wanted} in ${JSON.stringify(rows)}`);
    await it.details().getByRole('heading', {name: 'JSON'}).waitFor();
    await it.details().getByText('"clientId": "mqtt-chat-client-vy"').waitFor();
    await it.details().getByRole('heading', {name: 'Bytes'}).waitFor({state: 'attached'});
    await it.person.button('Close details').click();
    await it.details().waitFor({state: 'detached'});
  });

  test('mark the bytes of the field that is pointed at, by pointer and by keyboard', async () => {
    const it = await inspect('?stage=20&user=dave', undefined, {viewport: {width: 1280, height: 1000}});
    await it.filter('connack');
    await it.rows('connack').click();
    const line = it.details().getByText(/^0000 +20 02/);
    await line.waitFor();
    const picture = async () => {
      const {x, y, width, height} = await line.boundingBox();
      return it.page.screenshot({clip: {x, y, width, height}});
    };
    const marked = (words) => it.details().getByText(words, {exact: true}).waitFor();
    await it.details().getByText(/^Point at a field/).waitFor();
    const plain = await picture();
    await it.field('Return code').hover();
    await marked('Return code: 0003');
    const code = await picture();
    assert.ok(!code.equals(plain), 'the byte is marked');
    await it.field('Session present').hover();
    await marked('Session present: 0002');
    assert.ok(!(await picture()).equals(code), 'another byte is marked');
    await it.field('Session present').click();
    await it.person.button('Close details').hover();
    await marked('Session present: 0002');
    await it.page.keyboard.press('ArrowDown');
    await marked('Return code: 0003');
    await it.filter('connect out');
    await it.rows('connect').click();
    await it.field('Client id').hover();
    await marked('Client id: 000c to 0022');
  });

  test('explain the packet, and the field or byte that is pointed at, in a sentence with its clause', async () => {
    const it = await inspect('?stage=20&user=dan', undefined, {viewport: {width: 1280, height: 1000}});
    await it.filter('connack');
    await it.rows('connack').click();
    const explanation = it.page.getByRole('region', {name: 'Explanation'});
    await explanation.getByText('connack: The broker answers CONNECT').waitFor();
    const line = it.details().getByText(/^0000 +20 02/);
    const {x, y, width, height} = await line.boundingBox();
    const {length} = (await line.textContent()).trimEnd();
    await it.page.mouse.move(x + (6 + 3 * 3 + 1) * width / length, y + height / 2);
    await explanation.getByText('Return code: 0: welcome').waitFor();
    await explanation.getByText('[MQTT-3.2.2-5]').waitFor();
    await it.details().getByText('0003 is 00: Return code', {exact: true}).waitFor();
    await it.person.button('Next byte').focus();
    await it.page.keyboard.press('Enter');
    await it.page.keyboard.press('Enter');
    await it.page.keyboard.press('Enter');
    await it.details().getByText('0002 is 00: Session present', {exact: true}).waitFor();
  });

  test('say when the explanations could not be loaded, and load them again', async () => {
    const it = await inspect('?stage=10&user=dot', undefined,
      {...large, prepare: (page) => page.route('**/explanations.json', (route) => route.fulfill({body: 'no JSON'}), {times: 1})});
    await it.rows('connack').click();
    await it.page.getByText('The explanations could not be loaded.').waitFor();
    await it.person.button('Load again').click();
    await it.page.getByText('connack: The broker answers CONNECT').waitFor();
  });

  test('of MQTT 5 have properties and reasons, each with its bytes, and the topic behind an alias', async () => {
    const it = await inspect('?stage=20&mqtt5=1&user=dora');
    const marked = (words) => it.details().getByText(words, {exact: true}).waitFor();
    await it.person.talk_to('nobody-here');
    for (const text of ['one', 'two']) {
      await it.person.say(text);
      await it.person.message(text).getByText('delivered to the broker').waitFor();
    }
    await it.filter('connack');
    await it.rows('connack').click();
    await it.field('Topic alias maximum').hover();
    await marked('Topic alias maximum: 0005 to 0007');
    await it.filter('puback');
    await it.rows('puback').last().click();
    await it.field('Reason code').filter({hasText: '16, No matching subscribers'}).hover();
    await marked('Reason code: 0004');
    // The second message bears an alias in the place of its topic; table and filter know what it stands for.
    await it.filter('chat/messages/nobody-here');
    await until(async () => await it.rows('publish').count() === 2, 'both messages', timeout);
    await it.rows('publish').last().click();
    await it.field('Topic behind alias').filter({hasText: 'chat/messages/nobody-here/dora'}).hover();
    await marked('Topic behind alias: 0007 to 0009');
    await it.filter('connect out');
    await it.rows('connect').first().click();
    await it.field('Session expiry interval').filter({hasText: 'never'}).waitFor();
  });

  test('scroll by the wheel wherever it is turned, over the fields, too', async () => {
    const it = await inspect('?stage=40&user=jenny', 'test');
    await it.filter('connect out');
    await it.rows('connect').click();
    await it.field('Client id').hover();
    const scrolled = () => it.details().evaluate((element) => element.scrollTop);
    const before = await scrolled();
    await it.page.mouse.wheel(0, 3000);
    await until(async () => await scrolled() > before, 'the details scroll', timeout);
  });

  test('lead from a request to its answer, and back', async () => {
    const it = await inspect('?stage=20&user=erin');
    await it.person.talk_to('bob');
    await it.person.say('hello');
    await it.filter('chat/messages/bob');
    await it.rows('publish').click();
    await it.page.getByRole('button', {name: /^Answer: puback \d+$/}).click();
    await it.details().getByRole('heading', {name: /: puback, inbound$/}).waitFor();
    await it.page.getByRole('button', {name: /^Answer to: publish \d+$/}).click();
    await it.details().getByRole('heading', {name: /: publish, outbound$/}).waitFor();
    await it.filter('subscribe');
    await it.rows('subscribe').click();
    await it.page.getByRole('button', {name: /^Answer: suback \d+$/}).waitFor();
  });
});

describe('the inspector', () => {
  test('draws the handshakes on a timeline', async () => {
    const it = await inspect('?stage=20&user=fred');
    await it.person.talk_to('bob');
    await it.person.say('hello');
    await it.radio('Timeline');
    const timeline = it.page.getByRole('log', {name: 'Timeline'});
    await timeline.getByRole('button', {name: /^\d+ outbound publish Id \d+ QoS 1 chat\/messages\/bob\/fred$/}).waitFor();
    await timeline.getByRole('button', {name: /^\d+ inbound puback Id \d+$/}).click();
    await it.details().getByRole('heading', {name: /puback, inbound/}).waitFor();
  });

  test('shows the session: subscriptions with the granted QoS, the next ping, topics with what is retained', async () => {
    const it = await inspect('?stage=30&user=fay');
    await it.radio('Session');
    const table = (name) => it.page.getByRole('table', {name, exact: true});
    await table('Subscriptions').getByRole('row').filter({hasText: 'chat/messages/fay/+'}).filter({hasText: /1\s*1/}).waitFor();
    await table('Session').getByRole('row').filter({hasText: 'Next ping'}).filter({hasText: /in \d+ s/}).waitFor();
    await table('Topics').getByRole('row').filter({hasText: 'chat/status/fay'}).filter({hasText: '"online"'}).waitFor();
  });

  test('exports JSON lines, one for each packet, without the password', {skip: lacks('downloads')}, async () => {
    const it = await inspect('?stage=40&user=minh', 'test');
    const download = it.page.waitForEvent('download');
    await it.person.button('Export').click();
    const file = await download;
    assert.match(file.suggestedFilename(), /\.jsonl$/);
    const parts = [];
    for await (const part of await file.createReadStream()) parts.push(part);
    const lines = Buffer.concat(parts).toString().trim().split('\n');
    const packets = lines.map((line) => JSON.parse(line));
    assert.ok(packets.length >= 4);
    const connect = lines[packets.findIndex(({packet}) => packet === 'connect')];
    assert.ok(connect.includes('••••') && !lines.some((line) => line.includes('"test"')));
  });

  test('shares the window with the chat as the user wants it, right of it or below, also after a reload', async () => {
    const it = await inspect('?stage=20&user=hal', undefined, {viewport: {width: 1280, height: 800}});
    const bar = it.page.getByRole('separator', {name: 'Chat and packets'});
    const value = async (which = 'now') => Number(await bar.getAttribute(`aria-value${which}`));
    const reads = (wanted) => until(async () => await value() === wanted, `${wanted} %`, timeout);
    assert.equal(await value(), 50);
    assert.equal(await bar.getAttribute('aria-orientation'), 'horizontal');
    await bar.focus();
    await it.page.keyboard.press('ArrowDown');
    await reads(52);
    await it.page.keyboard.press('Home');
    await reads(await value('min'));
    await it.page.keyboard.press('End');
    await reads(await value('max'));
    const {x, y, width, height} = await bar.boundingBox();
    await it.page.mouse.move(x + width / 3, y + height / 2);
    await it.page.mouse.down();
    await it.page.mouse.move(x + width / 3, 400, {steps: 3});
    await it.page.mouse.up();
    await until(async () => Math.abs((await bar.boundingBox()).y + height / 2 - 400) < 8, 'the bar is where the pointer was', timeout);
    const share = await value();
    await it.person.button('Dock right').click();
    await until(async () => await bar.getAttribute('aria-orientation') === 'vertical', 'the packets are on the right', timeout);
    // Stored after it.
    await it.person.talk_to('bob');
    await it.person.say('hello');
    await it.person.message('hello').getByText('delivered').waitFor();
    await it.person.reload();
    await it.person.button('Show Packets').click();
    await until(async () => await bar.getAttribute('aria-orientation') === 'vertical', 'and still are', timeout);
    await it.person.button('Dock below').click();
    await reads(share);
  });

  test('leads from a message to its packets, and from a packet to its message', async () => {
    const it = await inspect('?stage=20&user=ivy', undefined, {viewport: {width: 1280, height: 800}});
    await it.person.talk_to('bob');
    await it.person.say('hello');
    await it.person.message('hello').getByText('delivered').waitFor();
    await it.person.message('hello').getByRole('button', {name: 'Show packet'}).click();
    await it.details().getByRole('heading', {name: /: publish, outbound$/}).waitFor();
    await it.rows('puback').filter({hasText: 'of the same exchange'}).waitFor();
    await it.person.talk_to('carol');
    await it.person.button('Show message').click();
    await it.page.getByRole('heading', {name: 'Conversation with bob'}).waitFor();
    await it.person.message('hello').waitFor();
  });

  test('is a page of its own on a phone, and leads back', async () => {
    const gus = await world.arrive('?stage=10&user=gus', {viewport: {width: 390, height: 700}});
    await gus.sign_in();
    await gus.button('Show Packets').click();
    await gus.page.getByRole('table', {name: 'Packets'}).waitFor();
    assert.equal(await gus.field('New chat').count(), 0);
    await gus.button('Show Packets').click();
    await gus.field('New chat').waitFor();
  });
});
