/** Packets made to fit a rule, to see whether the rule is what decides them. */
import type { Iptables, IptablesRule, RuleMatch } from '../../model/node.js';
import type { CtState, SimPacket } from '../../simulate/index.js';
import type { Tuple } from './samples.js';
import { PLAIN } from './samples.js';

/** The rule, with the rules that lead to its chain from the built-in one; null when none do. */
export function pathTo(
  iptables: Iptables,
  table: string,
  builtin: string,
  rule: IptablesRule,
): IptablesRule[] | null {
  const chains = iptables.tables.get(table)?.chains;
  if (chains === undefined) return null;
  const open: { chain: string; path: IptablesRule[] }[] = [{ chain: builtin, path: [] }];
  const seen = new Set<string>([builtin]);
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (next.chain === rule.chain) return [...next.path, rule];
    for (const jump of chains.get(next.chain)?.rules ?? []) {
      if (jump.target === null || !chains.has(jump.target) || seen.has(jump.target)) continue;
      seen.add(jump.target);
      open.push({ chain: jump.target, path: [...next.path, jump] });
    }
  }
  return null;
}

const PROTOCOLS: Readonly<Record<string, SimPacket['protocol']>> = {
  tcp: 'tcp',
  '6': 'tcp',
  udp: 'udp',
  '17': 'udp',
  icmp: 'icmp',
  '1': 'icmp',
  'ipv6-icmp': 'icmpv6',
  icmpv6: 'icmpv6',
  '58': 'icmpv6',
  sctp: 'sctp',
  '132': 'sctp',
};

function port(matches: readonly RuleMatch[], names: readonly string[], otherwise: number): number {
  for (const match of matches) {
    if (!names.includes(match.option)) continue;
    const first = Number((match.args[0] ?? '').split(/[,:]/)[0]);
    if (!Number.isInteger(first) || first <= 0) continue;
    if (!match.negated) return first;
    if (first === otherwise) return otherwise + 1;
  }
  return otherwise;
}

function connectionState(matches: readonly RuleMatch[]): CtState {
  const states = matches.filter((m) => m.option === 'ctstate' || m.option === 'state');
  const allowsNew = states.every((m) => m.args.join(',').split(',').includes('NEW') !== m.negated);
  return states.length === 0 || allowsNew ? 'NEW' : 'ESTABLISHED';
}

/** Protocol, ports and connection state that the rules of a path ask for. */
export function tupleFor(path: readonly IptablesRule[]): Tuple {
  const matches = path.flatMap((rule) => rule.matches);
  const named = matches.find((m) => m.module === 'protocol' && !m.negated)?.args[0];
  return {
    protocol: PROTOCOLS[named ?? ''] ?? PLAIN.protocol,
    sport: port(matches, ['sport', 'sports', 'source-port', 'source-ports'], PLAIN.sport),
    dport: port(matches, ['dport', 'dports', 'destination-port', 'destination-ports', 'ports'], PLAIN.dport),
    ctstate: connectionState(matches),
  };
}

/** Addresses and ranges the rules of a path name. */
export const prefixesOf = (path: readonly IptablesRule[]): string[] =>
  path.flatMap((rule) =>
    rule.matches.flatMap((m) =>
      m.module === 'source' || m.module === 'destination' ? m.args.flatMap((arg) => arg.split(',')) : [],
    ),
  );

/** Words of a built-in test or option as printed, with `!` when negated; null when the rule has none. */
export function wordsOf(rule: IptablesRule, options: readonly string[]): string | null {
  const match = rule.matches.find((m) => options.includes(m.option));
  if (match === undefined) return null;
  return `${match.negated ? '! ' : ''}${match.args.join(',')}`;
}
