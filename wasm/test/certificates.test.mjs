// Signing in with a certificate of the browser's instead of a password: a real Chromium with the certificate in its own store,
// which a policy file lets it choose, as an administrator would set it up.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {promisify} from 'node:util';
import {serve} from '../../scripts/serve.mjs';
import {launchPersistent} from './support/engines/chromium.mjs';
import {lacks} from './support/engines/engine.mjs';
import {root} from './support/machine.mjs';
import {Person, timeout} from './support/person.mjs';
import {startRights} from './support/rights.mjs';

const run = promisify(execFile);
const policies = '/etc/chromium/policies/managed';
const make = `set -euo pipefail
  root=$1
  source "$root/scripts/lib/progress.sh"
  source "$root/scripts/lib/certificates.sh"
  root=$2 make_certificates "$2/tls" "\${@:3}"`;

// Chromium's store of certificates, in the home directory of its user: the authority, and one certificate to show.
async function fill_store(home, certificates, name) {
  for (const where of ['.pki/nssdb', '.local/share/pki/nssdb']) {
    const store = `sql:${path.join(home, where)}`;
    await mkdir(path.join(home, where), {recursive: true});
    await run('certutil', ['-d', store, '-N', '--empty-password']);
    await run('certutil', ['-d', store, '-A', '-n', 'authority', '-t', 'C,,', '-i', path.join(certificates, 'authority.crt')]);
    if (name) await run('pk12util', ['-d', store, '-i', path.join(certificates, `${name}.p12`), '-W', 'test', '-K', '']);
  }
}

const skip = lacks('certificates') || (process.getuid() !== 0 && 'only root can write a policy for Chromium');

describe('certificates', () => {
  let folder, certificates, rights, server, policy;

  before(async () => {
    if (skip) return;
    const parent = path.join(root, 'build', 'browser-tests');
    await mkdir(parent, {recursive: true});
    folder = await mkdtemp(path.join(parent, 'certificates-'));
    certificates = path.join(folder, 'tls');
    await run('bash', ['-c', make, 'bash', root, folder, 'vy', 'stranger']);
    rights = await startRights({certificates});
    server = await serve({directory: process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page'), port: 0});
    await mkdir(policies, {recursive: true});
    policy = path.join(policies, `mqtt-chat-test-${process.pid}.json`);
    const choose = {pattern: `https://localhost:${rights.broker.securePort}`, filter: {}};
    await writeFile(policy, JSON.stringify({AutoSelectCertificateForUrls: [JSON.stringify(choose)]}));
  });

  after(async () => {
    if (policy) await rm(policy, {force: true});
    await server?.close();
    await rights?.close();
    if (folder) await rm(folder, {recursive: true, force: true});
  });

  // A browser that has this certificate, and somebody who has opened the broker's address in a tab, where it is chosen: a
  // WebSocket cannot ask.
  async function with_certificate(name, body) {
    const home = await mkdtemp(path.join(folder, 'home-'));
    await fill_store(home, certificates, name);
    const context = await launchPersistent(path.join(home, 'profile'), {env: {...process.env, HOME: home}});
    try {
      const tab = await context.newPage();
      // Mosquitto has no page to show, and ends the connection; or it does not take the certificate.
      await tab.goto(`https://localhost:${rights.broker.securePort}/`).catch((error) => assert.match(error.message, /net::ERR_/));
      const page = await context.newPage();
      page.setDefaultTimeout(timeout);
      await body(new Person(page));
    } finally {
      await context.close();
    }
  }

  async function sign_in(person, user) {
    await person.page.goto(new URL(`?stage=50&user=${user}&broker=${rights.broker.secureUrl}`, server.url).href);
    await person.page.locator('#imgui-web').waitFor({state: 'attached'});
    await person.page.getByText('Leave it empty if a certificate signs you in.').first().waitFor();
    await person.button('Sign In').click();
  }

  test('the name in it is the user, without a password', {skip}, async () => {
    await with_certificate('vy', async (vy) => {
      await sign_in(vy, 'vy');
      await vy.status('Connected').waitFor();
      await vy.button('New group').click();
      await vy.field('Group name').fill('Certified');
      await vy.button('Create').click();
      await vy.page.getByRole('heading', {name: 'Group Certified'}).waitFor();
      assert.equal(await vy.page.getByRole('alert').count(), 0);
    });
  });

  test('a name that the broker does not know, or another user\'s, connects and may do nothing, which is said', {skip}, async () => {
    for (const [certificate, user] of [['stranger', 'stranger'], ['vy', 'minh']]) {
      await with_certificate(certificate, async (person) => {
        await sign_in(person, user);
        await person.alert(`Is the certificate that the browser shows in the name of ${user}, and does the broker know this user?`).waitFor();
      });
    }
  });

  // Mosquitto 2.0.11 reads no list of revoked certificates for a WebSocket listener; what is left is to take the user out.
  test('one that is revoked connects until its user is taken from the database: then it may do nothing, which is said', {skip}, async () => {
    await with_certificate('revoked', async (vy) => {
      await sign_in(vy, 'vy');
      await vy.status('Connected').waitFor();
      await rights.sql("DELETE FROM users WHERE name = 'vy'");
      try {
        await vy.alert('Is the certificate that the browser shows in the name of vy, and does the broker know this user?').waitFor();
      } finally {
        await rights.sql("INSERT INTO users (name) VALUES ('vy')");
      }
    });
  });

  test('none, or one that has expired, is refused with a sentence that says what to look at', {skip}, async () => {
    for (const certificate of ['', 'expired']) {
      await with_certificate(certificate, async (person) => {
        await sign_in(person, 'vy');
        await person.page.getByText('If the broker asks for your certificate: has the browser one, is it still valid').first().waitFor();
      });
    }
  });
});
