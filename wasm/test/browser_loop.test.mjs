// BrowserLoop and PageLifeCycle in a page: time, timers, turns, and what the browser says about the page's life.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {open_probe, serve_probe} from '../browser/test/probe.mjs';
import {scriptedServer} from '../browser/test/websocket_server.mjs';
import {launchBrowser} from './support/browser.mjs';
import {lacks} from './support/engines/engine.mjs';
import {until} from './support/machine.mjs';

let browser;
let pages;
before(async () => {
  pages = await serve_probe();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await pages?.close();
});

describe('the browser\'s event loop', () => {
  let probe;
  before(async () => { probe = await open_probe(await browser.newContext(), pages); });
  after(() => assert.deepEqual(probe?.uncaught, []));

  test('counts microseconds since the epoch, never backwards, also when the wall clock is set back', async () => {
    await probe.call('probe_loop');
    const [wall, times] = await probe.page.evaluate(() => {
      const real = Date.now;
      const before_ = real();
      const read = () => self.call('probe_now');
      const seen = Array.from({length: 1000}, read);
      Date.now = () => real() - 3600_000;
      seen.push(read(), read());
      Date.now = real;
      return [before_, [...seen, read()]];
    });
    assert.ok(Math.abs(times[0] / 1000 - wall) < 1000);
    assert.ok(times.every((time, i) => i === 0 || time >= times[i - 1]));
    assert.ok(new Set(times).size > 1);
  });

  test('goes on with the wall clock after the machine slept', async () => {
    const [before_, after_] = await probe.page.evaluate(() => {
      const real = Date.now;
      const seen = [self.call('probe_now')];
      Date.now = () => real() + 3600_000;
      seen.push(self.call('probe_now'));
      Date.now = real;
      return seen;
    });
    assert.ok(after_ - before_ > 3599_000_000);
  });

  test('calls one timer, at its time or later, and the last one that was set, also when the clock was set back', async () => {
    await probe.call('probe_loop');
    await probe.page.evaluate(() => [500, 90, 40, 60].forEach((when) => self.call('probe_timer', when)));
    const [what, at] = await probe.next();
    assert.equal(what, 'timer');
    assert.ok(at >= 60, `at ${at} ms`);
  });

  for (const [whose, ready] of [['the page\'s', (page) => page.workers().length === 0],
    ['the worker\'s', (page) => page.workers().length === 1]]) {
    test(`hands over what has arrived before ${whose} timer that is found late: the page was busy`, {skip: lacks('workers')}, async (t) => {
      const server = await scriptedServer();
      t.after(() => server.close());
      const busy = await open_probe(await browser.newContext(), pages);
      await busy.call('probe_open', server.url, 1 << 20);
      assert.deepEqual([(await busy.next())[0], (await busy.next())[0]], ['opening', 'open']);
      const peer = await server.connection();
      await busy.call('probe_loop');
      await busy.call('probe_timer', 1);
      assert.equal((await busy.next())[0], 'timer');
      await until(() => ready(busy.page), 'the timers that are meant', 30000);
      await busy.call('probe_loop');
      const work = busy.page.evaluate(() => {
        self.call('probe_timer', 100);
        for (const until = performance.now() + 3000; performance.now() < until;);
      });
      setTimeout(() => peer.sendBinary(Buffer.from('here')), 1000);
      await work;
      assert.deepEqual(await busy.next(), ['bytes', 4, 'here']);
      assert.equal((await busy.next())[0], 'timer');
      await busy.context.close();
    });
  }

  test('does not call a timer that was cleared', async () => {
    await probe.call('probe_loop');
    await probe.page.evaluate(() => [10, -1, 80].forEach((when) => self.call('probe_timer', when)));
    const [, at] = await probe.next();
    assert.ok(at >= 80, `at ${at} ms`);
    assert.equal(await probe.pending(), 0);
  });

  test('takes one turn for many requests, after the event that asked and before the next', async () => {
    await probe.call('probe_loop');
    const seen = await probe.page.evaluate(async () => {
      const task = new Promise((resolve) => setTimeout(resolve, 0, 'task'));
      self.call('probe_turn');
      const reports = [(await self.next_report())[0], (await self.next_report())[0]];
      return [...reports, await task, self.reports_so_far()];
    });
    assert.deepEqual(seen, ['asked', 'turn', 'task', 0]);
  });

  test('gives random bits', async () => {
    const values = await probe.page.evaluate(() => Array.from({length: 20}, () => self.call('probe_random')));
    assert.equal(new Set(values).size, 20);
  });

  test('is served by a worker, whose timers a hidden tab does not slow down', {skip: lacks('workers')}, async () => {
    const own = await open_probe(await browser.newContext(), pages);
    const started = own.page.waitForEvent('worker');
    await own.call('probe_loop');
    await own.call('probe_timer', 1);
    assert.match((await started).url(), /mqtt_tick\.js$/);
    assert.equal((await own.next())[0], 'timer');
    // The page's own timers are gone; the worker's go on.
    await own.page.evaluate(() => { self.setTimeout = () => 0; });
    await own.call('probe_timer', 100);
    assert.equal((await own.next())[0], 'timer');
    await own.context.close();
  });

  test('goes on with the page\'s timers where the worker can\'t start', async () => {
    const own = await open_probe(await browser.newContext(), pages, (page) =>
      page.route('**/mqtt_tick.js', (route) => route.fulfill({status: 404})));
    await own.call('probe_loop');
    await own.call('probe_timer', 30);
    assert.equal((await own.next())[0], 'timer');
    await own.call('probe_timer', 60);
    assert.equal((await own.next())[0], 'timer');
    assert.deepEqual(own.uncaught, []);
    await own.context.close();
  });
});

describe('the page\'s life cycle', () => {
  test('tells whether somebody looks: a page that is visible beside the window that is worked in is not looked at', async () => {
    const probe = await open_probe(await browser.newContext(), pages);
    const seen = await probe.page.evaluate(async () => {
      let hidden = false;
      let focused = true;
      Object.defineProperty(document, 'hidden', {get: () => hidden});
      document.hasFocus = () => focused;
      self.call('probe_page');
      const reports = [];
      const happen = async (target, type) => {
        target.dispatchEvent(new Event(type));
        reports.push([]);
        while (self.reports_so_far() > 0) reports.at(-1).push((await self.next_report()).slice(0, 2).join(' '));
      };
      focused = false;
      await happen(self, 'blur');
      hidden = true;
      await happen(document, 'visibilitychange');
      hidden = false;
      await happen(document, 'visibilitychange');
      focused = true;
      await happen(self, 'focus');
      await happen(self, 'focus');
      return reports;
    });
    assert.deepEqual(seen, [['attended 0'], [], ['wake 0'], ['attended 1'], []]);
    await probe.context.close();
  });

  test('tells that the network is gone, and that it is back', {skip: lacks('offline')}, async () => {
    const probe = await open_probe(await browser.newContext(), pages);
    await probe.call('probe_page');
    await probe.context.setOffline(true);
    assert.deepEqual(await probe.next(), ['offline', 0, '']);
    await probe.context.setOffline(false);
    assert.deepEqual(await probe.next(), ['online', 0, '']);
    await probe.context.close();
  });

  test('wakes the client when the page is shown, resumed or comes out of the cache', async () => {
    const probe = await open_probe(await browser.newContext(), pages);
    await probe.call('probe_page');
    const seen = await probe.page.evaluate(async () => {
      let hidden = false;
      document.hasFocus = () => true;
      Object.defineProperty(document, 'hidden', {get: () => hidden});
      const happen = (target, event) => target.dispatchEvent(event);
      hidden = true;
      happen(document, new Event('visibilitychange'));
      hidden = false;
      happen(document, new Event('visibilitychange'));
      happen(document, new Event('freeze'));
      happen(document, new Event('resume'));
      happen(self, new PageTransitionEvent('pagehide', {persisted: true}));
      happen(self, new PageTransitionEvent('pageshow', {persisted: true}));
      happen(self, new PageTransitionEvent('pageshow', {persisted: false}));
      const reports = [];
      while (self.reports_so_far() > 0) reports.push((await self.next_report()).slice(0, 2).join(' '));
      return reports;
    });
    assert.deepEqual(seen, ['attended 0', 'attended 1', 'wake 0', 'leave 0', 'wake 0', 'leave 0', 'wake 0']);
    await probe.context.close();
  });
});
