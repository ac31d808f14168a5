// Dear ImGui's own demo, unchanged: every section of its window unfolded, and what is in it operated, by the keyboard alone. Takes
// some minutes:
//
//   node wasm/test/run.mjs wasm/imgui_impl_web/test/walk.test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {on_stock} from '../../test/support/stock.mjs';
import {Walk} from '../../test/support/walk.mjs';

const {open} = on_stock();
const sections = ['Help', 'Configuration', 'Window options', 'Widgets', 'Layout & Scrolling', 'Popups & Modal windows',
  'Tables & Columns', 'Inputs & Focus'];

for (const section of sections) {
  test(`${section}: all of it is unfolded and operated`, {timeout: 900000}, async () => {
    const {page, close} = await open('imgui_demo');
    const walk = new Walk(page);
    await walk.unfold(section);
    console.log(`${section}: ${walk.unfolded.length} unfolded, operated ${JSON.stringify(walk.seen)}`);
    assert.deepEqual(walk.problems, []);
    await close();
  });
}
