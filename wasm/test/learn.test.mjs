// Learning by it: trouble on the real connection, three lanes, lessons, captures.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {describe, test} from 'node:test';
import {lacks} from './support/engines/engine.mjs';
import {until} from './support/machine.mjs';
import {on_stage, timeout} from './support/person.mjs';

const world = on_stage();
const look = {viewport: {width: 1280, height: 1200}};

async function open(address, tab, password) {
  const person = await world.arrive(address, look);
  await person.sign_in(password);
  await person.button('Show Packets').click();
  if (tab) await person.page.getByRole('radio', {name: tab, exact: true}).check();
  return person;
}
const lane = (person, qos) => person.page.getByRole('table', {name: 'Lanes'}).getByRole('row').filter({hasText: `QoS ${qos}`});
// Sent, arrived, waiting, lost, doubled.
async function counts(person, qos) {
  const cells = await lane(person, qos).getByRole('cell').allInnerTexts();
  return cells.slice(1).map(Number);
}
async function lanes_read(person, qos, wanted) {
  let seen;
  await until(async () => {
    seen = await counts(person, qos);
    return String(seen) === String(wanted);
  }, `lane ${qos}: ${wanted}`, 3 * timeout).catch(() => {});
  assert.deepEqual(seen, wanted);
}

describe('trouble on the real connection', () => {
  test('a lost acknowledgement: what it was for is sent again with DUP, all of it arrives, and QoS 2 once', async () => {
    const lea = await open('?stage=20&user=lea', 'Trouble');
    await lea.button('Send in each lane').click();
    for (const qos of [0, 1, 2]) await lanes_read(lea, qos, [1, 1, 0, 0, 0]);
    await lea.button('Lose the next acknowledgement').click();
    await lea.button('Send in each lane').click();
    await lanes_read(lea, 2, [2, 2, 0, 0, 0]);
    await until(async () => {
      const [sent, arrived, waiting, lost] = await counts(lea, 1);
      return sent === 2 && arrived === 2 && waiting === 0 && lost === 0;
    }, 'QoS 1 has arrived', 3 * timeout);
    await lea.page.getByRole('radio', {name: 'Timeline', exact: true}).check();
    // Whichever side's acknowledgement it was; the timeline shows its end.
    await lea.fill('Filter', 'dup');
    await lea.page.getByRole('log', {name: 'Timeline'}).getByRole('button', {name: /bound publish Id \d+ QoS \d DUP lanes\/lea/}).first().waitFor();
  });

  test('a pulled plug: the page comes back by itself, and its session is still there', async () => {
    const leo = await open('?stage=20&user=leo', 'Trouble');
    await leo.button('Pull the plug').click();
    await leo.status('Reconnecting').waitFor();
    await leo.comes_back();
    await leo.page.getByRole('radio', {name: 'Session', exact: true}).check();
    await leo.page.getByText('continued by the broker').waitFor();
    await leo.page.getByRole('radio', {name: 'Trouble', exact: true}).check();
    await leo.button('Forget the session').click();
    await leo.page.getByRole('radio', {name: 'Session', exact: true}).check();
    await leo.page.getByText('new', {exact: true}).waitFor();
    await leo.page.getByText('kept by the broker').waitFor();
  });

  test('a lesson that the address names opens by itself, and ticks what has been seen', async () => {
    const ida = await world.arrive('?stage=20&user=ida&lesson=stage-20', look);
    await ida.sign_in();
    await ida.page.getByRole('heading', {name: 'Stage 20: QoS 1 and a session'}).waitFor();
    await ida.talk_to('bob');
    await ida.say('hello');
    await ida.page.getByText('the other is marked. (seen)').waitFor();
    await ida.button('Pull the plug').click();
    await ida.page.getByText('your session is still there. (seen)').waitFor({timeout: 90000});
  });
});

describe('captures', () => {
  test('are decoded by tshark without help, and opened again read-only', {skip: lacks('downloads')}, async () => {
    const max = await open('?stage=40&user=vy', undefined, 'test');
    await max.talk_to('minh');
    await max.say('captured');
    await max.message('captured').getByText('delivered to the broker').waitFor();
    const download = max.page.waitForEvent('download');
    await max.button('For Wireshark').click();
    const file = await download;
    assert.equal(file.suggestedFilename(), 'mqtt-packets.pcapng');
    const path = await file.path();
    const tshark = (...options) => execFileSync('tshark', ['-r', path, ...options], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});
    const types = tshark('-Y', 'mqtt', '-T', 'fields', '-e', 'mqtt.msgtype').split(/[\n,]/).filter(Boolean);
    for (const type of ['1', '2', '3', '4', '8', '9']) assert.ok(types.includes(type), `type ${type} in ${types}`);
    assert.match(tshark('-Y', 'mqtt.msgtype == 3', '-T', 'fields', '-e', 'mqtt.topic'), /chat\/messages\/minh\/vy/);
    assert.doesNotMatch(tshark('-V'), /Password: test\b/);
    const chooser = max.page.waitForEvent('filechooser');
    await max.button('Open').click();
    await (await chooser).setFiles({name: 'again.pcapng', mimeType: 'application/octet-stream', buffer: await readFile(path)});
    await max.page.getByText('again.pcapng, read-only:').waitFor();
    await max.page.getByRole('table', {name: 'Packets'}).getByRole('row').filter({hasText: 'connack'}).first().click();
    await max.page.getByRole('heading', {name: 'Packet 2: connack, inbound'}).waitFor();
    await max.button('Close file').click();
    await max.button('Clear').waitFor();
  });
});
