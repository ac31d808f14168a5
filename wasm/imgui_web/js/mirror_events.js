// What the user does with the mirror's elements, told to the widgets: see src/input.cpp.
var imguiWebEvents = {
  $ImguiWebEvents__deps: ['$ImguiWebEarly', '$ImguiWebMirror', '$ImguiWebText', '$ImguiWebTextSize', '$ImguiWebFind'],
  $ImguiWebEvents: {
    byKey: false,       // the last thing that was used is the keyboard

    // Not every browser says :focus-visible of what a script has focused in answer to a key.
    shows: function(element) { return element.matches(':focus-visible') || ImguiWebEvents.byKey ? 1 : 0; },

    listen: function(root) {
      const on = function(type, handler, capture) { root.addEventListener(type, handler, !!capture); };
      on('focusin', ImguiWebEvents.onFocusIn);
      on('focusout', ImguiWebEvents.onFocusOut);
      [[root, 'focusin'], [root, 'focusout'], [window, 'focus'], [window, 'blur']].forEach(function(where) {
        where[0].addEventListener(where[1], ImguiWebEvents.noteTyping);
      });
      on('click', ImguiWebEvents.onClick);
      on('keydown', ImguiWebEvents.onKeyDown);
      on('input', function(event) { ImguiWebText.tellText(event.target); });
      on('change', function(event) { ImguiWebText.tellText(event.target); });
      on('scroll', ImguiWebEvents.onScroll, true);
      on('beforematch', ImguiWebFind.onFound);
      document.addEventListener('copy', ImguiWebEvents.onCopy);  // all of the page may be selected
      window.addEventListener('keydown', function() { ImguiWebEvents.byKey = true; }, true);
      window.addEventListener('pointerdown', function() { ImguiWebEvents.byKey = false; }, true);
      window.addEventListener('keydown', ImguiWebEvents.changePane);
      on('submit', function(event) { event.preventDefault(); });
      on('compositionstart', ImguiWebText.onComposition);
      on('compositionend', ImguiWebText.onComposition);
      document.addEventListener('selectionchange', function() {
        const field = document.activeElement;
        if (field && field.imguiField && !ImguiWebMirror.patching) ImguiWebText.tellText(field);
      });
    },

    // Transparent text is painted, too, for selections and what find-in-page has found. Without a graphics card that is half of
    // what a key's paint costs; and who types neither selects nor looks for anything.
    noteTyping: function() {
      const field = document.activeElement;
      ImguiWebMirror.root.classList.toggle('typing', !!(field && field.imguiField) && document.hasFocus());
    },

    of: function(event) {
      const target = event.target;
      const element = target.closest ? target.closest('[data-node]') : null;
      return element && element.imguiId !== undefined ? element : null;
    },

    onFocusIn: function(event) {
      const m = ImguiWebMirror, element = ImguiWebEvents.of(event);
      if (!element) return;
      m.active = element;
      const pane = element.closest(ImguiWebEvents.panes);
      if (pane) pane.imguiLast = element;
      if (m.patching) return;
      _imgui_web_on_focus(element.imguiId, ImguiWebEvents.shows(element));
      if (element.imguiField) ImguiWebText.tellText(element);
    },

    onFocusOut: function(event) {
      const m = ImguiWebMirror;
      if (m.patching || (event.relatedTarget && m.root.contains(event.relatedTarget))) return;
      m.active = null;
      _imgui_web_on_focus(0, 0);
    },

    onClick: function(event) {
      const element = ImguiWebEvents.of(event);
      if (!element || element.imguiField || element.tagName === 'A') return;
      // The browser toggled its own copy; if the widget decides otherwise, that is put right when the page rests.
      if (element.type === 'checkbox' || element.type === 'radio') _imgui_web_on_toggled(element.imguiId);
      // A click without a pointer: the keyboard, assistive technology, a script; or one that began before the program.
      ImguiWebEvents.tellFilled();
      if (event.detail === 0 || ImguiWebEarly.pressed) return _imgui_web_on_activate(element.imguiId);
      ImguiWebEvents.tellScrolls(element);
      _imgui_web_on_clicked();
    },

    onKeyDown: function(event) {
      const element = ImguiWebEvents.of(event);
      if (!element || event.isComposing || event.keyCode === 229) return;
      const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
      if (event.key === 'Escape') return _imgui_web_on_escape();
      if (element.imguiField) {
        if (event.key !== 'Enter' || !plain) return;
        if (element.tagName === 'TEXTAREA' && (event.shiftKey || !element.imguiEnterSubmits)) return;
        event.preventDefault();
        ImguiWebEvents.tellFilled();
        return _imgui_web_on_submit(element.imguiId);
      }
      if (element.classList.contains('row') && (event.key === 'Enter' || event.key === ' ')) {
        event.preventDefault();
        return _imgui_web_on_activate(element.imguiId);
      }
      if (!plain) return;
      if (event.key === 'End' || event.key === 'Home') ImguiWebEvents.scrollToEdge(event, element);
      if (element.classList.contains('row')) ImguiWebEvents.moveInTable(event, element);
      else if (element.matches('[role=separator]')) ImguiWebEvents.moveSplitter(event, element);
      else ImguiWebEvents.moveInGroup(event, element);
    },

    // Password managers fill fields, and some dispatch no event for it: what is there now is what the user submits.
    tellFilled: function() {
      ImguiWebMirror.root.querySelectorAll('.field').forEach(function(field) {
        if (field.value !== field.imguiTold) ImguiWebText.tellText(field);
      });
    },

    // F6 leads to where the focus was in the next pane; after the last one the key is the browser's.
    panes: 'header, nav, section[aria-label]',
    changePane: function(event) {
      if (event.key !== 'F6' || event.ctrlKey || event.altKey || event.metaKey) return;
      const m = ImguiWebMirror, panes = Array.from(m.root.querySelectorAll(ImguiWebEvents.panes));
      const at = m.active ? panes.indexOf(m.active.closest(ImguiWebEvents.panes)) : -1;
      const pane = panes[event.shiftKey ? at - 1 : at + 1];
      if (!pane || pane.closest('[inert]')) return;
      event.preventDefault();
      const last = pane.imguiLast;
      (last && pane.contains(last) ? last : pane.querySelector('.field:not(:disabled)') || m.firstFocusable(pane)).focus();
    },

    // What lies there is measured while the browser scrolls to it, and may be higher than was thought: it would stop short. And what
    // it may be scrolling smoothly ends, or would tell of another place.
    scrollToEdge: function(event, element) {
      const scroll = element.closest('.scroll'), end = event.key === 'End';
      if (!scroll || scroll.getAttribute('role') !== 'log') return;
      event.preventDefault();
      scroll.scrollTop = end ? scroll.scrollHeight : 0;
      _imgui_web_on_row(scroll.imguiId, end ? 0x7fffffff : 0);
    },

    moveInGroup: function(event, element) {
      const group = element.closest('[data-arrows]');
      if (!group) return;
      const items = Array.from(group.querySelectorAll('button:not(:disabled)'));
      const at = items.indexOf(element);
      const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 :
                 event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : -1;
      if (at < 0 || to < 0 || to >= items.length) return;
      event.preventDefault();
      items[to].focus();
    },

    moveSplitter: function(event, element) {
      const by = {'ArrowRight': 2, 'ArrowDown': 2, 'ArrowLeft': -2, 'ArrowUp': -2, 'Home': -100, 'End': 100}[event.key];
      if (!by) return;
      event.preventDefault();
      const value = function(which) { return Number(element.getAttribute('aria-value' + which)); };
      _imgui_web_on_row(element.imguiId, Math.max(value('min'), Math.min(value('max'), value('now') + by)));
    },

    // Over all rows, of which only those in sight are elements: the table brings the next one into sight first.
    moveInTable: function(event, element) {
      const rows = element.closest('[data-arrows]');
      const count = Number(rows.closest('[role=table]').getAttribute('aria-rowcount')) - 1;
      const at = Number(element.getAttribute('aria-rowindex')) - 2;
      const page = Math.max(1, Math.floor(rows.clientHeight / element.offsetHeight) - 1);
      const by = {'ArrowDown': 1, 'ArrowUp': -1, 'PageDown': page, 'PageUp': -page, 'Home': -count, 'End': count}[event.key];
      if (!by) return;
      event.preventDefault();
      const to = Math.max(0, Math.min(count - 1, at + by));
      if (to === at) return;
      _imgui_web_on_row(rows.imguiId, to);
      const next = rows.querySelector('.row[aria-rowindex="' + (to + 2) + '"]');
      if (!next) return;
      element.tabIndex = -1;
      next.tabIndex = 0;
      next.focus({preventScroll: true});
    },

    onScroll: function(event) {
      const m = ImguiWebMirror, element = event.target;
      if (element.imguiField) return ImguiWebText.tellText(element);
      if (element.imguiId === undefined) return;
      if (!(Math.abs(element.scrollTop - element.imguiPlaced) <= 1)) ImguiWebEvents.showBar(element);
      _imgui_web_on_scroll(element.imguiId, element.scrollTop / ImguiWebTextSize.scale);
    },

    // While somebody scrolls; the program scrolls without it.
    showBar: function(element) {
      element.classList.add('scrolled');
      clearTimeout(element.imguiBar);
      element.imguiBar = setTimeout(function() { element.classList.remove('scrolled'); }, 1000);
    },

    // Scroll events come with the next animation frame only; a click may come before.
    tellScrolls: function(element) {
      for (let at = element; at && at !== ImguiWebMirror.root; at = at.parentElement)
        if (at.imguiId !== undefined && at.classList.contains('scroll'))
          _imgui_web_on_scroll(at.imguiId, at.scrollTop / ImguiWebTextSize.scale);
    },

    // "peter, 10:42: hello"
    quote: function(article) {
      const words = Array.from(article.querySelectorAll('.text:not([data-aside])')).map(function(block) { return block.textContent; });
      return words.length ? article.dataset.speaker + ': ' + words.join('\n') : '';
    },

    // Lines are elements of their own, without white space between them: each block of them is one line of the copy.
    onCopy: function(event) {
      const selection = document.getSelection();
      const field = document.activeElement && document.activeElement.imguiField;
      if (field || !selection.rangeCount || selection.isCollapsed) return;
      const part = selection.getRangeAt(0).cloneContents();
      part.querySelectorAll('.unseen').forEach(function(piece) { piece.remove(); });
      const said = Array.from(part.querySelectorAll('[data-speaker]')).map(ImguiWebEvents.quote).filter(Boolean);
      const blocks = Array.from(part.querySelectorAll('.text')).map(function(block) { return block.textContent; });
      const text = said.length > 1 ? said.join('\n') : blocks.length ? blocks.join('\n') : part.textContent;
      event.clipboardData.setData('text/plain', text);
      event.preventDefault();
    }
  }
};
mergeInto(LibraryManager.library, imguiWebEvents);
