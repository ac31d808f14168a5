// The browser's own search in the page, in messages that are not drawn.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {name as engine} from './support/engines/engine.mjs';
import {press} from './support/engines/keyboard.mjs';
import {flood} from './support/flood.mjs';
import {until} from './support/machine.mjs';
import {message} from './support/messages.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const {signed_in} = world;

describe('find-in-page', () => {
  // A browser's search fires `beforematch` at what is hidden="until-found", shows it and scrolls to it, and so does following a
  // link to its id. WebKit's search is used itself, from its bar: what a link has led to it keeps in sight, whoever scrolls.
  // Not so that the page notices: to it a popstate event is the user's Back.
  const prepare = (page) => page.addInitScript(() => addEventListener('popstate', (event) => event.stopImmediatePropagation()));
  const follow = (person, index) => person.page.evaluate((at) => new Promise((resolve) => {
    const item = document.querySelector('.findable').children[at];
    item.id = 'match';
    // Not every browser goes there at once.
    addEventListener('hashchange', () => {
      item.removeAttribute('id');
      resolve();
    }, {once: true});
    location.replace('#match');
  }), index);
  async function search(person, text) {
    const {height} = await person.page.viewportSize();
    await press('Control+f');
    await until(async () => (await person.page.viewportSize()).height < height, 'the search bar takes its room', timeout);
    await press(...text, 'Enter');
  }
  const findable = (person) => person.page.evaluate(() => Array.from(document.querySelector('.findable')?.children ?? [],
    (item) => ({text: item.textContent, hidden: item.getAttribute('hidden')})));

  test('finds messages that are scrolled away, and brings them into sight', async () => {
    const mona = await signed_in('?stage=10&user=mona', {prepare});
    await mona.talk_to('bob');
    const texts = Array.from({length: 300}, (_, i) => (i === 20 ? 'the needle' : `straw ${i}`));
    await flood(world.stage.open_broker, texts.map((text) => message('mona', 'bob', text)));
    await mona.message('straw 299').waitFor();
    const offered = await until(async () => {
      const items = await findable(mona);
      return items.length === 300 && items;
    }, 'all are offered', timeout);
    const drawn = offered.findIndex(({hidden}) => hidden === null);
    assert.ok(drawn > 280 && drawn < 300, `${drawn}`);
    assert.deepEqual(offered.map(({text}) => text), texts.map((text, i) => (i < drawn ? text : '')), 'what is drawn is found there');
    assert.equal(offered[20].hidden, 'until-found');
    assert.equal(await mona.message('the needle').count(), 0);
    if (engine === 'webkit') await search(mona, 'the needle');
    else await follow(mona, 20);
    await mona.message('the needle').waitFor();
    let seen;
    await until(async () => {
      const [needle, log] = [await mona.log().getByRole('article').getByText('the needle').boundingBox(), await mona.log().boundingBox()];
      const mark = await mona.page.evaluate(() => {
        const {x, y} = document.querySelector('.findable').children[20].getBoundingClientRect();
        return {x, y};
      });
      seen = JSON.stringify({needle, log, mark});
      return needle.y >= log.y && needle.y + needle.height <= log.y + log.height &&
        Math.abs(mark.x - needle.x) < 2 && Math.abs(mark.y - needle.y) < 4;
    }, 'it is in sight, and what is marked lies over it', timeout).catch((error) => { throw new Error(`${error.message}: ${seen}`); });
    await mona.button('Jump to latest').click();
    await mona.message('straw 299').waitFor();
    await until(async () => (await findable(mona))[20].hidden === 'until-found', 'it is hidden again', timeout);
  });

  test('costs nothing while nothing changes, and holds no more than the newest 2,000', async () => {
    const nora = await signed_in('?stage=10&user=nora');
    await nora.talk_to('bob');
    await flood(world.stage.open_broker, Array.from({length: 2100}, (_, i) => message('nora', 'bob', `straw ${i}`)));
    await nora.message('straw 2099').waitFor();
    const items = await until(async () => {
      const all = await findable(nora);
      return all.length === 2000 && all[0].text === 'straw 100' && all;
    }, 'the newest are offered', timeout);
    assert.equal(items.length, 2000);
    assert.equal(items.at(-1).hidden, null);
    const changes = await nora.page.evaluate(async () => {
      let count = 0;
      new MutationObserver((list) => { count += list.length; })
        .observe(document.querySelector('.findable'), {subtree: true, childList: true, attributes: true, characterData: true});
      document.dispatchEvent(new Event('selectionchange'));
      await new Promise((resolve) => setTimeout(resolve, 300));
      return count;
    });
    assert.equal(changes, 0);
    await nora.talk_to('carol');
    await until(async () => (await findable(nora)).length === 0, 'the other chat has none', timeout);
  });
});
