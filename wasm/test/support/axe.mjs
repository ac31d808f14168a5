// axe-core in a page under test, past the page's policy.
//
//   await bring_axe(page);                       once for each document
//   assert.deepEqual(await complaints(page), []);
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {lacks} from './engines/engine.mjs';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

export async function bring_axe(page) {
  // Chromium holds what a driver evaluates as a text to the policy, the others do not.
  if (lacks('devtools')) return page.evaluate(`(() => { ${source} })()`);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Runtime.evaluate', {expression: source});
}

export function complaints(page) {
  return page.evaluate(async () => (await self.axe.run()).violations
    .map(({id, nodes}) => `${id}: ${nodes.map((node) => node.html).join(' ').slice(0, 400)}`));
}
