// Runs before the page's content: starts the program's download, makes the login in index.html say what the address says and
// work until the program takes it over, and tells in plain words when that cannot be.
'use strict';

(() => {
  const query = new URLSearchParams(location.search);
  // Every component in every state: a page of its own, which nobody has to download with the chat.
  if (query.has('gallery')) {
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

  // Calls `work` as soon as the element is there, before anything is painted; at once when it already is.
  function with_element(selector, work) {
    const look = () => {
      const found = document.querySelector(selector);
      if (found) work(found);
      return found;
    };
    if (look()) return;
    const observer = new MutationObserver(() => { if (look()) observer.disconnect(); });
    observer.observe(document, {childList: true, subtree: true});
  }

  let failed = false;
  function fail(message) {
    if (failed) return;
    failed = true;
    const shown = document.createElement('p');
    shown.className = 'imgui-web-failure';
    shown.setAttribute('role', 'alert');
    shown.textContent = message;
    with_element('noscript', () => document.getElementById('app').replaceChildren(shown));
  }

  // Who was signed in on this page before it was reloaded: js/app.js stored it, ChatApp::handle_returned() judges it. Whoever
  // comes to the page in another way begins anew.
  function who_returned() {
    const [{type} = {}] = performance.getEntriesByType('navigation');
    try {
      if (type !== 'reload') sessionStorage.removeItem('mqtt-chat');
      const {user, broker} = JSON.parse(sessionStorage.getItem('mqtt-chat'));
      return {user: String(user), broker: String(broker)};
    } catch (error) {
      return null;  // Nobody, or storage is denied.
    }
  }
  const returned = who_returned();

  // The same rules as chat::settings_from_query() and the login's view.
  function prepare(form) {
    const part = (name) => form.querySelector(name);
    const stage = [10, 20, 30, 50, 60].find((known) => query.get('stage') === `${known}`) ?? 40;
    for (const box of form.querySelectorAll('[type=checkbox]')) {
      const said = query.get(box.id);
      box.checked = said === '1' || (said !== '0' && stage >= Number(box.dataset.stage ?? Infinity));
    }
    const depend = (needed) => {
      const [authentication, groups, check] = ['#authentication', '#groups', '#check'].map(part);
      if (authentication.checked || !(groups.checked || check.checked)) return;
      if (needed) authentication.checked = true;
      else groups.checked = check.checked = false;
    };
    depend(stage < 40);
    part('#user').defaultValue = returned?.user ?? query.get('user') ?? '';
    if (returned && !part('#authentication').checked) part('.primary').textContent = 'Signing In...';
    if (Number(query.get('expiry')) > 0) part('#expiry').value = query.get('expiry');
    const to_another = 'to another broker than this page\'s:';
    const stages = [...form.querySelectorAll('[type=radio]')];
    const is_stage = (number, box) => box.checked === number >= Number(box.dataset.stage);
    const follow = () => {
      const boxes = [...form.querySelectorAll('[data-stage]')];
      const chosen = stages.find(({value}) => boxes.every((box) => is_stage(Number(value), box)));
      for (const one of stages) one.checked = one === chosen;
      for (const words of form.querySelectorAll('p.stage')) words.hidden = words.id !== `words${chosen?.value ?? 0}`;
      const secret = part('#authentication').checked;
      for (const element of form.querySelectorAll('.password')) element.hidden = !secret;
      const named = query.getAll('broker').filter(Boolean).join(' ');
      if (!local || named) part('.users').hidden = true;
      for (const element of form.querySelectorAll('.expiry')) element.hidden = !part('#mqtt5').checked;
      part('#broker').hidden = !named;
      // One address may hold several, with spaces between them. What comes before an @ only looks like the host.
      const hosts = named.split(' ').filter(Boolean)
        .map((broker) => broker.replace(/^[^]*?\/\//, '').split(/[/\\?]/)[0].split('@').pop());
      part('#broker').textContent = `${secret ? 'Your password goes' : 'You connect'} ${to_another} ${hosts.join(', ')}`;
    };
    const local = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
    follow();
    answer(form, {depend, follow, to_another});
  }

  // Until the program is there.
  function answer(form, {depend, follow, to_another}) {
    const part = (name) => form.querySelector(name);
    const over = new AbortController();
    const on = (type, handler) => form.addEventListener(type, handler, {signal: over.signal});
    window.addEventListener('imgui-web-ready', () => over.abort(), {once: true});
    // Carried out when the program is there, unless it knows of another broker than was to be read here.
    const sign_in = () => {
      const button = part('.primary');
      button.dataset.pressed = 'Sign In';
      button.dataset.unless = to_another;
      button.textContent = 'Signing In...';
    };
    on('change', ({target}) => {
      if (target.type === 'radio') {
        for (const box of form.querySelectorAll('[data-stage]')) box.checked = Number(target.value) >= Number(box.dataset.stage);
      } else {
        depend(target.id !== 'authentication');
      }
      follow();
    });
    on('submit', (event) => event.preventDefault());
    on('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing && event.target.matches('input:not([type=checkbox], [type=radio])')) sign_in();
    });
    on('click', ({target}) => {
      if (target.matches('.primary')) return sign_in();
      if (target.matches('.users button')) {
        part('#user').value = target.textContent;
        part('#password').focus();
      }
      if (target.matches('.reveal')) {
        const shown = target.getAttribute('aria-pressed') !== 'true';
        target.setAttribute('aria-pressed', shown);
        part('#password').type = shown ? 'text' : 'password';
      }
      if (!target.matches('.fold')) return;
      const open = target.getAttribute('aria-expanded') !== 'true';
      target.setAttribute('aria-expanded', open);
      if (!target.matches('.option')) form.classList.toggle('folded', !open);
    });
  }

  // The same response, told of while it comes. A compressed one does not say how long it will be.
  function counted(response) {
    const total = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length'));
    if (!response.ok || !response.body || !total) return response;
    let seen = 0;
    const count = new TransformStream({
      transform(chunk, out) {
        seen += chunk.byteLength;
        const bar = document.getElementById('loading');
        if (bar) bar.value = Math.min(1, seen / total);
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
  const program = compiled();
  program.catch(() => {});  // told of below
  // The last of the form's elements: all others are there.
  with_element('form > button.option', (last) => prepare(last.form));
  const canvas = document.createElement('canvas');
  // A context keeps the browser busy: not before the login has been painted.
  requestAnimationFrame(() => setTimeout(() => canvas.getContext('webgl2',
    {alpha: false, depth: false, stencil: false, antialias: false, preserveDrawingBuffer: true, powerPreference: 'low-power'})));
  window.Module = {
    imguiWebCanvas: canvas,
    mqttChatReturned: returned,
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
