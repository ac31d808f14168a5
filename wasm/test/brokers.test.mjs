// The demonstration's brokers do what the page tells its users: who may connect, read and write.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {startBroker} from './support/brokers.mjs';
import {publish, subscribe} from './support/mosquitto.mjs';

const message = (content) => ({messageId: content, content, timestamp: '2025-01-01T12:00:00+01:00'});

describe('the broker with authentication', () => {
  let broker;
  before(async () => { broker = await startBroker('auth'); });
  after(() => broker?.close());

  test('refuses a connection without a name', async () => {
    await assert.rejects(publish(broker, 'chat/status/peter', 'x'), /not authorised/i);
  });

  test('refuses a wrong password', async () => {
    await assert.rejects(publish(broker, 'chat/status/peter', 'x', {user: 'peter', password: 'no'}), /not authorised/i);
  });

  for (const user of ['sebastian', 'peter', 'hannes', 'vy', 'minh', 'jenny']) {
    test(`lets ${user} in and delivers what is addressed to ${user}`, async () => {
      const seen = await subscribe(broker, `chat/messages/${user}/#`, {user});
      await publish(broker, `chat/messages/${user}/${user}`, message('to myself'), {user, qos: 1});
      assert.equal((await seen.next()).json.content, 'to myself');
      await seen.close();
    });
  }

  test('delivers a message to its receiver and to the administrator, and to nobody else', async () => {
    const receiver = await subscribe(broker, 'chat/messages/peter/+', {user: 'peter'});
    const admin = await subscribe(broker, 'chat/messages/#', {user: 'admin', password: 'admin'});
    const curious = await subscribe(broker, 'chat/messages/#', {user: 'vy'});
    await publish(broker, 'chat/messages/peter/jenny', message('for peter'), {user: 'jenny', qos: 1});
    await publish(broker, 'chat/messages/vy/jenny', message('for vy'), {user: 'jenny', qos: 1});
    assert.equal((await receiver.next()).topic, 'chat/messages/peter/jenny');
    assert.equal((await admin.next()).topic, 'chat/messages/peter/jenny');
    await admin.next((m) => m.topic === 'chat/messages/vy/jenny');
    await curious.next((m) => m.topic === 'chat/messages/vy/jenny');
    assert.deepEqual(curious.messages.map((m) => m.topic), ['chat/messages/vy/jenny']);
    await Promise.all([receiver, admin, curious].map((one) => one.close()));
  });

  test('drops what is sent under somebody else\'s name', async () => {
    const receiver = await subscribe(broker, 'chat/messages/peter/+', {user: 'peter'});
    await publish(broker, 'chat/messages/peter/jenny', message('forged'), {user: 'vy', qos: 1});
    await publish(broker, 'chat/messages/peter/vy', message('honest'), {user: 'vy', qos: 1});
    await receiver.next((m) => m.json.content === 'honest');
    assert.equal(receiver.messages.length, 1);
    await receiver.close();
  });

  test('lets everyone see who is online, and say it of oneself only', async () => {
    await publish(broker, 'chat/status/minh', {status: 'online'}, {user: 'minh', retain: true, qos: 1});
    await publish(broker, 'chat/status/peter', {status: 'forged'}, {user: 'minh', retain: true, qos: 1});
    const seen = await subscribe(broker, 'chat/status/+', {user: 'hannes'});
    const admin = await subscribe(broker, 'chat/status/#', {user: 'admin', password: 'admin'});
    const online = await seen.next((m) => m.topic === 'chat/status/minh');
    assert.equal(online.retain, 1);
    await admin.next((m) => m.topic === 'chat/status/minh');
    await publish(broker, 'chat/status/hannes', {status: 'online'}, {user: 'hannes', qos: 1});
    await seen.next((m) => m.topic === 'chat/status/hannes');
    assert.ok(!seen.messages.some((m) => m.topic === 'chat/status/peter'));
    await Promise.all([seen.close(), admin.close()]);
  });
});

describe('the broker without authentication', () => {
  let broker;
  before(async () => { broker = await startBroker('open'); });
  after(() => broker?.close());

  test('keeps retained messages across a restart', async () => {
    await publish(broker, 'chat/status/alice', {status: 'online'}, {retain: true, qos: 1});
    await broker.stop();
    await broker.start();
    const seen = await subscribe(broker, 'chat/status/+');
    assert.equal((await seen.next()).json.status, 'online');
    await seen.close();
  });
});
