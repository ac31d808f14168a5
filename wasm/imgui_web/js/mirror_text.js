// Fields and lines of text in the mirror: what is in them, where, and what is being typed.
var imguiWebText = {
  $ImguiWebText__deps: ['$ImguiWeb', '$ImguiWebEarly', '$ImguiWebGlyphs', '$ImguiWebMirror', '$ImguiWebTextSize'],
  $ImguiWebText: {
    composing: null,    // the field in which an input method has not finished: its text is not replaced

    onComposition: function(event) {
      const t = ImguiWebText, field = event.target;
      if (!field.imguiField) return;
      t.composing = event.type === 'compositionstart' ? field : null;
      t.tellText(field);
    },

    tellText: function(field) {
      if (!field.imguiField) return;
      const text = field.value, bytes = ImguiWebGlyphs.bytes;
      const offset = function(at) { return bytes(text.slice(0, at)); };
      const numbers = [offset(field.selectionStart || 0), offset(field.selectionEnd || 0),
                       field.scrollLeft / ImguiWebTextSize.scale, field.scrollTop / ImguiWebTextSize.scale];
      // A key is told by `input` and again by `selectionchange`.
      const where = numbers.join();
      if (field.imguiTold === text && field.imguiWhere === where) return;
      field.imguiTold = text;
      field.imguiWhere = where;
      WasmqttBorder.placeText(_imgui_web_room(), text);
      const out = _imgui_web_numbers();
      numbers.forEach(function(number, i) { HEAPF32[(out >> 2) + i] = number; });
      // What does not fit makes the field grow, before the browser scrolls in it.
      _imgui_web_on_text(field.imguiId, out, 'typing' in field.dataset && field.scrollHeight <= field.clientHeight ? 1 : 0);
    },

    lines: function(element, record, text) {
      const p = record >> 2, count = HEAP32[p + 26];
      let list = HEAPU32[p + 25] >> 2;
      const lines = [];
      for (let i = 0; i < count; ++i, list += 8)
        lines.push({text: WasmqttBorder.text(HEAPU32[list], HEAPU32[list + 1]),
                    href: WasmqttBorder.text(HEAPU32[list + 2], HEAPU32[list + 3]),
                    x: HEAPF32[list + 4], y: HEAPF32[list + 5], w: HEAPF32[list + 6]});
      if (!count && text) lines.push({text: text, href: '', x: HEAPF32[p + 33], y: HEAPF32[p + 34], w: 0});
      // A piece without a width is told, not shown.
      lines.forEach(function(line) { line.unseen = line.w === 0 && count > 1 && line.text.trim() !== ''; });
      const words = JSON.stringify(lines.map(function(line) { return [line.text, line.href, line.unseen]; }));
      if (element.imguiWords !== words) {
        element.imguiWords = words;
        const made = lines.map(function(line) {
          const made = document.createElement(line.href ? 'a' : 'span');
          made.className = line.unseen ? 'line unseen' : 'line';
          made.textContent = line.text;
          made.imguiSet = {};
          if (line.href) {
            made.href = ImguiWebMirror.safeAddress(line.href);
            made.target = '_blank';
            made.rel = 'noopener noreferrer';
          }
          return made;
        });
        // Nothing else parts the last word from the next element's first one, for a browser to which these are one text.
        const end = document.createElement('br');
        end.setAttribute('aria-hidden', 'true');
        element.replaceChildren.apply(element, made.concat(end));
      }
      lines.forEach(function(line, i) {
        const made = element.children[i];
        ImguiWebMirror.style(made, 'left', ImguiWebMirror.pixels(line.x));
        ImguiWebMirror.style(made, 'top', ImguiWebMirror.pixels(line.y));
      });
    },

    font: function(element, p) {
      const m = ImguiWebMirror, g = ImguiWebGlyphs, size = HEAPF32[p + 31], face = HEAP32[p + 35], font = ImguiWebTextSize.font;
      if (!size) return;
      m.style(element, 'font', g.weights[face] + ' ' + size * font + 'px/' + HEAPF32[p + 32] * font + 'px ' + g.families[face]);
    },

    field: function(element, p, states, name) {
      const m = ImguiWebMirror;
      const y = m.pixels(HEAPF32[p + 34]), x = HEAPF32[p + 33];
      m.style(element, 'padding', [y, m.pixels(x + HEAPF32[p + 40]), y, m.pixels(x)].join(' '));
      m.set(element, 'aria-label', name);
      // The name, for when the page is shown as plain text: there is no other label.
      const hint = WasmqttBorder.text(HEAPU32[p + 19], HEAPU32[p + 20]);
      m.set(element, 'placeholder', hint || name);
      m.set(element, 'data-typing', states & (1 << 16) ? (hint ? 'hint' : '') : null);
      const autocomplete = WasmqttBorder.text(HEAPU32[p + 23], HEAPU32[p + 24]);
      m.set(element, 'autocomplete', autocomplete || null);
      m.set(element, 'name', autocomplete && autocomplete !== 'off' ? autocomplete : null);
      m.set(element, 'required', states & (1 << 9) ? '' : null);
      m.set(element, 'aria-invalid', states & (1 << 8) ? 'true' : null);
      m.set(element, 'enterkeyhint', states & (1 << 18) ? 'send' : null);
      element.imguiEnterSubmits = !!(states & (1 << 18));
      if (!HEAP32[p + 38]) return;
      if (ImguiWebEarly.has(element)) {
        element.imguiOffered = WasmqttBorder.text(HEAPU32[p + 17], HEAPU32[p + 18]);
        return;
      }
      // What the browser has put there meanwhile, and nobody was told of, wins.
      if (element.imguiTold !== undefined && element.value !== element.imguiTold) return ImguiWebText.tellText(element);
      if (ImguiWebText.composing !== element) {
        const value = WasmqttBorder.text(HEAPU32[p + 17], HEAPU32[p + 18]);
        if (element.value !== value) element.value = value;
        element.imguiTold = value;
        element.imguiWhere = '';
      }
    }
  }
};
mergeInto(LibraryManager.library, imguiWebText);
