// A script for startPacketBroker(): MQTT 5's enhanced authentication, by whichever method CONNECT names. It asks `questions`, one
// after the other, and accepts with `proof`, a session that is kept, too; who authenticates again gets `renewal` questions, and their end.
// peer.questions: how many it has had.
export const named = (data, method = 'M') =>
  ({authenticationMethod: method, ...data !== undefined && {authenticationData: Buffer.from(data)}});

export function asking_broker(questions, proof, renewal = []) {
  const go_on = (peer) => {
    const [list, end] = peer.renews ? [renewal, {cmd: 'auth', reasonCode: 0, properties: named(proof, peer.method)}]
      : [questions, {cmd: 'connack', reasonCode: 0, sessionPresent: peer.kept, properties: peer.method ? named(proof, peer.method) : {}}];
    const question = list[peer.asked++];
    if (question === undefined) return peer.send(end);
    ++peer.questions;
    return peer.send({cmd: 'auth', reasonCode: 24, properties: named(question, peer.method)});
  };
  return {
    connect: ({properties, clean}, peer) => {
      Object.assign(peer, {kept: !clean && peer.number > 1, asked: 0, questions: 0, renews: false, method: properties?.authenticationMethod});
      go_on(peer);
    },
    auth: ({reasonCode}, peer) => {
      if (reasonCode === 25) Object.assign(peer, {asked: 0, renews: true});
      go_on(peer);
    },
  };
}
