// Conversations of thousands of messages, and of messages of any height.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {flood} from './support/flood.mjs';
import {until} from './support/machine.mjs';
import {message} from './support/messages.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const {signed_in, write} = world;

describe('ten thousand messages', () => {
  test('scroll; the log holds those in sight; one jumps to the latest, and stays there', async () => {
    const kim = await signed_in('?stage=10&user=kim');
    await kim.talk_to('bob');
    const all = Array.from({length: 10000}, (_, i) => message('kim', 'bob', `number ${i + 1}`));
    await flood(world.stage.open_broker, all.slice(0, 5000));
    await flood(world.stage.open_broker, all.slice(5000), {id: 'flood-2'});
    const article = kim.log().getByRole('article').last();
    await until(async () => await article.getAttribute('aria-setsize') === '10000', 'all have arrived', 60000);
    await kim.log().getByText('number 10000', {exact: true}).waitFor();
    assert.ok(await kim.log().getByRole('article').count() < 60, 'only what is in sight is there');
    await kim.log().focus();
    await kim.page.keyboard.press('Home');
    await kim.log().getByText('number 1', {exact: true}).waitFor();
    await kim.button('Jump to latest').waitFor();
    await write('kim', 'bob', 'one more');
    await until(async () => await kim.button('Jump to latest').getAttribute('aria-description') === '1 newer', 'it is counted', timeout);
    assert.equal(await kim.message('one more').count(), 0, 'the reader is left where he is');
    await kim.button('Jump to latest').click();
    await kim.message('one more').waitFor();
    await kim.button('Jump to latest').waitFor({state: 'detached'});
    await write('kim', 'bob', 'and another');
    await kim.message('and another').waitFor();
  });

  test('of any height: End leads from the first line to the last one', async () => {
    const lea = await signed_in('?stage=10&user=lea');
    await lea.talk_to('bob');
    const texts = Array.from({length: 400}, (_, i) => `${i} ${i % 3 ? '' : 'a line\n'.repeat(i % 11)}${i % 7 ? '' : 'long '.repeat(60)}`);
    await flood(world.stage.open_broker, texts.map((text) => message('lea', 'bob', text)));
    const last = lea.log().getByRole('article').last();
    await until(async () => await last.getAttribute('aria-setsize') === '400', 'all have arrived', timeout);
    await lea.log().focus();
    await lea.page.keyboard.press('Home');
    await until(() => lea.log().evaluate((log) => log.scrollTop === 0), 'the beginning', timeout);
    await lea.button('Jump to latest').waitFor();
    await lea.page.keyboard.press('End');
    await lea.button('Jump to latest').waitFor({state: 'detached'});
    await until(() => lea.log().evaluate((log) => log.scrollHeight - log.clientHeight - log.scrollTop < 2), 'the very end', timeout);
    const [text, log] = [await lea.message(texts.at(-1).trim()).boundingBox(), await lea.log().boundingBox()];
    assert.ok(text.y + text.height <= log.y + log.height, JSON.stringify({text, log}));
  });
});
