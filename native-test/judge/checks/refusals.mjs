// What a program may ask of the client, and the client may not send.
const area = 'Commands that must be refused';

const refused = (name, clauses, command) => ({area, name, clauses, async run(trial) {
  const peer = await trial.begin();
  trial.client.do({tag: 'bad', ...command});
  trial.publish('good', 'good', {qos: 0});
  await trial.until(() => trial.of(peer, 'publish').some(({topic}) => topic === 'good') || peer.is_closed, 'a message that follows');
  const wrong = peer.packets.find(({cmd, topic}) => cmd === 'broken' || cmd === command.do && topic !== 'good');
  trial.demand(!wrong, 'is sent');
  trial.demand(!trial.broker.packets.some(({cmd}) => cmd === 'broken'), 'what is sent is not MQTT');
  trial.demand(!peer.is_closed, 'the client closes the connection');
}});

const publish = (topic, more = {}) => ({do: 'publish', topic, payload: '6d', qos: 0, ...more});
const subscribe = (filter, qos = 0) => ({do: 'subscribe', filter, qos});

export default [
  refused('publish to "a/+"', ['3.3.2-2'], publish('a/+')),
  refused('publish to "a/#"', ['3.3.2-2'], publish('a/#')),
  refused('publish to ""', ['4.7.3-1'], publish('')),
  refused('publish to a topic with U+0000', ['4.7.3-2'], publish('a\0b')),
  refused('publish to a topic of 65,536 bytes', ['4.7.3-3'], publish('t'.repeat(65_536))),
  refused('publish with QoS 3', ['3.3.1-4'], publish('a', {qos: 3})),
  refused('subscribe to "a/#/b"', [{4: '4.7.1-2', 5: '4.7.1-1'}], subscribe('a/#/b')),
  refused('subscribe to "a#"', [{4: '4.7.1-2', 5: '4.7.1-1'}], subscribe('a#')),
  refused('subscribe to "a+/b"', [{4: '4.7.1-3', 5: '4.7.1-2'}], subscribe('a+/b')),
  refused('subscribe to ""', ['4.7.3-1'], subscribe('')),
  refused('subscribe to a filter with U+0000', ['4.7.3-2'], subscribe('a\0b')),
  refused('subscribe with QoS 3', [{4: '3-8.3-4', 5: '3.8.3-5'}], subscribe('a', 3)),
  {...refused('subscribe to "$share//t"', ['4.8.2-1'], subscribe('$share//t')), versions: [5]},
  {...refused('subscribe to "$share/g"', ['4.8.2-2'], subscribe('$share/g')), versions: [5]},
  {...refused('subscribe to "$share/a+/t"', ['4.8.2-2'], subscribe('$share/a+/t')), versions: [5]},
];
