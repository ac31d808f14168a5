// Elements for Dear ImGui's own widgets: what imgui_web's mirror needs besides. See src/program.cpp.
var imguiImplWeb = {
  $ImguiImplWeb__deps: ['$ImguiWeb', '$ImguiWebGlyphs', '$ImguiWebMirror', '$ImguiWebText', '$ImguiWebTextSize', '$WasmqttBorder'],
  $ImguiImplWeb: {
    first: 29,          // of the roles in semantic/node.hpp that are ours
    kinds: [['input', 'spinbutton'], ['button', 'combobox'], ['div', 'listbox'], ['button', 'option'], ['div', 'menubar'],
            ['div', 'menu'], ['button', 'menuitem'], ['button', 'menuitemcheckbox'], ['div', 'tablist'], ['button', 'tab'],
            ['div', 'tooltip']],
    keys: ['Tab', 'ArrowUp', 'ArrowDown'],

    extend: function() {
      const w = ImguiImplWeb, m = ImguiWebMirror;
      m.kinds = m.kinds.slice(0, w.first).concat(w.kinds);
      const create = m.create, states = m.states, content = m.content, lines = ImguiWebText.lines;
      m.create = function(role, bits, level, parent, name) {
        const element = create(role, bits, level, parent, name);
        if (role >= 21 && role <= 23) element.className = '';  // rows and cells hold elements, and no key moves among them
        if (role < w.first) return element;
        if (element.localName === 'button') element.type = 'button';
        if (role === 29) {
          element.imguiField = true;
          element.className = 'field';
          element.spellcheck = false;
          element.inputMode = 'decimal';
        }
        return element;
      };
      m.states = function(element, role, bits, p) {
        if (role >= w.first) return w.states(element, role, bits, p);
        states(element, role, bits, p);
        if (role === 8) m.set(element, 'aria-hidden', bits & (1 << 23 | 1 << 31) ? 'true' : null);  // a label is a name already
        if (role === 22) m.set(element, 'aria-sort', ['', 'ascending', 'descending'][HEAP32[p + 27]] || null);
        if (role === 13) element.indeterminate = !!(bits & 1 << 6);
        if (role === 0 || role === 1 || role === 6) element.id = 'imgui-' + element.imguiId;
      };
      m.content = function(element, record, role, name) {
        if (role >= w.first) w.content(element, record, role, name);
        else if (role < 21 || role > 23) content(element, record, role, name);
      };
      ImguiWebText.lines = function(element, record, text) {
        lines(element, record, text);
        w.fit(element, record >> 2);
      };
    },

    states: function(element, role, bits, p) {
      const m = ImguiWebMirror;
      const flag = function(bit) { return !!(bits & 1 << bit); };
      if (element.disabled !== undefined) element.disabled = flag(0);
      m.set(element, 'aria-expanded', flag(5) ? String(flag(4)) : null);
      if (role === 30 || role === 35) m.set(element, 'aria-haspopup', flag(5) ? role === 30 ? 'listbox' : 'menu' : null);
      if (role === 32) m.set(element, 'aria-selected', String(flag(2)));
      if (role === 36) m.set(element, 'aria-checked', String(flag(2)));
      if (role === 38) m.set(element, 'aria-selected', String(flag(7)));
      if (element.inert !== flag(31)) element.inert = flag(31);
      m.set(element, 'aria-hidden', flag(31) ? 'true' : null);
      if (role === 30) m.set(element, 'aria-controls', flag(4) && HEAPU32[p + 28] ? 'imgui-' + HEAPU32[p + 28] : null);
    },

    content: function(element, record, role, name) {
      const m = ImguiWebMirror, p = record >> 2;
      const value = WasmqttBorder.text(HEAPU32[p + 17], HEAPU32[p + 18]);
      if (role === 29) {
        const number = parseFloat(value);
        ImguiWebText.field(element, p, HEAPU32[p + 4], name);
        m.set(element, 'aria-valuenow', isNaN(number) ? null : String(number));
        m.set(element, 'aria-valuetext', value || null);
        m.set(element, 'aria-valuemin', HEAP32[p + 27] ? String(HEAPF32[p + 30]) : null);
        m.set(element, 'aria-valuemax', HEAP32[p + 27] ? String(HEAPF32[p + 36]) : null);
        return;
      }
      const words = role === 30 ? value : element.localName === 'button' ? name : null;
      if (words !== null && element.imguiWords !== words) element.textContent = element.imguiWords = words;
      if (words === null || role === 30) m.set(element, 'aria-label', name || null);
    },

    // The program's font is another one than the element's: its letters are stretched until they lie over the drawn ones.
    fit: function(element, p) {
      const c = ImguiWebGlyphs.context, size = HEAPF32[p + 31];
      let list = HEAPU32[p + 25] >> 2;
      c.font = ImguiWebGlyphs.font(HEAP32[p + 35], 100);
      for (let i = 0; i < HEAP32[p + 26]; ++i, list += 8) {
        const line = element.children[i], wide = HEAPF32[list + 6];
        const own = c.measureText(line.textContent).width * size / 100;
        const ratio = own > 0 ? Math.round(wide / own * 1000) / 1000 : 1;
        ImguiWebMirror.style(line, 'transform', ratio === 1 ? '' : 'scaleX(' + ratio + ')');
      }
    },

    onMouseDown: function(event) {
      ImguiWebMirror.root.classList.toggle('imgui-web-selecting', event.target.className === 'line');
      // Where the pointer puts the caret, Dear ImGui decides, which has drawn the letters.
      const field = event.target;
      if (!field.imguiField) return;
      event.preventDefault();
      if (document.activeElement !== field) field.focus({preventScroll: true});
      _imgui_web_on_clicked();  // at once: a key may come before the next frame
    },

    // Lines, pages and whole lengths.
    scrolls: {'ArrowUp': [-1, 0, 0], 'ArrowDown': [1, 0, 0], 'PageUp': [0, -1, 0], 'PageDown': [0, 1, 0], 'Home': [0, 0, -1], 'End': [0, 0, 1]},

    onScrollKey: function(event) {
      const by = ImguiImplWeb.scrolls[event.key];
      if (!by || event.target.getAttribute('role') !== 'group') return;
      if (_imgui_impl_web_on_scroll_key(event.target.imguiId, by[0], by[1], by[2])) event.preventDefault();
    },

    onKeyDown: function(event) {
      const field = event.target, key = ImguiImplWeb.keys.indexOf(event.key);
      if (!field.imguiField || key < 0 || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
      if (_imgui_impl_web_on_field_key(field.imguiId, key)) event.preventDefault();
    },

    // A finger that moves scrolls what it lies on, unless it has taken hold of a slider, a text or a window. Of a slider or a field it
    // takes hold when it is lifted, or moves more across than up and down.
    pan: null,          // {x, y, panning, waiting} of the finger
    slack: 8,

    // Where it went down.
    press: function(at) {
      if (at.waiting) _imgui_web_on_pointer(1, at.x, at.y, 0, 1);
      at.waiting = false;
    },

    onTouch: function(event) {
      const w = ImguiImplWeb, box = ImguiWeb.app.getBoundingClientRect(), scale = ImguiWebTextSize.scale;
      if (event.pointerType !== 'touch' || !event.isPrimary) return;
      const x = (event.clientX - box.left) / scale, y = (event.clientY - box.top) / scale, at = w.pan;
      if (event.type === 'pointerdown') {
        w.pan = {x: x, y: y, panning: false, waiting: ImguiWeb.app.contains(event.target) && !!_imgui_impl_web_may_pan_over(x, y)};
        if (w.pan.waiting) event.stopImmediatePropagation();
      } else if (at && event.type === 'pointermove') {
        if (!at.panning && Math.hypot(x - at.x, y - at.y) < w.slack) return void (at.waiting && event.stopImmediatePropagation());
        if (!at.panning && at.waiting && Math.abs(x - at.x) >= Math.abs(y - at.y)) w.press(at);
        else if (at.panning || _imgui_impl_web_on_pan_begin(at.x, at.y)) return w.go(event, x, y);
        w.pan = null;
      } else if (at) {
        if (at.panning) event.stopImmediatePropagation();
        else if (event.type === 'pointerup') w.press(at);
        w.pan = null;
      }
    },

    go: function(event, x, y) {
      const w = ImguiImplWeb;
      event.stopImmediatePropagation();
      _imgui_impl_web_on_pan(x - w.pan.x, y - w.pan.y);
      w.pan = {x: x, y: y, panning: true, waiting: false};
    },

    // Bytes of UTF-8 to units of UTF-16.
    unitsOf: function(text, bytes) {
      let at = 0;
      for (let left = bytes; left > 0 && at < text.length;) {
        const c = text.codePointAt(at);
        left -= c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        at += c < 0x10000 ? 1 : 2;
      }
      return at;
    }
  },

  // Before the page is opened.
  imgui_impl_web_prepare__deps: ['$ImguiImplWeb'],
  imgui_impl_web_prepare: function() {
    ImguiImplWeb.extend();
    ImguiWeb.rules += '#imgui-web .line{transform-origin:0 0}' +
      '#imgui-web-canvas,#imgui-web *{touch-action:pinch-zoom}' +  // one finger is ours
      '#imgui-web [role=group]:focus-visible{outline:2px solid var(--imgui-web-text)}' +  // Dear ImGui draws none
      // The pointer presses what the label is of. Without graphics it stands where it was drawn.
      '#imgui-web [data-aside] .line{pointer-events:none}' +
      '.imgui-web-plain #imgui-web :is([type=checkbox],[type=radio])::before{content:"\u2610"!important}' +
      '.imgui-web-plain #imgui-web :is([type=checkbox],[type=radio]):checked::before{content:"\u2611"!important}' +
      // What it says changes nothing around it: else the browser would lay out all of the page with each word.
      '#imgui-web .text{contain:layout size}' +
      // Beside a line there is nothing that could be selected, and the browser would go on in some other one. (With :has() in place
      // of the class, each change of a text would have the styles of all of them computed anew.)
      '.imgui-web-selecting .line::after{content:"";position:absolute;inset:-3px -100vw -3px 100%}';
  },

  imgui_impl_web_listen__deps: ['$ImguiImplWeb'],
  imgui_impl_web_listen: function() {
    const root = ImguiWebMirror.root;
    root.addEventListener('mousedown', ImguiImplWeb.onMouseDown);
    window.addEventListener('pointerup', function() { root.classList.remove('imgui-web-selecting'); });
    ['pointerdown', 'pointermove', 'pointerup', 'pointercancel'].forEach(function(type) {
      window.addEventListener(type, ImguiImplWeb.onTouch, true);
    });
    root.addEventListener('keydown', ImguiImplWeb.onKeyDown, true);
    root.addEventListener('keydown', ImguiImplWeb.onScrollKey);
  },

  imgui_impl_web_order__deps: ['$ImguiImplWeb'],
  imgui_impl_web_order: function(id, order) {
    const element = ImguiWebMirror.nodes.get(id >>> 0);
    if (element) ImguiWebMirror.style(element, 'zIndex', String(order));
  },

  imgui_impl_web_select__deps: ['$ImguiImplWeb'],
  imgui_impl_web_select: function(id, begin, end) {
    const field = ImguiWebMirror.nodes.get(id >>> 0), w = ImguiImplWeb, scale = ImguiWebTextSize.scale;
    if (!field || document.activeElement !== field || ImguiWebText.composing === field) return;
    field.setSelectionRange(w.unitsOf(field.value, begin), w.unitsOf(field.value, end));
    // That is no news for the program.
    field.imguiWhere = [begin, end, field.scrollLeft / scale, field.scrollTop / scale].join();
  }
};
mergeInto(LibraryManager.library, imguiImplWeb);
