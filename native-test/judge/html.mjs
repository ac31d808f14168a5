// The score cards of one or more clients as one HTML file, without scripts: each miss opens to what passed on the wire.
import {areas} from './checks/index.mjs';
import {columns_of, missed, score, version_names} from './card.mjs';

const escapes = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'};
const escaped = (text) => String(text).replace(/[&<>"]/g, (letter) => escapes[letter]).replace(/[\0-\x08\x0b-\x1f]/g, '\uFFFD');

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1f; background: #fff }
table { border-collapse: collapse } th, td { padding: .25rem .75rem; border-bottom: 1px solid #d4d4da; text-align: right }
th:first-child, td:first-child { text-align: left } .all { color: #0a6b2d } .some { color: #9a3412 }
summary { cursor: pointer } details { margin: .25rem 0 } .clause { color: #5b5b66; font-size: .875em }
pre { overflow-x: auto; background: #f4f4f7; padding: .75rem; font-size: .8125rem; line-height: 1.4 }
@media (prefers-color-scheme: dark) {
  body { color: #e6e6ea; background: #17171a } pre { background: #232328 } th, td { border-color: #3a3a42 }
  .all { color: #7ddc9a } .some { color: #f2a272 } .clause { color: #a9a9b4 } }`;

function cell(results, area, version) {
  const of = score(results, area, version);
  if (!of) return '<td></td>';
  return `<td class="${of.passed === of.offered ? 'all' : 'some'}">${of.passed} of ${of.offered}</td>`;
}

function overview(judged) {
  const columns = columns_of(judged);
  const row = (name, area) => `<tr><th scope="row">${escaped(name)}</th>${columns.map(({results, version}) => cell(results, area, version)).join('')}</tr>`;
  const head = columns.map(({about, version}) => `<th scope="col">${escaped(about.name)}<br>MQTT ${version_names[version]}</th>`);
  return `<table><thead><tr><td></td>${head.join('')}</tr></thead><tbody>${areas.map((area) => row(area, area)).join('\n')}${row('all', null)}</tbody></table>`;
}

const detail = ({version, name, clause, miss, trace}) => `<details><summary>MQTT ${version_names[version]}: ${escaped(name)}: <strong>${escaped(miss)}</strong>
<span class="clause">${escaped(clause)}</span></summary><pre tabindex="0">${escaped(trace.lines().join('\n'))}</pre></details>`;

function client({about, results}) {
  const parts = areas.filter((area) => missed(results, area).length > 0)
    .map((area) => `<h3>${escaped(area)}</h3>${missed(results, area).map(detail).join('\n')}`);
  return `<h2>${escaped(about.name)}</h2>${parts.join('\n') || '<p>Nothing was missed.</p>'}`;
}

export const page = (judged) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>MQTT client judge</title><style>${style}</style></head>
<body><main><h1>MQTT client judge</h1>
<p>Passed of those checks that the client offers. An empty cell: the client offers nothing of it.
A miss opens to the packets that passed: the number of the connection, who sent it, what it is, its bytes.</p>
${overview(judged)}
${judged.map(client).join('\n')}
</main></body></html>
`;
