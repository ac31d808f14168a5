// The login card: what it offers, what it refuses, what it says when signing in fails.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import net from 'node:net';
import {describe, test} from 'node:test';
import {scriptedServer} from '../browser/test/websocket_server.mjs';
import {lacks} from './support/engines/engine.mjs';
import {free_ports, until} from './support/machine.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const toggles = ['Use QoS 1', 'Use status messages', 'Use authentication', 'Deduplicate messages client side',
  'Remember on this device', 'Use MQTT 5'];

const checked = async (person) => {
  const states = await Promise.all(toggles.map((name) => person.page.getByRole('checkbox', {name, exact: true}).isChecked()));
  return states.map((on) => (on ? 1 : 0)).join('');
};
const toggle = (person, name) => person.page.getByRole('checkbox', {name, exact: true});

describe('the login card', () => {
  test('says what it is, and lets the browser fill in name and password', async () => {
    const {page} = await world.arrive('');
    await page.getByRole('heading', {name: 'Login', exact: true}).waitFor();
    await page.getByText('Enter your credentials to access the MQTT Chat!').waitFor();
    const user = page.getByRole('textbox', {name: 'Username'});
    const password = page.getByRole('textbox', {name: 'Password'});
    assert.equal(await user.getAttribute('autocomplete'), 'username');
    assert.equal(await password.getAttribute('autocomplete'), 'current-password');
    assert.equal(await password.getAttribute('type'), 'password');
    for (const field of [user, password]) assert.notEqual(await field.getAttribute('required'), null);
    assert.equal(await page.title(), 'MQTT Chat');
  });

  test('has the toggles of the stage in its address; without one, of stage 40', async () => {
    const stages = {'?stage=10': '000000', '?stage=20': '100110', '?stage=30': '110110', '?stage=40': '111110', '': '111110',
      '?stage=40&mqtt5=1': '111111'};
    await Promise.all(Object.entries(stages).map(async ([stage, expected]) => {
      const someone = await world.arrive(stage);
      assert.equal(await checked(someone), expected, stage);
      assert.equal(await someone.field('Password').count(), expected[2] === '1' ? 1 : 0);
    }));
  });

  test('lets the connection begin while the name is typed, one for all letters, and signs in through it', async () => {
    const watch_sockets = () => {
      self.sockets = [];
      self.WebSocket = class extends WebSocket {
        constructor(...values) { sockets.push(super(...values)); }
      };
    };
    const someone = await world.arrive('?stage=20', {prepare: (page) => page.addInitScript(watch_sockets)});
    const sockets = () => someone.page.evaluate(() => sockets.map(({readyState}) => readyState));
    assert.deepEqual(await sockets(), []);
    await someone.field('Username').pressSequentially('alice');
    await until(async () => (await sockets()).includes(1), 'an open connection', timeout);
    assert.deepEqual(await sockets(), [1]);
    await someone.sign_in();
    assert.deepEqual(await sockets(), [1]);
  });

  test('connects to a broker that a link names only when somebody signs in', async () => {
    const broker = `ws://127.0.0.1:${world.stage.open_broker.wsPort}`;
    const someone = await world.arrive(`?stage=20&broker=${broker}`, {prepare: (page) => page.addInitScript(() => {
      self.opened = 0;
      self.WebSocket = class extends WebSocket {
        constructor(...values) { super(...values); ++opened; }
      };
    })});
    await someone.field('Username').pressSequentially('alice');
    await someone.page.getByText('to another broker').waitFor();
    assert.equal(await someone.page.evaluate(() => opened), 0);
    await someone.sign_in();
    assert.equal(await someone.page.evaluate(() => opened), 1);
  });

  test('rewrites the address with each toggle, so that a link shares the set-up', async () => {
    const someone = await world.arrive('?stage=40&user=alice');
    assert.equal(await someone.field('Username').inputValue(), 'alice');
    await someone.field('Password').fill('secret');
    await toggle(someone, 'Use authentication').uncheck();
    await someone.field('Password').waitFor({state: 'detached'});
    await until(async () => /\?stage=30&user=alice$/.test(await someone.page.url()), 'stage 30', timeout);
    await toggle(someone, 'Use QoS 1').uncheck();
    await until(async () => /qos1=0/.test(await someone.page.url()), 'the deviation from the stage', timeout);
    assert.ok(!(await someone.page.url()).includes('secret'));
    const states = await checked(someone);
    const friend = await world.arrive(new URL(await someone.page.url()).search);
    assert.equal(await checked(friend), states);
    assert.equal(await friend.field('Username').inputValue(), 'alice');
  });

  test('lets text be selected again when the field that was typed in is gone with the focus', async () => {
    const someone = await world.arrive('?stage=40');
    const typing = () => someone.page.evaluate(() => document.querySelector('#imgui-web').classList.contains('typing'));
    await someone.field('Password').focus();
    assert.equal(await typing(), true);
    await someone.page.evaluate(() => {
      history.replaceState(null, '', '?stage=10');
      dispatchEvent(new PopStateEvent('popstate'));
    });
    await someone.field('Password').waitFor({state: 'detached'});
    await until(async () => !await typing(), 'text that is painted', timeout);
  });

  test('goes on where the browser refuses to change the address, and changes it later', async () => {
    const watch_history = () => {
      self.refused = 0;
      self.refusing = false;
      const replace = history.replaceState;
      history.replaceState = (...values) => {
        if (!refusing) return replace.apply(history, values);
        ++refused;
        throw new DOMException('Too often', 'SecurityError');
      };
    };
    const someone = await world.arrive('?stage=10', {prepare: (page) => page.addInitScript(watch_history),
      may_say: /^The browser refuses to change the address: Too often$/});
    const errors = [];
    someone.page.on('pageerror', (error) => errors.push(error));
    const names = async (host) => new URL(await someone.page.url()).searchParams.get('broker') === `wss://${host}`;
    await someone.button('Advanced').click();
    await someone.field('Broker').fill('wss://broker.example/');
    await until(() => names('broker.example/'), 'the address', timeout);
    await someone.page.evaluate(() => { refusing = true; });
    await someone.field('Broker').fill('wss://other.example/');
    await until(() => someone.page.evaluate(() => refused > 0), 'a refusal', timeout);
    await someone.page.getByText('You connect to another broker than this page\'s: other.example').waitFor();
    await someone.page.evaluate(() => { refusing = false; });
    await until(() => names('other.example/'), 'the address, later', timeout);
    assert.deepEqual(errors, []);
  });

  test('folds its options, and unfolds them', async () => {
    const someone = await world.arrive('?stage=10');
    assert.equal(await someone.button('Options').getAttribute('aria-expanded'), 'true');
    await someone.button('Options').click();
    await toggle(someone, 'Use QoS 1').waitFor({state: 'detached'});
    assert.equal(await someone.button('Options').getAttribute('aria-expanded'), 'false');
    await someone.button('Options').click();
    await toggle(someone, 'Use QoS 1').waitFor();
  });

  test('has the broker under Advanced, from the page\'s host and the toggle, and checks what is typed', async () => {
    const someone = await world.arrive('?stage=40');
    await someone.button('Advanced').click();
    assert.equal(await someone.field('Broker').inputValue(), world.stage.auth_broker.wsUrl);
    await toggle(someone, 'Use authentication').uncheck();
    await until(async () => await someone.field('Broker').inputValue() === world.stage.open_broker.wsUrl, 'the open one', timeout);
    await someone.field('Broker').fill('http://localhost');
    await until(async () => await someone.field('Broker').getAttribute('aria-invalid') === 'true', 'it is refused', timeout);
    assert.match(await someone.field('Broker').getAttribute('aria-description'), /must start with ws:\/\/ or wss:\/\//);
    await someone.field('Broker').fill('wss://broker.example/mqtt');
    await until(async () => /broker=wss/.test(await someone.page.url()), 'the address names the broker', timeout);
  });

  test('names a broker that is not the page\'s own beside the button, though all is folded away', async () => {
    const someone = await world.arrive('?stage=40&user=alice&broker=' + encodeURIComponent('wss://chat.example@evil.example:8443/mqtt'));
    await someone.page.getByText('Your password goes to another broker than this page\'s: evil.example:8443').waitFor();
    assert.equal(await someone.field('Broker').count(), 0);
    const usual = await world.arrive('?stage=40&user=alice');
    assert.equal(await usual.page.getByText(/another broker/).count(), 0);
  });

  test('takes what a password manager put into the fields, which told nobody', async () => {
    const vy = await world.arrive('?stage=40&user=vy');
    await vy.page.evaluate(() => { document.querySelector('input[autocomplete=current-password]').value = 'test'; });
    await vy.button('Sign In').click();
    await vy.status('Connected').waitFor();
  });

  test('is not for a translation, which would change what nobody sees', async () => {
    const {page} = await world.arrive('');
    assert.equal(await page.evaluate(() => document.documentElement.translate), false);
  });

  test('refuses names that would break out of their topic level, beside the field', async () => {
    const someone = await world.arrive('?stage=10');
    const refusals = [['', /Please enter a user name/], ['   ', /Please enter a user name/],
      ['x'.repeat(65), /at most 64 bytes/], ['ü'.repeat(33), /at most 64 bytes/],
      ...['a/b', 'a+b', 'a#b'].map((name) => [name, /cannot contain \/ \+ or #/]),
      ...['a\u0001b', 'a\u007fb', 'a\u0085b'].map((name) => [name, /cannot contain control characters/])];
    for (const [name, words] of refusals) {
      await someone.field('Username').fill(name);
      await someone.button('Sign In').click();
      await someone.page.getByText(words).first().waitFor();
      assert.equal(await someone.field('Username').getAttribute('aria-invalid'), 'true', JSON.stringify(name));
    }
    await someone.field('Username').fill(`  ${'y'.repeat(64)} `);
    await someone.sign_in();
    await someone.page.getByText('y'.repeat(64)).waitFor();
  });

  test('asks for a password where one is needed; Enter in either field signs in', async () => {
    const vy = await world.arrive('?stage=40');
    await vy.field('Username').fill('vy');
    await vy.field('Username').press('Enter');
    await vy.page.getByText('Please enter your password.').first().waitFor();
    await vy.field('Password').fill('test');
    await vy.field('Password').press('Enter');
    await vy.status('Connected').waitFor();
  });

  test('is disabled and reads "Signing In..." while it connects', async () => {
    const server = await scriptedServer();
    const someone = await world.arrive(`?stage=10&user=alice&broker=${server.url}`);
    await someone.button('Sign In').click();
    const peer = await server.connection();
    await someone.button('Signing In...').waitFor();
    assert.ok(await someone.button('Signing In...').isDisabled());
    assert.ok(await someone.field('Username').isDisabled());
    peer.sendBinary(Buffer.from([0x20, 2, 0, 0]));
    await someone.status('Connected').waitFor();
    await server.close();
  });
});

describe('what went wrong is said in plain words:', () => {
  test('a stage that there is not', async () => {
    const someone = await world.arrive('?stage=70');
    await someone.alert('There is no stage 70. The options are those of stage 40.').waitFor();
  });

  test('all five refusals of a broker, each once, without trying again by itself', async () => {
    const server = await scriptedServer();
    const someone = await world.arrive(`?stage=40&user=alice&broker=${server.url}`);
    const words = {1: /does not support MQTT 3\.1\.1/, 2: /rejected the client id/, 3: /not available right now/,
      4: /Bad user name or password/, 5: /Bad user name or password.*not authorized/};
    for (const [code, sentence] of Object.entries(words)) {
      await someone.field('Password').fill('wrong');
      await someone.button('Sign In').click();
      (await server.connection()).sendBinary(Buffer.from([0x20, 2, 0, Number(code)]));
      await someone.alert(sentence).waitFor();
      await someone.button('Sign In').waitFor();
    }
    await server.close();
  });

  test('a broker that is not there, and one that the login reaches afterwards', async () => {
    const [nobody] = await free_ports(1);
    const alice = await world.arrive(`?stage=10&user=alice&broker=ws://localhost:${nobody}`);
    await alice.button('Sign In').click();
    await alice.alert(`No connection to ws://localhost:${nobody}: refused at once.`).waitFor();
    await alice.button('Advanced').click();
    await alice.field('Broker').fill(world.stage.open_broker.wsUrl);
    await alice.sign_in();
  });

  test('a server that does not speak MQTT over WebSockets', async () => {
    const server = await scriptedServer({subprotocol: null});
    const alice = await world.arrive(`?stage=10&user=alice&broker=${server.url}`);
    await alice.button('Sign In').click();
    await alice.alert(/WebSocket|subprotocol|MQTT/).waitFor();
    await server.close();
  });

  test('a port that takes connections and stays silent, after a time that one waits', async (t) => {
    const silent = net.createServer(() => {}).listen(0, '127.0.0.1');
    silent.unref();
    t.after(() => silent.close());
    await once(silent, 'listening');
    const alice = await world.arrive(`?stage=10&user=alice&broker=ws://127.0.0.1:${silent.address().port}`);
    await alice.button('Sign In').click();
    // Less than twenty seconds, of which a busy machine takes some.
    await alice.alert(/no answer within (\d+ ms|1\d s)\. .* stays silent/).waitFor();
  });

  test('a device that is offline', {skip: lacks('offline')}, async () => {
    const alice = await world.arrive('?stage=10&user=alice&broker=ws://broker.example');
    await alice.page.context().setOffline(true);
    await alice.button('Sign In').click();
    await alice.alert('This device is offline.').waitFor();
  });

  test('a server that closes with a reason of its own', async () => {
    const server = await scriptedServer();
    const alice = await world.arrive(`?stage=10&user=alice&broker=${server.url}`);
    await alice.button('Sign In').click();
    (await server.connection()).close(4001, 'maintenance until noon');
    await alice.alert('maintenance until noon').waitFor();
    await server.close();
  });

  test('an insecure broker from a secure page (mixed content)', {skip: lacks('secure routes')}, async () => {
    const prepare = (page, context) => context.route('https://chat.example/**', async (route) => {
      const name = new URL(route.request().url()).pathname;
      const response = await fetch(new URL(name, world.stage.url));
      await route.fulfill({body: Buffer.from(await response.arrayBuffer()), status: response.status,
        contentType: response.headers.get('content-type')});
    });
    const alice = await world.arrive('https://chat.example/?stage=10&user=alice&broker=ws://broker.example', {prepare});
    await alice.button('Sign In').click();
    await alice.alert(/https.*wss:\/\//).waitFor();
  });
});
