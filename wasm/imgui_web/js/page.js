// The element, its size, pointer, wheel and keys, and the page around it: see src/page.cpp and src/input.cpp.
var imguiWebPage = {
  $ImguiWeb__deps: ['$ImguiWebAddress', '$ImguiWebEarly', '$ImguiWebGlyphs', '$ImguiWebTextSize', '$WasmqttBorder'],
  $ImguiWeb: {
    app: null, canvas: null, root: null, shows: null, polite: null, assertive: null,
    timer: 0, lostTimer: 0, notice: null, title: '', titleTimer: 0,
    showing: false,     // a frame follows the browser's next paint
    zoomless: false,    // devicePixelRatio does not know the zoom, as in WebKit

    // Everything that #app may hold. Rules come by a constructed style sheet, which a strict policy allows.
    rules: '#imgui-web-canvas{position:absolute;inset:0;width:100%;height:100%;display:block;outline:0}' +
      '#imgui-web{position:absolute;inset:0;overflow:clip;pointer-events:none;forced-color-adjust:none;' +
      'user-select:none;-webkit-user-select:none;-webkit-text-size-adjust:none;text-size-adjust:none;' +
      'text-rendering:optimizeSpeed;touch-action:manipulation}' +
      // As Dear ImGui sets letters; an element's font would bring the defaults back.
      '#imgui-web *{font-kerning:none!important;font-variant-ligatures:none!important}' +
      // Taken over: what grows above must not move what the user has scrolled to.
      '[data-imgui-web] *{overflow-anchor:none}' +
      '#imgui-web *{position:absolute;box-sizing:border-box;margin:0;padding:0;border:0;background:none;' +
      'color:transparent;caret-color:transparent;outline:0;list-style:none;appearance:none;-webkit-appearance:none;' +
      'text-decoration:none;box-shadow:none;border-radius:0;letter-spacing:0;word-spacing:0;text-align:left;' +
      'text-indent:0;text-shadow:none;-webkit-tap-highlight-color:transparent;display:block}' +
      '#imgui-web button,#imgui-web input,#imgui-web textarea,#imgui-web a,#imgui-web .row{pointer-events:auto;cursor:pointer}' +
      '#imgui-web button,#imgui-web .row{overflow:clip;white-space:nowrap}' +
      '#imgui-web [role=separator][tabindex]{pointer-events:auto;touch-action:none}' +
      '#imgui-web button:disabled,#imgui-web input:disabled,#imgui-web textarea:disabled{cursor:default}' +
      '#imgui-web input.field,#imgui-web textarea{cursor:text;user-select:text;-webkit-user-select:text;resize:none;' +
      'scrollbar-width:none;-webkit-text-fill-color:transparent}' +
      '#imgui-web input.field:disabled,#imgui-web textarea:disabled{cursor:not-allowed}' +
      '#imgui-web textarea{white-space:pre-wrap;overflow-wrap:anywhere;overflow:hidden auto}' +
      '#imgui-web textarea::-webkit-scrollbar{display:none}' +
      '#imgui-web ::placeholder{color:transparent;opacity:0}' +
      '#imgui-web input:-webkit-autofill{-webkit-text-fill-color:transparent;transition:background-color 99999s}' +
      '#imgui-web .line{white-space:pre;pointer-events:auto;user-select:text;-webkit-user-select:text;cursor:text}' +
      '#imgui-web a.line{cursor:pointer}' +
      '#imgui-web .unseen{width:1px;overflow:hidden;clip-path:inset(50%);pointer-events:none;user-select:none;-webkit-user-select:none}' +
      '#imgui-web ::selection{background:rgba(104,96,255,.35);color:transparent}' +
      '#imgui-web .field::selection{background:transparent}' +
      // The field that is typed in shows its text itself.
      '#imgui-web .field[data-typing]{color:var(--imgui-web-text);-webkit-text-fill-color:currentcolor;caret-color:auto}' +
      '#imgui-web .field[data-typing]::selection{background:var(--imgui-web-selection);color:var(--imgui-web-text)}' +
      '#imgui-web .field[data-typing=hint]::placeholder{color:var(--imgui-web-muted);-webkit-text-fill-color:currentcolor;opacity:1}' +
      ':not(.imgui-web-plain)>#imgui-web.typing :is(.text,button){opacity:0}' +
      '#imgui-web .scroll{overflow:hidden auto;pointer-events:auto;overscroll-behavior:contain;scrollbar-width:thin;' +
      'scrollbar-color:transparent transparent}' +
      '#imgui-web .scroll:is(:hover,.scrolled){scrollbar-color:rgba(128,134,150,.7) transparent}' +
      '@media(forced-colors:active){#imgui-web .scroll.scroll.scroll{scrollbar-color:CanvasText Canvas}}' +
      '#imgui-web .scroll .scroll{overscroll-behavior:auto}' +  // at its end, the one around it scrolls
      '#imgui-web .findable,.findable>*{pointer-events:none;white-space:pre-wrap;overflow-wrap:anywhere}' +
      '#imgui-web .findable{user-select:text;-webkit-user-select:text}' +  // WebKit finds only what can be selected
      '.imgui-web-plain #imgui-web .findable{display:none}' +
      '#imgui-web .size{left:0;top:0;width:1px;pointer-events:none}' +
      '#imgui-web [dir]{text-align:start;unicode-bidi:isolate}' +
      // The mirror as plain text, while there is nothing to draw with.
      '.imgui-web-plain #imgui-web :is(*,.field){color:CanvasText;-webkit-text-fill-color:CanvasText;caret-color:CanvasText}' +
      '.imgui-web-plain #imgui-web ::placeholder{color:GrayText;-webkit-text-fill-color:GrayText;opacity:1}' +
      '.imgui-web-plain #imgui-web :is(button,.field){outline:1px solid GrayText}' +
      '.imgui-web-plain #imgui-web button{text-align:center}' +
      '.imgui-web-plain #imgui-web :focus-visible{outline:2px solid Highlight}' +
      '.imgui-web-plain #imgui-web :is([type=checkbox],[type=radio])::before{content:"\u2610 " attr(aria-label)}' +
      '.imgui-web-plain #imgui-web :is([type=checkbox],[type=radio]):checked::before{content:"\u2611 " attr(aria-label)}' +
      '.imgui-web-plain #imgui-web-canvas{visibility:hidden}' +
      '.imgui-web-notice{position:fixed;inset:0 0 auto;margin:0;padding:12px 16px;font:15px/22px system-ui,sans-serif;' +
      'background:Canvas;color:CanvasText;border-bottom:1px solid GrayText}' +
      '.imgui-web-notice button{font:inherit;margin-left:8px}' +
      '.imgui-web-live{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;' +
      'border-top:.001px solid}' +
      '.imgui-web-probes{position:absolute;width:0;height:0;overflow:hidden;visibility:hidden}' +
      '.imgui-web-probes span{position:absolute;white-space:pre}',

    listen: function(target, type, handler, options) { target.addEventListener(type, handler, options || false); },

    // Without a graphics context: says so, and shows the mirror's text.
    showPlain: function(on) {
      const w = ImguiWeb;
      if (!on === !w.notice) return;
      w.app.classList.toggle('imgui-web-plain', on);
      if (on) {
        const button = document.createElement('button');
        button.textContent = 'Reload';
        w.listen(button, 'click', function() { location.reload(); });
        w.notice = document.createElement('p');
        w.notice.setAttribute('role', 'alert');
        w.notice.className = 'imgui-web-notice';
        w.notice.append('The browser has taken the graphics away from this page, so it is shown as plain text.', button);
        document.body.append(w.notice);
      } else {
        w.notice.remove();
        w.notice = null;
      }
      w.app.style.top = on ? w.notice.offsetHeight + 'px' : '';
    },

    // Device pixels in one of CSS. No line is drawn thinner than a device pixel, whatever zoom the page has.
    density: function() {
      const line = ImguiWeb.zoomless ? parseFloat(getComputedStyle(ImguiWeb.polite).borderTopWidth) : 0;
      return line > 0 ? Math.round(1000 / line) / 1000 : window.devicePixelRatio || 1;
    },

    resize: function(entry) {
      const w = ImguiWeb, box = w.app.getBoundingClientRect(), density = w.density(), scale = ImguiWebTextSize.scale;
      let x = Math.round(box.width * density), y = Math.round(box.height * density);
      const exact = entry && entry['devicePixelContentBoxSize'];
      // The browser knows how it rounds. An emulated density it does not know, and is then far off.
      if (exact && Math.abs(exact[0]['inlineSize'] - x) <= 1 && Math.abs(exact[0]['blockSize'] - y) <= 1) {
        x = exact[0]['inlineSize'];
        y = exact[0]['blockSize'];
      }
      if (w.canvas.width !== x) w.canvas.width = x;
      if (w.canvas.height !== y) w.canvas.height = y;
      _imgui_web_on_resize(box.width / scale, box.height / scale, x, y, density * scale);
    },

    watchSize: function() {
      const w = ImguiWeb;
      const observer = new ResizeObserver(function(entries) { w.resize(entries[entries.length - 1]); });
      try {
        observer.observe(w.canvas, {'box': 'device-pixel-content-box'});
      } catch (error) {  // Safari has no such box
        w.zoomless = true;
        observer.observe(w.canvas);
        w.listen(window, 'resize', function() { w.resize(null); });
      }
      // A soft keyboard covers the page without resizing it; what is above it is the page then.
      const view = window.visualViewport;
      if (view) {
        const fit = function() {
          if (Math.abs(view.scale - 1) > 0.01) return;  // zoomed by fingers: leave the layout alone
          const covered = window.innerHeight - view.height > 80;
          w.app.style.height = covered ? view.height + 'px' : '';
          w.app.style.top = covered ? view.offsetTop + 'px' : '';
        };
        w.listen(view, 'resize', fit);
        w.listen(view, 'scroll', fit);
      }
      w.resize(null);
    },

    // Eight numbers of 32 bits.
    systemColors: function(out) {
      const probe = document.createElement('div');
      probe.style.forcedColorAdjust = 'none';
      document.body.appendChild(probe);
      ['Canvas', 'CanvasText', 'LinkText', 'GrayText', 'Highlight', 'HighlightText', 'ButtonFace', 'ButtonText']
        .forEach(function(name, i) {
          probe.style.color = name;
          const parts = getComputedStyle(probe).color.match(/[\d.]+/g) || [0, 0, 0];
          HEAPU32[(out >> 2) + i] = (+parts[0] << 16) | (+parts[1] << 8) | +parts[2];
        });
      probe.remove();
    },

    watchSignals: function() {
      const w = ImguiWeb;
      const queries = ['(prefers-color-scheme: dark)', '(prefers-reduced-motion: reduce)', '(pointer: coarse)',
                       '(forced-colors: active)', '(prefers-contrast: more)'].map(function(query) { return window.matchMedia(query); });
      const tell = function() {
        w.systemColors(_imgui_web_system_colors());
        const on = queries.map(function(query) { return query.matches ? 1 : 0; });
        _imgui_web_on_signals(on[0], on[1], on[2], on[3], on[4]);
      };
      queries.forEach(function(query) { w.listen(query, 'change', tell); });
      tell();
    },

    watchPointer: function() {
      const w = ImguiWeb;
      const tell = function(event, kind) {
        // Until the first frame, elements of the page's own take it.
        if (kind === 1) ImguiWebEarly.pressed = !!ImguiWebEarly.left;
        if (kind !== 0 && (ImguiWebEarly.left || ImguiWebEarly.pressed)) return;
        if (kind === 1) ImguiWebEvents.tellScrolls(event.target);
        const box = w.app.getBoundingClientRect(), scale = ImguiWebTextSize.scale;
        _imgui_web_on_pointer(kind, (event.clientX - box.left) / scale, (event.clientY - box.top) / scale, event.button,
                              event.pointerType === 'touch' ? 1 : 0);
      };
      const primary = function(handler) { return function(event) { if (event.isPrimary) handler(event); }; };
      w.listen(w.app, 'pointermove', primary(function(event) { if (!event.buttons) tell(event, 0); }));
      w.listen(window, 'pointermove', primary(function(event) { if (event.buttons) tell(event, 0); }));
      w.listen(w.app, 'pointerdown', primary(function(event) { tell(event, 1); }));
      w.listen(window, 'pointerup', primary(function(event) { tell(event, 2); }));
      w.listen(window, 'pointercancel', primary(function(event) { tell(event, 3); }));
      w.listen(w.app, 'pointerleave', primary(function(event) { if (!event.buttons) tell(event, 4); }));
      w.listen(w.app, 'wheel', function(event) {
        if (event.ctrlKey || (event.target.closest && event.target.closest('.scroll'))) return;
        const scale = event.deltaMode === 0 ? -0.01 : event.deltaMode === 1 ? -1.33 : -10;
        _imgui_web_on_wheel(event.deltaX * scale, event.deltaY * scale);
      }, {passive: true});
    },

    watchKeys: function() {
      const w = ImguiWeb;
      const typing = function(event) { return event.target.closest && event.target.closest('.field'); };
      const tell = function(event, down) {
        if (typing(event) || event.isComposing) return;
        const modifiers = (event.ctrlKey ? 1 : 0) | (event.shiftKey ? 2 : 0) | (event.altKey ? 4 : 0) | (event.metaKey ? 8 : 0);
        WasmqttBorder.placeText(_imgui_web_room(), event.code);
        _imgui_web_on_key(down, modifiers);
      };
      w.listen(window, 'keydown', function(event) { tell(event, 1); });
      w.listen(window, 'keyup', function(event) {
        if (event.key === 'Meta') return _imgui_web_on_keys_released();
        tell(event, 0);
      });
      w.listen(window, 'blur', function() { _imgui_web_on_keys_released(); });
    },

    watchPage: function() {
      const w = ImguiWeb;
      w.listen(window, 'popstate', function() {
        ImguiWebAddress.forget();
        WasmqttBorder.placeText(_imgui_web_room(), location.search);
        _imgui_web_on_address();
      });
      w.listen(document, 'visibilitychange', function() { _imgui_web_on_visibility(document.hidden ? 0 : 1); });
      w.listen(window, 'paste', function(event) {
        const text = event.clipboardData ? event.clipboardData.getData('text/plain') : '';
        WasmqttBorder.placeText(_imgui_web_room(), text);
        _imgui_web_on_paste();
      });
    }
  },

  imgui_web_open__deps: ['$ImguiWeb', '$ImguiWebMirror', '$ImguiWebGlyphs'],
  imgui_web_open: function(element, length) {
    const w = ImguiWeb;
    w.app = document.getElementById(WasmqttBorder.text(element, length));
    if (!w.app) return 0;
    const make = function(tag, parent, attributes) {
      const made = document.createElement(tag);
      for (const name in attributes) made.setAttribute(name, attributes[name]);
      parent.appendChild(made);
      return made;
    };
    // A page may have made it while the program was on its way: a context takes the graphics process a while.
    w.canvas = Module['imguiWebCanvas'] || document.createElement('canvas');
    // The same context and the same attributes are what src/page.cpp then asks for.
    const attributes = {'alpha': false, 'depth': false, 'stencil': false, 'antialias': false, 'preserveDrawingBuffer': true,
                        'powerPreference': 'low-power'};
    if (!w.canvas.getContext('webgl2', attributes)) return 0;
    w.canvas.id = 'imgui-web-canvas';
    w.canvas.setAttribute('aria-hidden', 'true');
    w.canvas.style.visibility = 'hidden';
    w.app.prepend(w.canvas);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(w.rules);
    document.adoptedStyleSheets = document.adoptedStyleSheets.concat([sheet]);
    w.root = w.app.querySelector('[data-imgui-web]');
    if (w.root) ImguiWebEarly.start(w.root);
    else w.root = make('div', w.app, {'id': 'imgui-web'});
    w.polite = make('div', w.app, {'class': 'imgui-web-live', 'aria-live': 'polite'});
    w.assertive = make('div', w.app, {'class': 'imgui-web-live', 'aria-live': 'assertive'});
    ImguiWebGlyphs.start();
    ImguiWebTextSize.start(make('div', document.body, {'class': 'imgui-web-probes'}), function() { if (w.shows) w.resize(null); });
    ImguiWebMirror.start(w.root);
    w.watchSize();
    w.watchSignals();
    w.watchPointer();
    w.watchKeys();
    w.watchPage();
    w.shows = new MessageChannel();
    w.shows.port1.onmessage = function(event) {
      if (event.data) _imgui_web_on_painted();
      else _imgui_web_on_show();
    };
    Module['imguiWebFrames'] = function() { return _imgui_web_frames() >>> 0; };
    return 1;
  },

  imgui_web_fail__deps: ['$WasmqttBorder'],
  imgui_web_fail: function(element, elementLength, message, length) {
    const app = document.getElementById(WasmqttBorder.text(element, elementLength)) || document.body;
    const shown = document.createElement('p');
    shown.setAttribute('role', 'alert');
    shown.className = 'imgui-web-failure';
    shown.textContent = WasmqttBorder.text(message, length);
    app.replaceChildren(shown);
  },

  // Most browsers restore it within the second.
  imgui_web_set_context_lost__deps: ['$ImguiWeb'],
  imgui_web_set_context_lost: function(lost) {
    const w = ImguiWeb;
    clearTimeout(w.lostTimer);
    if (lost) w.lostTimer = setTimeout(function() { w.showPlain(true); }, 1000);
    else w.showPlain(false);
  },

  imgui_web_first_frame__deps: ['$ImguiWeb', '$ImguiWebEarlyEnd'],
  imgui_web_first_frame: function() {
    const w = ImguiWeb;
    w.canvas.style.visibility = '';
    ImguiWebEarlyEnd();
    w.root.id = 'imgui-web';  // from now on its rules hold
    // What stood in the element while the module was loading has done its work.
    Array.from(w.app.children).forEach(function(child) {
      if (child !== w.canvas && child !== w.root && child !== w.polite && child !== w.assertive) child.remove();
    });
    w.app.dispatchEvent(new CustomEvent('imgui-web-ready', {bubbles: true}));
  },

  imgui_web_request_show__deps: ['$ImguiWeb'],
  imgui_web_request_show: function() { ImguiWeb.shows.port2.postMessage(0); },

  // A message is handled after the paint that follows the animation frame.
  imgui_web_request_show_after_paint__deps: ['$ImguiWeb'],
  imgui_web_request_show_after_paint: function() {
    const w = ImguiWeb;
    if (w.showing) return;
    w.showing = true;
    requestAnimationFrame(function() {
      w.showing = false;
      w.shows.port2.postMessage(1);
    });
  },

  imgui_web_set_timer__deps: ['$ImguiWeb'],
  imgui_web_set_timer: function(milliseconds) {
    clearTimeout(ImguiWeb.timer);
    if (milliseconds >= 0) ImguiWeb.timer = setTimeout(function() { _imgui_web_on_timer(); }, milliseconds);
  },

  // A new title costs the browser more than a message costs the application: of many in a row the last one counts.
  imgui_web_set_title__deps: ['$ImguiWeb', '$WasmqttBorder'],
  imgui_web_set_title: function(text, length) {
    const w = ImguiWeb;
    w.title = WasmqttBorder.text(text, length);
    if (w.titleTimer || w.title === document.title) return;
    document.title = w.title;
    w.titleTimer = setTimeout(function() {
      w.titleTimer = 0;
      if (w.title !== document.title) document.title = w.title;
    }, 100);
  },

  imgui_web_copy__deps: ['$WasmqttBorder'],
  imgui_web_copy: function(text, length) {
    if (!navigator.clipboard) return;
    navigator.clipboard.writeText(WasmqttBorder.text(text, length)).catch(function(error) {
      console.warn('The clipboard refused the text: ' + error.message);
    });
  },

  imgui_web_set_cursor__deps: ['$ImguiWeb'],
  imgui_web_set_cursor: function(cursor) {
    const names = ['default', 'text', 'move', 'ns-resize', 'ew-resize', 'nesw-resize', 'nwse-resize', 'pointer', 'wait',
                   'progress', 'not-allowed'];
    ImguiWeb.app.style.cursor = names[cursor] || 'default';
  },

  imgui_web_set_colors__deps: ['$ImguiWeb'],
  imgui_web_set_colors: function(page, text, muted, selection, dark) {
    const name = function(rgb) { return '#' + (rgb + 0x1000000).toString(16).slice(1); };
    const color = name(page), own = ImguiWeb.root.style;
    own.setProperty('--imgui-web-text', name(text));
    own.setProperty('--imgui-web-muted', name(muted));
    own.setProperty('--imgui-web-selection', name(selection));
    document.documentElement.style.backgroundColor = color;
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
    document.querySelectorAll('meta[name=theme-color]').forEach(function(meta) {
      meta.removeAttribute('media');
      meta.content = color;
    });
  },

  imgui_web_announce__deps: ['$ImguiWeb', '$WasmqttBorder'],
  imgui_web_announce: function(text, length, assertive) {
    const region = assertive ? ImguiWeb.assertive : ImguiWeb.polite;
    const line = document.createElement('p');
    line.textContent = WasmqttBorder.text(text, length);
    // What is said together stays together; what was said is not to be found again.
    region.append(line);
    setTimeout(function() { line.remove(); }, 5000);
  }
};
mergeInto(LibraryManager.library, imguiWebPage);
