// What assistive technology gets to say by itself, and what the messages are called.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {until} from './support/machine.mjs';
import {publish} from './support/mosquitto.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();

// Everything that comes into a live region, as `spoken` in the page: the text of what is added; and what of it is polite.
async function listen(person) {
  await person.page.evaluate(() => {
    self.spoken = [];
    self.politely = [];
    const live = (node) => (node.nodeType === 1 ? node : node.parentElement)
      ?.closest('[aria-live], [role=log], [role=status], [role=alert]');
    new MutationObserver((changes) => {
      for (const {addedNodes} of changes) {
        for (const node of addedNodes) {
          const region = live(node);
          if (!region || region.getAttribute('aria-live') === 'off') continue;
          self.spoken.push(node.getAttribute?.('aria-label') ?? node.textContent);
          if (region.getAttribute('aria-live') === 'polite') self.politely.push(self.spoken.at(-1));
        }
      }
    }).observe(document.getElementById('app'), {subtree: true, childList: true});
  });
}
const spoken = (person) => person.page.evaluate(() => self.spoken);
const says = (person, wanted) => until(async () => (await spoken(person)).some((text) => wanted.test(text)), `${wanted}`, timeout);

const said = (content) => ({messageId: content, content, timestamp: new Date().toISOString()});

test('a message in the open chat is said once, with its sender; one\'s own is not', async () => {
  const ann = await world.arrive('?stage=20&user=ann');
  await ann.sign_in();
  await ann.talk_to('bob');
  await listen(ann);
  await ann.say('my own words');
  await ann.message('my own words').getByText('delivered').waitFor();
  await publish(world.stage.open_broker, 'chat/messages/ann/bob', said('an answer'));
  await says(ann, /^bob, \d\d:\d\d, an answer$/);
  const heard = await spoken(ann);
  assert.ok(!heard.some((text) => text.includes('my own words')), heard.join('\n'));
  assert.equal(heard.filter((text) => text.includes('an answer') && text.startsWith('bob,')).length, 1, heard.join('\n'));
});

test('messages are called by their sender, time, text and state', async () => {
  const cem = await world.arrive('?stage=20&user=cem');
  await cem.sign_in();
  await cem.talk_to('dan');
  await cem.say('hello');
  await publish(world.stage.open_broker, 'chat/messages/cem/dan', said('well met'));
  await cem.page.getByRole('article', {name: /^You, \d\d:\d\d, hello, delivered/}).waitFor();
  await cem.page.getByRole('article', {name: /^dan, \d\d:\d\d, well met$/}).waitFor();
});

test('a message in another chat is said politely, and so is who comes and goes', async () => {
  const eve = await world.arrive('?stage=30&user=eve');
  await eve.sign_in();
  await eve.talk_to('fay');
  await eve.talk_to('gus');
  await listen(eve);
  await publish(world.stage.open_broker, 'chat/messages/eve/fay', said('over here'));
  await says(eve, /^Message from fay: over here$/);
  const is = (status) => publish(world.stage.open_broker, 'chat/status/gus',
    {status, lastOnlineTimestamp: new Date().toISOString()}, {retain: true});
  await is('online');
  await eve.badge('online').waitFor();
  await is('offline');
  await says(eve, /^gus is offline$/);
  await is('online');
  await says(eve, /^gus is online$/);
  // What was said goes after some seconds.
  assert.ok((await eve.page.evaluate(() => self.politely)).includes('gus is online'));
});
