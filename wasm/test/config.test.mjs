// Which brokers the page asks, by its config.json: late, missing, or not to be read.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {on_stage} from './support/person.mjs';

const world = on_stage();
const unread = 'The configuration of this page could not be read.';

// A page whose config.json is what `answer`, a function of the page's own fetch(), makes of it. Until then, of the times
// that the page waits for, those from one second to `longest` are a hundred times shorter.
const arrive = (query, answer, longest = Infinity) => world.arrive(query, {prepare: (page) => page.addInitScript(`{
  const fetch = self.fetch.bind(self), later = self.setTimeout.bind(self);
  const answer = ${answer};
  self.setTimeout = (work, delay, ...values) => later(work, delay >= 1000 && delay <= ${longest} ? delay / 100 : delay, ...values);
  self.fetch = (what, ...rest) => !String(what).includes('config.json') ? fetch(what, ...rest) :
    answer(() => fetch(what, ...rest), ...rest).finally(() => { self.setTimeout = later; });
}`)});

describe('config.json', () => {
  test('is waited for on a slow link: a password goes to the broker that it names', async () => {
    const late = (real) => new Promise((resolve) => { self.setTimeout(resolve, 5000); }).then(real);
    const vy = await arrive('?stage=40&user=vy', late, 10000);
    await vy.sign_in('test');
    assert.equal(await vy.page.getByText(unread).count(), 0);
  });

  test('is not needed: where there is none the usual ports hold', async () => {
    const bob = await arrive('?stage=10&user=bob', () => Promise.resolve(new Response('', {status: 404})));
    assert.equal(await bob.page.getByText(unread).count(), 0);
  });

  const never = (real, {signal}) => new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  for (const [how, answer] of [
    ['never comes', never],
    ['is answered by an error of the server', () => Promise.resolve(new Response('', {status: 503}))],
    ['is not JSON', () => Promise.resolve(new Response('<html>'))],
    ['is cut off', () => Promise.reject(new TypeError('failed'))],
  ]) {
    test(`that ${how} is told in the login`, async () => {
      const bob = await arrive('?stage=10&user=bob', answer);
      await bob.page.getByText(unread).waitFor();
    });
  }
});
