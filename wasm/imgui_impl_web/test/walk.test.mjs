// Dear ImGui's own demo, unchanged: every section of its window unfolded, and what is in it operated, by the keyboard alone. Takes
// a quarter of an hour:
//
//   node wasm/test/run.mjs --minutes 60 wasm/imgui_impl_web/test/walk.test.mjs
//   WASMQTT_WALK='Help|Widgets' node …                                          # these sections alone
//   WASMQTT_WALK=Widgets WASMQTT_WALK_IN='Basic|Tabs' node …                    # and of what is in them, these
//   WASMQTT_WALK_MOST=3 node …                                                  # three of each role, in each part that unfolds
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {bring_axe} from '../../test/support/axe.mjs';
import {on_stock} from '../../test/support/stock.mjs';
import {Walk} from '../../test/support/walk.mjs';

const {open} = on_stock();
const sections = ['Help', 'Configuration', 'Window options', 'Widgets', 'Layout & Scrolling', 'Popups & Modal windows',
  'Tables & Columns', 'Inputs & Focus'];
const within = process.env.WASMQTT_WALK_IN && new RegExp(`^(${process.env.WASMQTT_WALK_IN})$`);
const wanted = new RegExp(`^(${process.env.WASMQTT_WALK ?? '.*'})$`);

for (const section of sections.filter((name) => wanted.test(name))) {
  test(`${section}: all of it is unfolded and operated`, {timeout: 1800000}, async () => {
    const {page, close} = await open('imgui_demo');
    await bring_axe(page);
    const walk = new Walk(page, {most: Number(process.env.WASMQTT_WALK_MOST ?? Infinity)});
    await walk.unfold(section, within).catch((error) => { throw new Error(`at ${walk.at}: ${error.message}`); });
    console.log(`${section}: ${walk.unfolded.length} unfolded, operated ${JSON.stringify(walk.seen)}`);
    assert.deepEqual(walk.problems, []);
    await close();
  });
}
