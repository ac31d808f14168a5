// Keep alive, by the clock: with 5 seconds, the shortest that all clients take. The standard's time is the keep alive itself; half of
// it on top is what a server allows [MQTT-3.1.2-24], and covers a busy machine.
const area = 'Keep alive';
const keep_alive = 5;
const allowed = keep_alive * 1500;
// "A reasonable amount of time" without PINGRESP: four times the keep alive, from the last packet on.
const dead_after = keep_alive * 4000;
const ping = (trial, peer) => trial.until(() => trial.of(peer, 'pingreq').length > 0, `PINGREQ within 1.5 × keep alive`, {milliseconds: allowed});
const clauses = [{4: '3.1.2-23', 5: '3.1.2-20'}];

async function while_receiving(trial, peer, act) {
  let more = true;
  const send = () => {
    if (!more || peer.is_closed) return;
    peer.send({cmd: 'publish', topic: 'in', payload: 'x', qos: 0});
    setTimeout(send, 500);
  };
  send();
  await act();
  more = false;
}

const checks = [
  {name: 'PINGREQ when nothing has been sent; nothing is sent again meanwhile', clauses: [...clauses, {4: '4.4.0-1', 5: '4.4.0-1'}], async run(trial) {
    const peer = await trial.begin({keep_alive, script: {publish: () => {}}});
    trial.demand(peer.packets[0].keepalive === keep_alive, `CONNECT says ${peer.packets[0].keepalive} s`);
    trial.publish('1', 'out');
    await trial.sent(peer, 'publish');
    await ping(trial, peer);
    await trial.settle(peer);
    trial.demand(trial.of(peer, 'publish').length === 1, 'PUBLISH comes again on a live connection');
  }},
  {name: 'PINGREQ while messages arrive, too', clauses, async run(trial) {
    const peer = await trial.begin({keep_alive});
    await while_receiving(trial, peer, () => ping(trial, peer));
  }},
  {name: 'no PINGRESP: closes, and comes back', clauses: ['3.12.4-1'], async run(trial) {
    const peer = await trial.begin({keep_alive, script: {pingreq: () => {}}});
    await trial.closed(peer, `the client closes within ${dead_after / 1000} s`, {milliseconds: dead_after});
    await trial.report('closed');
  }},
  {name: 'Server Keep Alive takes the place of the own', clauses: ['3.1.2-21'], versions: [5], async run(trial) {
    const peer = await trial.begin({keep_alive: 60, script: {connect: (packet, to) => to.answer(packet, {properties: {serverKeepAlive: keep_alive}})}});
    await ping(trial, peer);
  }},
];

export default checks.map((check) => ({area, slow: true, ...check}));
