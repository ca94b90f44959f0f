import type { Family, IpRule } from '../model/node.js';
import { type Addr, inNet, parseNet } from './address.js';
import { tableName } from './lpm.js';
import { assumeMark, type Mark, markEquals } from './mark.js';
import { MAYBE, negate, NO, type Tri, YES } from './match/test.js';
import { parsePortRange } from './match/transport.js';
import { protocolNumber } from './protocol.js';

/** What a routing decision looks at. */
export interface Lookup {
  readonly dst: Addr;
  readonly src: Addr | null;
  /** `lo` for packets of the node's own processes. */
  readonly iif: string;
  /** Set when the sender bound itself to an interface. */
  readonly oif: string | null;
  mark: Mark;
  /** Null when not known. */
  readonly protocol: number | null;
  readonly sport: number | null;
  readonly dport: number | null;
}

export interface CompiledRule {
  readonly rule: IpRule;
  /** Name of the table looked up, or null for other actions. */
  readonly table: string | null;
  readonly matches: (lookup: Lookup) => Tri;
  /** Remembers what a branch assumes after MAYBE. */
  readonly assume: (lookup: Lookup, answer: boolean) => void;
}

export function compileRules(rules: readonly IpRule[], family: Family): readonly CompiledRule[] {
  return rules.map((rule) => compileRule(rule, family));
}

function compileRule(rule: IpRule, family: Family): CompiledRule {
  const from = rule.from === null ? null : parseNet(rule.from, family);
  const to = rule.to === null ? null : parseNet(rule.to, family);
  const protocol = rule.ipproto === null ? null : protocolNumber(rule.ipproto);
  const unreadable =
    rule.unknown.length > 0 ||
    (rule.from !== null && from === null) ||
    (rule.to !== null && to === null) ||
    (rule.ipproto !== null && protocol === null);

  const conditions: ((lookup: Lookup) => Tri)[] = [];
  if (from !== null) conditions.push((l) => (l.src === null ? MAYBE : is(inNet(l.src, from))));
  if (to !== null) conditions.push((l) => is(inNet(l.dst, to)));
  if (rule.iif !== null) conditions.push((l) => is(l.iif === rule.iif));
  if (rule.oif !== null) conditions.push((l) => is(l.oif === rule.oif));
  if (rule.fwmark !== null) conditions.push((l) => known(fits(l.mark, rule.fwmark!)));
  if (protocol !== null) conditions.push((l) => (l.protocol === null ? MAYBE : is(l.protocol === protocol)));
  if (rule.sport !== null) conditions.push((l) => port(l.sport, rule.sport!));
  if (rule.dport !== null) conditions.push((l) => port(l.dport, rule.dport!));
  if (unreadable || (rule.tos !== null && rule.tos !== '0')) conditions.push(() => MAYBE);

  return {
    rule,
    table: rule.action.kind === 'lookup' ? tableName(rule.action.table) : null,
    matches: (lookup) => negate(all(conditions, lookup), rule.not),
    assume: (lookup, answer) => {
      // Only a lone mark condition tells anything for the rules that follow.
      if (rule.fwmark === null || conditions.length !== 1) return;
      const { value, mask } = rule.fwmark;
      lookup.mark = assumeMark(lookup.mark, value & mask, mask, answer !== rule.not);
    },
  };
}

function all(conditions: readonly ((lookup: Lookup) => Tri)[], lookup: Lookup): Tri {
  let answer: Tri = YES;
  for (const condition of conditions) {
    const one = condition(lookup);
    if (one === NO) return NO;
    if (one === MAYBE) answer = MAYBE;
  }
  return answer;
}

function is(answer: boolean): Tri {
  return answer ? YES : NO;
}

function known(answer: boolean | null): Tri {
  return answer === null ? MAYBE : is(answer);
}

/** Bits of the rule's value outside its mask do not count here, unlike in iptables. */
function fits(mark: Mark, wanted: { value: number; mask: number }): boolean | null {
  return markEquals(mark, (wanted.value & wanted.mask) >>> 0, wanted.mask);
}

function port(value: number | null, word: string): Tri {
  const range = parsePortRange(word);
  if (range === null || value === null) return MAYBE;
  return is(value >= range.from && value <= range.to);
}
