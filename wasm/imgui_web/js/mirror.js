// Real elements over drawn widgets: see src/mirror.cpp, whose NodeRecord is read here. Text goes in by textContent only.
// What is typed and shown in them: mirror_text.js; what the user does with them: mirror_events.js.
var imguiWebMirror = {
  $ImguiWebMirror__deps: ['$ImguiWebEvents', '$ImguiWebText', '$ImguiWebTextSize', '$ImguiWebEarly'],
  $ImguiWebMirror: {
    root: null,
    nodes: null,        // id -> element; the element knows its id as `imguiId`
    active: null,       // the element of ours that has the focus
    patching: false,    // moving an element takes its focus; that is no news for the widgets
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
      ImguiWebEvents.listen(root);
    },

    create: function(role, states, level, parent, name) {
      const m = ImguiWebMirror;
      const multiline = role === 16 && states & (1 << 10);
      const tag = multiline ? 'textarea' : role === 7 ? 'h' + Math.min(6, Math.max(1, level)) : m.kinds[role][0];
      const element = ImguiWebEarly.adopt(tag, m.nodes.get(parent) || m.root, name) || document.createElement(tag);
      element.setAttribute('data-node', '');
      if (role === 12) element.type = 'button';
      if (role === 13) element.type = 'checkbox';
      if (role === 15) element.type = 'radio';
      if (role === 16) {
        element.imguiField = true;
        element.className = 'field';
        element.spellcheck = !!multiline;
      }
      if (role === 2) element.noValidate = true;
      if (role === 7 || role === 8 || role === 22 || role === 23 || role === 24 || role === 25) element.className = 'text';
      if (role === 21) element.className = 'row';
      if (role === 19) element.setAttribute('aria-live', 'off');  // the log announces what comes
      if (states & (1 << 14)) {
        element.classList.add('scroll');
        element.imguiSize = document.createElement(role === 28 ? 'tr' : 'div');
        element.imguiSize.imguiSet = {};
        element.imguiSize.className = 'size';
        element.imguiSize.setAttribute('aria-hidden', 'true');
        element.prepend(element.imguiSize);
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
      const before = ImguiWebEarly.skip(after && after.parentNode === into ? after.nextSibling : into.firstChild);
      if (before !== element) into.insertBefore(element, before);
    },

    states: function(element, role, states, p) {
      const m = ImguiWebMirror;
      const flag = function(bit) { return !!(states & (1 << bit)); };
      if (role === 12 || role === 13 || role === 15 || role === 16) element.disabled = flag(0);
      if (role === 16 && !flag(10)) m.set(element, 'type', flag(11) ? 'password' : 'text');
      if (role === 13 || role === 15) element.checked = element.imguiChecked = flag(1);
      m.set(element, 'dir', flag(19) ? 'rtl' : role === 16 && !flag(11) ? 'auto' : null);
      m.set(element, 'aria-pressed', flag(3) ? String(flag(2)) : null);
      m.set(element, 'aria-expanded', flag(5) ? String(flag(4)) : null);
      m.set(element, 'aria-current', flag(7) ? 'true' : null);
      if (role === 21 && flag(15)) m.set(element, 'aria-selected', String(flag(7)));
      m.set(element, 'aria-modal', flag(12) ? 'true' : null);
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
      if (role === 7 || role === 8 || (role >= 22 && role <= 25)) return ImguiWebText.lines(element, record, name);
      if (role === 12 || role === 9) {
        if (element.imguiWords !== name) element.textContent = element.imguiWords = name;
      } else if (role !== 16) {
        m.set(element, 'aria-label', name || null);
      }
      if (role === 9) {
        m.set(element, 'href', m.safeAddress(WasmqttBorder.text(HEAPU32[p + 21], HEAPU32[p + 22])));
        m.set(element, 'target', '_blank');
        m.set(element, 'rel', 'noopener noreferrer');
      }
      if (role === 11 && HEAPF32[p + 30] >= 0) {  // a splitter
        m.set(element, 'aria-orientation', HEAPF32[p + 7] < HEAPF32[p + 8] ? 'vertical' : 'horizontal');
        m.set(element, 'aria-valuemin', String(HEAP32[p + 29]));
        m.set(element, 'aria-valuemax', String(HEAP32[p + 28]));
        m.set(element, 'aria-valuenow', String(Math.round(HEAPF32[p + 30] * 100)));
      }
      if (role === 26) {
        const now = HEAPF32[p + 30];
        m.set(element, 'aria-valuemin', '0');
        m.set(element, 'aria-valuemax', '100');
        m.set(element, 'aria-valuenow', now < 0 ? null : String(Math.round(now * 100)));
        m.set(element, 'aria-valuetext', WasmqttBorder.text(HEAPU32[p + 17], HEAPU32[p + 18]) || null);
      }
    },

    // Of a length in the layout's pixels.
    pixels: function(length) { return length * ImguiWebTextSize.scale + 'px'; },

    box: function(element, p) {
      const m = ImguiWebMirror;
      m.style(element, 'left', m.pixels(HEAPF32[p + 5]));
      m.style(element, 'top', m.pixels(HEAPF32[p + 6]));
      m.style(element, 'width', m.pixels(HEAPF32[p + 7]));
      m.style(element, 'height', m.pixels(HEAPF32[p + 8]));
      const clip = [9, 10, 11, 12].map(function(at) { return HEAPF32[p + at] * ImguiWebTextSize.scale; });
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
    const kind = role + (role === 16 ? ':' + (states & (1 << 10)) : '') + (role === 7 ? ':' + HEAP32[p + 27] : '');
    if (element && element.imguiKind !== kind) {
      element.remove();
      element = null;
      moved = 1;
    }
    const name = WasmqttBorder.text(HEAPU32[p + 13], HEAPU32[p + 14]);
    if (!element) {
      element = m.create(role, states, HEAP32[p + 27], HEAPU32[p + 1], name);
      element.imguiId = id;
      element.imguiKind = kind;
      m.nodes.set(id, element);
    }
    if (moved) m.place(element, HEAPU32[p + 1], HEAPU32[p + 2]);
    const aria = role === 0 && !name ? '' : m.kinds[role][1];
    m.set(element, 'role', aria || null);
    m.set(element, 'aria-description', WasmqttBorder.text(HEAPU32[p + 15], HEAPU32[p + 16]) || null);
    m.box(element, p);
    ImguiWebText.font(element, p);
    m.states(element, role, states, p);
    m.content(element, record, role, name);
    if (role === 8) m.set(element, 'data-aside', states & (1 << 23) ? '' : null);
    if (role === 27) m.set(element, 'data-speaker', WasmqttBorder.text(HEAPU32[p + 17], HEAPU32[p + 18]) || null);
    if (role === 15) m.set(element, 'name', 'group-' + HEAPU32[p + 1]);
    if (role === 16) ImguiWebText.field(element, p, states, name);
    if (element.imguiSize) {
      m.style(element.imguiSize, 'height', m.pixels(HEAPF32[p + 36]));
      if (HEAP32[p + 39] && !ImguiWebEarly.has(element))
        element.scrollTop = element.imguiPlaced = HEAPF32[p + 37] * ImguiWebTextSize.scale;
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
      ImguiWebEvents.noteTyping();  // not every browser tells that a focused element was removed
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
  imgui_web_focus: function(id, selectAll) {
    const element = ImguiWebMirror.nodes.get(id >>> 0);
    if (element && document.activeElement !== element) element.focus();
    if (element && selectAll) element.select();
  },

  imgui_web_check_again__deps: ['$ImguiWebMirror'],
  imgui_web_check_again: function(id) {
    const element = ImguiWebMirror.nodes.get(id >>> 0);
    if (element && element.checked !== element.imguiChecked) element.checked = element.imguiChecked;
  }
};
mergeInto(LibraryManager.library, imguiWebMirror);
