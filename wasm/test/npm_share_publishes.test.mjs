// What a tab that shares a connection gives the one that leads to do: far more messages than fit on the way to it, and no questions.
import assert from 'node:assert/strict';
import {after, afterEach, before, describe, test} from 'node:test';
import {until} from './support/machine.mjs';
import {open_world, timeout} from './sharing/tabs.mjs';

let world;
// A broker that drops nothing, however much waits for a subscriber.
before(async () => { world = await open_world('load'); });
afterEach(async () => {
  await world.leave_all();
  await world.other.unsubscribeAsync('#');
  world.heard.length = 0;
});
after(async () => world?.close());

describe('a tab that does not lead', () => {
  test('is refused questions and answers by name, and asks over a connection of its own', {timeout}, async () => {
    const [, member] = await world.open(2, {worker: false}, {url: world.broker.wsUrl});
    const refused = /wasmqtt does not support requests with the option 'share': use a connection of their own/;
    const calls = {
      request: () => self.client.request('sum', '1'),
      answers: async () => { for await (const _ of self.client.answers('sum', '1')) break; },
      respond: async () => { await self.client.respond('sum', () => '').granted; },
    };
    for (const [name, call] of Object.entries(calls)) await assert.rejects(member.page.evaluate(call), refused, name);
    assert.equal(await member.shared(), 'member');
    const sum = await member.page.evaluate(async (url) => {
      const own = await self.mqtt.connectAsync(url, {protocolVersion: 5});
      await own.respond('sum/+', ({payload}) => payload.reduce((a, b) => a + b), {as: 'json'}).granted;
      const {payload} = await own.request('sum/x', [1, 2, 3], {as: 'json'});
      await own.endAsync();
      return payload;
    }, world.broker.wsUrl);
    assert.equal(sum, 6);
    await member.subscribe('still', 1);
    await member.publish('still', 'here', 1);
    await member.has(['still here']);
  });

  for (const qos of [1, 2]) {
    test(`publishes 5,000 messages of QoS ${qos} at once: they arrive in order, and are acknowledged`, {timeout: 3 * timeout}, async () => {
      const [leader, member] = await world.open(2, {worker: false}, {url: world.broker.wsUrl});
      await world.other.subscribeAsync('many', {qos});
      await leader.subscribe('many', qos);
      const count = 5000;
      // On a busy machine another tab may take over meanwhile, and QoS 1 comes again then; of QoS 2 each comes once. A tab that
      // stood still may have missed some, and is told so.
      const numbers_in = (lines) => lines.map((line) => Number(line.slice(line.lastIndexOf('.') + 1)));
      const has_all = async (lines) => new Set(numbers_in(await lines())).size === count;
      const is_in_order = (lines) => {
        const first_times = [...new Set(numbers_in(lines))];
        assert.deepEqual(first_times, [...first_times].sort((a, b) => a - b));
        if (qos === 2) assert.equal(lines.length, first_times.length);
      };
      await member.page.evaluate(async ([number, level]) => {
        const filling = '.'.repeat(200);  // a megabyte in all: four times what may be on its way to the leader
        await Promise.all(Array.from({length: number}, (_, i) => self.client.publishAsync('many', `${filling}${i}`, {qos: level})));
      }, [count, qos]);
      await until(() => has_all(async () => world.heard), 'the other client has them', timeout);
      is_in_order(world.heard);
      const missed = async () => (await leader.told()).some((line) => line.startsWith('messagesmissed'));
      await until(async () => await missed() || await has_all(() => leader.got()), 'the other tab has them', timeout);
      is_in_order(await leader.got());
    });
  }
});
