// Runs before the program: shows how much of it has come, and says in plain words when it cannot run.
'use strict';

(() => {
  // Every component in every state: a page of its own, which nobody has to download with the chat.
  if (new URLSearchParams(location.search).has('gallery')) {
    window.Module = {instantiateWasm: () => ({})};
    location.replace(`gallery/index.html${location.search}`);
    return;
  }
  // A file or a link that is dropped beside a text field would replace the page, and with it the chat.
  for (const type of ['dragover', 'drop']) {
    window.addEventListener(type, (event) => {
      const {types} = event.dataTransfer;
      if (event.target.closest?.('input, textarea') && !types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'none';
    });
  }
  const app = document.getElementById('app');
  const bar = document.getElementById('loading');
  let failed = false;

  function fail(message) {
    if (failed) return;
    failed = true;
    const shown = document.createElement('p');
    shown.className = 'imgui-web-failure';
    shown.setAttribute('role', 'alert');
    shown.textContent = message;
    app.replaceChildren(shown);
  }

  // The same response, told of while it comes. A compressed one does not say how long it will be.
  function counted(response) {
    const total = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length'));
    if (!response.ok || !response.body || !total) return response;
    let seen = 0;
    const count = new TransformStream({
      transform(chunk, out) {
        seen += chunk.byteLength;
        bar.value = Math.min(1, seen / total);
        out.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(count), {headers: {'content-type': 'application/wasm'}});
  }

  async function compiled() {
    const response = await fetch('mqtt_chat.wasm', {credentials: 'same-origin'});
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    try {
      return await WebAssembly.compileStreaming(counted(response.clone()));
    } catch (error) {
      // A server that does not know the type of .wasm files.
      if (!(error instanceof TypeError)) throw error;
      return WebAssembly.compile(await response.arrayBuffer());
    }
  }

  if (typeof WebAssembly !== 'object' || !WebAssembly.compileStreaming) {
    fail('MQTT Chat runs as WebAssembly, which this browser does not offer or has switched off. Please try another one.');
    return;
  }
  window.addEventListener('error', (event) => {
    if (event.target instanceof HTMLScriptElement) fail('MQTT Chat could not be loaded. Please check the network and reload the page.');
  }, true);
  // The program and the graphics process start now, side by side, while the browser reads the glue between them.
  const program = compiled();
  program.catch(() => {});  // told of below
  const canvas = document.createElement('canvas');
  canvas.getContext('webgl2',
    {alpha: false, depth: false, stencil: false, antialias: false, powerPreference: 'low-power'});
  window.Module = {
    imguiWebCanvas: canvas,
    instantiateWasm(imports, done) {
      program.then((module) => WebAssembly.instantiate(module, imports)).then(
        (instance) => done(instance),
        (error) => fail(`MQTT Chat could not be loaded (${error.message}). Please check the network and reload the page.`));
      return {};
    },
    onAbort() {
      fail('MQTT Chat has stopped because of an error in it. Please reload the page.');
    },
  };
})();
