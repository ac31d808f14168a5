// TabGroup in pages of one browser: who leads, what passes between them, and what happens when one ends, crashes or hangs.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, describe, test} from 'node:test';
import {open_probe, serve_probe} from '../browser/test/probe.mjs';
import {launchBrowser} from './support/browser.mjs';
import {lacks} from './support/engines/engine.mjs';
import {serve_hanging} from './support/hanging.mjs';
import {many, until} from './support/machine.mjs';

let browser;
let pages;
let hanging;
before(async () => {
  pages = await serve_probe();
  hanging = await serve_hanging();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await hanging?.close();
  await pages?.close();
});

let context;
beforeEach(async () => { context = await browser.newContext(); });
afterEach(() => context.close());

async function open_tab({name = 'group', may_be_first = true, prepare} = {}) {
  const tab = await open_probe(context, pages, prepare);
  await tab.call('probe_tabs', name, may_be_first ? 1 : 0);
  return tab;
}

const send = (tab, link, text) => tab.call('probe_tabs_send', link, text);
const depose = (tab, epoch) => tab.call('probe_tabs_depose', epoch);

// The text may be left out.
async function tells(tab, ...reports) {
  for (const [what, number = 0, ...text] of reports) {
    const wanted = [what, number, ...text];
    assert.deepEqual((await tab.next()).slice(0, wanted.length), wanted);
  }
}

// So many reports, in one go.
const reports = (tab, count) => tab.page.evaluate(async (wanted) => {
  const all = [];
  while (all.length < wanted) all.push(await self.next_report());
  return all;
}, count);

// The first leads with this epoch, the others have joined it.
async function open_group(count, epoch = 1) {
  const leader = await open_tab();
  await tells(leader, ['lead', epoch]);
  const members = [];
  while (members.length < count - 1) {
    const member = await open_tab();
    await tells(member, ['leader', epoch]);
    await tells(leader, ['joined', members.push(member)]);
  }
  return [leader, ...members];
}

// One of them leads with this epoch, and the others have joined it; each has told nothing before. The leader comes first.
async function settle(tabs, epoch) {
  const told = await Promise.all(tabs.map((tab) => tab.next()));
  const at = told.findIndex(([what]) => what === 'lead');
  assert.deepEqual(told.map((report) => report.slice(0, 2)), tabs.map((_, i) => [i === at ? 'lead' : 'leader', epoch]));
  const [leader] = tabs.splice(at, 1);
  for (let joined = 1; joined <= tabs.length; ++joined) await tells(leader, ['joined', joined]);
  return [leader, ...tabs];
}

describe('tabs in a group', () => {
  test('have one that leads, and a link to it each, on which frames keep their order', async () => {
    const [leader, ...members] = await open_group(3);
    for (const [i, member] of members.entries()) {
      await member.page.evaluate(() => { for (let n = 0; n < 500; ++n) self.call('probe_tabs_send', 0, `up ${n}`); });
      assert.deepEqual(await reports(leader, 500), Array.from({length: 500}, (_, n) => ['frame', i + 1, `up ${n}`]));
    }
    await leader.page.evaluate(() => { for (let n = 0; n < 1000; ++n) self.call('probe_tabs_send', 1 + n % 2, `down ${n}`); });
    for (const [i, member] of members.entries()) {
      assert.deepEqual(await reports(member, 500), Array.from({length: 500}, (_, n) => ['frame', 0, `down ${2 * n + i}`]));
    }
    await send(leader, 2, '');
    await send(leader, 2, 'Grüße');
    await tells(members[1], ['frame', 0, ''], ['frame', 0, 'Grüße']);
    assert.equal(await members[0].pending(), 0);
  });

  test(`are ${many}, and stay one group when the leader is closed`, async () => {
    const [leader, ...members] = await open_group(many);
    await leader.page.close();
    const [next, ...others] = await settle(members, 2);
    for (const [i, member] of others.entries()) await send(member, 0, `${i}`);
    for (let i = 0; i < others.length; ++i) assert.equal((await next.next())[0], 'frame');
  });

  test('of different names know nothing of each other', async () => {
    const [one, other] = [await open_tab({name: 'one'}), await open_tab({name: 'other'})];
    await tells(one, ['lead', 1]);
    await tells(other, ['lead', 1]);
  });

  test('have a new leader when theirs leaves, with a larger epoch each time, also after all of them have gone', async () => {
    const [leader, member] = await open_group(2);
    await leader.call('probe_tabs_leave');
    await tells(member, ['lead', 2]);
    await member.page.close();
    await tells(await open_tab(), ['lead', 3]);
    assert.equal(await leader.pending(), 0);
  });

  test('are told by a reload as by an end', async () => {
    const [leader, member] = await open_group(2);
    await leader.page.reload();
    await tells(member, ['lead', 2]);
  });

  for (const [how, end] of Object.entries({
    'says so': (tab) => tab.call('probe_tabs_leave'),
    'is closed': (tab) => tab.page.close(),
    'goes elsewhere': (tab) => tab.page.goto('about:blank'),
  })) {
    test(`are missed by the leader when one ${how}`, async () => {
      const [leader, member, other] = await open_group(3);
      await send(member, 0, 'last words');
      await tells(leader, ['frame', 1, 'last words']);
      await end(member);
      await tells(leader, ['left', 1]);
      await send(leader, 1, 'to nobody');
      await send(leader, 2, 'to the other');
      await tells(other, ['frame', 0, 'to the other']);
    });
  }

  const crash = async (tab) => {
    const crashed = tab.page.waitForEvent('crash');
    const devtools = await context.newCDPSession(tab.page);
    devtools.send('Page.crash').catch(() => {});
    await crashed;
  };

  test('go on when one crashes that leads, or one that does not', {skip: lacks('devtools')}, async () => {
    const [leader, ...members] = await open_group(4);
    await crash(members[2]);
    await tells(leader, ['left', 3]);
    await crash(leader);
    const [next, member] = await settle(members.slice(0, 2), 2);
    await send(member, 0, 'here');
    await tells(next, ['frame', 1, 'here']);
  });

  test('depose a leader that hangs: one of all that say so leads, and who wakes up is a member', async () => {
    const [leader, ...members] = await open_group(5);
    const wake = await hanging.hang(leader.page);
    await Promise.all(members.map((member) => depose(member, 1)));
    const [next, ...others] = await settle(members, 3);
    wake();
    await tells(leader, ['deposed'], ['leader', 3]);
    await tells(next, ['joined', 4]);
    await send(leader, 0, 'a member now');
    await tells(next, ['frame', 4, 'a member now']);
    await send(leader, 1, 'as if it led');
    for (const link of [1, 2, 3]) await send(next, link, `to ${link}`);
    const heard = await Promise.all(others.map((other) => other.next()));
    assert.deepEqual(heard.map(([, , text]) => text).sort(), ['to 1', 'to 2', 'to 3']);
  });

  test('depose nobody of whom they have heard since, also when the one before hangs', async () => {
    const [leader, ...members] = await open_group(3);
    await hanging.hang(leader.page);
    await depose(members[0], 1);
    const [next, member] = await settle(members, 3);
    await depose(member, 1);
    await depose(member, 2);
    await send(member, 0, 'still you');
    await tells(next, ['frame', 1, 'still you']);
    assert.deepEqual([await next.pending(), await member.pending()], [0, 0]);
  });

  test('pass over one that hangs when its turn to lead comes, and go on when it wakes up', async () => {
    const [leader, second, third] = await open_group(3);
    const wake = await hanging.hang(second.page);
    await leader.page.close();
    // Nobody leads: the lock is the second's. The first call finds out the epoch, should it be another one.
    await until(async () => {
      await depose(third, 1);
      return await third.pending() > 0;
    }, 'the third leads');
    const [what, epoch] = await third.next();
    assert.equal(what, 'lead');
    wake();
    await tells(second, ['leader', epoch]);
    await tells(third, ['joined', 1]);
    await send(second, 0, 'here');
    await tells(third, ['frame', 1, 'here']);
  });
});

describe('who leads', () => {
  test('knows how many there are, also those that have not joined it yet', async () => {
    const [leader, ...members] = await open_group(4);
    await leader.page.close();
    const told = await Promise.all(members.map((member) => member.next()));
    assert.deepEqual(told.find(([what]) => what === 'lead'), ['lead', 2, '3']);
  });

  test('may resign, and leads again when there is no other', async () => {
    const [leader, member] = await open_group(2);
    await leader.call('probe_tabs_resign');
    await tells(leader, ['deposed'], ['leader', 2]);
    await tells(member, ['lead', 2], ['joined', 1]);
    await leader.page.close();
    await tells(member, ['left', 1]);
    await member.call('probe_tabs_resign');
    await tells(member, ['deposed'], ['lead', 3, '1']);
  });
});

describe('a tab that may not be first', () => {
  test('follows one that may, and takes its place', async () => {
    const first = await open_tab();
    await tells(first, ['lead', 1]);
    const second = await open_tab({may_be_first: false});
    await tells(second, ['leader', 1]);
    await tells(first, ['joined', 1]);
    await first.page.close();
    await tells(second, ['lead', 2]);
  });

  test('leads when there is no other for a while', async () => {
    await tells(await open_tab({may_be_first: false}), ['lead', 1]);
  });
});

describe('a tab that cannot be in a group says why:', () => {
  for (const [why, deny] of Object.entries({
    'This browser has no Web Locks': () => { Object.defineProperty(navigator, 'locks', {value: undefined}); },
    'This browser has no BroadcastChannel': () => { delete self.BroadcastChannel; },
    'The browser refuses to store anything for this page (denied)': () => {
      Object.defineProperty(self, 'indexedDB', {get() { throw new DOMException('denied', 'SecurityError'); }});
    },
    "The browser's storage does not answer": () => { IDBFactory.prototype.open = () => ({}); },
  })) {
    test(why, async () => {
      const tab = await open_tab({prepare: (page) => page.addInitScript(deny)});
      await tells(tab, ['unavailable', 0, why]);
      await tab.call('probe_tabs_send', 0, 'to nobody');
      await tab.call('probe_tabs_depose', 0);
      await tab.call('probe_tabs_leave');
    });
  }
});
