// Stage 60: messages that the validation worker checks before anybody reads them.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {publish, subscribe} from './support/mosquitto.mjs';
import {on_stage} from './support/person.mjs';

const world = on_stage({rights: true});

async function arrive_as(user, more = '', context = {}) {
  const person = await world.arrive(`?stage=60&user=${user}${more}`, context);
  await person.sign_in('test');
  return person;
}

const message = (content) => ({messageId: content, content, timestamp: new Date().toISOString()});

describe('stage 60', () => {
  test('a message is accepted and read, or rejected with the reason, and can be written anew', async () => {
    const [vy, minh] = await Promise.all([arrive_as('vy'), arrive_as('minh', '&mqtt5=1')]);
    await vy.talk_to('minh');
    await vy.say('good words');
    await vy.message('good words').getByText('accepted').waitFor({state: 'attached'});
    await minh.chat('vy').click();
    await minh.reads('good words');
    await vy.say('this is spam');
    await vy.page.getByText(/^Rejected: /).waitFor();
    await vy.button('Edit').click();
    assert.equal(await vy.field('Message').inputValue(), 'this is spam');
    await vy.field('Message').fill('this is fine');
    await vy.field('Message').press('Enter');
    await minh.reads('good words', 'this is fine');
    await minh.say('yes');
    await vy.message('yes').waitFor();
  });

  test('a bot answers what has been checked, and its answer is checked as well', async () => {
    await world.stage.rights.talk_to_bot('peter');
    const vy = await arrive_as('vy');
    await vy.talk_to('peter');
    await vy.badge('online').waitFor();
    await vy.say('hello peter');
    await vy.reads('hello peter', 'you said: hello peter');
  });

  test('whoever bypasses the page reaches nobody unchecked', async () => {
    const jenny = await arrive_as('jenny');
    const {broker} = world.stage.rights;
    await publish(broker, 'chat/messages/jenny/peter', message('unchecked'), {user: 'peter', qos: 1});
    await publish(broker, 'chat/messages/jenny/peter/accepted', message('forged'), {user: 'peter', qos: 1});
    await publish(broker, 'chat/messages/jenny/peter/request', message('a badword'), {user: 'peter', qos: 1});
    await publish(broker, 'chat/messages/jenny/peter/request', message('checked'), {user: 'peter', qos: 1});
    await jenny.chat('peter').click();
    await jenny.reads('checked');
  });

  test('a word that is forbidden now is rejected at once, in groups as well', async () => {
    const [vy, minh] = await Promise.all([arrive_as('vy'), arrive_as('minh')]);
    await vy.button('New group').click();
    await vy.field('Group name').fill('Words');
    await vy.button('Create').click();
    await vy.page.getByRole('heading', {name: 'Group Words'}).waitFor();
    await vy.button('Members').click();
    await vy.field('User to invite').fill('minh');
    await vy.button('Invite').click();
    await vy.page.getByRole('dialog').getByRole('listitem', {name: 'minh', exact: true}).waitFor();
    await vy.button('Close').click();
    await minh.chat('Words').click();
    await minh.say('potato');
    await vy.reads('potato');
    await minh.message('potato').getByText('accepted').waitFor({state: 'attached'});
    await world.stage.rights.sql("INSERT INTO forbidden_words VALUES ('potato')");
    // Until the worker knows: each request has its verdict.
    const {broker} = world.stage.rights;
    const verdicts = await subscribe(broker, ['accepted', 'rejected'].map((step) => `chat/messages/+/jenny/${step}`),
      {user: 'jenny', id: 'prober', qos: 1});
    for (let tried = 0, rejected = false; !rejected; ++tried) {
      await publish(broker, 'chat/messages/hannes/jenny/request', message(`potato ${tried}`), {user: 'jenny', qos: 1});
      rejected = (await verdicts.next(({json}) => json?.messageId === `potato ${tried}`)).topic.endsWith('/rejected');
    }
    await minh.say('potato again');
    await minh.page.getByText(/^Rejected: /).waitFor();
    await vy.reads('potato');
  });

  test('a worker that does not answer is said, and does its work when it is back', async () => {
    const [sebastian, hannes] = await Promise.all([arrive_as('sebastian'), arrive_as('hannes')]);
    await sebastian.talk_to('hannes');
    await world.stage.rights.worker.stop('SIGKILL');
    try {
      await sebastian.say('are you there');
      await sebastian.message('are you there').getByText('checking').waitFor({state: 'attached'});
      await sebastian.page.getByText('The validation worker has not answered yet.').waitFor();
    } finally {
      await world.stage.rights.worker.start();
    }
    await sebastian.message('are you there').getByText('accepted').waitFor({state: 'attached'});
    await hannes.chat('sebastian').click();
    await hannes.reads('are you there');
  });
});
