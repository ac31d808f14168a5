// Messages as any other client of the chat would send them.
//
//   await flood(broker, [message('alice', 'bob', 'hello'), message('alice', 'bob', 'old', '2024-03-01T10:00:00Z')]);
let counter = 0;

export function message(receiver, sender, content, timestamp = new Date().toISOString()) {
  return {topic: `chat/messages/${receiver}/${sender}`, payload: JSON.stringify({messageId: `m${++counter}`, content, timestamp})};
}
