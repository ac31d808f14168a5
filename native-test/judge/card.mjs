// The score card, as text: by area and version, how many checks were passed of those that the client offers.
import {areas} from './checks/index.mjs';

export const version_names = {4: '3.1.1', 5: '5'};

// {passed, offered} of an area in a version; null where nothing was tried.
export function score(results, area, version) {
  const tried = results.filter((result) => result.version === version && (area === null || result.area === area) && result.miss !== undefined);
  return tried.length === 0 ? null : {passed: tried.filter(({miss}) => miss === null).length, offered: tried.length};
}

const written = (of) => (of ? `${of.passed}/${of.offered}` : '');

export function card({about, results}) {
  const line = (name, area) => `  ${name.padEnd(34)}${[4, 5].map((version) => written(score(results, area, version)).padStart(10)).join('')}`;
  const shown = areas.filter((area) => results.some((result) => result.area === area));
  const left_out = results.filter(({miss}) => miss === undefined).length;
  return [about.name, `  ${''.padEnd(34)}${[4, 5].map((version) => `MQTT ${version_names[version]}`.padStart(10)).join('')}`,
    ...shown.map((area) => line(area, area)), line('all', null),
    ...left_out ? [`  ${left_out} checks ask for what the client does not offer, and do not count.`] : []].join('\n');
}

// In an order that does not depend on which was done first.
const place = ({version, name}) => `${version} ${name}`;
export const missed = (results, area = null) => results.filter((result) => result.miss && (area === null || result.area === area))
  .sort((a, b) => (place(a) < place(b) ? -1 : 1));

export function misses({results}, {trace = false} = {}) {
  return areas.flatMap((area) => missed(results, area).map(({version, name, clause, miss, trace: passed}) => [
    `  MQTT ${version_names[version]}, ${area}: ${name} [${clause}]`, `      ${miss}`,
    ...trace ? passed.lines().map((line) => `        ${line}`) : []].join('\n'))).join('\n');
}

// One column for each version that a client speaks.
export const columns_of = (judged) => judged.flatMap((one) => [4, 5].map((version) => ({...one, version})))
  .filter(({results, version}) => results.some((result) => result.version === version));

// Markdown, all clients side by side.
export function table(judged) {
  const columns = columns_of(judged);
  const row = (name, cells) => `| ${[name, ...cells].join(' | ')} |`;
  const cells = (area) => columns.map(({results, version}) => written(score(results, area, version)));
  return [row('', columns.map(({about, version}) => `${about.name}, ${version_names[version]}`)), row('---', columns.map(() => '---:')),
    ...areas.map((area) => row(area, cells(area))), row('all', cells(null))].join('\n');
}

// Markdown: which clauses each client missed, and by how many checks of which areas.
export function clauses(judged) {
  return columns_of(judged).map(({about, results, version}) => {
    const by_clause = grouped(missed(results).filter((result) => result.version === version), ({clause}) => clause);
    const rows = [...by_clause].sort(([a], [b]) => a.localeCompare(b, 'en', {numeric: true}))
      .map(([clause, all]) => `| ${clause} | ${all.length} | ${[...new Set(all.map(({area}) => area))].join(', ')} |`);
    return [`### ${about.name}, MQTT ${version_names[version]}`, '',
      ...rows.length ? ['| clause | missed | areas |', '|---|---:|---|', ...rows] : ['Nothing was missed.']].join('\n');
  }).join('\n\n');
}

function grouped(list, key_of) {
  const groups = new Map();
  for (const one of list) groups.set(key_of(one), [...groups.get(key_of(one)) ?? [], one]);
  return groups;
}
