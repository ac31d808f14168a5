// The judge's score cards as a page (native-test/judge/html.mjs), in a browser: its tables, its misses and their packets.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {page as page_of} from '../../native-test/judge/html.mjs';
import {judge} from '../../native-test/judge/run.mjs';
import {bring_axe, complaints} from './support/axe.mjs';
import {launchBrowser} from './support/browser.mjs';
import {lacks} from './support/engines/engine.mjs';
import {build_package} from './support/package.mjs';

const adapter = (name) => fileURLToPath(new URL(`../../native-test/judge/adapters/${name}`, import.meta.url));
let browser;
let html;
before(async () => {
  await build_package();
  const only = /QoS 1: cut before PUBACK|publish-q3-s2c|in: above our maximum/;
  const judged = [];
  for (const fault of ['none', 'dup-never']) judged.push(await judge(['node', adapter('wrong.mjs'), fault], {jobs: 1, only}));
  // A name that would be an element, were it not escaped.
  judged[1].about.name += ' <b>&';
  html = page_of(judged);
  browser = await launchBrowser();
});
after(() => browser?.close());

async function open(look = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}, ...look});
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => errors.push(message.text()));
  await page.setContent(html);
  return {page, errors, close: () => context.close()};
}

test('the table has a column for each client and version, a row for each area, and what was passed', async () => {
  const {page, errors, close} = await open();
  assert.equal(await page.getByRole('columnheader').filter({hasText: 'MQTT'}).count(), 4);
  assert.equal(await page.getByRole('columnheader', {name: 'wrong: dup-never <b>& MQTT 5'}).count(), 1);
  const row = page.getByRole('row').filter({has: page.getByRole('rowheader', {name: 'QoS 1 and 2 sent, with cuts'})});
  assert.deepEqual(await row.getByRole('cell').allTextContents(), ['1 of 1', '1 of 1', '0 of 1', '0 of 1']);
  assert.equal(await page.getByRole('rowheader', {name: 'all', exact: true}).count(), 1);
  assert.deepEqual(errors, []);
  await close();
});

test('a miss names its clause, and opens to the packets that passed', async () => {
  const {page, errors, close} = await open();
  const miss = page.getByRole('group').filter({hasText: 'MQTT 5: QoS 1: cut before PUBACK'});
  assert.match(await miss.textContent(), /DUP is not set.*MQTT5-3\.3\.1-1/s);
  const packets = miss.locator('pre');
  assert.equal(await packets.isVisible(), false);
  await miss.locator('summary').click();
  assert.equal(await packets.isVisible(), true);
  assert.match(await packets.textContent(), /1 client → CONNECT version 5.*2 client → PUBLISH/s);
  assert.deepEqual(errors, []);
  await close();
});

for (const [colorScheme, width] of [['light', 1280], ['dark', 390]]) {
  test(`axe-core finds nothing to complain about, ${colorScheme}, ${width} pixels wide`, {skip: colorScheme === 'dark' && lacks('media')}, async () => {
    const {page, close} = await open({colorScheme, viewport: {width, height: 800}});
    await page.locator('summary').first().click();
    await bring_axe(page);
    assert.deepEqual(await complaints(page), []);
    await close();
  });
}
