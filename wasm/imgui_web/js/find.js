// Find-in-page for what is scrolled away: see src/mirror.cpp. The items of a log that are not drawn lie in it as
// hidden="until-found"; the browser fires `beforematch` at the one it has found. Without that feature nothing is added.
var imguiWebFind = {
  $ImguiWebFind__deps: ['$ImguiWebMirror'],
  $ImguiWebFind: {
    box: null,    // in the log; its children are the items from `low` on
    low: 0,
    found: null,  // the item whose match the browser shows: over the drawn one, while that is in sight

    onFound: function(event) {
      const f = ImguiWebFind, item = event.target, log = f.box && f.box.parentNode;
      if (!log || item.parentNode !== f.box) return;
      const index = f.low + Array.prototype.indexOf.call(f.box.children, item);
      f.found = item;
      _imgui_web_on_found(index);  // draws it
      // The browser scrolls to the match and marks it: so it has to lie over the drawn text.
      const article = log.querySelector('article[aria-posinset="' + (index + 1) + '"]');
      if (!article) return;
      const text = Array.from(article.querySelectorAll('.text')).find(function(one) {
        return one.textContent === item.textContent;
      }) || article;
      const at = text.getBoundingClientRect(), from = log.getBoundingClientRect();
      item.style.left = at.left - from.left + 'px';
      item.style.top = at.top - from.top + log.scrollTop + 'px';
      item.style.width = at.width + 'px';
      item.style.font = text.style.font;
    }
  },

  // The items of a log from `low` on are to be there; `anew`: not those of the last call. Returns the first that is
  // missing and is to be added, or -1.
  imgui_web_find_from__deps: ['$ImguiWebFind', '$ImguiWebMirror'],
  imgui_web_find_from: function(id, low, anew) {
    const f = ImguiWebFind, log = ImguiWebMirror.nodes.get(id >>> 0);
    if (f.box && (anew || !f.box.isConnected)) {
      f.box.remove();
      f.box = f.found = null;
    }
    if (!log || !('onbeforematch' in log)) return -1;
    if (!f.box) {
      f.box = document.createElement('div');
      f.box.className = 'findable';
      f.box.setAttribute('aria-hidden', 'true');
      f.low = low;
      log.prepend(f.box);
    }
    for (; f.low < low; ++f.low) if (f.box.firstChild) f.box.firstChild.remove();
    return low + f.box.childElementCount;
  },

  imgui_web_find_add__deps: ['$ImguiWebFind', '$WasmqttBorder'],
  imgui_web_find_add: function(text, length) {
    const item = document.createElement('div');
    item.imguiText = WasmqttBorder.text(text, length);
    ImguiWebFind.box.append(item);
  },

  // The items [first, end) are drawn, and found there: here they are empty.
  imgui_web_find_hide__deps: ['$ImguiWebFind'],
  imgui_web_find_hide: function(first, end) {
    const f = ImguiWebFind;
    Array.from(f.box.children).forEach(function(item, i) {
      const drawn = f.low + i >= first && f.low + i < end;
      if (item === f.found ? drawn : item.imguiDrawn === drawn) return;
      if (item === f.found) f.found = null;
      item.imguiDrawn = drawn;
      item.hidden = drawn ? false : 'until-found';
      item.textContent = drawn ? '' : item.imguiText;
    });
  }
};
mergeInto(LibraryManager.library, imguiWebFind);
