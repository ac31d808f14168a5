// A command line tool in two halves, publish and subscribe; untyped.
const {connect} = require('mqtt');

const base = process.env.PREFIX;

function parse(args) {
  const options = {topics: []};
  for (let i = 0; i < args.length; i++) {
    switch (args[i]) {
      case '-t': options.topics.push(args[++i]); break;
      case '-m': options.message = args[++i]; break;
      case '-q': options.qos = Number(args[++i]); break;
      case '-r': options.retain = true; break;
      case '-v': options.verbose = true; break;
      case '-i': options.clientId = args[++i]; break;
      case '-h': options.hostname = args[++i]; break;
      case '-p': options.port = args[++i]; break;
      case '-C': options.protocol = args[++i]; break;
      case '--will-topic': options.will = {topic: args[++i], payload: 'gone'}; break;
    }
  }
  return options;
}

function sub(args, count, ready) {
  const options = parse(args);
  const client = connect(options);
  client.on('connect', () => {
    client.subscribe(options.topics, {qos: options.qos || 0}, (err, result) => {
      if (err) {
        console.error(err);
        process.exit(1);
      }
      result.forEach((one) => {
        if (one.qos > 2) console.log('subscription negated to', one.topic, 'with code', one.qos);
      });
      ready();
    });
  });
  client.on('message', (topic, payload, packet) => {
    if (options.verbose) console.log(topic.replace(base, ''), payload.toString(), packet.retain ? 'retained' : 'live');
    else console.log(payload.toString());
    if (--count === 0) client.end(() => console.log('sub ends'));
  });
  client.on('error', (err) => {
    console.error(err.message);
    client.end();
  });
}

function pub(args, done) {
  const options = parse(args);
  options.topic = options.topics[0];
  delete options.topics;
  const client = connect(options);
  client.publish(options.topic, options.message, options, () => client.end());
  client.on('end', done);
  client.on('error', (err) => {
    console.error(err.message);
    client.end();
  });
}

const {hostname, port} = new URL(process.env.BROKER_TCP);
const where = ['-h', hostname, '-p', port, '-C', 'mqtt'];
pub([...where, '-t', base + '/kept', '-m', 'before', '-r', '-q', '1'], () => {
  sub([...where, '-v', '-t', base + '/kept', '-t', base + '/cli/+', '-q', '1', '-i', base + '-sub'], 4, () => {
    pub([...where, '-t', base + '/cli/a', '-m', 'hello'], () => {
      pub([...where, '-t', base + '/cli/b', '-m', 'world', '-q', '2'], () => {
        pub([...where, '-t', base + '/kept', '-m', '', '-r', '-q', '1'], () => {});
      });
    });
  });
});
