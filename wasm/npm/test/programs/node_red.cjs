// A flow editor's broker node: many nodes share one connection, each with its filters; untyped, as old code is.
const mqtt = require('mqtt');

const base = process.env.PREFIX;

function matches(filter, topic) {
  const pattern = filter.replace(/[.*?^${}()|[\]\\]/g, '\\$&').replace(/\\?\+/g, '[^/]+').replace(/\/#$/, '(/.*)?');
  return new RegExp(`^${pattern}$`).test(topic);
}

function BrokerNode(config) {
  const node = this;
  node.users = {};
  node.connected = false;
  node.subscriptions = {};
  node.options = {
    clientId: config.clientid, keepalive: 60, clean: true, reconnectPeriod: 15000, protocolVersion: 4, resubscribe: false,
    username: undefined, password: undefined,
    will: {topic: base + '/gone', payload: 'node-red', qos: 0, retain: false},
  };
  node.register = function(user) {
    node.users[user.id] = user;
    if (Object.keys(node.users).length === 1) node.connect();
  };
  node.deregister = function(user, done) {
    delete node.users[user.id];
    if (Object.keys(node.users).length > 0) return done();
    if (node.client && node.client.connected) {
      node.client.publish(base + '/birth', 'bye', {qos: 1}, function(err) {
        console.log('close message', err ? err.message : 'sent');
        node.client.end(done);
      });
    } else {
      node.client.end(true, done);
    }
  };
  node.connect = function() {
    node.client = mqtt.connect(config.url, node.options);
    node.client.setMaxListeners(0);
    node.client.on('connect', function() {
      node.connected = true;
      Object.keys(node.users).forEach(function(id) { node.users[id].status({fill: 'green', text: 'connected'}); });
      node.client.removeAllListeners('message');
      Object.keys(node.subscriptions).forEach(function(topic) {
        node.client.on('message', node.subscriptions[topic].handler);
        node.client.subscribe(topic, {qos: node.subscriptions[topic].qos});
      });
    });
    node.client.on('reconnect', function() { console.log('reconnecting'); });
    node.client.on('close', function() {
      if (!node.connected) return;
      node.connected = false;
      console.log('disconnected');
    });
    node.client.on('error', function(error) { console.log('error', error.message); });
  };
  node.subscribe = function(topic, qos, callback) {
    const sub = {topic: topic, qos: qos};
    sub.handler = function(mtopic, mpayload, mpacket) { if (matches(topic, mtopic)) callback(mtopic, mpayload, mpacket); };
    node.subscriptions[topic] = sub;
    if (node.connected) {
      node.client.on('message', sub.handler);
      node.client.subscribe(topic, {qos: qos});
    }
  };
  node.publish = function(msg, done) {
    if (!Buffer.isBuffer(msg.payload)) {
      if (typeof msg.payload === 'object') msg.payload = JSON.stringify(msg.payload);
      else if (typeof msg.payload !== 'string') msg.payload = '' + msg.payload;
    }
    node.client.publish(msg.topic, msg.payload, {qos: msg.qos || 0, retain: msg.retain || false}, done);
  };
}

const broker = new BrokerNode({url: process.env.BROKER_TCP, clientid: base + '-red'});
const input = {id: 'in', status: function(s) { console.log('in is', s.text); }};
const output = {id: 'out', status: function(s) { console.log('out is', s.text); start(); }};

broker.subscribe(base + '/sensor/+/value', 1, function(topic, payload, packet) {
  console.log('in', topic.slice(base.length), payload.toString(), Buffer.isBuffer(payload), packet.qos, packet.retain, packet.cmd);
  if (payload.toString() === 'last') finish();
});
broker.subscribe(base + '/sensor/#', 2, function(topic, payload) { console.log('all', topic.slice(base.length), payload.length); });
broker.register(input);
broker.register(output);

function start() {
  const messages = [{a: 1}, 17, true, 'text', Buffer.from([1, 2, 3]), 'last'];
  (function next() {
    if (!messages.length) return;
    broker.publish({topic: base + '/sensor/x/value', payload: messages.shift(), qos: 1}, function(err) {
      console.log('done', err ? err.message : 'ok');
      next();
    });
  })();
}

function finish() {
  setImmediate(function() {
    broker.deregister(output, function() {
      broker.deregister(input, function() { console.log('closed', broker.client.connected); });
    });
  });
}
