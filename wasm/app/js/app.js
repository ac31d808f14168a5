// What MQTT Chat asks of its page besides drawing: the address, the configuration, other tabs, files, notifications.
var mqttChat = {
  $MqttChat: {
    tabs: null,
    shown: [],  // notifications, for as long as their user is signed in
  },

  // 0: the query, 1: the host, 2: the port, 3: "https:" or "http:".
  mqtt_chat_address__deps: ['$ImguiWebAddress', '$WasmqttBorder'],
  mqtt_chat_address__sig: 'vi',
  mqtt_chat_address: function(part) {
    ImguiWebAddress.settle();
    WasmqttBorder.placeText(_mqtt_chat_room(),
                            [location.search, location.hostname, location.port, location.protocol][part]);
  },

  // A port of config.json (js/config.js), of one or of a list; 0 where it has none.
  mqtt_chat_config__deps: ['$WasmqttBorder'],
  mqtt_chat_config__sig: 'iiii',
  mqtt_chat_config: function(name, size, index) {
    var value = [].concat((Module['mqttChatConfig'] || {})[WasmqttBorder.text(name, size)])[index];
    return Number.isInteger(value) && value > 0 && value < 65536 ? value : 0;
  },

  // What config.json says of the brokers, in words.
  mqtt_chat_note__deps: ['$WasmqttBorder'],
  mqtt_chat_note__sig: 'v',
  mqtt_chat_note: function() {
    WasmqttBorder.placeText(_mqtt_chat_room(), String((Module['mqttChatConfig'] || {})['note'] || ''));
  },

  mqtt_chat_now__sig: 'd',
  mqtt_chat_now: function() { return Date.now(); },

  // Minutes that local time is ahead of UTC.
  mqtt_chat_zone__sig: 'id',
  mqtt_chat_zone: function(milliseconds) {
    return -new Date(milliseconds).getTimezoneOffset();
  },

  mqtt_chat_hear_tabs__deps: ['$MqttChat', '$WasmqttBorder'],
  mqtt_chat_hear_tabs__sig: 'v',
  mqtt_chat_hear_tabs: function() {
    try {
      MqttChat.tabs = new BroadcastChannel('mqtt-chat');
    } catch (error) {
      return;  // Missing, or refused together with cookies: the broker still tells of another tab.
    }
    MqttChat.tabs.onmessage = function(event) {
      var user = WasmqttBorder.encode(event.data.user);
      WasmqttBorder.place(_mqtt_chat_room(), [user, WasmqttBorder.encode(event.data.broker)]);
      _mqtt_chat_on_tab(user.length);
    };
  },

  mqtt_chat_tell_tabs__deps: ['$MqttChat', '$WasmqttBorder'],
  mqtt_chat_tell_tabs__sig: 'viiii',
  mqtt_chat_tell_tabs: function(user, userSize, broker, brokerSize) {
    if (!MqttChat.tabs) return;
    MqttChat.tabs.postMessage(
        {user: WasmqttBorder.text(user, userSize), broker: WasmqttBorder.text(broker, brokerSize)});
  },

  // Who is signed in on this page, for boot.js after a reload. No other tab sees it.
  mqtt_chat_remember_tab__deps: ['$WasmqttBorder'],
  mqtt_chat_remember_tab__sig: 'viiii',
  mqtt_chat_remember_tab: function(user, userSize, broker, brokerSize) {
    var who = {user: WasmqttBorder.text(user, userSize), broker: WasmqttBorder.text(broker, brokerSize)};
    try {
      sessionStorage.setItem('mqtt-chat', JSON.stringify(who));
    } catch (error) {
      return;  // Storage is denied: a reload signs out.
    }
  },

  // Nor does what was notified of stay on the screen.
  mqtt_chat_forget_tab__deps: ['$MqttChat'],
  mqtt_chat_forget_tab__sig: 'v',
  mqtt_chat_forget_tab: function() {
    MqttChat.shown.splice(0).forEach(function(notification) { notification.close(); });
    try {
      sessionStorage.removeItem('mqtt-chat');
    } catch (error) {
      return;  // Nothing was stored.
    }
  },

  // Puts the user and the broker into the room, as boot.js found them; returns the size of the user, 0 for nobody.
  mqtt_chat_returned__deps: ['$WasmqttBorder'],
  mqtt_chat_returned__sig: 'i',
  mqtt_chat_returned: function() {
    var who = Module['mqttChatReturned'];
    if (!who) return 0;
    var user = WasmqttBorder.encode(who['user']);
    WasmqttBorder.place(_mqtt_chat_room(), [user, WasmqttBorder.encode(who['broker'])]);
    return user.length;
  },

  mqtt_chat_download__deps: ['$WasmqttBorder'],
  mqtt_chat_download__sig: 'viiii',
  mqtt_chat_download: function(name, nameSize, text, textSize) {
    var url = URL.createObjectURL(new Blob([WasmqttBorder.bytes(text, textSize)], {type: 'application/octet-stream'}));
    var link = document.createElement('a');
    link.href = url;
    link.download = WasmqttBorder.text(name, nameSize);
    link.click();
    setTimeout(function() { URL.revokeObjectURL(url); }, 60000);
  },

  mqtt_chat_open_file__deps: ['$WasmqttBorder'],
  mqtt_chat_open_file__sig: 'v',
  mqtt_chat_open_file: function() {
    var input = document.createElement('input'), most = 64 * 1024 * 1024;
    input.type = 'file';
    input.accept = '.pcapng,.jsonl';
    input.onchange = function() {
      var file = input.files[0];
      if (!file) return;
      var unreadable = function() { return new ArrayBuffer(0); };
      file.slice(0, file.size > most ? 0 : file.size).arrayBuffer().catch(unreadable).then(function(bytes) {
        var name = WasmqttBorder.encode(file.name);
        WasmqttBorder.place(_mqtt_chat_room(), [name, new Uint8Array(bytes)]);
        _mqtt_chat_on_file(name.length);
      });
    };
    input.click();
  },

  // Refused without a secure context; the text stands on the page, too.
  mqtt_chat_copy__deps: ['$WasmqttBorder'],
  mqtt_chat_copy__sig: 'vii',
  mqtt_chat_copy: function(text, size) {
    if (navigator.clipboard) navigator.clipboard.writeText(WasmqttBorder.text(text, size)).catch(function() {});
  },

  // A file beside the page. Without `ok` only its name comes back.
  mqtt_chat_load__deps: ['$WasmqttBorder'],
  mqtt_chat_load__sig: 'vii',
  mqtt_chat_load: function(name, nameSize) {
    var file = WasmqttBorder.text(name, nameSize), told = WasmqttBorder.encode(file);
    fetch(file)
      .then(function(response) { return response.ok ? response.arrayBuffer() : Promise.reject(); })
      .then(function(text) { return [told, new Uint8Array(text)]; }, function() { return [told]; })
      .then(function(parts) {
        WasmqttBorder.place(_mqtt_chat_room(), parts);
        _mqtt_chat_on_loaded(told.length, parts.length - 1);
      });
  },

  // As chat::Notifications.
  mqtt_chat_notifications__sig: 'i',
  mqtt_chat_notifications: function() {
    if (typeof Notification === 'undefined') return 0;
    return {'granted': 2, 'denied': 3}[Notification.permission] || 1;
  },

  mqtt_chat_ask_for_notifications__sig: 'v',
  mqtt_chat_ask_for_notifications: function() {
    Notification.requestPermission().then(function() { _mqtt_chat_on_notifications(); });
  },

  mqtt_chat_notify__deps: ['$MqttChat', '$WasmqttBorder'],
  mqtt_chat_notify__sig: 'viiii',
  mqtt_chat_notify: function(title, titleSize, text, textSize) {
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
    var heading = WasmqttBorder.text(title, titleSize);
    try {
      // A tag replaces the last one of this chat, silently unless told otherwise.
      var shown = new Notification(heading, {body: WasmqttBorder.text(text, textSize), tag: heading, renotify: true});
      MqttChat.shown = MqttChat.shown.filter(function(other) { return other.tag !== heading; }).concat(shown);
      shown.onclick = function() {
        window.focus();
        shown.close();
        WasmqttBorder.placeText(_mqtt_chat_room(), heading);
        _mqtt_chat_on_notification_clicked();
      };
    } catch (error) {
      return;  // Phones show them from service workers only; the title still counts what was not read.
    }
  },
};
mergeInto(LibraryManager.library, mqttChat);
