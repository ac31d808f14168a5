// The page's address and its query: see src/page.cpp.
var imguiWebAddress = {
  // Browsers limit how often the address may change (WebKit: 100 times in 30 s), and throw, or ignore what comes beyond that.
  $ImguiWebAddress: {
    next: null,  // what the address is to become
    timer: 0,
    began: 0,    // half a minute, in which it has changed so often:
    count: 0,

    replace: function(to) {
      const a = ImguiWebAddress, now = performance.now();
      a.next = to;
      if (a.timer) return;
      if (now - a.began > 30000) {
        a.began = now;
        a.count = 0;
      }
      if (++a.count <= 50) a.settle();
      else a.timer = setTimeout(a.settle, 1000);
    },

    // Also before the address is read: then it is what was set last, unless the browser refuses that now; it is asked again.
    settle: function() {
      const a = ImguiWebAddress;
      clearTimeout(a.timer);
      a.timer = 0;
      if (a.next === null) return;
      try {
        history.replaceState(null, '', a.next);
        a.next = null;
      } catch (error) {
        console.warn('The browser refuses to change the address: ' + error.message);
        a.timer = setTimeout(a.settle, 1000);
      }
    },

    push: function(to) {
      ImguiWebAddress.settle();
      history.pushState(null, '', to);
    },

    // Another entry of the history: what was to be set belongs to the one before.
    forget: function() { ImguiWebAddress.next = null; }
  },

  imgui_web_set_address__deps: ['$ImguiWebAddress', '$WasmqttBorder'],
  imgui_web_set_address: function(url, length, push) {
    const to = WasmqttBorder.text(url, length) || location.pathname;
    if (push) ImguiWebAddress.push(to);
    else ImguiWebAddress.replace(to);
  },

  imgui_web_go_back: function() { history.back(); },

  imgui_web_query__deps: ['$ImguiWebAddress', '$WasmqttBorder'],
  imgui_web_query: function(name, length) {
    ImguiWebAddress.settle();
    const value = new URLSearchParams(location.search).get(WasmqttBorder.text(name, length)) || '';
    WasmqttBorder.placeText(_imgui_web_room(), value);
  }
};
mergeInto(LibraryManager.library, imguiWebAddress);
