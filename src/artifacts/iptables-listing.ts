import type { Loc } from '../model/location.js';
import type { Family, Iptables, IptablesChain, IptablesRule, RuleMatch } from '../model/node.js';
import { eachLine } from './each-line.js';
import { readExtra } from './iptables-list-extra.js';

interface OpenChain extends IptablesChain {
  readonly rules: IptablesRule[];
}

const CHAIN =
  /^Chain (\S+) \((?:policy (\S+)(?: (\d+[KMGTP]?) packets, (\d+[KMGTP]?) bytes)?|(\d+) references?)\)/;
const COUNTED = /^\s*(\d+[KMGTP]?)\s+(\d+[KMGTP]?)\s+(\S.*)$/;
const HEADER = /^\s*(?:num\s+)?pkts\s+bytes\s+target\b/;
const TRAILER = /^(?:=======|Total Number of Rules: \d+)\s*$/;
const OTHER_BACKEND = /^# Warning: ip6?tables(?:-legacy|-nft)? tables present/;
const MAX_LISTED = 1000;
const TABLES = ['raw', 'mangle', 'nat', 'filter'];

/**
 * Reads `iptables -n -v -L [-t TABLE]` (networking/iptables-nat.txt …), which tells no table: the caller does.
 *
 *     Chain FORWARD (policy DROP 812 packets, 48K bytes)
 *      pkts bytes target     prot opt in     out     source               destination
 *     5528K  953M KUBE-FORWARD  0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes… *\/
 *        12   720            all  --  *      *       0.0.0.0/0            0.0.0.0/0            recent: SET …
 *
 *     =======
 *     Total Number of Rules: 2
 *
 * Counters are rounded by iptables (`5528K` is read as 5528000). A file without any `Chain` line holds no
 * table: iptables failed, and the result has no table at all.
 */
export function parseIptablesList(text: string, file: string, table: string, family: Family): Iptables {
  let chains = new Map<string, OpenChain>();
  const notUnderstood: Loc[] = [];
  let otherBackendPresent = false;
  let chain: OpenChain | null = null;

  eachLine(text, (raw, number) => {
    const line = raw.trimEnd();
    if (line === '' || HEADER.test(line) || TRAILER.test(line)) return;
    if (OTHER_BACKEND.test(line)) {
      otherBackendPresent = true;
      return;
    }
    const loc = { file, line: number };
    const head = CHAIN.exec(line);
    if (head !== null) {
      if (chains.has(head[1]!)) chains = new Map();
      chain = {
        table,
        name: head[1]!,
        policy: head[2] ?? null,
        policyPackets: head[3] === undefined ? null : readCount(head[3]),
        rules: [],
        loc,
      };
      chains.set(chain.name, chain);
      return;
    }
    const rule = chain === null ? null : readRule(line, chain, loc);
    if (rule !== null) chain!.rules.push(rule);
    else if (notUnderstood.length < MAX_LISTED) notUnderstood.push(loc);
  });

  const tables = new Map(chains.size === 0 ? [] : [[table, { name: table, chains }]]);
  return {
    family,
    backend: null,
    tables,
    otherBackendPresent,
    notUnderstood,
    uncollectedTables: TABLES.filter((name) => !tables.has(name)),
    ...(notUnderstood.length > 0 ? { rulesNotUnderstood: notUnderstood.length } : {}),
  };
}

function readRule(line: string, chain: OpenChain, loc: Loc): IptablesRule | null {
  const counted = COUNTED.exec(line);
  if (counted === null) return null;
  const columns = readColumns(counted[3]!);
  if (columns === null) return null;
  const protocol = protocolName(columns.protocol);
  const extra = readExtra(columns.extra, columns.target);
  return {
    table: chain.table,
    chain: chain.name,
    index: chain.rules.length + 1,
    matches: [...builtIns(columns, protocol), ...extra.matches],
    target: columns.target,
    goto: extra.goto,
    targetOptions: extra.targetOptions,
    comment: extra.comment,
    packets: readCount(counted[1]!),
    bytes: readCount(counted[2]!),
    text: line,
    loc,
  };
}

interface Columns {
  readonly target: string | null;
  readonly protocol: string;
  readonly fragment: string;
  readonly input: string;
  readonly output: string;
  readonly source: string;
  readonly destination: string;
  readonly extra: string;
}

const ADDRESS = /^!?(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]*)(?:\/[0-9a-f.:]+)?$/i;

/** Splits `target prot opt in out source destination extra`; target may be blank, opt too (ip6tables ≤ 1.8.8). */
function readColumns(text: string): Columns | null {
  const words: { text: string; end: number }[] = [];
  for (const m of text.matchAll(/\S+/g)) {
    words.push({ text: m[0], end: m.index + m[0].length });
    if (words.length === 8) break;
  }
  const at = (i: number): string => words[i]?.text ?? '';
  const first = words.findIndex((w, i) => i >= 3 && ADDRESS.test(w.text) && ADDRESS.test(at(i + 1)));
  if (first < 0 || first > 5) return null;
  // Before the addresses: [target] prot [opt] in out.
  const hasOpt = /^(?:--|-f|!f)$/.test(at(first - 3));
  const protocolAt = first - (hasOpt ? 4 : 3);
  if (protocolAt < 0 || protocolAt > 1) return null;
  return {
    target: protocolAt === 1 ? at(0) : null,
    protocol: at(protocolAt),
    fragment: hasOpt ? at(first - 3) : '--',
    input: at(first - 2),
    output: at(first - 1),
    source: at(first),
    destination: at(first + 1),
    extra: text.slice(words[first + 1]!.end).trim(),
  };
}

function builtIns(columns: Columns, protocol: { value: string | null; negated: boolean }): RuleMatch[] {
  const matches: RuleMatch[] = [];
  const add = (module: string, word: string, any: string[]): void => {
    const negated = word.startsWith('!');
    const value = negated ? word.slice(1) : word;
    if (!any.includes(value) || negated) matches.push({ module, option: module, negated, args: [value] });
  };
  const anywhere = ['0.0.0.0/0', '::/0', 'anywhere'];
  add('source', columns.source, anywhere);
  add('destination', columns.destination, anywhere);
  add('in-interface', columns.input, ['*', 'any']);
  add('out-interface', columns.output, ['*', 'any']);
  if (protocol.value !== null) {
    matches.push({
      module: 'protocol',
      option: 'protocol',
      negated: protocol.negated,
      args: [protocol.value],
    });
  }
  if (columns.fragment !== '--') {
    const negated = columns.fragment === '!f';
    matches.push({ module: 'fragment', option: 'fragment', negated, args: [] });
  }
  return matches;
}

const NUMBERS: ReadonlyMap<string, string> = new Map([
  ['1', 'icmp'],
  ['6', 'tcp'],
  ['17', 'udp'],
  ['58', 'ipv6-icmp'],
  ['132', 'sctp'],
]);

/** `0`, `all`, or ip6tables' `0` for any protocol → null. */
function protocolName(word: string): { value: string | null; negated: boolean } {
  const negated = word.startsWith('!');
  const value = negated ? word.slice(1) : word;
  if (value === 'all' || value === '0') return { value: null, negated: false };
  return { value: NUMBERS.get(value) ?? value, negated };
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['K', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
]);

function readCount(word: string): number {
  const unit = UNITS.get(word.at(-1)!);
  return unit === undefined ? Number(word) : Number(word.slice(0, -1)) * unit;
}
