// The page on a cluster of three nodes that scripts/run --cluster has started: stages 10 to 40, and a node that is killed.
// `scripts/failover page` starts both. WASMQTT_CLUSTER is rabbitmq or ejabberd, WASMQTT_URL the page's address.
import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {after, afterEach, before, describe, test} from 'node:test';
import {launchBrowser} from '../support/browser.mjs';
import {root} from '../support/machine.mjs';
import {Person} from '../support/person.mjs';

const {WASMQTT_CLUSTER: kind, WASMQTT_URL: url} = process.env;
const timeout = 90000;
// ejabberd lets nobody in without a password.
const asks = kind === 'ejabberd';

let browser;
let contexts = [];
let nodes;  // their WebSocket ports, in order

before(async () => {
  browser = await launchBrowser();
  nodes = (await (await fetch(new URL('config.json', url))).json()).openWs;
});
afterEach(() => Promise.all(contexts.splice(0).map((context) => context.close())));
after(() => browser?.close());

async function arrive(stage, user, context) {
  const own = context ?? await browser.newContext();
  if (!context) contexts.push(own);
  const page = await own.newPage();
  page.setDefaultTimeout(timeout);
  await page.goto(new URL(`?stage=${stage}${asks ? '&authentication=1' : ''}&user=${user}`, url).href);
  const person = new Person(page);
  await page.locator('#imgui-web').waitFor({state: 'attached'});
  await person.button('Sign In').waitFor();
  return person;
}

async function signed_in(...values) {
  const person = await arrive(...values);
  await person.sign_in(asks ? 'test' : undefined);
  return person;
}

async function node_of(person) {
  const words = await person.status('Connected to').textContent();
  return nodes.findIndex((port) => words.includes(`:${port}`)) + 1;
}

// Of this cluster: others may run on this machine.
function process_of(node) {
  const own = path.join(root, 'build', 'run', kind, `node-${node}`);
  const read = (pid, what) => {
    try {
      return readFileSync(`/proc/${pid}/${what}`, 'latin1');
    } catch {
      return '';  // it has ended, or is another user's
    }
  };
  const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).find((pid) =>
    read(pid, 'comm').startsWith('beam') && (read(pid, 'cmdline') + read(pid, 'environ')).includes(`${own}/`));
  assert.ok(found, `node ${node} of the cluster runs`);
  return Number(found);
}

const delivered = (person, text) => person.message(text).getByText('delivered to the broker').waitFor();

describe(`MQTT Chat on a cluster of ${kind}`, () => {
  test('stage 10: the status names the node, and peter answers', async () => {
    const vy = await signed_in(10, 'vy');
    assert.ok(await node_of(vy) >= 1);
    await vy.talk_to('peter');
    await vy.say('hello peter');
    await vy.reads('hello peter', 'you said: hello peter');
  });

  test('stage 20: what was sent meanwhile comes after an absence, and when the sender\'s node is killed', async () => {
    const context = await browser.newContext();
    contexts.push(context);
    const jenny = await signed_in(20, 'jenny', context);
    const minh = await signed_in(20, 'minh');
    await minh.talk_to('jenny');
    await minh.say('one');
    await delivered(minh, 'one');
    await jenny.chat('minh').click();
    await jenny.reads('one');
    await jenny.page.close();
    await minh.say('while you were away');
    await delivered(minh, 'while you were away');
    const back = await signed_in(20, 'jenny', context);
    await back.chat('minh').click();
    await back.reads('one', 'while you were away');

    const node = await node_of(minh);
    const began = performance.now();
    process.kill(process_of(node), 'SIGKILL');
    await minh.say('over a dead node');
    await delivered(minh, 'over a dead node');
    console.log(`node ${node} killed: delivered after ${Math.round(performance.now() - began)} ms, at node ${await node_of(minh)}`);
    assert.notEqual(await node_of(minh), node);
    await back.reads('one', 'while you were away', 'over a dead node');
  });

  test('stage 30: who comes is online, and by the will offline when the page is closed', async () => {
    const vy = await signed_in(30, 'vy');
    const context = await browser.newContext();
    contexts.push(context);
    await vy.talk_to('minh');
    const minh = await signed_in(30, 'minh', context);
    await vy.badge('online').waitFor();
    await minh.page.close();
    await vy.badge(/^offline/).waitFor();
  });

  test('stage 40: a wrong password is refused in words, the right one is not', async () => {
    const jenny = await arrive(40, 'jenny');
    await jenny.field('Password').fill('nonsense');
    await jenny.button('Sign In').click();
    await jenny.alert('Bad user name or password').waitFor();
    await jenny.sign_in('test');
  });
});
