// Real elements over drawn widgets: see src/mirror.cpp, whose NodeRecord is read here. Text goes in by textContent only.
var imguiWebMirror = {
  $ImguiWebMirror__deps: ['$ImguiWeb', '$ImguiWebGlyphs'],
  $ImguiWebMirror: {
    root: null,
    nodes: null,        // id -> element; the element knows its id as `imguiId`
    active: null,       // the element of ours that has the focus
    patching: false,    // moving an element takes its focus; that is no news for the widgets
    composing: null,    // {element, begin, end} in UTF-16 units
    dialogs: [],        // [{element, before}]: where the focus was before each opened
    groups: null,       // elements in which arrow keys move the focus

    // Role (as in semantic/node.hpp) -> tag and ARIA role; '' where the tag says it.
    kinds: [['div', 'group'], ['section', 'region'], ['form', 'form'], ['nav', ''], ['main', ''], ['header', ''],
            ['div', 'dialog'], ['h2', ''], ['p', ''], ['a', ''], ['div', 'img'], ['div', 'separator'], ['button', ''],
            ['input', ''], ['div', 'radiogroup'], ['input', ''], ['input', ''], ['ul', 'list'], ['li', ''],
            ['div', 'log'], ['table', 'table'], ['tr', 'row'], ['th', 'columnheader'], ['td', 'cell'],
            ['div', 'status'], ['div', 'alert'], ['div', 'progressbar'], ['article', ''], ['tbody', 'rowgroup']],

    start: function(root) {
      const m = ImguiWebMirror;
      m.root = root;
      m.nodes = new Map();
      m.groups = new Set();
      const on = function(type, handler, capture) { root.addEventListener(type, handler, !!capture); };
      on('focusin', m.onFocusIn);
      on('focusout', m.onFocusOut);
      on('click', m.onClick);
      on('keydown', m.onKeyDown);
      on('input', function(event) { m.tellText(event.target); });
      on('scroll', m.onScroll, true);
      on('copy', m.onCopy);
      on('submit', function(event) { event.preventDefault(); });
      on('compositionstart', m.onComposition);
      on('compositionupdate', m.onComposition);
      on('compositionend', m.onComposition);
      document.addEventListener('selectionchange', function() {
        const field = document.activeElement;
        if (field && field.imguiField && !m.patching) m.tellText(field);
      });
    },

    of: function(event) {
      const target = event.target;
      const element = target.closest ? target.closest('[data-node]') : null;
      return element && element.imguiId !== undefined ? element : null;
    },

    onFocusIn: function(event) {
      const m = ImguiWebMirror, element = m.of(event);
      if (!element) return;
      m.active = element;
      if (m.patching) return;
      _imgui_web_on_focus(element.imguiId, element.matches(':focus-visible') ? 1 : 0);
      if (element.imguiField) m.tellText(element);
    },

    onFocusOut: function(event) {
      const m = ImguiWebMirror;
      if (m.patching || (event.relatedTarget && m.root.contains(event.relatedTarget))) return;
      m.active = null;
      _imgui_web_on_focus(0, 0);
    },

    onClick: function(event) {
      const m = ImguiWebMirror, element = m.of(event);
      if (!element || element.imguiField || element.tagName === 'A') return;
      // The browser toggled its own copy; if the widget decides otherwise, that is put right when the page rests.
      if (element.type === 'checkbox' || element.type === 'radio') _imgui_web_on_toggled(element.imguiId);
      // A click without a pointer: the keyboard, assistive technology, a script.
      if (event.detail === 0) return _imgui_web_on_activate(element.imguiId);
      m.tellScrolls(element);
      _imgui_web_on_clicked();
    },

    onKeyDown: function(event) {
      const m = ImguiWebMirror, element = m.of(event);
      if (!element || event.isComposing || event.keyCode === 229) return;
      const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
      if (event.key === 'Escape') return _imgui_web_on_escape();
      if (element.imguiField) {
        if (event.key !== 'Enter' || !plain) return;
        if (element.tagName === 'TEXTAREA' && (event.shiftKey || !element.imguiEnterSubmits)) return;
        event.preventDefault();
        return _imgui_web_on_submit(element.imguiId);
      }
      if (element.classList.contains('row') && (event.key === 'Enter' || event.key === ' ')) {
        event.preventDefault();
        return _imgui_web_on_activate(element.imguiId);
      }
      if (plain) m.moveInGroup(event, element);
    },

    moveInGroup: function(event, element) {
      const group = element.closest('[data-arrows]');
      if (!group) return;
      const items = Array.from(group.querySelectorAll('button:not(:disabled), .row[tabindex]'));
      const at = items.indexOf(element);
      const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 :
                 event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : -1;
      if (at < 0 || to < 0 || to >= items.length) return;
      event.preventDefault();
      if (element.classList.contains('row')) {
        element.tabIndex = -1;
        items[to].tabIndex = 0;
      }
      items[to].focus();
    },

    onScroll: function(event) {
      const m = ImguiWebMirror, element = event.target;
      if (element.imguiField) return m.tellText(element);
      if (element.imguiId === undefined) return;
      // Only what comes at the end of a log is news; what scrolling brings into sight is not to be spoken.
      if (element.getAttribute('role') === 'log') {
        const below = element.scrollHeight - element.clientHeight - element.scrollTop;
        m.set(element, 'aria-live', below > 8 ? 'off' : null);
      }
      _imgui_web_on_scroll(element.imguiId, element.scrollTop);
    },

    // Scroll events come with the next animation frame only; a click may come before.
    tellScrolls: function(element) {
      for (let at = element; at && at !== ImguiWebMirror.root; at = at.parentElement)
        if (at.imguiId !== undefined && at.classList.contains('scroll')) _imgui_web_on_scroll(at.imguiId, at.scrollTop);
    },

    // Lines are elements of their own; without this each would be copied with a break behind it.
    onCopy: function(event) {
      const selection = document.getSelection();
      if (event.target.imguiField || !selection.rangeCount || selection.isCollapsed) return;
      const part = selection.getRangeAt(0).cloneContents();
      const blocks = Array.from(part.querySelectorAll('.text')).map(function(block) { return block.textContent; });
      const text = blocks.length ? blocks.join('\n') : part.textContent;
      event.clipboardData.setData('text/plain', text);
      event.preventDefault();
    },

    onComposition: function(event) {
      const m = ImguiWebMirror, field = event.target;
      if (!field.imguiField) return;
      if (event.type === 'compositionstart') m.composing = {field: field, begin: field.selectionStart, end: field.selectionStart};
      if (event.type === 'compositionupdate' && m.composing) m.composing.end = m.composing.begin + event.data.length;
      if (event.type === 'compositionend') {
        m.composing = null;
        m.tellText(field);
      }
    },

    tellText: function(field) {
      const m = ImguiWebMirror;
      if (!field.imguiField) return;
      const text = field.value, bytes = ImguiWebGlyphs.bytes;
      const offset = function(at) { return bytes(text.slice(0, at)); };
      const c = m.composing && m.composing.field === field ? m.composing : null;
      const numbers = [offset(field.selectionStart || 0), offset(field.selectionEnd || 0), c ? offset(c.begin) : -1,
                       c ? offset(c.end) : -1, field.scrollLeft, field.scrollTop];
      ImguiWeb.pass(text, function(p, length) {
        const out = _imgui_web_numbers();
        numbers.forEach(function(number, i) { HEAPF32[(out >> 2) + i] = number; });
        _imgui_web_on_text(field.imguiId, p, length, out);
      });
    },

    create: function(role, states) {
      const m = ImguiWebMirror, kind = m.kinds[role];
      const multiline = role === 16 && states & (1 << 10);
      const element = document.createElement(multiline ? 'textarea' : kind[0]);
      element.setAttribute('data-node', '');
      if (role === 12) element.type = 'button';
      if (role === 13) element.type = 'checkbox';
      if (role === 15) element.type = 'radio';
      if (role === 16) {
        element.imguiField = true;
        element.className = 'field';
        if (!multiline) element.type = states & (1 << 11) ? 'password' : 'text';
        element.spellcheck = !!multiline;
      }
      if (role === 2) element.noValidate = true;
      if (role === 7 || role === 8 || role === 22 || role === 23 || role === 24 || role === 25) element.className = 'text';
      if (role === 21) element.className = 'row';
      if (states & (1 << 14)) {
        element.classList.add('scroll');
        element.imguiSize = document.createElement(role === 28 ? 'tr' : 'div');
        element.imguiSize.imguiSet = {};
        element.imguiSize.className = 'size';
        element.imguiSize.setAttribute('aria-hidden', 'true');
        element.appendChild(element.imguiSize);
      }
      if (states & (1 << 13)) element.setAttribute('data-arrows', '');
      element.imguiSet = {};
      return element;
    },

    // Attributes are compared with what was set last, not with the document.
    set: function(element, name, value) {
      if (element.imguiSet[name] === value) return;
      element.imguiSet[name] = value;
      if (value === null) element.removeAttribute(name);
      else element.setAttribute(name, value);
    },

    style: function(element, name, value) {
      const key = '$' + name;
      if (element.imguiSet[key] === value) return;
      element.imguiSet[key] = value;
      element.style[name] = value;
    },

    safeAddress: function(href) {
      return /^(https?:|mailto:|[\/?#.])/i.test(href) ? href : '#';
    },

    place: function(element, parent, previous) {
      const m = ImguiWebMirror;
      const into = parent ? m.nodes.get(parent) || m.root : m.root;
      const after = previous ? m.nodes.get(previous) : into.imguiSize || null;
      const before = after && after.parentNode === into ? after.nextSibling : into.firstChild;
      if (before !== element) into.insertBefore(element, before);
    },

    lines: function(element, record, text) {
      const p = record >> 2, count = HEAP32[p + 26];
      let list = HEAPU32[p + 25] >> 2;
      const lines = [];
      for (let i = 0; i < count; ++i, list += 8)
        lines.push({text: UTF8ToString(HEAPU32[list], HEAP32[list + 1]), href: UTF8ToString(HEAPU32[list + 2], HEAP32[list + 3]),
                    x: HEAPF32[list + 4], y: HEAPF32[list + 5], w: HEAPF32[list + 6]});
      if (!count && text) lines.push({text: text, href: '', x: HEAPF32[p + 34], y: HEAPF32[p + 35], w: 0});
      const words = JSON.stringify(lines.map(function(line) { return [line.text, line.href]; }));
      if (element.imguiWords !== words) {
        element.imguiWords = words;
        element.replaceChildren.apply(element, lines.map(function(line) {
          const made = document.createElement(line.href ? 'a' : 'span');
          made.className = 'line';
          made.textContent = line.text;
          made.imguiSet = {};
          if (line.href) {
            made.href = ImguiWebMirror.safeAddress(line.href);
            made.target = '_blank';
            made.rel = 'noopener noreferrer';
          }
          return made;
        }));
      }
      lines.forEach(function(line, i) {
        const made = element.children[i];
        ImguiWebMirror.style(made, 'left', line.x + 'px');
        ImguiWebMirror.style(made, 'top', line.y + 'px');
      });
    },

    font: function(element, p) {
      const m = ImguiWebMirror, g = ImguiWebGlyphs, size = HEAPF32[p + 32], face = HEAP32[p + 36];
      if (!size) return;
      m.style(element, 'font', g.weights[face] + ' ' + size + 'px/' + HEAPF32[p + 33] + 'px ' + g.families[face]);
    },

    field: function(element, p, states, name) {
      const m = ImguiWebMirror;
      m.style(element, 'padding', HEAPF32[p + 35] + 'px ' + HEAPF32[p + 34] + 'px');
      m.set(element, 'aria-label', name);
      m.set(element, 'placeholder', UTF8ToString(HEAPU32[p + 19], HEAP32[p + 20]) || null);
      const autocomplete = UTF8ToString(HEAPU32[p + 23], HEAP32[p + 24]);
      m.set(element, 'autocomplete', autocomplete || null);
      m.set(element, 'name', autocomplete && autocomplete !== 'off' ? autocomplete : null);
      m.set(element, 'required', states & (1 << 9) ? '' : null);
      m.set(element, 'aria-invalid', states & (1 << 8) ? 'true' : null);
      m.set(element, 'enterkeyhint', states & (1 << 18) ? 'send' : null);
      element.imguiEnterSubmits = !!(states & (1 << 18));
      if (HEAP32[p + 39] && !(m.composing && m.composing.field === element)) {
        const value = UTF8ToString(HEAPU32[p + 17], HEAP32[p + 18]);
        if (element.value !== value) element.value = value;
      }
    },

    states: function(element, role, states, p) {
      const m = ImguiWebMirror;
      const flag = function(bit) { return !!(states & (1 << bit)); };
      if (role === 12 || role === 13 || role === 15 || role === 16) element.disabled = flag(0);
      if (role === 13 || role === 15) element.checked = element.imguiChecked = flag(1);
      m.set(element, 'aria-pressed', flag(3) ? String(flag(2)) : null);
      m.set(element, 'aria-expanded', flag(5) ? String(flag(4)) : null);
      m.set(element, 'aria-current', flag(7) ? 'true' : null);
      m.set(element, 'aria-modal', flag(12) ? 'true' : null);
      m.set(element, 'aria-busy', flag(16) ? 'true' : null);
      m.set(element, 'tabindex', flag(15) ? (role === 21 && !flag(7) && element !== m.active ? '-1' : '0') : flag(12) ? '-1' : null);
      if (element.inert !== flag(31)) element.inert = flag(31);
      m.set(element, 'aria-hidden', flag(31) ? 'true' : null);
      if (flag(13)) m.groups.add(element);
      const size = HEAP32[p + 28], position = HEAP32[p + 29];
      if (role === 20) m.set(element, 'aria-rowcount', String(size));
      else if (role === 21) m.set(element, 'aria-rowindex', String(position));
      else if (role === 22 || role === 23) m.set(element, 'aria-colindex', String(position));
      else if (role === 18 || role === 27) {
        m.set(element, 'aria-setsize', size ? String(size) : null);
        m.set(element, 'aria-posinset', position ? String(position) : null);
      }
    },

    content: function(element, record, role, name) {
      const m = ImguiWebMirror, p = record >> 2;
      if (role === 7 || role === 8 || (role >= 22 && role <= 25)) return m.lines(element, record, name);
      if (role === 12 || role === 9) {
        if (element.imguiWords !== name) element.textContent = element.imguiWords = name;
      } else if (role !== 16) {
        m.set(element, 'aria-label', name || null);
      }
      if (role === 9) {
        m.set(element, 'href', m.safeAddress(UTF8ToString(HEAPU32[p + 21], HEAP32[p + 22])));
        m.set(element, 'target', '_blank');
        m.set(element, 'rel', 'noopener noreferrer');
      }
      if (role === 26) {
        const now = HEAPF32[p + 31];
        m.set(element, 'aria-valuemin', '0');
        m.set(element, 'aria-valuemax', '100');
        m.set(element, 'aria-valuenow', now < 0 ? null : String(Math.round(now * 100)));
        m.set(element, 'aria-valuetext', UTF8ToString(HEAPU32[p + 17], HEAP32[p + 18]) || null);
      }
    },

    box: function(element, p) {
      const m = ImguiWebMirror;
      m.style(element, 'left', HEAPF32[p + 5] + 'px');
      m.style(element, 'top', HEAPF32[p + 6] + 'px');
      m.style(element, 'width', HEAPF32[p + 7] + 'px');
      m.style(element, 'height', HEAPF32[p + 8] + 'px');
      const clip = [HEAPF32[p + 9], HEAPF32[p + 10], HEAPF32[p + 11], HEAPF32[p + 12]];
      m.style(element, 'clipPath', clip.some(Boolean) ? 'inset(' + clip.join('px ') + 'px)' : '');
    },

    firstFocusable: function(element) {
      return element.querySelector('input:not(:disabled), textarea:not(:disabled), button:not(:disabled), a[href]') || element;
    }
  },

  imgui_web_node__deps: ['$ImguiWebMirror'],
  imgui_web_node: function(record, isNew, moved) {
    const m = ImguiWebMirror, p = record >> 2;
    const id = HEAPU32[p], role = HEAP32[p + 3], states = HEAPU32[p + 4];
    m.patching = true;
    let element = m.nodes.get(id);
    const kind = role + (role === 16 ? ':' + (states & (3 << 10)) : '') + (role === 7 ? ':' + HEAP32[p + 27] : '');
    if (element && element.imguiKind !== kind) {
      element.remove();
      element = null;
      moved = 1;
    }
    if (!element) {
      element = m.create(role, states);
      if (role === 7) {
        const level = Math.min(6, Math.max(1, HEAP32[p + 27]));
        element = Object.assign(document.createElement('h' + level), {className: 'text', imguiSet: {}});
        element.setAttribute('data-node', '');
      }
      element.imguiId = id;
      element.imguiKind = kind;
      m.nodes.set(id, element);
    }
    if (moved) m.place(element, HEAPU32[p + 1], HEAPU32[p + 2]);
    const name = UTF8ToString(HEAPU32[p + 13], HEAP32[p + 14]);
    const aria = role === 0 && !name ? '' : m.kinds[role][1];
    m.set(element, 'role', aria || null);
    m.set(element, 'aria-description', UTF8ToString(HEAPU32[p + 15], HEAP32[p + 16]) || null);
    m.box(element, p);
    m.font(element, p);
    m.states(element, role, states, p);
    m.content(element, record, role, name);
    if (role === 15) m.set(element, 'name', 'group-' + HEAPU32[p + 1]);
    if (role === 16) m.field(element, p, states, name);
    if (element.imguiSize) {
      m.style(element.imguiSize, 'height', HEAPF32[p + 37] + 'px');
      if (HEAP32[p + 40]) element.scrollTop = HEAPF32[p + 38];
    }
    if (role === 6 && isNew) m.dialogs.push({element: element, before: m.active, fresh: true});
  },

  imgui_web_remove__deps: ['$ImguiWebMirror'],
  imgui_web_remove: function(id) {
    const m = ImguiWebMirror, element = m.nodes.get(id >>> 0);
    if (!element) return;
    m.patching = true;
    element.remove();
    m.nodes.delete(id >>> 0);
    m.groups.delete(element);
  },

  imgui_web_patched__deps: ['$ImguiWebMirror'],
  imgui_web_patched: function() {
    const m = ImguiWebMirror;
    m.groups.forEach(function(group) {
      const rows = group.querySelectorAll('.row[tabindex]');
      if (rows.length && !group.querySelector('.row[tabindex="0"]')) rows[0].tabIndex = 0;
    });
    let back = null;
    m.dialogs = m.dialogs.filter(function(dialog) {
      if (dialog.element.isConnected) return true;
      back = dialog.before;
      return false;
    });
    const held = m.active;
    if (held && held.isConnected && document.activeElement !== held) held.focus({preventScroll: true});
    m.patching = false;
    if (held && !held.isConnected) {
      m.active = null;
      _imgui_web_on_focus(0, 0);
    }
    if (back && back.isConnected) back.focus();
    const top = m.dialogs[m.dialogs.length - 1];
    if (top && top.fresh) {
      top.fresh = false;
      if (!top.element.contains(document.activeElement)) m.firstFocusable(top.element).focus();
    }
  },

  imgui_web_focus__deps: ['$ImguiWebMirror'],
  imgui_web_focus: function(id) {
    const element = ImguiWebMirror.nodes.get(id >>> 0);
    if (element && document.activeElement !== element) element.focus();
  },

  imgui_web_blur__deps: ['$ImguiWebMirror'],
  imgui_web_blur: function() {
    if (ImguiWebMirror.active) ImguiWebMirror.active.blur();
  },

  imgui_web_select__deps: ['$ImguiWebMirror'],
  imgui_web_select: function(id, begin, end) {
    const field = ImguiWebMirror.nodes.get(id >>> 0);
    if (!field || !field.imguiField) return;
    const units = function(bytes) {
      let at = 0;
      for (let n = 0; n < bytes && at < field.value.length;) {
        const step = field.value.codePointAt(at) > 0xFFFF ? 2 : 1;
        n += ImguiWebGlyphs.bytes(field.value.slice(at, at + step));
        at += step;
      }
      return at;
    };
    field.setSelectionRange(units(begin), units(end));
  },

  imgui_web_scroll_into_view__deps: ['$ImguiWebMirror'],
  imgui_web_scroll_into_view: function(id) {
    const element = ImguiWebMirror.nodes.get(id >>> 0);
    if (element) element.scrollIntoView({block: 'nearest'});
  },

  imgui_web_check_again__deps: ['$ImguiWebMirror'],
  imgui_web_check_again: function(id) {
    const element = ImguiWebMirror.nodes.get(id >>> 0);
    if (element && element.checked !== element.imguiChecked) element.checked = element.imguiChecked;
  }
};
mergeInto(LibraryManager.library, imguiWebMirror);
