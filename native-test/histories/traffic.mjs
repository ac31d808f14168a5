// The log of the wires (wire.mjs), by client, and what it proves.
export class Traffic {
  #by_client = new Map();
  #by_id;
  #by_packet_id;
  #sessions;

  constructor(log) {
    for (const entry of log) {
      if (!this.#by_client.has(entry.client)) this.#by_client.set(entry.client, []);
      this.#by_client.get(entry.client).push(entry);
    }
    const index = (key, wanted) => new Map([...this.#by_client].map(([client, list]) => [client, grouped(list.filter(wanted), key)]));
    this.#by_id = index('id', ({cmd}) => cmd === 'publish');
    this.#by_packet_id = index('messageId', ({messageId}) => messageId);
    this.#sessions = index('sessionPresent', ({cmd, way, code}) => cmd === 'connack' && way === 'down' && !code);
  }

  #of(client) { return this.#by_client.get(client) ?? []; }
  #with(client, messageId, cmd, way) {
    return (this.#by_packet_id.get(client)?.get(messageId) ?? []).filter((entry) => entry.cmd === cmd && entry.way === way);
  }
  // Whether the broker has begun a new session for the client between these two times.
  #forgotten(client, first, last) { return (this.#sessions.get(client)?.get(false) ?? []).some(({time}) => time > first && time < last); }
  #publishes(client, id, way) { return (this.#by_id.get(client)?.get(id) ?? []).filter((entry) => entry.way === way); }

  // Whether the broker has answered for good what this client has published.
  answered(client, id) {
    const sent = this.#publishes(client, id, 'up');
    return sent.some(({messageId, time}) => ['puback', 'pubcomp'].some((cmd) => this.#with(client, messageId, cmd, 'down').some((entry) => entry.time >= time)));
  }

  came(client, id, until) { return this.#publishes(client, id, 'down').some(({time}) => time <= until + slack); }

  came_often(client, id) { return this.#publishes(client, id, 'down').length > 1; }

  // {id, reused} of each message that the client has answered with PUBACK or PUBREC; `reused`: the message that had its packet id
  // and is not finished, so that the client had to take the new one for it.
  *answered_for(client) {
    let coming = new Map();
    let open = new Map();
    let connection = 0;
    for (const entry of this.#of(client)) {
      if (entry.connection !== connection) coming = new Map();
      connection = entry.connection;
      const {cmd, way, messageId} = entry;
      if (cmd === 'connack' && way === 'down' && !entry.sessionPresent) open = new Map();
      if (cmd === 'publish' && way === 'down') coming.set(messageId, [...coming.get(messageId) ?? [], entry]);
      if (cmd === 'pubcomp' && way === 'up') open.delete(messageId);
      const answers = way === 'up' && (cmd === 'puback' || cmd === 'pubrec') && coming.get(messageId)?.shift();
      if (!answers) continue;
      const held = cmd === 'pubrec' ? open.get(messageId) : undefined;
      yield {id: answers.id, reused: held !== answers.id ? held : undefined};
      if (cmd === 'pubrec') open.set(messageId, held ?? answers.id);
    }
  }

  // Whether the broker has sent the message as another one between these two times: under another packet id or with another QoS, after the
  // release of the first, or in a new session.
  sent_anew(client, id, first, second) {
    const sent = this.#publishes(client, id, 'down').filter(({time}) => time <= second + slack);
    if (new Set(sent.map(({messageId, qos}) => `${messageId} ${qos}`)).size > 1) return true;
    if (sent.length < 2) return false;
    const {messageId, time} = sent[0], last = sent.at(-1).time;
    return this.#with(client, messageId, 'pubrel', 'down').some((entry) => entry.time > time && entry.time < last) || this.#forgotten(client, time, last);
  }

  // 'twice': as two messages; 'session lost': the broker had forgotten the first; null: once.
  published_twice(client, id) {
    const sent = this.#publishes(client, id, 'up');
    if (new Set(sent.map(({messageId}) => messageId)).size < 2 && !this.#after_release(client, sent)) return null;
    return this.#forgotten(client, sent[0].time, sent.at(-1).time) ? 'session lost' : 'twice';
  }

  #after_release(client, sent) {
    if (sent.length < 2) return false;
    const {messageId, time} = sent[0];
    return this.#with(client, messageId, 'pubrel', 'up').some((entry) => entry.time > time && entry.time < sent.at(-1).time);
  }

  // Whether `one` came before `other` on the connection on which `other` was read: then it was read before it, too.
  came_before(client, one, other, read) {
    const there = this.#publishes(client, other, 'down').filter(({time}) => time <= read + slack);
    const first = there.find(({connection}) => connection === there.at(-1).connection);
    return Boolean(first) && this.#publishes(client, one, 'down').some(({connection, time}) => connection === first.connection && time < first.time);
  }

  // Whether the client has sent `one` before `other`: for the first time, or on a connection on which it has sent both.
  published_before(client, one, other) {
    const first = this.#publishes(client, one, 'up'), second = this.#publishes(client, other, 'up');
    if (first.length === 0 || second.length === 0) return false;
    const on = (list, connection) => list.find((entry) => entry.connection === connection)?.time ?? Infinity;
    return first[0].time < second[0].time || second.some(({connection, time}) => on(first, connection) < time && on(second, connection) === time);
  }

  // How a broker has lost what it had acknowledged, published from this time on, and never brought to an end.
  loss(client, id, published) {
    const forgotten = (this.#sessions.get(client)?.get(false) ?? []).map(({time}) => time);
    const before = forgotten.filter((time) => time <= published).at(-1) ?? -Infinity;
    // From when on the present session has a subscription.
    const subscribed = this.#of(client).find(({cmd, way, time}) => cmd === 'suback' && way === 'down' && time > before)?.time ?? Infinity;
    if (forgotten.some((time) => time > published) || subscribed > published) return 'acknowledged, and the session of the subscriber forgotten';
    if (this.#unanswered(client, published)) return 'acknowledged, and the session of the subscriber perhaps forgotten, where CONNECT had no answer';
    return this.#publishes(client, id, 'down').length === 0 ? 'acknowledged, the session kept, and never sent'
      : 'acknowledged, sent, not answered when the connection ended, and not sent again';
  }

  // Whether a connection after this time had a CONNECT and no CONNACK: the broker may have begun a new session there.
  #unanswered(client, since) {
    const cmds = new Map();
    for (const {time, connection, cmd} of this.#of(client)) if (time > since) cmds.set(connection, `${cmds.get(connection) ?? ''} ${cmd}`);
    return [...cmds.values()].some((all) => / connect\b/.test(all) && !/ connack\b/.test(all));
  }

  // The connections on which the broker had forgotten the session: {time, ended, filters, published}; `ended`: null at the end of the
  // log; `filters`: what the client has subscribed to on it; `published`: when it has published for the first time.
  new_sessions(client) {
    return (this.#sessions.get(client)?.get(false) ?? []).map(({time, connection}) => {
      const there = this.#of(client).filter((entry) => entry.connection === connection && entry.time >= time);
      const up = (cmd) => there.filter((entry) => entry.cmd === cmd && entry.way === 'up');
      return {time, ended: there.find(({cmd}) => cmd === 'closed')?.time ?? null, filters: up('subscribe').flatMap(({filters}) => filters),
        published: up('publish')[0]?.time ?? null};
    });
  }
}

// Of the two clocks, in milliseconds.
const slack = 1;

function grouped(list, key) {
  const groups = new Map();
  for (const one of list) {
    if (!groups.has(one[key])) groups.set(one[key], []);
    groups.get(one[key]).push(one);
  }
  return groups;
}
