// Hidden tabs, sleep, networks that go and come, Back, and a page at rest.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lacks} from './support/engines/engine.mjs';
import {until} from './support/machine.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const {signed_in, write} = world;

// As a browser does it: hidden pages get no animation frames. (The driver keeps every page visible.)
const hideable = (page) => page.addInitScript(() => {
  let hidden = false;
  const waiting = [];
  const real = self.requestAnimationFrame.bind(self);
  self.requestAnimationFrame = (call) => real((time) => (hidden ? waiting.push(call) : call(time)));
  Object.defineProperty(document, 'visibilityState', {get: () => (hidden ? 'hidden' : 'visible')});
  Object.defineProperty(document, 'hidden', {get: () => hidden});
  self.hide = (now) => {
    hidden = now;
    document.dispatchEvent(new Event('visibilitychange'));
    if (!now) waiting.splice(0).forEach(real);
  };
});

describe('a hidden tab', () => {
  test('receives, counts in its title, and shows all when it is seen again', async () => {
    const alice = await signed_in('?stage=20&user=alice', {prepare: hideable});
    await alice.talk_to('bob');
    await alice.page.evaluate(() => hide(true));
    const frames = await alice.page.evaluate(() => Module.imguiWebFrames());
    for (const text of ['one', 'two']) await write('alice', 'bob', text);
    await until(async () => await alice.page.title() === '(2) MQTT Chat', 'the count', timeout);
    assert.equal(await alice.page.evaluate(() => Module.imguiWebFrames()), frames, 'nothing is drawn that nobody sees');
    await alice.page.evaluate(() => hide(false));
    await alice.reads('one', 'two');
    await until(async () => await alice.page.title() === 'MQTT Chat', 'all is read', timeout);
  });
});

describe('a page beside the window that is worked in', () => {
  test('counts what comes as unread, and has it read when it gets the focus', async () => {
    const prepare = (page) => page.addInitScript(() => {
      let focused = true;
      document.hasFocus = () => focused;
      self.focus_page = (now) => {
        focused = now;
        self.dispatchEvent(new Event(now ? 'focus' : 'blur'));
      };
    });
    const ida = await signed_in('?stage=20&user=ida', {prepare});
    await ida.talk_to('bob');
    await ida.page.evaluate(() => focus_page(false));
    await write('ida', 'bob', 'one');
    await until(async () => await ida.page.title() === '(1) MQTT Chat', 'the count', timeout);
    await ida.page.evaluate(() => focus_page(true));
    await until(async () => await ida.page.title() === 'MQTT Chat', 'it is read', timeout);
  });
});

// Timers that the page gives its worker for long are held until skip_ahead(), which sets the clock to the first of them.
const held_timers = (page) => page.addInitScript(() => {
  const post = Worker.prototype.postMessage;
  const now = Date.now.bind(Date);
  const held = new Map();
  let ahead = 0;
  Date.now = () => now() + ahead;
  Worker.prototype.postMessage = function(message) {
    const [id, left] = message;
    held.delete(id);
    if (left < 1000) post.call(this, message);
    else held.set(id, {worker: this, left});
  };
  self.skip_ahead = () => {
    if (held.size === 0) return;
    const [id, {worker, left}] = [...held].reduce((a, b) => (b[1].left < a[1].left ? b : a));
    held.delete(id);
    ahead += left;
    post.call(worker, [id, 0]);
  };
});

// Counts PINGREQs, the broker's PINGRESPs, before the page itself hears them, and lost links.
const counted_pings = (page) => page.addInitScript(() => {
  self.asked = 0;
  self.answered = 0;
  self.lost = 0;
  const is = (data, first) => data.byteLength === 2 && new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, 1)[0] === first;
  self.WebSocket = class extends WebSocket {
    constructor(...values) {
      super(...values);
      this.addEventListener('message', ({data}) => { if (is(data, 0xD0)) ++self.answered; });
      this.addEventListener('close', () => ++self.lost);
    }
    send(data) {
      if (is(data, 0xC0)) ++self.asked;
      super.send(data);
    }
  };
});

describe('a hidden tab\'s link', () => {
  test('is kept alive by the worker\'s timers, though the page\'s own stand still', async () => {
    const prepare = async (page) => { for (const change of [hideable, held_timers, counted_pings]) await change(page); };
    const gus = await signed_in('?stage=20&user=gus', {prepare});
    await gus.page.evaluate(() => {
      hide(true);
      self.setTimeout = () => 0;
    });
    await until(() => gus.page.evaluate(() => {
      if (answered === asked) skip_ahead();  // never past the time that an answer may take
      return answered >= 3;
    }), 'three PINGREQs and their answers', timeout);
    assert.equal(await gus.page.evaluate(() => lost), 0);
    await gus.status('Connected').waitFor({state: 'attached'});
  });
});

describe('a notification', () => {
  const recorded = (page) => page.addInitScript(() => {
    self.shown = [];
    let permission = 'default';
    self.Notification = class {
      constructor(title, {body}) { shown.push(`${title}: ${body}`); }
      static get permission() { return permission; }
      static async requestPermission() { return (permission = 'granted'); }
    };
  });

  test('comes only after the user asked for it, and no more when it is muted', async () => {
    const bea = await signed_in('?stage=10&user=bea', {prepare: recorded});
    await write('bea', 'bob', 'not told');
    await bea.chat('bob').waitFor();
    await bea.button('Notifications').click();
    await until(async () => await bea.button('Notifications').getAttribute('aria-pressed') === 'true', 'they are on', timeout);
    await write('bea', 'bob', 'told');
    await until(async () => (await bea.page.evaluate(() => shown)).join() === 'bob: told', 'the notification', timeout);
    await bea.button('Notifications').click();
    await until(async () => await bea.button('Notifications').getAttribute('aria-pressed') === 'false', 'they are off', timeout);
    await write('bea', 'bob', 'not told either');
    await until(async () => await bea.page.title() === '(3) MQTT Chat', 'it came', timeout);
    assert.deepEqual(await bea.page.evaluate(() => shown), ['bob: told']);
  });
});

describe('a notification that was clicked', () => {
  test('opens its chat; the second of one chat is heard like the first', async () => {
    const prepare = (page) => page.addInitScript(() => {
      const tags = new Set();
      self.heard = [];
      self.Notification = class {
        static permission = 'granted';
        static async requestPermission() { return 'granted'; }
        constructor(title, {body, tag, renotify}) {
          if (renotify || !tags.has(tag)) heard.push(body);
          tags.add(tag);
          self.last = this;
        }
        close() {}
      };
    });
    const jan = await signed_in('?stage=10&user=jan', {prepare});
    for (const text of ['one', 'two']) {
      await write('jan', 'bob', text);
      await jan.chat('bob').waitFor();
      await until(() => jan.page.evaluate((last) => heard.at(-1) === last, text), `"${text}" is heard`, timeout);
    }
    await jan.page.evaluate(() => last.onclick());
    await jan.page.getByRole('heading', {name: 'Conversation with bob'}).waitFor();
    await jan.reads('one', 'two');
  });
});

describe('the notifications of a user who signs out', () => {
  test('are taken away: whoever comes next does not read them, nor is led by them', async () => {
    const prepare = (page) => page.addInitScript(() => {
      self.told = [];
      self.Notification = class {
        static permission = 'granted';
        static async requestPermission() { return 'granted'; }
        constructor(title, {body, tag}) {
          Object.assign(this, {body, tag});
          self.told = told.filter((other) => other.tag !== tag).concat(this);
        }
        close() { self.told = told.filter((other) => other !== this); }
      };
    });
    const liv = await signed_in('?stage=10&user=liv', {prepare});
    for (const sender of ['bob', 'eve']) await write('liv', sender, `from ${sender}`);
    await until(async () => (await liv.page.evaluate(() => told.map(({body}) => body))).join() === 'from bob,from eve', 'both are told', timeout);
    await liv.log_out();
    assert.deepEqual(await liv.page.evaluate(() => told.map(({body}) => body)), []);
  });
});

describe('something that is dropped on the page', () => {
  test('does not take the place of the chat', async () => {
    const kim = await signed_in('?stage=10&user=kim');
    const prevented = await kim.page.evaluate(() => ['dragover', 'drop'].map((type) => {
      const event = new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: new DataTransfer()});
      event.dataTransfer.items.add(new File(['x'], 'x.txt'));
      return !document.querySelector('#imgui-web input').dispatchEvent(event) && !document.body.dispatchEvent(event);
    }));
    assert.deepEqual(prevented, [true, true]);
  });
});

describe('a page that wakes', () => {
  test('from a freeze asks the broker at once, and goes on', {skip: lacks('devtools')}, async () => {
    const carol = await signed_in('?stage=20&user=carol');
    await carol.talk_to('bob');
    const devtools = await carol.page.context().newCDPSession(carol.page);
    await devtools.send('Page.setWebLifecycleState', {state: 'frozen'});
    await write('carol', 'bob', 'while it sleeps');
    await devtools.send('Page.setWebLifecycleState', {state: 'active'});
    await carol.status('Connected').waitFor();
    await carol.message('while it sleeps').waitFor();
    await carol.say('awake');
    await carol.message('awake').getByText('delivered to the broker').waitFor();
  });

  test('to a broker that is gone notices it and comes back', async () => {
    const dave = await signed_in('?stage=20&user=dave');
    await dave.talk_to('bob');
    world.stage.open_broker.freeze();
    try {
      // The link looks alive; only an answer to the question asked on waking would prove it.
      await dave.page.evaluate(() => document.dispatchEvent(new Event('resume')));
      await dave.status(/Reconnecting/).waitFor({timeout: 60000});
    } finally {
      world.stage.open_broker.thaw();
    }
    await dave.comes_back();
  });
});

describe('a network that goes', () => {
  test('is told at once, and its return is used at once', {skip: lacks('offline')}, async () => {
    const erin = await signed_in('?stage=20&user=erin');
    await erin.page.context().setOffline(true);
    await erin.status('Offline').waitFor();
    await erin.alert('This device is offline.').waitFor();
    await erin.page.context().setOffline(false);
    await erin.status('Connected').waitFor();
  });
});

describe('Back', () => {
  test('leaves a chat before it leaves the page, on a phone, as Escape and the button do', async () => {
    const vy = await signed_in('?stage=10&user=vy', {viewport: {width: 390, height: 700}});
    const left = async () => {
      await vy.page.getByRole('list', {name: 'Chats'}).waitFor();
      await vy.log().waitFor({state: 'detached'});
    };
    await vy.talk_to('minh');
    await vy.page.goBack();
    await left();
    assert.match(await vy.page.url(), /stage=10/);
    await vy.chat('minh').click();
    await vy.log().waitFor();
    await vy.button('Back to chats').click();
    await left();
    await vy.chat('minh').click();
    await vy.log().waitFor();
    await vy.field('Message').press('Escape');
    await left();
  });
});

describe('the page at rest', () => {
  test('draws no frame in two idle seconds, at the login and in a chat', async () => {
    const alice = await world.arrive('?stage=10&user=nobody');
    const idle_frames = () => alice.page.evaluate(async () => {
      const frames = () => Module.imguiWebFrames();
      // Rest begins when a second brought no frame: the tooltip under the pointer comes after 0.4 s.
      for (let last = frames(), since = performance.now(); performance.now() - since < 1000;) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        if (frames() === last) continue;
        last = frames();
        since = performance.now();
      }
      const first = frames();
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return frames() - first;
    });
    assert.equal(await idle_frames(), 0);
    await alice.sign_in();
    await alice.talk_to('bob');
    assert.equal(await idle_frames(), 0);
  });

  for (const [width, height] of [[320, 560], [390, 700], [768, 560], [1280, 700], [3840, 900]]) {
    test(`fits a window of ${width} pixels: nothing operable lies beyond its edge`, async () => {
      const alice = await world.arrive('?stage=40&user=alice&authentication=0', {viewport: {width, height}});
      const beyond = () => alice.page.evaluate(() => [...document.querySelectorAll('#imgui-web button, #imgui-web input, #imgui-web textarea')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5 || element.getBoundingClientRect().left < 0)
        .map((element) => element.textContent || element.ariaLabel));
      assert.deepEqual(await beyond(), []);
      await alice.sign_in();
      assert.deepEqual(await beyond(), []);
      await alice.talk_to('bob');
      await alice.say('hello');
      assert.deepEqual(await beyond(), []);
      await alice.button('Show Packets').click();
      await alice.page.getByRole('table', {name: 'Packets'}).waitFor();
      assert.deepEqual(await beyond(), []);
    });
  }
});
