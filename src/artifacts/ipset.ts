import type { Loc } from '../model/location.js';
import type { Family, IpSet, IpSetEntry } from '../model/node.js';
import { eachLine } from './each-line.js';
import { splitWords } from './iptables-words.js';

interface Draft extends IpSet {
  family: Family | null;
  readonly options: Map<string, string>;
  readonly entries: IpSetEntry[];
}

/** Header options without a value. */
const BARE = new Set(['counters', 'comment', 'skbinfo', 'forceadd', 'wildcard']);

/**
 * Reads networking/ipset.txt: `ipset --list`, a blank line, `ipset --save`.
 *
 *     Name: KUBE-CLUSTER-IP
 *     Type: hash:ip,port
 *     Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x3a2b7c11
 *     Members:
 *     172.20.0.10,udp:53
 *
 *     create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x3a2b7c11
 *     add KUBE-CLUSTER-IP 172.20.0.10,udp:53
 *
 * A set of the second part replaces the one of the first: both tell the same, the second is meant for machines.
 */
export function parseIpSets(text: string, file: string): Map<string, IpSet> {
  const sets = new Map<string, Draft>();
  let listed: Draft | null = null;
  let members = false;
  eachLine(text, (raw, number) => {
    const line = raw.trim();
    const loc = { file, line: number };
    if (line === '') {
      listed = null;
      members = false;
    } else if (line.startsWith('create ')) {
      const words = line.split(/\s+/);
      if (words.length < 3) return;
      const set = newSet(words[1]!, words[2]!, loc);
      readOptions(set, words.slice(3));
      sets.set(set.name, set);
      listed = null;
    } else if (line.startsWith('add ')) {
      const words = splitWords(line)?.map((w) => w.text) ?? [];
      const set = sets.get(words[1] ?? '');
      if (set !== undefined && words.length >= 3) set.entries.push(readEntry(words.slice(2), loc));
    } else if (line.startsWith('Name: ')) {
      listed = newSet(line.slice(6), '', loc);
      members = false;
      sets.set(listed.name, listed);
    } else if (listed !== null && members) {
      const words = splitWords(line)?.map((w) => w.text) ?? [];
      if (words.length > 0) listed.entries.push(readEntry(words, loc));
    } else if (listed !== null && line.startsWith('Type: ')) {
      const typed: Draft = { ...listed, type: line.slice(6) };
      listed = typed;
      sets.set(typed.name, typed);
    } else if (listed !== null && line.startsWith('Header: ')) {
      readOptions(listed, line.slice(8).split(/\s+/));
    } else if (listed !== null && line === 'Members:') {
      members = true;
    }
  });
  return sets;
}

function newSet(name: string, type: string, loc: Loc): Draft {
  return { name, type, family: null, options: new Map(), entries: [], loc };
}

function readOptions(set: Draft, words: readonly string[]): void {
  for (let at = 0; at < words.length; at += 1) {
    const name = words[at]!;
    if (BARE.has(name)) {
      set.options.set(name, '');
      continue;
    }
    const value = words[at + 1] ?? '';
    at += 1;
    set.options.set(name, value);
    if (name === 'family') set.family = value === 'inet6' ? 6 : 4;
  }
}

function readEntry(words: readonly string[], loc: Loc): IpSetEntry {
  return { words: words[0]!.split(','), nomatch: words.includes('nomatch', 1), loc };
}

/** Writes sets as `ipset save` does: the inverse of `parseIpSets`, without timeouts, counters and comments. */
export function printIpSets(sets: ReadonlyMap<string, IpSet>): string {
  const out: string[] = [];
  for (const set of sets.values()) {
    const options = [...set.options].map(([name, value]) => (value === '' ? name : `${name} ${value}`));
    out.push(['create', set.name, set.type, ...options].join(' '));
    for (const entry of set.entries) {
      out.push(`add ${set.name} ${entry.words.join(',')}${entry.nomatch ? ' nomatch' : ''}`);
    }
  }
  return out.map((line) => `${line}\n`).join('');
}
