// Reads config.json while the module is being loaded, and lets the page begin when both are there. Whoever serves the
// page may change the brokers' ports in it; without it, or when it does not come, the usual ones hold.
(function() {
  var timeout = 3000;  // milliseconds
  var read = fetch('config.json')
    .then(function(response) { return response.ok ? response.json() : {}; })
    .catch(function() { return {}; });
  var late = new Promise(function(resolve) { setTimeout(resolve, timeout, {}); });
  Module['preRun'] = [].concat(Module['preRun'] || [], function() {
    addRunDependency('config.json');
    Promise.race([read, late]).then(function(config) {
      Module['mqttChatConfig'] = config;
      removeRunDependency('config.json');
    });
  });
})();
