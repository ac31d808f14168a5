// The examples, each with two pages, the native program that belongs to it, and a real broker.
import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {serve} from '../../scripts/serve.mjs';
import {startBroker} from './support/brokers.mjs';
import {few_pixels, launchBrowser} from './support/browser.mjs';
import {ended, start, stop} from './support/children.mjs';
import {root, until} from './support/machine.mjs';
import {publish, subscribe} from './support/mosquitto.mjs';

const page_directory = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
const programs = path.join(process.env.WASMQTT_NATIVE ?? path.join(root, 'build', 'native'), 'examples');

let broker;
let pages;
let browser;
before(async () => {
  pages = await serve({directory: path.join(page_directory, '..'), port: 0});
  [broker, browser] = await Promise.all([startBroker('open'), launchBrowser()]);
});
after(async () => {
  await browser?.close();
  await broker?.close();
  await pages?.close();
});

const run = (name, ...more) => start(path.join(programs, name), [`mqtt://127.0.0.1:${broker.tcpPort}`, ...more],
  {stdio: ['pipe', 'ignore', 'inherit']});

async function open(example, more = '') {
  const context = await browser.newContext(few_pixels);
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(`${pages.url}examples/${example}/index.html?broker=${encodeURIComponent(broker.wsUrl)}${more}`);
  await page.getByRole('status', {name: 'Connection'}).filter({hasText: /^Connected$/}).waitFor()
    .catch((error) => { throw problems.length ? new Error(problems.join('\n')) : error; });
  return {page, problems, close: async () => {
    assert.deepEqual(problems, []);
    await context.close();
  }};
}

test('news ticker: readers see the latest headline of the categories that they chose, early and late', async () => {
  const wire = async (...lines) => {
    const program = run('news_wire');
    program.stdin.end(`${lines.join('\n')}\n`);
    assert.equal(await ended(program), 0);
  };
  await wire('news/sport/formula-1 Rain in Spa', 'news/politics/us/utah Salt Lake votes', 'news/sport/tennis Ace',
    'news/sport/formula-1 Sun in Spa');
  const [alice, bob] = [await open('news_ticker'), await open('news_ticker')];
  const headlines = (reader) => reader.page.getByRole('list', {name: 'Headlines'}).getByRole('listitem').allTextContents();
  const reads = (reader, ...wanted) => until(
    async () => JSON.stringify((await headlines(reader)).sort()) === JSON.stringify(wanted.sort()), wanted.join(', '));
  await reads(alice, 'sport/formula-1: Sun in Spa', 'sport/tennis: Ace');
  await bob.page.getByRole('checkbox', {name: 'Politics in the US'}).check();
  await bob.page.getByRole('checkbox', {name: 'Sport'}).uncheck();
  await reads(bob, 'politics/us/utah: Salt Lake votes');
  await wire('news/politics/us/utah Recount', 'news/sport/tennis Out', 'news/politics/eu Talks');
  await reads(alice, 'sport/formula-1: Sun in Spa', 'sport/tennis: Out');
  await reads(bob, 'politics/us/utah: Recount');
  await bob.page.getByRole('checkbox', {name: 'Politics', exact: true}).check();
  await bob.page.getByRole('checkbox', {name: 'Politics in the US'}).uncheck();
  await reads(bob, 'politics/us/utah: Recount', 'politics/eu: Talks');
  await publish(broker, 'news/politics/eu', '', {retain: true, qos: 1});
  await reads(bob, 'politics/us/utah: Recount');
  await alice.close();
  await bob.close();
});

test('progress: a page that comes late shows the newest state at once and follows it to the end', async () => {
  const early = await open('progress');
  const work = run('progress_worker', 'backup', '10');
  const bar = (page) => page.page.getByRole('progressbar', {name: 'backup'});
  const value = async (page) => Number(await bar(page).getAttribute('value'));
  await bar(early).waitFor();
  await until(async () => await value(early) >= 20, 'a fifth is done');
  const late = await open('progress');
  await bar(late).waitFor();
  assert.ok(await value(late) >= 20);
  for (const page of [early, late]) await until(async () => await value(page) === 100, 'it is done');
  assert.equal(await ended(work), 0);
  await publish(broker, 'progress/backup', '', {retain: true, qos: 1});
  for (const page of [early, late]) await bar(page).waitFor({state: 'detached'});
  await early.close();
  await late.close();
});

// In the page: self.bid(amount) bids through the item's form and resolves to what the page shows as soon as that is decided.
function prepare_race(item) {
  const form = [...document.forms].find((one) => one.getAttribute('aria-label') === item);
  const [field, output] = [form.querySelector('input'), form.querySelector('output')];
  // Who was outbid a moment ago bids all the same.
  form.noValidate = true;
  self.bid = (amount) => new Promise((resolve) => {
    const look = () => {
      if (Number(/: (\d+),/.exec(output.textContent)?.[1]) < amount) return;
      watch.disconnect();
      resolve(output.textContent);
    };
    const watch = new MutationObserver(look);
    watch.observe(output, {childList: true});
    field.value = amount;
    form.requestSubmit();
    look();
  });
}

test('auction: a bid must beat the highest; of two that race one wins, two hundred times', async () => {
  let auctioneer = run('auctioneer', 'lamp', '10', 'chair', '5');
  const accepted = await subscribe(broker, 'auctions/lamp', {qos: 2});
  const bidders = [await open('auction', '&user=alice'), await open('auction', '&user=bob')];
  const lamp = ({page}) => page.getByRole('form', {name: 'lamp'}).getByRole('status');
  const shows = (bidder, text) => lamp(bidder).filter({hasText: text}).waitFor();
  const [alice, bob] = bidders;
  await shows(alice, 'lamp: 10, led by the house');
  await alice.page.getByRole('button', {name: 'Bid for the lamp'}).click();
  await shows(alice, 'lamp: 11, you lead');
  await shows(bob, 'lamp: 11, led by alice');

  // Not more than the highest, from somebody whose client asks no questions: not accepted.
  await publish(broker, 'auctions/lamp/bid', '11 mallory', {qos: 2});
  await publish(broker, 'auctions/lamp/bid', 'much mallory', {qos: 2});

  // Both bid at once, and again as soon as both have seen who won.
  await Promise.all(bidders.map(({page}) => page.evaluate(prepare_race, 'lamp')));
  const bids = await subscribe(broker, 'auctions/lamp/bid', {qos: 2});
  for (let amount = 12; amount < 212; ++amount) {
    const seen = await Promise.all(bidders.map(({page}) => page.evaluate((value) => self.bid(value), amount)));
    for (const text of seen) assert.match(text, new RegExp(`^lamp: ${amount}, (you lead|led by (alice|bob))$`));
    assert.equal(seen.filter((text) => text.includes('you lead')).length, 1, `one of two leads with ${amount}`);
  }
  await until(() => bids.messages.length === 400, 'both have bid in each round');
  await accepted.next(({payload}) => payload.startsWith('211 '));
  await bids.close();
  // The house's 10 may have been there before we looked.
  const amounts = accepted.messages.map(({payload}) => Number(payload.split(' ')[0])).filter((amount) => amount > 10);
  assert.deepEqual(amounts, Array.from({length: 201}, (_, index) => 11 + index), 'each amount is accepted once');

  // What was accepted outlives the auctioneer.
  await stop(auctioneer);
  auctioneer = run('auctioneer', 'lamp', '10');
  await publish(broker, 'auctions/lamp/bid', '100 mallory', {qos: 2});
  await bob.page.getByRole('spinbutton', {name: 'Your bid for the lamp'}).fill('300');
  await bob.page.getByRole('button', {name: 'Bid for the lamp'}).click();
  await until(async () => {
    if (/^lamp: 30\d, led by bob$/.test(await lamp(alice).textContent())) return true;
    await bob.page.getByRole('button', {name: 'Bid for the lamp'}).click();
    return false;
  }, 'bids of 300 and more are accepted by the auctioneer who came back');
  await stop(auctioneer);
  await accepted.close();
  await alice.close();
  await bob.close();
});

test('shadow: a wish waits for the lamp, of two pages that race one is rejected, and a stale wish meets the current version', async () => {
  const keeper = run('shadow_keeper');
  let lamp = run('lamp');
  const pages_open = [await open('shadow'), await open('shadow')];
  const [one, two] = pages_open.map(({page}) => page);
  const shows = (page, text) => page.getByRole('status', {name: 'Shadow'}).filter({hasText: text}).waitFor();
  const outcome = (page) => page.getByRole('status', {name: 'Outcome'});
  await shows(one, 'Version 0: desired white, reported white.');
  await one.getByRole('button', {name: 'Red'}).click();
  await shows(two, 'Version 1: desired red, reported red.');
  await outcome(one).filter({hasText: 'Accepted: red.'}).waitFor();

  await stop(lamp);
  await two.getByRole('button', {name: 'Green'}).click();
  await shows(one, 'Version 2: desired green, reported red. The lamp will be green when it is back.');
  lamp = run('lamp');
  await shows(one, 'desired green, reported green.');

  // Both click at once; the broker's order decides. Whose page has shown the other's wish by then is no rival: both are accepted.
  const version_in = async (page) => Number(/^Version (\d+):/.exec(await page.getByRole('status', {name: 'Shadow'}).textContent())[1]);
  let current = 2;
  for (let round = 0, races = 0; races < 3; ++round) {
    assert.ok(round < 40, 'two pages that click at once do race');
    const before = current;
    await Promise.all([[one, 'blue'], [two, 'white']].map(([page, colour]) => page.evaluate(
        (name) => document.querySelector(`button[data-colour="${name}"]`).click(), colour)));
    let lost;
    await until(async () => {
      const texts = await Promise.all([one, two].map((page) => outcome(page).textContent()));
      const won = texts.filter((text) => text.startsWith('Accepted')).length;
      lost = texts.filter((text) => text.startsWith('Rejected: somebody was faster')).length;
      const versions = await Promise.all([one, two].map(version_in));
      current = before + won;
      return won + lost === 2 && versions.every((version) => version === current);
    }, 'each wish is answered, and both pages show what holds');
    assert.ok(lost < 2, 'one of two is accepted');
    races += lost;
  }
  const rejected = await subscribe(broker, 'shadow/lamp/rejected/mallory', {qos: 1});
  await publish(broker, 'shadow/lamp/desire', '1 mallory black', {qos: 2});
  await until(() => rejected.messages.length === 1, 'a stale wish is rejected');
  assert.match(rejected.messages[0].payload, new RegExp(`^${current} (blue|white)$`));
  await rejected.close();
  await stop(lamp);
  await stop(keeper);
  for (const each of pages_open) await each.close();
});

test('the gallery links the chat and every example', async () => {
  const page = await browser.newPage();
  await page.goto(`${pages.url}examples/index.html`);
  for (const name of ['MQTT Chat', 'Hello', 'News ticker', 'Progress', 'Auction', 'Device shadow']) {
    const address = await page.getByRole('link', {name}).evaluate((link) => link.href);
    assert.equal((await fetch(address)).status, 200, address);
  }
  await page.close();
});
