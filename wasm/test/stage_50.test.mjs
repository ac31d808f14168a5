// Stage 50: groups that come and go, with the real broker, its dynamic rights and the rights service.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {publish, subscribe} from './support/mosquitto.mjs';
import {on_stage} from './support/person.mjs';

const world = on_stage({rights: true});

async function arrive_as(user, more = '', context = {}) {
  const person = await world.arrive(`?stage=50&user=${user}${more}`, context);
  await person.sign_in('test');
  return person;
}

const message = (content) => ({messageId: content, content, timestamp: new Date().toISOString()});

// The room's id, as the service tells its members.
async function room_of(user, name) {
  const told = await subscribe(world.stage.rights.broker, `chat/groups/of/${user}`, {user});
  const {json} = await told.next(({json}) => json?.rooms.some((room) => room.name === name));
  await told.close();
  return json.rooms.find((room) => room.name === name).room;
}

async function make_group(owner, name, ...members) {
  await owner.button('New group').click();
  await owner.field('Group name').fill(name);
  await owner.button('Create').click();
  await owner.page.getByRole('heading', {name: `Group ${name}`}).waitFor();
  if (members.length === 0) return;
  await owner.button('Members').click();
  for (const member of members) await invite(owner, member);
  await owner.button('Close').click();
}

const row = (person, member) => person.page.getByRole('dialog').getByRole('listitem', {name: member, exact: true});

async function invite(owner, member) {
  await owner.field('User to invite').fill(member);
  await owner.button('Invite').click();
  await row(owner, member).waitFor();
}

describe('stage 50', () => {
  test('a group is made, somebody is invited, both write, and each sees who wrote', async () => {
    const [vy, minh] = await Promise.all([arrive_as('vy'), arrive_as('minh', '&mqtt5=1')]);
    await make_group(vy, 'Garden', 'minh');
    await minh.chat('Garden').click();
    await minh.badge('2 members').waitFor();
    await minh.say('hello garden');
    await vy.reads('hello garden');
    await vy.log().getByText('minh', {exact: true}).waitFor();
    await vy.say('hello minh');
    await minh.reads('hello garden', 'hello minh');
    await minh.message('hello garden').getByText('delivered to the broker').waitFor({state: 'attached'});
    for (const person of [vy, minh]) assert.equal(await person.page.getByText('igned in elsewhere').count(), 0);
  });

  test('who is removed reads on, cannot write, and gets nothing that is sent afterwards', async () => {
    const [jenny, peter] = await Promise.all([arrive_as('jenny'), arrive_as('peter')]);
    await make_group(jenny, 'Club', 'peter');
    const room = await room_of('peter', 'Club');
    const listener = await subscribe(world.stage.rights.broker, `chat/rooms/${room}/+`, {user: 'peter', id: 'another-client'});
    await peter.chat('Club').click();
    await jenny.say('before');
    await peter.reads('before');
    await listener.next(({json}) => json?.content === 'before');
    await jenny.button('Members').click();
    await row(jenny, 'peter').getByRole('button', {name: 'Remove'}).click();
    await row(jenny, 'peter').waitFor({state: 'detached'});
    await jenny.button('Close').click();
    await peter.badge('no longer a member').waitFor();
    await jenny.say('after');
    await jenny.message('after').getByText('delivered to the broker').waitFor({state: 'attached'});
    // What comes after it on another way has come.
    await publish(world.stage.rights.broker, 'chat/messages/peter/jenny', message('direct'), {user: 'jenny', qos: 1, id: 'jenny-too'});
    await peter.chat('jenny').waitFor();
    await peter.reads('before');
    assert.ok(await peter.field('Message').isDisabled());
    await publish(world.stage.rights.broker, `chat/rooms/${room}/peter`, message('forged'), {user: 'peter', qos: 1, id: 'peter-too'});
    await jenny.reads('before', 'after');
  });

  test('the service\'s reason is shown where it refuses, and the owner may rename, hand over and leave', async () => {
    const [vy, minh] = await Promise.all([arrive_as('vy'), arrive_as('minh')]);
    await make_group(vy, 'Kitchen', 'minh');
    await vy.button('Members').click();
    await vy.field('User to invite').fill('nobody');
    await vy.button('Invite').click();
    await vy.alert('There is no user nobody.').waitFor();
    await vy.field('Group name').fill('New kitchen');
    await vy.button('Rename').click();
    await minh.chat('New kitchen').click();
    await row(vy, 'minh').getByRole('button', {name: 'Make owner'}).click();
    await vy.button('Rename').waitFor({state: 'detached'});
    await vy.button('Leave').click();
    await vy.page.getByRole('dialog').getByText('You are no longer a member of this group.').waitFor();
    await minh.badge('1 member').waitFor();
    await minh.button('Members').click();
    await minh.button('Delete group').click();
    await minh.button('Delete group').click();
    await minh.page.getByRole('dialog').getByText('You are no longer a member of this group.').waitFor();
  });

  test('the last one leaves, who is the owner: the group ends, and can still be read', async () => {
    const vy = await arrive_as('vy');
    await make_group(vy, 'Alone');
    await vy.say('to myself');
    const told = await subscribe(world.stage.rights.broker, 'chat/groups/of/vy', {user: 'vy', id: 'another-vy'});
    await told.next(({json}) => json?.rooms.some(({name}) => name === 'Alone'));
    await vy.button('Members').click();
    await vy.button('Leave').click();
    await vy.page.getByRole('dialog').getByText('You are no longer a member of this group.').waitFor();
    await vy.button('Close').click();
    await told.next(({json}) => json?.rooms.every(({name}) => name !== 'Alone'));
    await told.close();
    await vy.badge('no longer a member').waitFor();
    await vy.reads('to myself');
    assert.ok(await vy.field('Message').isDisabled());
  });

  test('somebody who was offline has everything once, in order, also after a reload', async () => {
    const sebastian = await arrive_as('sebastian');
    const hannes = await arrive_as('hannes');
    await make_group(sebastian, 'Night', 'hannes');
    await hannes.chat('Night').waitFor();
    const {page} = hannes;
    const context = page.context();
    await page.close();
    for (const text of ['one', 'two', 'three']) await sebastian.say(text);
    await sebastian.message('three').getByText('delivered to the broker').waitFor({state: 'attached'});
    const back = await arrive_as('hannes', '', {context});
    await back.chat('Night').click();
    await back.reads('one', 'two', 'three');
    await back.page.reload();
    await back.button('Sign In').waitFor();
    await back.sign_in('test');
    await back.chat('Night').click();
    await back.reads('one', 'two', 'three');
  });

  test('who is invited while offline has everything that is said from then on, once and in order', async () => {
    const jenny = await arrive_as('jenny');
    const {page} = jenny;
    const context = page.context();
    await page.close();
    const vy = await arrive_as('vy');
    await make_group(vy, 'Later', 'jenny');
    for (const text of ['one', 'two', 'three']) await vy.say(text);
    await vy.message('three').getByText('delivered to the broker').waitFor({state: 'attached'});
    const back = await arrive_as('jenny', '', {context});
    await back.chat('Later').click();
    await back.reads('one', 'two', 'three');
    await back.badge('2 members').waitFor();
  });

  test('without the service groups cannot be changed, which is said, and chatting goes on', async () => {
    const [vy, jenny] = await Promise.all([arrive_as('vy'), arrive_as('jenny')]);
    await make_group(vy, 'Quiet', 'jenny');
    await jenny.chat('Quiet').waitFor();
    await world.stage.rights.service.stop('SIGKILL');
    try {
      await vy.button('Members').click();
      await vy.field('User to invite').fill('minh');
      await vy.button('Invite').click();
      await vy.alert('groups cannot be changed now').waitFor();
      await vy.button('Close').click();
      await vy.say('still here');
      await jenny.chat('Quiet').click();
      await jenny.reads('still here');
    } finally {
      await world.stage.rights.service.start();
    }
    // It does what was asked of it meanwhile, once.
    await vy.badge('3 members').waitFor();
  });

  test('a row of changes of rights loses nothing between two who chat, and nobody reads of a fault', async () => {
    const [vy, minh] = await Promise.all([arrive_as('vy'), arrive_as('minh')]);
    await minh.talk_to('vy');
    await vy.talk_to('minh');
    const said = [];
    // As many as are in sight together.
    for (let i = 0; i < 6; ++i) {
      const room = `Row${String(i).padStart(13, '0')}`;
      await world.stage.rights.sql(`INSERT INTO rooms VALUES ('${room}', 'Row ${i}', 'vy');
        INSERT INTO members (room, member) VALUES ('${room}', 'vy'), ('${room}', 'minh')`);
      said.push(`message ${i}`);
      await minh.say(said.at(-1));
      await vy.chat(`Row ${i}`).waitFor();
    }
    await vy.reads(...said);
    for (const person of [vy, minh]) {
      await person.status('Connected').waitFor();
      assert.equal(await person.page.getByRole('alert').count(), 0);
    }
  });

  for (const [version, more] of [['MQTT 3.1.1', ''], ['MQTT 5', '&mqtt5=1']])
  test(`the packets show the request, the answer and the kick for what they are (${version})`, async () => {
    const peter = await arrive_as('peter', more);
    await make_group(peter, `Packets of ${version}`);
    await peter.button('Show Packets').click();
    const details = peter.page.getByRole('region', {name: 'Packet details'});
    const choose = async (words, shown) => {
      await peter.fill('Filter', words);
      await peter.page.getByRole('table', {name: 'Packets'}).getByRole('row').filter({hasText: shown}).first().click();
    };
    await choose('type:publish topic:chat/groups/request/+', 'chat/groups/request/');
    await details.getByText('A request to the rights service').waitFor();
    await choose('type:publish topic:chat/groups/answer/+', 'chat/groups/answer/');
    await details.getByText('The rights service\'s answer').waitFor();
    await world.stage.rights.control('setClientId', 'peter');
    if (more) {
      await choose('type:disconnect in', 'disconnect');
      await details.getByText(/administrative action/i).first().waitFor();
    }
    await peter.fill('Filter', 'type:connection rights');
    await peter.page.getByRole('table', {name: 'Packets'}).getByRole('row')
      .filter({hasText: 'The broker does this where access rights change.'}).waitFor();
    await peter.status('Connected').waitFor();
    assert.equal(await peter.page.getByText('igned in elsewhere').count(), 0);
    assert.equal(await peter.page.getByRole('alert').count(), 0);
  });
});
