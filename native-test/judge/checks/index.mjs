// All checks: {area, name, clause or clauses, versions, run(trial), slow}. A clause is a number that both standards share, or
// {4: …, 5: …}; versions are those that the check is for. `slow` ones wait for a keep alive and begin first.
import {vector_checks} from '../vectors.mjs';
import aliases from './aliases.mjs';
import delivery from './delivery.mjs';
import keep_alive from './keep_alive.mjs';
import limits from './limits.mjs';
import once from './once.mjs';
import order from './order.mjs';
import refusals from './refusals.mjs';
import sent from './sent.mjs';
import session from './session.mjs';

// The order of the score card.
export const areas = ['Bytes sent', 'Commands that must be refused', 'Valid bytes received', 'Malformed and hostile bytes', 'Says why it closes',
  'QoS 1 and 2 sent, with cuts', 'QoS 1 and 2 received', 'Order and packet ids', 'Sessions and CONNACK', 'Keep alive', 'Flow control',
  'Limits of the server, and ours', 'Topic aliases'];

const all = [...keep_alive, ...order, ...sent, ...delivery, ...once, ...session, ...limits, ...aliases, ...refusals, ...vector_checks()];

const named = (number, version) => (number.startsWith(' ') ? `MQTT${version === 5 ? '5' : ''}${number}` : `MQTT${version === 5 ? '5' : ''}-${number}`);

function clause_of({clause, clauses}, version) {
  if (clause) return clause;
  const numbers = clauses.map((one) => (typeof one === 'string' ? one : one[version]));
  return [...new Set(numbers)].map((number) => named(number, version)).join(' ');
}

// One entry for each version, the slow ones first; `quick`: none of those, and a tenth of the vectors, which have one clause.
export function checks_for(versions, quick = false) {
  const chosen = quick ? all.filter(({slow, long, clause}, index) => !slow && !long && (!clause || index % 10 === 0)) : all;
  const entries = versions.flatMap((version) => chosen.filter((check) => (check.versions ?? [4, 5]).includes(version))
    .map((check) => ({...check, version, clause: clause_of(check, version)})));
  const weight = ({slow, long}) => (slow ? 2 : long ? 1 : 0);
  return entries.sort((a, b) => weight(b) - weight(a));
}
