// Reads config.json while the module is being loaded, and lets the page begin when both are there. Whoever serves the
// page may change the brokers' ports in it; without that file the usual ones hold. They hold, too, when it could not be
// read, and then the login says so: what somebody signs in with must not go to another broker unnoticed.
(function() {
  var timeout = 30000;  // milliseconds; on a slow link it comes late, as all else does
  var unread = {
    'note': 'The configuration of this page could not be read. It uses the usual ports of the brokers; load it again for the right ones.',
  };
  var giveUp = new AbortController();
  var timer = setTimeout(function() { giveUp.abort(); }, timeout);
  var read = fetch('config.json', {signal: giveUp.signal})
    .then(function(response) { return response.ok ? response.json() : response.status === 404 ? {} : unread; })
    .catch(function() { return unread; });
  Module['preRun'] = [].concat(Module['preRun'] || [], function() {
    addRunDependency('config.json');
    read.then(function(config) {
      clearTimeout(timer);
      Module['mqttChatConfig'] = config;
      removeRunDependency('config.json');
    });
  });
})();
