// What `scripts/judge --all` leaves in the repository: the cards, and the parts of the README files that are made of them.
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {root} from '../../wasm/test/support/machine.mjs';
import {card, clauses, misses, table} from './card.mjs';

const [begin, end] = ['<!-- Written by scripts/judge --all -->', '<!-- End -->'];
const files = {readme: path.join(root, 'README.md'), own: path.join(root, 'native-test', 'judge', 'README.md')};
export const card_file = (name) => path.join(root, 'native-test', 'judge', 'cards', `${name}.txt`);

// The text with another part between the marks.
export function with_part(text, part) {
  const from = text.indexOf(begin), to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`There is no '${begin}' with an '${end}' after it.`);
  return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`;
}

export const part_of = (text) => text.slice(text.indexOf(begin) + begin.length, text.indexOf(end, text.indexOf(begin))).trim();

// `judged` by the name of the card.
export function publish(judged) {
  for (const [name, one] of Object.entries(judged)) writeFileSync(card_file(name), `${card(one)}\n${misses(one)}`.trimEnd() + '\n');
  const all = Object.values(judged);
  for (const [file, part] of [[files.readme, table(all)], [files.own, clauses(all)]]) {
    writeFileSync(file, with_part(readFileSync(file, 'utf8'), part));
  }
}
