// Elements that stand in the page before the program: <div data-imgui-web> in the page's element holds what the mirror will
// hold, in the same order and with the same tags and accessible names. They work by themselves until the first frame, and are
// then taken over where they stand, with what was typed, chosen and scrolled, the focus and the selection.
var imguiWebEarly = {
  $ImguiWebEarly__deps: ['$ImguiWebMirror', '$ImguiWebText', '$ImguiWebTextSize'],
  $ImguiWebEarly: {
    left: null,         // the elements that no node has taken over; null: there were none, or that is done
    taken: null,        // element -> what the user did with it
    scrolled: null,     // element -> where it is scrolled to, if anywhere
    pressed: false,     // the pointer went down before the first frame, and has not gone down since

    start: function(root) {
      ImguiWebEarly.left = new Set(root.querySelectorAll('*'));
      ImguiWebEarly.taken = new Map();
    },

    has: function(element) { return !!ImguiWebEarly.taken && ImguiWebEarly.taken.has(element); },

    // A button that was pressed may say so in other words than its own, which are then in its data-pressed. With data-unless
    // the press does not count when the program shows a paragraph with these words that was not there to be read.
    nameOf: function(element) {
      const label = element.dataset.pressed || element.getAttribute('aria-label');
      return label || (/^(H.|P|BUTTON|A)$/.test(element.tagName) ? element.textContent.trim() : '');
    },

    // Whether the program shows a paragraph with these words that was not there to be read before.
    hasNews: function(root, words) {
      return !!words && Array.from(root.querySelectorAll('p[data-node]')).some(function(element) {
        return element.textContent.includes(words) && !element.imguiWasSeen;
      });
    },

    adopt: function(tag, parent, name) {
      const e = ImguiWebEarly;
      if (!e.left) return null;
      const found = Array.from(parent.children).find(function(element) {
        return e.left.has(element) && element.localName === tag && e.nameOf(element) === name;
      });
      if (!found) return null;
      if (!e.scrolled) e.readScrolls();
      e.left.delete(found);
      found.imguiWasSeen = !found.hidden;
      e.taken.set(found, {checked: found.checked, expanded: found.getAttribute('aria-expanded'),
                          pressed: found.getAttribute('aria-pressed'), scroll: e.scrolled.get(found)});
      return found;
    },

    // Of all at once, before anything changes: each answer after a change makes the browser lay the page out.
    readScrolls: function() {
      const e = ImguiWebEarly;
      e.scrolled = new Map();
      e.left.forEach(function(element) {
        if (element.scrollTop) e.scrolled.set(element, element.scrollTop);
      });
    },

    // An element that is not moved keeps its focus: what stands between the nodes does not count.
    skip: function(before) {
      while (ImguiWebEarly.left && before && before.imguiId === undefined) before = before.nextSibling;
      return before;
    },

    // A field in which nobody has typed has the program's text, as of a name that was read before the first frame.
    tellField: function(field) {
      const offered = field.imguiOffered;
      if (offered === undefined || field.value !== field.defaultValue || field.value === offered) return ImguiWebText.tellText(field);
      field.value = field.imguiTold = offered;
      field.imguiWhere = '';
    },

    // What the user made different from what the program shows now. True: the program has to draw again.
    tell: function(element, before) {
      const e = ImguiWebEarly, id = element.imguiId;
      if (element === document.activeElement) {
        ImguiWebMirror.active = element;
        _imgui_web_on_focus(id, element.matches(':focus-visible') ? 1 : 0);
      }
      if (before.scroll) _imgui_web_on_scroll(id, before.scroll / ImguiWebTextSize.scale);
      if (element.imguiField) e.tellField(element);
      const differs = function(value, name) { return value !== null && value !== element.getAttribute(name); };
      // Of radio buttons the one that was chosen tells it, for all of them.
      const unchosen = element.type === 'radio' && !before.checked;
      const toggled = element.imguiChecked !== undefined ? !unchosen && before.checked !== element.imguiChecked :
                      differs(before.expanded, 'aria-expanded') || differs(before.pressed, 'aria-pressed');
      if (toggled) _imgui_web_on_activate(id);
      return toggled;
    }
  },

  // After a pass that laid the first frame out: true as long as another one has to.
  imgui_web_take_over__deps: ['$ImguiWebEarly', '$ImguiWebMirror'],
  imgui_web_take_over: function() {
    const e = ImguiWebEarly, root = ImguiWebMirror.root;
    if (!e.left) return 0;
    // What a button unfolds comes last: a toggle that is folded away cannot be told.
    for (const folds of [false, true]) {
      let again = 0;
      e.taken.forEach(function(before, element) {
        if ((before.expanded !== null) !== folds) return;
        e.taken.delete(element);
        if (e.tell(element, before)) again = 1;
      });
      if (again) return 1;
    }
    // When everything else has been told.
    const pressed = root.querySelector('[data-node][data-pressed]');
    if (!pressed) return 0;
    pressed.removeAttribute('data-pressed');
    if (e.hasNews(root, pressed.dataset.unless)) return 0;
    _imgui_web_on_activate(pressed.imguiId);
    return 1;
  },

  $ImguiWebEarlyEnd__deps: ['$ImguiWebEarly', '$ImguiWebMirror'],
  $ImguiWebEarlyEnd: function() {
    const e = ImguiWebEarly;
    if (!e.left) return;
    e.left.forEach(function(element) { element.remove(); });
    e.left = e.taken = e.scrolled = null;
    ImguiWebMirror.root.removeAttribute('data-imgui-web');
  }
};
mergeInto(LibraryManager.library, imguiWebEarly);
