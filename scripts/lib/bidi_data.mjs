#!/usr/bin/env node
// Makes ui/semantic/src/bidi_data.cpp from the Unicode Character Database (Debian's package unicode-data):
//
//   node scripts/lib/bidi_data.mjs /usr/share/unicode > ui/semantic/src/bidi_data.cpp
import {readFileSync} from 'node:fs';
import path from 'node:path';

const names = ['L', 'R', 'AL', 'EN', 'ES', 'ET', 'AN', 'CS', 'NSM', 'BN', 'B', 'S', 'WS', 'ON', 'LRE', 'LRO', 'RLE', 'RLO',
  'PDF', 'LRI', 'RLI', 'FSI', 'PDI'];
const long_names = {Left_To_Right: 'L', Right_To_Left: 'R', Arabic_Letter: 'AL', European_Terminator: 'ET', Boundary_Neutral: 'BN'};
const folder = process.argv[2];
const read = (...file) => readFileSync(path.join(folder, ...file), 'utf8').split('\n');

// Bidi_Class of every code point; unassigned ones have the class of their block.
const classes = new Uint8Array(0x110000);
const fill = (range, name) => {
  const [first, last = first] = range.split('..').map((code) => parseInt(code, 16));
  classes.fill(names.indexOf(long_names[name] ?? name), first, last + 1);
};
const derived = read('extracted', 'DerivedBidiClass.txt');
for (const line of derived) {
  const missing = /^# @missing: ([0-9A-F.]+); (\w+)/.exec(line);
  if (missing) fill(missing[1], missing[2]);
}
for (const line of derived) {
  const given = /^([0-9A-F.]+)\s*; (\w+)/.exec(line);
  if (given) fill(given[1], given[2]);
}
// For each range of one class: the class, and the length in groups of seven bits, the lowest first.
const runs = [];
for (let begin = 0, end; begin < classes.length; begin = end) {
  for (end = begin + 1; end < classes.length && classes[end] === classes[begin];) ++end;
  runs.push(classes[begin]);
  let length = end - begin;
  for (; length > 127; length >>= 7) runs.push(length & 127 | 128);
  runs.push(length);
}

// Pairs of mirror images, those that are brackets first; each once, with its opening half first. Of the relations, not the
// supplemental mathematical ones (U+27C0 to U+2AFF), which chats do without.
const brackets = [];
const seen = new Set();
for (const line of read('BidiBrackets.txt')) {
  const given = /^([0-9A-F]+); ([0-9A-F]+); o/.exec(line);
  if (given) brackets.push([given[1], given[2]].map((code) => parseInt(code, 16)));
}
brackets.flat().forEach((code) => seen.add(code));
const relations = [];
for (const line of read('BidiMirroring.txt')) {
  const given = /^([0-9A-F]+); ([0-9A-F]+)/.exec(line);
  const pair = given?.slice(1).map((code) => parseInt(code, 16));
  if (!pair || seen.has(pair[0]) || pair.some((code) => code >= 0x2300 && code < 0xFF00)) continue;
  pair.forEach((code) => seen.add(code));
  relations.push(pair);
}

const hex = (n) => `0x${n.toString(16).toUpperCase()}`;
function rows(words) {
  let out = '', line = '   ';
  for (const word of words) {
    if (line.length + word.length + 2 > 120) {
      out += `${line}\n`;
      line = '   ';
    }
    line += ` ${word},`;
  }
  return `${out}${line}\n`;
}
const pairs = (list) => rows(list.map(([a, b]) => `{${hex(a)}, ${hex(b)}}`));
const version = /DerivedBidiClass-([\d.]+)\.txt/.exec(derived[0])[1];
process.stdout.write(`// Made by scripts/lib/bidi_data.mjs from the Unicode Character Database ${version}: do not edit.
// Copyright (c) 1991-2022 Unicode, Inc., under the Unicode License: see wasm/licenses.txt.
#include "bidi_data.hpp"

namespace semantic::bidi {

const std::uint8_t class_runs[] = {
${rows(runs.map(String))}};
const std::size_t class_runs_size = std::size(class_runs);

const MirrorPair bracket_pairs[] = {
${pairs(brackets)}};
const std::size_t bracket_pair_count = std::size(bracket_pairs);

const MirrorPair relation_pairs[] = {
${pairs(relations)}};
const std::size_t relation_pair_count = std::size(relation_pairs);

}  // namespace semantic::bidi
`);
