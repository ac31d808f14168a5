// The page ?gallery: every component in every state, for the eye, and light, dark and narrow as pictures.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import path from 'node:path';
import {serve} from '../../scripts/serve.mjs';
import {few_pixels, launchBrowser} from './support/browser.mjs';
import {root} from './support/machine.mjs';

const directory = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
let browser;
let server;
before(async () => {
  server = await serve({directory, port: 0});
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

async function open(look = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}, ...few_pixels, ...look});
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => errors.push(message.text()));
  await page.goto(new URL('?gallery', server.url).href);
  await page.getByRole('region', {name: 'States of buttons'}).waitFor();
  assert.match(await page.url(), /\/gallery\/index\.html\?gallery$/);
  return {page, errors, close: () => context.close()};
}

describe('?gallery', () => {
  test('shows every component in each of its states', async () => {
    const {page, errors, close} = await open();
    const part = (name) => page.getByRole('region', {name, exact: true});
    const buttons = part('States of buttons');
    for (const kind of ['primary', 'secondary', 'ghost', 'danger']) {
      const named = (state) => buttons.getByRole('button', {name: `${kind} ${state}`, exact: true});
      for (const state of ['plain', 'icon', 'icon only', 'small']) assert.ok(await named(state).isEnabled(), `${kind} ${state}`);
      assert.ok(await named('disabled').isDisabled());
      assert.equal(await named('disabled').getAttribute('aria-description'), 'For a reason');
      const states = {pressed: ['aria-pressed', 'true'], released: ['aria-pressed', 'false'],
        expanded: ['aria-expanded', 'true'], folded: ['aria-expanded', 'false']};
      for (const [state, [attribute, value]] of Object.entries(states))
        assert.equal(await named(state).getAttribute(attribute), value, `${kind} ${state}`);
    }
    const checkboxes = part('States of choices').getByRole('checkbox');
    assert.deepEqual(await checkboxes.evaluateAll((all) => all.map((one) => `${one.checked} ${one.disabled}`)),
      ['true false', 'false false', 'true false', 'true true', 'false true']);
    assert.equal(await part('States of choices').getByRole('radio').count(), 9);
    const field = (name) => part('States of fields').getByRole('textbox', {name, exact: true});
    assert.equal(await field('With an error').getAttribute('aria-invalid'), 'true');
    assert.equal(await field('Secret').getAttribute('type'), 'password');
    assert.equal(await field('Several lines').evaluate((element) => element.tagName), 'TEXTAREA');
    for (const name of ['Disabled', 'Disabled for a reason']) assert.ok(await field(name).isDisabled());
    const messages = part('Badges and messages');
    assert.equal(await messages.getByRole('alert').count(), 5);
    assert.equal(await messages.getByRole('progressbar').count(), 4);
    for (const tone of ['neutral', 'accent', 'success', 'warning', 'danger'])
      for (const dot of ['', ' with a dot']) await messages.getByText(tone + dot, {exact: true}).waitFor({state: 'attached'});
    for (const [role, name] of [['list', 'People'], ['log', 'Events'], ['table', 'Handshake']])
      await part('Lists, log and table').getByRole(role, {name}).waitFor({state: 'attached'});
    await part('Colours').waitFor({state: 'attached'});
    for (const name of ['Fields', 'Buttons', 'Feedback']) await part(name).waitFor({state: 'attached'});
    assert.deepEqual(errors, []);
    await close();
  });

  test('fits windows of 320 to 2560 pixels, light and dark', async () => {
    for (const [width, colorScheme] of [[320, 'dark'], [390, 'light'], [2560, 'dark']]) {
      const {page, errors, close} = await open({viewport: {width, height: 640}, colorScheme});
      const outside = await page.getByRole('button').evaluateAll((all, right) => all
        .filter((one) => one.getBoundingClientRect().right > right + 1).map((one) => one.textContent), width);
      assert.deepEqual(outside, [], `${width} pixels`);
      assert.deepEqual(errors, []);
      await close();
    }
  });
});
