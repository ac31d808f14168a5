// connect(url, {share: true}) in a bundle: without more a tab leads, and nothing of the bundle is run as a worker; a worker that the
// application names leads, where the bundler makes a file of it.
import assert from 'node:assert/strict';
import {mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import {after, afterEach, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {package_directory} from './support/package.mjs';
import {open_world, page_of, script_of, timeout} from './sharing/tabs.mjs';

const with_worker = `${script_of('wasmqtt/shared')}
self.worker = () => new SharedWorker(new URL('./mqtt_worker.js', import.meta.url), {type: 'module'});`;

let world;
before(async () => {
  world = await open_world();
  const project = path.join(world.directory, 'project');
  await mkdir(path.join(project, 'node_modules'), {recursive: true});
  await symlink(package_directory, path.join(project, 'node_modules', 'wasmqtt'));
  await writeFile(path.join(project, 'package.json'), '{"type": "module"}');
  await writeFile(path.join(project, 'index.html'), page_of('/main.js'));
  await writeFile(path.join(project, 'main.js'), with_worker);
  await writeFile(path.join(project, 'mqtt_worker.js'), "import {serveTabs} from 'wasmqtt/shared';\nserveTabs();\n");
  const {build} = await import(pathToFileURL(path.join(package_directory, 'node_modules', 'vite', 'dist', 'node', 'index.js')).href);
  await build({root: project, base: './', logLevel: 'error', configFile: false, worker: {format: 'es'},
    build: {outDir: path.join(world.directory, 'vite')}});
  const esbuild = createRequire(path.join(package_directory, 'package.json'))('esbuild');
  await writeFile(path.join(project, 'classic.js'), script_of('wasmqtt/shared'));
  const made = await esbuild.build({entryPoints: [path.join(project, 'classic.js')], bundle: true, format: 'iife', logLevel: 'silent',
    outfile: path.join(world.directory, 'classic', 'classic.js')});
  assert.deepEqual(made.warnings, []);
  await writeFile(path.join(world.directory, 'classic', 'index.html'), page_of('classic.js').replace('type="module"', 'defer'));
});
afterEach(() => world.leave_all());
after(() => world?.close());

async function two_tabs(name, worker) {
  const context = await world.browser.newContext();
  try {
    const tabs = [];
    for (let i = 0; i < 2; ++i) {
      const tab = await world.arrive(context, {path: name});
      await tab.page.evaluate(async ([url, clientId, named]) => {
        self.enter(url, {clientId, share: named ? {worker: self.worker} : true});
      }, [world.wire.url, `bundle-${name}-${worker}`, worker]);
      await tab.page.waitForFunction(() => self.client.connected && self.client.shared !== null);
      tabs.push(tab);
    }
    await tabs[0].subscribe('bundle', 2);
    await tabs[1].publish('bundle', 'hello', 2);
    await tabs[0].has(['bundle hello']);
    assert.deepEqual(tabs.flatMap(({problems}) => problems), []);
    return await Promise.all(tabs.map((tab) => tab.shared()));
  } finally {
    await context.close();
  }
}

test('of Vite: a tab leads', {timeout}, async () => {
  assert.deepEqual(await two_tabs('vite/index.html', false), ['leader', 'member']);
});

test('of Vite, which names a worker: that leads', {timeout}, async () => {
  assert.deepEqual(await two_tabs('vite/index.html', true), ['worker', 'worker']);
});

test('of esbuild, a classic script: a tab leads', {timeout}, async () => {
  assert.deepEqual(await two_tabs('classic/index.html', false), ['leader', 'member']);
});

test('there is no import.meta in the package, which is a syntax error in a classic script', async () => {
  for (const name of ['wasmqtt.mjs', 'wasmqtt-shared.mjs']) {
    assert.ok(!(await readFile(path.join(package_directory, 'dist', name), 'latin1')).includes('import.meta'), name);
  }
});
