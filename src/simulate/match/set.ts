import type { Family, IpSet, RuleMatch } from '../../model/node.js';
import { type Addr, formatAddr, inNet, maskAddr, maskOf, parseNet } from '../address.js';
import { hasPorts, protocolNumber } from '../protocol.js';
import type { State } from '../state.js';
import { type CompileMatch, MAYBE, negate, NO, type Test, type Tri, tri, undecidable, YES } from './test.js';
import { parsePortRange } from './transport.js';

/** A set whose members are known. */
export interface CompiledSet {
  readonly test: (state: State, directions: readonly string[]) => Tri;
}

/** Answers for one dimension of an entry; `weight` orders overlapping nets, longest first. */
interface Dimension {
  readonly run: (state: State, direction: string) => Tri;
  readonly weight: number;
}

interface Entry {
  /** The first word, an address in sets that are searched by address. */
  readonly word: string;
  readonly dimensions: readonly Dimension[];
  readonly nomatch: boolean;
}

/** Compiles all sets; a type that is not known makes a set of which nothing can be told. */
export function compileSets(sets: ReadonlyMap<string, IpSet>): ReadonlyMap<string, CompiledSet> {
  const compiled = new Map<string, CompiledSet>();
  for (const set of sets.values()) compiled.set(set.name, compileSet(set, sets, compiled));
  return compiled;
}

function compileSet(
  set: IpSet,
  sets: ReadonlyMap<string, IpSet>,
  compiled: ReadonlyMap<string, CompiledSet>,
): CompiledSet {
  const [kind = '', dimensions = ''] = set.type.split(':');
  if (kind === 'list') return listSet(set, sets, compiled);
  const types = dimensions.split(',');
  const family: Family = set.family ?? 4;
  const entries: Entry[] = [];
  for (const { words, nomatch } of set.entries) {
    const read = types.map((type, at) => dimension(type, words[at] ?? '', family, set));
    if (read.some((d) => d === null)) return { test: () => MAYBE };
    entries.push({ word: words[0] ?? '', dimensions: read as Dimension[], nomatch });
  }
  entries.sort(byWeight);
  const index = indexed(types[0]!, set) ? indexByAddress(set, entries, family) : null;
  // A set of the other family never matches; `bitmap:port` has none.
  const familyless = types.every((type) => type === 'port');
  return {
    test: (state, directions) => {
      if (!familyless && state.family !== family) return NO;
      if (directions.length < types.length) return NO;
      const candidates =
        index === null ? entries : (index.get(maskedAddress(state, directions[0]!, set)) ?? []);
      return firstMatch(candidates, state, directions);
    },
  };
}

/** Kernel order: the first dimension's longest net first, then the second's. */
function byWeight(a: Entry, b: Entry): number {
  for (let at = 0; at < a.dimensions.length; at += 1) {
    const by = b.dimensions[at]!.weight - a.dimensions[at]!.weight;
    if (by !== 0) return by;
  }
  return 0;
}

function firstMatch(entries: readonly Entry[], state: State, directions: readonly string[]): Tri {
  let open = false;
  for (const entry of entries) {
    let answer: Tri = YES;
    for (let at = 0; at < entry.dimensions.length; at += 1) {
      const one = entry.dimensions[at]!.run(state, directions[at]!);
      if (one === NO) {
        answer = NO;
        break;
      }
      if (one === MAYBE) answer = MAYBE;
    }
    if (answer === YES) return open ? MAYBE : tri(!entry.nomatch);
    if (answer === MAYBE) open = true;
  }
  return open ? MAYBE : NO;
}

/** Sets of single addresses are found by address; large ones are common (`KUBE-CLUSTER-IP`). */
function indexed(firstType: string, set: IpSet): boolean {
  return firstType === 'ip' && !set.entries.some((e) => /[/-]/.test(e.words[0] ?? ''));
}

function indexByAddress(set: IpSet, entries: readonly Entry[], family: Family): Map<Addr, Entry[]> {
  const index = new Map<Addr, Entry[]>();
  for (const entry of entries) {
    const key = maskAddr(parseNet(entry.word, family)!.addr, netmask(set, family));
    const list = index.get(key);
    if (list === undefined) index.set(key, [entry]);
    else list.push(entry);
  }
  return index;
}

function netmask(set: IpSet, family: Family): Addr {
  const word = set.options.get('netmask');
  return maskOf(
    word !== undefined && /^\d{1,3}$/.test(word) ? Number(word) : family === 4 ? 32 : 128,
    family,
  );
}

function maskedAddress(state: State, direction: string, set: IpSet): Addr {
  const addr = direction === 'src' ? state.src : state.dst;
  return maskAddr(addr, netmask(set, state.family));
}

function dimension(type: string, word: string, family: Family, set: IpSet): Dimension | null {
  if (type === 'ip' || type === 'net') return addressDimension(word, family, set);
  if (type === 'port') return portDimension(word);
  if (type === 'iface') {
    if (word.startsWith('physdev:')) return { weight: 0, run: () => MAYBE };
    const wildcard = set.options.has('wildcard') || word.endsWith('+');
    const name = word.replace(/\+$/, '');
    return {
      weight: 0,
      run: (s, direction) => {
        const dev = direction === 'src' ? s.iif : s.oif;
        if (dev === undefined) return MAYBE;
        return tri(dev !== null && (wildcard ? dev.startsWith(name) : dev === name));
      },
    };
  }
  return type === 'mac' || type === 'mark' ? { weight: 0, run: () => MAYBE } : null;
}

function addressDimension(word: string, family: Family, set: IpSet): Dimension | null {
  const range = /^([^-]+)-([^-]+)$/.exec(word);
  if (range !== null) {
    const from = parseNet(range[1]!, family);
    const to = parseNet(range[2]!, family);
    if (from === null || to === null) return null;
    return {
      weight: 0,
      run: (s, d) => tri(addr(s, d) >= from.addr && addr(s, d) <= to.addr),
    };
  }
  const net = parseNet(word, family);
  if (net === null) return null;
  const mask = netmask(set, family);
  return { weight: net.length, run: (s, d) => tri(inNet(maskAddr(addr(s, d), mask), net)) };
}

function addr(state: State, direction: string): Addr {
  return direction === 'src' ? state.src : state.dst;
}

/** `tcp:80`, `udp:1000-2000`, or the bare `80` of `bitmap:port`, which any protocol with ports fits. */
function portDimension(word: string): Dimension | null {
  const [first = '', second] = word.split(':');
  const range = parsePortRange(second ?? first);
  const protocol = second === undefined ? null : protocolNumber(first);
  if (range === null) return { weight: 0, run: () => MAYBE };
  return {
    weight: 0,
    run: (s, direction) => {
      if (protocol === null ? !hasPorts(s.protocol) : s.protocol !== protocol) return NO;
      if (!hasPorts(s.protocol)) return MAYBE;
      const known = direction === 'src' ? s.sportKnown : s.dportKnown;
      const value = direction === 'src' ? s.sport : s.dport;
      return known ? tri(value >= range.from && value <= range.to) : MAYBE;
    },
  };
}

/** `list:set`: matches when a member does. The kernel allows no list in a list. */
function listSet(
  set: IpSet,
  sets: ReadonlyMap<string, IpSet>,
  compiled: ReadonlyMap<string, CompiledSet>,
): CompiledSet {
  const names = set.entries.map((entry) => entry.words[0] ?? '');
  return {
    test: (state, directions) => {
      let open = false;
      for (const name of names) {
        const isList = sets.get(name)?.type.startsWith('list:') ?? true;
        const answer = isList ? MAYBE : (compiled.get(name)?.test(state, directions) ?? MAYBE);
        if (answer === YES) return YES;
        if (answer === MAYBE) open = true;
      }
      return open ? MAYBE : NO;
    },
  };
}

/** `-m set --match-set NAME src,dst`. Decided only when the set's members are in the bundle. */
export const set: CompileMatch = ({ options }) => {
  const [only, ...rest] = options;
  if (only === undefined || only.option !== 'match-set' || rest.length > 0) return options.map(undecidable);
  return [setTest(only)];
};

function setTest(match: RuleMatch): Test {
  const [name = '', words = ''] = match.args;
  const directions = words.split(',');
  const key = (s: State): string =>
    `set ${name} ${words} ${formatAddr(s.src)} ${s.sport} ${formatAddr(s.dst)} ${s.dport}`;
  return {
    why: `-m set --match-set ${name.slice(0, 32)}: members not known`,
    run: (s) => {
      const assumed = s.assumed.get(key(s));
      if (assumed !== undefined) return tri(assumed !== match.negated);
      return negate(s.node.sets?.get(name)?.test(s, directions) ?? MAYBE, match.negated);
    },
    assume: (s, answer) => void s.assumed.set(key(s), answer !== match.negated),
  };
}
