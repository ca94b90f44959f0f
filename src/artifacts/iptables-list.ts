import type { Family, Iptables, IptablesChain, IptablesRule, IptablesTable } from '../model/node.js';
import { parseIptablesList } from './iptables-listing.js';

export { parseIptablesList };

export interface ListFile {
  readonly table: string;
  readonly text: string;
  readonly file: string;
}

/**
 * Gives the rules of an iptables-save output the counters of `iptables -n -v -L` files.
 *
 * Joined by chain and position, and only where target, addresses, interfaces and comment agree: a rule that
 * was added between the two commands must not inherit its neighbour's counters. Counters of `iptables-save -c`
 * stay. The policy's packets are the larger of both (counters only grow).
 */
export function joinIptablesCounters(save: Iptables, lists: readonly ListFile[]): Iptables {
  const tables = new Map<string, IptablesTable>(save.tables);
  let otherBackendPresent = save.otherBackendPresent;
  for (const list of lists) {
    const parsed = parseIptablesList(list.text, list.file, list.table, save.family);
    otherBackendPresent ||= parsed.otherBackendPresent;
    const listed = parsed.tables.get(list.table);
    const table = tables.get(list.table);
    if (listed === undefined || table === undefined) continue;
    const chains = new Map<string, IptablesChain>();
    for (const [name, chain] of table.chains) {
      const other = listed.chains.get(name);
      chains.set(name, other === undefined ? chain : joinChain(chain, other));
    }
    tables.set(list.table, { name: table.name, chains });
  }
  return { ...save, tables, otherBackendPresent };
}

/**
 * Puts list files together where no iptables-save output exists (Bottlerocket). Tables without a list stay
 * unknown (`uncollectedTables`). Null when no list holds a chain.
 */
export function iptablesFromLists(lists: readonly ListFile[], family: Family): Iptables | null {
  const parts = lists.map((list) => parseIptablesList(list.text, list.file, list.table, family));
  const tables = new Map(parts.flatMap((part) => [...part.tables]));
  if (tables.size === 0) return null;
  const rulesNotUnderstood = parts.reduce((sum, part) => sum + (part.rulesNotUnderstood ?? 0), 0);
  const uncollected = parts.reduce<readonly string[]>(
    (left, part) => left.filter((name) => part.uncollectedTables?.includes(name)),
    parts[0]?.uncollectedTables ?? [],
  );
  return {
    family,
    backend: null,
    tables,
    otherBackendPresent: parts.some((part) => part.otherBackendPresent),
    notUnderstood: parts.flatMap((part) => part.notUnderstood),
    uncollectedTables: uncollected,
    ...(rulesNotUnderstood > 0 ? { rulesNotUnderstood } : {}),
  };
}

function joinChain(chain: IptablesChain, listed: IptablesChain): IptablesChain {
  const rules = chain.rules.map((rule, at) => {
    const other = listed.rules[at];
    if (other === undefined || rule.packets !== null || !sameRule(rule, other)) return rule;
    return { ...rule, packets: other.packets, bytes: other.bytes };
  });
  return { ...chain, rules, policyPackets: larger(chain.policyPackets, listed.policyPackets) };
}

function larger(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function sameRule(a: IptablesRule, b: IptablesRule): boolean {
  return (
    a.target === b.target &&
    (a.comment ?? '') === (b.comment ?? '') &&
    BUILT_IN.every((module) => builtIn(a, module) === builtIn(b, module))
  );
}

const BUILT_IN = ['source', 'destination', 'in-interface', 'out-interface'];

function builtIn(rule: IptablesRule, module: string): string {
  const match = rule.matches.find((m) => m.module === module);
  if (match === undefined) return '';
  return `${match.negated ? '!' : ''}${(match.args[0] ?? '').replace(/\/(?:32|128)$/, '')}`;
}
