// What MQTT Chat asks of its page besides drawing: the address, the configuration, other tabs, files, notifications.
var mqttChat = {
  $MqttChat: {
    tabs: null,
    text: function(at, size) { return new TextDecoder().decode(HEAPU8.slice(at, at + size)); },
    // Hands a string to C++ and calls back with its address and size.
    pass: function(text) {
      var bytes = new TextEncoder().encode(text);
      HEAPU8.set(bytes, _mqtt_chat_room(bytes.length));
      return bytes.length;
    },
  },

  // 0: the query, 1: the host, 2: the port, 3: "https:" or "http:". Returns the size of what lies in the room.
  mqtt_chat_address__deps: ['$MqttChat'],
  mqtt_chat_address__sig: 'ii',
  mqtt_chat_address: function(part) {
    return MqttChat.pass([location.search, location.hostname, location.port, location.protocol][part]);
  },

  // A number of config.json (js/config.js), 0 where it has none.
  mqtt_chat_config__deps: ['$MqttChat'],
  mqtt_chat_config__sig: 'iii',
  mqtt_chat_config: function(name, size) {
    var value = (Module['mqttChatConfig'] || {})[MqttChat.text(name, size)];
    return Number.isInteger(value) ? value : 0;
  },

  // Minutes that local time is ahead of UTC.
  mqtt_chat_zone__sig: 'id',
  mqtt_chat_zone: function(milliseconds) {
    return -new Date(milliseconds).getTimezoneOffset();
  },

  mqtt_chat_hear_tabs__deps: ['$MqttChat'],
  mqtt_chat_hear_tabs__sig: 'v',
  mqtt_chat_hear_tabs: function() {
    if (typeof BroadcastChannel === 'undefined') return;
    MqttChat.tabs = new BroadcastChannel('mqtt-chat');
    MqttChat.tabs.onmessage = function(event) {
      var user = new TextEncoder().encode(event.data.user);
      var broker = new TextEncoder().encode(event.data.broker);
      var at = _mqtt_chat_room(user.length + broker.length);
      HEAPU8.set(user, at);
      HEAPU8.set(broker, at + user.length);
      _mqtt_chat_on_tab(user.length, broker.length);
    };
  },

  mqtt_chat_tell_tabs__deps: ['$MqttChat'],
  mqtt_chat_tell_tabs__sig: 'viiii',
  mqtt_chat_tell_tabs: function(user, userSize, broker, brokerSize) {
    if (!MqttChat.tabs) return;
    MqttChat.tabs.postMessage({user: MqttChat.text(user, userSize), broker: MqttChat.text(broker, brokerSize)});
  },

  mqtt_chat_download__deps: ['$MqttChat'],
  mqtt_chat_download__sig: 'viiii',
  mqtt_chat_download: function(name, nameSize, text, textSize) {
    var url = URL.createObjectURL(new Blob([HEAPU8.slice(text, text + textSize)], {type: 'application/jsonl'}));
    var link = document.createElement('a');
    link.href = url;
    link.download = MqttChat.text(name, nameSize);
    link.click();
    setTimeout(function() { URL.revokeObjectURL(url); }, 60000);
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

  mqtt_chat_notify__deps: ['$MqttChat'],
  mqtt_chat_notify__sig: 'viiii',
  mqtt_chat_notify: function(title, titleSize, text, textSize) {
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
    var heading = MqttChat.text(title, titleSize);
    try {
      var shown = new Notification(heading, {body: MqttChat.text(text, textSize), tag: heading});
      shown.onclick = function() { window.focus(); shown.close(); };
    } catch (error) {
      return;  // Phones show them from service workers only; the title still counts what was not read.
    }
  },
};
mergeInto(LibraryManager.library, mqttChat);
