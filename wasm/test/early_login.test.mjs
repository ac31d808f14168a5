// The login before the program: it stands in index.html, works at once, and is taken over with what was done in it.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {scriptedServer} from '../browser/test/websocket_server.mjs';
import {bring_axe, complaints} from './support/axe.mjs';
import {launchBrowser} from './support/browser.mjs';
import {lacks} from './support/engines/engine.mjs';
import {hide_scroll_bars} from './support/gallery.mjs';
import {until} from './support/machine.mjs';
import {on_stage, Person, timeout} from './support/person.mjs';

const world = on_stage();

// Opens the page with its program held back; program() lets it come and waits until it has taken over.
async function early(address, options = {}) {
  let send;
  const asked = new Promise((resolve) => { send = resolve; });
  const prepare = async (page) => {
    await options.prepare?.(page);
    await page.route('**/mqtt_chat.wasm', async (route) => {
      await asked;
      await route.continue();
    });
  };
  const {page, context} = await world.stage.open(address, {...options, prepare});
  page.setDefaultTimeout(timeout);
  const person = new Person(page);
  await person.button('Sign In').waitFor();
  const program = async () => {
    send();
    await page.locator('#imgui-web').waitFor({state: 'attached'});
  };
  return Object.assign(person, {program, context});
}
const selection = (person) => person.page.evaluate(() => {
  const {ariaLabel, selectionStart, selectionEnd} = document.activeElement;
  return [ariaLabel, selectionStart, selectionEnd];
});

describe('the login without its program', () => {
  test('has the roles, names, states and Tab order that it has with it', async () => {
    for (const address of ['?stage=40', '?stage=10&user=alice&status=1', '?stage=30&mqtt5=1&expiry=60&broker=ws://elsewhere:1']) {
      const someone = await early(address);
      const look = async () => {
        const tree = await someone.page.getByRole('region', {name: 'Sign in'}).ariaSnapshot();
        const order = await someone.page.evaluate(() => [...document.querySelectorAll('main :is(button, input)')]
          .filter((element) => element.checkVisibility())
          .map((element) => [element.ariaLabel ?? element.textContent, element.value, element.checked,
            element.getAttribute('aria-description'), element.required, element.autocomplete, element.getAttribute('aria-expanded')]));
        return {tree, order};
      };
      const before = await look();
      await someone.program();
      assert.deepEqual(await look(), before, address);
    }
  });

  test('shows a password where one is needed, the expiry with MQTT 5, and folds its options', async () => {
    const someone = await early('?stage=30');
    const toggle = (name) => someone.page.getByRole('checkbox', {name, exact: true});
    assert.equal(await someone.field('Password').count(), 0);
    await toggle('Use authentication').check();
    await someone.field('Password').waitFor();
    await toggle('Use MQTT 5').check();
    await someone.field('Message expiry').waitFor();
    await someone.button('Options').click();
    assert.equal(await toggle('Use MQTT 5').count(), 0);
    await someone.program();
    await someone.field('Password').waitFor();
    assert.equal(await someone.button('Options').getAttribute('aria-expanded'), 'false');
    assert.equal(await toggle('Use MQTT 5').count(), 0);
    await someone.button('Options').click();
    assert.ok(await toggle('Use MQTT 5').isChecked());
    await until(async () => /\?stage=40&mqtt5=1$/.test(await someone.page.url()), 'the address follows', timeout);
  });

  test('chooses a stage, with its options and its words, and the program takes that over', async () => {
    const someone = await early('?stage=40&mqtt5=1');
    const stage = (number) => someone.page.getByRole('radio', {name: `Stage ${number}`, exact: true});
    const toggle = (name) => someone.page.getByRole('checkbox', {name, exact: true});
    assert.ok(await stage(40).isChecked());
    await stage(20).check();
    assert.ok(await toggle('Use QoS 1').isChecked());
    assert.ok(!await toggle('Use status messages').isChecked());
    assert.equal(await someone.field('Password').count(), 0);
    await someone.page.getByText('QoS 1 and a session: nothing is lost.').waitFor();
    await someone.program();
    assert.ok(await stage(20).isChecked());
    await until(async () => /\?stage=20&mqtt5=1$/.test(await someone.page.url()), 'the address follows', timeout);
    await stage(10).check();
    await until(async () => /\?stage=10&mqtt5=1$/.test(await someone.page.url()), 'the address follows', timeout);
    await toggle('Use status messages').check();
    await someone.page.getByText('Options of your own').waitFor();
    assert.equal(await someone.page.getByRole('radio', {checked: true}).count(), 0);
  });

  test('fills in the name of an example user, and the program takes it over', async () => {
    const someone = await early('?stage=40');
    await someone.button('minh').click();
    assert.deepEqual((await selection(someone))[0], 'Password');
    await someone.program();
    assert.equal(await someone.field('Username').inputValue(), 'minh');
    await someone.button('vy').click();
    await until(async () => await someone.field('Username').inputValue() === 'vy', 'another one', timeout);
    await someone.page.getByRole('radio', {name: 'Stage 30', exact: true}).check();
    await someone.button('vy').waitFor({state: 'detached'});
  });

  test('names another broker, and where the password goes', async () => {
    const someone = await early('?stage=40&broker=' + encodeURIComponent('wss://chat.example@evil.example:8443/mqtt'));
    await someone.page.getByText('Your password goes to another broker than this page\'s: evil.example:8443').waitFor();
    await someone.page.getByRole('checkbox', {name: 'Use authentication'}).uncheck();
    await someone.page.getByText('You connect to another broker than this page\'s: evil.example:8443').waitFor();
  });

  test('names each broker that is tried, however the address lists them, as the program does', async () => {
    const local = 'ws://localhost:8080/';
    const lists = {[`?stage=40&broker=${local}%20wss://evil.example/`]: 'localhost:8080, evil.example',
      [`?stage=40&broker=${local}+wss://evil.example/`]: 'localhost:8080, evil.example',
      [`?stage=40&broker=&broker=${local}&broker=%20%20wss://evil.example:1/%20ws://me@worse.example`]: 'localhost:8080, evil.example:1, worse.example'};
    await Promise.all(Object.entries(lists).map(async ([address, hosts]) => {
      const someone = await early(address);
      const words = someone.page.getByText(`Your password goes to another broker than this page's: ${hosts}`, {exact: true});
      await words.waitFor();
      await words.evaluate((element) => { element.seen_before = true; });
      await someone.program();
      assert.ok(await words.evaluate((element) => element.seen_before), 'the same words');
    }));
  });

  for (const colorScheme of ['light', 'dark']) {
    test(`gives axe-core nothing to complain about, ${colorScheme}`, {skip: colorScheme === 'dark' && lacks('media')}, async () => {
      const someone = await early('?stage=40&mqtt5=1&broker=ws://elsewhere:1', {colorScheme});
      await bring_axe(someone.page);
      assert.deepEqual(await complaints(someone.page), []);
    });
  }

  test('says that it is loading, until the program is there', async () => {
    const someone = await early('');
    await someone.page.getByRole('progressbar', {name: 'Loading MQTT Chat'}).waitFor();
    await someone.program();
    assert.equal(await someone.page.getByRole('progressbar').count(), 0);
  });
});

describe('the program takes over', () => {
  test('the very elements, with text, selection, focus and undo', async () => {
    const someone = await early('?stage=40');
    await someone.field('Username').click();
    await someone.page.keyboard.type('alice and bob');
    await someone.field('Password').fill('secret');
    await someone.field('Username').focus();
    await someone.page.keyboard.press('Home');
    for (let i = 0; i < 5; ++i) await someone.page.keyboard.press('Shift+ArrowRight');
    await someone.page.evaluate(() => {
      self.blurs = 0;
      self.field = document.activeElement;
      field.addEventListener('blur', () => { ++blurs; });
    });
    await someone.program();
    assert.deepEqual(await selection(someone), ['Username', 0, 5]);
    assert.deepEqual(await someone.page.evaluate(() => [blurs, field === document.activeElement, field.isConnected]), [0, true, true]);
    assert.equal(await someone.field('Password').inputValue(), 'secret');
    await someone.page.keyboard.type('eve');
    assert.equal(await someone.field('Username').inputValue(), 'eve and bob');
    if (lacks('undo key')) await someone.page.evaluate(() => document.execCommand('undo'));
    else await someone.page.keyboard.press('Control+z');
    assert.equal(await someone.field('Username').inputValue(), 'alice and bob');
  });

  test('while somebody types, and loses no key', async () => {
    const someone = await early('?stage=10');
    await someone.field('Username').focus();
    const text = 'the quick brown fox jumps over the lazy dog';
    await Promise.all([someone.page.keyboard.type(text, {delay: 25}), someone.program()]);
    assert.equal(await someone.field('Username').inputValue(), text);
  });

  test('what was scrolled stays where it is', async () => {
    const someone = await early('?stage=40', {viewport: {width: 640, height: 400}});
    await someone.page.evaluate(() => { document.querySelector('main').scrollTop = 300; });
    const {y} = await someone.button('Advanced').boundingBox();
    await someone.program();
    assert.equal((await someone.button('Advanced').boundingBox()).y, y);
  });

  test('a password that is shown', async () => {
    const someone = await early('?stage=40&user=vy');
    await someone.field('Password').fill('test');
    const show = someone.button('Show password');
    await show.click();
    assert.equal(await someone.field('Password').getAttribute('type'), 'text');
    await someone.program();
    assert.equal(await someone.field('Password').getAttribute('type'), 'text');
    assert.equal(await show.getAttribute('aria-pressed'), 'true');
    assert.equal(await someone.field('Password').inputValue(), 'test');
    await someone.field('Password').evaluate((field) => { field.kept = true; });
    await show.click();
    await until(async () => await someone.field('Password').getAttribute('type') === 'password', 'dots again', timeout);
    assert.ok(await someone.field('Password').evaluate((field) => field.kept && field.value === 'test'));
    await show.click();
    await someone.sign_in();
    await someone.log_out();
    assert.equal(await someone.field('Password').getAttribute('type'), 'password');
  });

  test('while somebody types on, on a slow processor, and no key is lost', {skip: lacks('devtools')}, async () => {
    const someone = await early('?stage=40');
    const devtools = await someone.context.newCDPSession(someone.page);
    await devtools.send('Emulation.setCPUThrottlingRate', {rate: 6});
    const name = 'somebody-who-has-a-name-as-long-as-no-name-has-ever-been-and-types-it-without-a-pause';
    await someone.field('Username').focus();
    await Promise.all([someone.page.keyboard.type(name, {delay: 20}), someone.program()]);
    await someone.page.keyboard.type('!');
    assert.equal(await someone.field('Username').inputValue(), `${name}!`);
    assert.deepEqual(await selection(someone), ['Username', name.length + 1, name.length + 1]);
  });

  test('a sign-in that was asked for before, with Enter or the button, with what is in the fields then', async () => {
    const vy = await early('?stage=30&user=vy');
    await vy.page.getByRole('checkbox', {name: 'Use authentication'}).check();
    await vy.field('Password').fill('test');
    await vy.field('Password').press('Enter');
    await vy.button('Signing In...').waitFor();
    await vy.program();
    await vy.status('Connected').waitFor();
    const minh = await early('?stage=10&user=minh');
    await minh.button('Sign In').click();
    await minh.program();
    await minh.status('Connected').waitFor();
  });

  test('a sign-in that has to be refused is refused in words', async () => {
    const someone = await early('?stage=10&user=a/b');
    await someone.button('Sign In').click();
    await someone.program();
    await someone.page.getByText(/cannot contain \/ \+ or #/).first().waitFor();
    await someone.button('Sign In').waitFor();
  });

  test('a sign-in only if the broker that it goes to was named before', async () => {
    const server = await scriptedServer();
    const address = `?stage=10&user=minh&broker=${server.url}`;
    const warned = await early(address);
    await warned.button('Sign In').click();
    await warned.program();
    await server.connection();
    const other = await early(address);
    await other.page.evaluate(() => { document.getElementById('broker').textContent = ''; });
    await other.button('Sign In').click();
    await other.program();
    await other.page.getByText('You connect to another broker than this page\'s: ').waitFor();
    await other.button('Sign In').waitFor();
    assert.equal(await other.button('Signing In...').count(), 0);
    await other.button('Sign In').click();
    await server.connection();
    await server.close();
  });

  async function take_over_in_place(windows) {
    for (const options of windows) {
      for (const address of ['?stage=40&user=alice', '?stage=10&mqtt5=1']) {
        // An emulated density rounds the place of a line otherwise than a screen's.
        await takes_over_in_place(await early(address, {deviceScaleFactor: 1, ...options}), !(options.deviceScaleFactor > 1),
          `${address} at ${options.viewport.width}`);
      }
    }
  }

  test('without a movement: each control stays in its place, in its colours', () =>
    take_over_in_place([{viewport: {width: 320, height: 560}, hasTouch: true, isMobile: true}, {viewport: {width: 1280, height: 800}}]));

  test('nor one with two pixels in each of CSS, on a phone or at a zoom of 200 %', () =>
    take_over_in_place([{viewport: {width: 390, height: 844}, deviceScaleFactor: 2, hasTouch: true, isMobile: true},
      {viewport: {width: 640, height: 400}, deviceScaleFactor: 2}]));

  test('nor one in a large window', {skip: lacks('density')}, () =>
    take_over_in_place([{viewport: {width: 2560, height: 1440}, deviceScaleFactor: 0.5}]));

  test('nor in the dark, or where more contrast is wanted', {skip: lacks('media')}, () =>
    take_over_in_place([{viewport: {width: 768, height: 1000}, colorScheme: 'dark'}, {viewport: {width: 1280, height: 800}, contrast: 'more'},
      {viewport: {width: 390, height: 844}, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme: 'dark'}]));

  for (const density of [2, 3]) {
    test(`nor does a pixel change on a screen with ${density} of them in each of CSS`, {skip: lacks('launch arguments')}, async () => {
      const browser = await launchBrowser({args: [`--force-device-scale-factor=${density}`, '--window-size=800,900']});
      try {
        const context = await browser.newContext({viewport: null});
        const someone = await early('?stage=40&user=alice', {context});
        const [ratio, height] = await someone.page.evaluate(() => [devicePixelRatio, innerHeight]);
        assert.equal(ratio, density);
        assert.ok(height > 600, `a window of ${height} pixels`);
        await takes_over_in_place(someone, true, `density ${density}`);
      } finally {
        await browser.close();
      }
    });
  }
});

// `someone` came early: lets the program come, and compares.
async function takes_over_in_place(someone, pixels, what) {
  const places = () => someone.page.evaluate(() => [...document.querySelectorAll('main :is(h1, button, input)')]
    .filter((element) => element.checkVisibility()).map((element) => {
      const {left, top, width, height} = element.getBoundingClientRect();
      // The program's checkboxes are as large as their words; a heading's box is as wide as its text.
      const box = element.type === 'checkbox' || element.localName === 'h1' ? [] : [width, height];
      return {name: element.ariaLabel ?? element.textContent, at: [left, element.type === 'checkbox' ? 0 : top, ...box]};
    }));
  await hide_scroll_bars(someone.page);
  // What says that the program is on its way goes when it is there.
  await someone.page.evaluate(() => { document.getElementById('loading').style.visibility = 'hidden'; });
  await someone.page.mouse.move(1, 1);
  const [before, seen_before] = [await places(), await someone.page.screenshot()];
  await someone.program();
  const [after, seen_after] = [await places(), await someone.page.screenshot()];
  assert.deepEqual(after.map(({name}) => name), before.map(({name}) => name));
  before.forEach(({name, at}, i) => at.forEach((value, k) => assert.ok(Math.abs(value - after[i].at[k]) <= 0.5,
    `${name} of ${what}: ${at} became ${after[i].at}`)));
  if (!pixels) return;
  const {changed, mean} = await difference(someone.page, seen_before, seen_after);
  assert.ok(changed < 0.01 && mean < 2, `${what}: ${changed} of the pixels changed, ${mean} in the mean`);
}

// How far apart two pictures are: the part of the pixels that differ by a quarter of the scale, and the mean difference of 255.
function difference(page, ...pictures) {
  return page.evaluate(async (encoded) => {
    const [a, b] = await Promise.all(encoded.map(async (picture) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(picture), (c) => c.charCodeAt(0))]));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    }));
    let sum = 0;
    let changed = 0;
    for (let i = 0; i < a.length; i += 4) {
      const by = Math.max(...[0, 1, 2].map((k) => Math.abs(a[i + k] - b[i + k])));
      sum += by;
      if (by > 64) ++changed;
    }
    return {changed: changed / (a.length / 4), mean: sum / (a.length / 4)};
  }, pictures.map((picture) => picture.toString('base64')));
}

describe('what somebody types', () => {
  test('is never replaced by the name that the device remembers, however late that comes', async () => {
    const first = await early('?stage=20&user=alice');
    await first.program();
    await first.sign_in();
    const second = await early('?stage=20', {context: first.context});
    await second.field('Username').focus();
    await second.page.keyboard.type('b');
    await second.program();
    await second.page.keyboard.type('ob');
    // The remembered name is read once for the page, and its theme with it: when that is there, so is the name.
    const third = await early('?stage=20', {context: first.context});
    await third.program();
    await until(async () => await third.field('Username').inputValue() === 'alice', 'the remembered name', timeout);
    assert.equal(await second.field('Username').inputValue(), 'bob');
  });

  test('nor is what a password manager put in without a word', async () => {
    const server = await scriptedServer();
    const someone = await early(`?stage=40&user=alice&broker=${server.url}`);
    await someone.page.evaluate(() => { document.getElementById('password').value = 'before'; });
    await someone.program();
    assert.equal(await someone.field('Password').inputValue(), 'before');
    await someone.page.evaluate(() => { document.getElementById('password').value = 'after'; });
    await someone.field('Username').fill('bob');
    await someone.button('Sign In').click();
    await server.connection();
    assert.equal(await someone.field('Password').inputValue(), 'after');
    await server.close();
  });
});
