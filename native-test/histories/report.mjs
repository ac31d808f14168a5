// The figures of a run, and what its checker found, as text.
const titles = {client: "The client's faults", broker: "The broker's", allowed: 'Allowed'};
const examples = 5;

export function report({broker, seconds, seed, faults, drained, figures, findings}) {
  const {published, acknowledged, received, connections, forgotten_sessions, runs, packets} = figures;
  const three = (list) => `${list.reduce((sum, one) => sum + one, 0)} (QoS 0, 1, 2: ${list.join(', ')})`;
  return [`${broker}: ${seconds} s, seed ${seed}`,
    `  published ${three(published)}`, `  acknowledged ${three(acknowledged)}`, `  received ${three(received)}`,
    `  ${packets} packets, ${connections} connections, ${runs} starts of clients; the broker forgot a session ${forgotten_sessions} times`,
    `  faults: ${Object.entries(faults).map(([name, count]) => `${name.replace('_', ' ')} ${count}`).join(', ')}`,
    ...drained ? [] : ['  not everything was finished in time'],
    ...Object.keys(titles).flatMap((who) => part(who, findings.filter((one) => one.who === who)))].join('\n');
}

function part(who, findings) {
  const kinds = new Map();
  for (const one of findings) {
    const key = `${one.what}: ${one.why.replace(/\bc\d+(-\d+-\d+)?\b/g, '…')}`;
    kinds.set(key, [...kinds.get(key) ?? [], one]);
  }
  const of = ({message, client}) => (message ? `${message} at ${client}` : client);
  return [`  ${titles[who]}: ${findings.length}`, ...[...kinds].map(([key, all]) =>
    `    ${String(all.length).padStart(5)} ${key}${who === 'client' ? ` (${all.slice(0, examples).map(of).join(', ')})` : ''}`)];
}
