/** Section `iptables`: chains of the hooks, what FORWARD does in order, services and translation. */
import type { Iptables, IptablesRule, NodeFacts } from '../../model/node.js';
import { place, table } from './table.js';
import type { Cell, Table } from './types.js';

export function iptablesTables(node: NodeFacts): Table[] {
  return [chains(node), forward(node), translation(node), services(node)];
}

function both(node: NodeFacts): readonly Iptables[] {
  return [node.iptables.value, node.ip6tables.value];
}

function chains(node: NodeFacts): Table {
  const rows = both(node).flatMap((iptables) =>
    [...iptables.tables.values()].flatMap(({ name, chains: all }) => {
      const own = [...all.values()].filter((c) => c.policy !== null);
      const user = [...all.values()].filter((c) => c.policy === null);
      const rules = user.reduce((n, c) => n + c.rules.length, 0);
      return [
        ...own.map((c): Cell[] => [
          iptables.family,
          name,
          c.name,
          c.policy,
          c.policyPackets,
          c.rules.length,
          place(c.loc),
        ]),
        ...(user.length === 0
          ? []
          : [[iptables.family, name, `${user.length} further chains`, null, null, rules, null]]),
      ];
    }),
  );
  return table(
    'chains',
    'chains of the hooks',
    ['family=IP', 'table', 'chain', 'policy', 'policy_packets=met policy', 'rules', 'evidence'],
    rows,
  );
}

/** The rules of filter FORWARD in their order: each new pod-to-pod packet meets them. */
function forward(node: NodeFacts): Table {
  const rows = both(node).flatMap((iptables) => {
    const chain = iptables.tables.get('filter')?.chains.get('FORWARD');
    if (chain === undefined) return [];
    return [
      ...chain.rules.map((r): Cell[] => [
        iptables.family,
        r.index,
        r.target,
        r.packets,
        conditions(r),
        place(r.loc),
      ]),
      [
        iptables.family,
        null,
        chain.policy,
        chain.policyPackets,
        'the policy: whatever no rule settled',
        place(chain.loc),
      ],
    ];
  });
  return table(
    'forward',
    'filter FORWARD in order',
    ['family=IP', 'rule=#', 'target', 'packets', 'condition', 'evidence'],
    rows,
  );
}

/** A rule without its chain, target and comments. */
function conditions(rule: IptablesRule): string {
  const tests = rule.matches
    .filter((m) => m.option !== 'comment')
    .map((m) => `${m.negated ? 'not ' : ''}${m.option}${m.args.length === 0 ? '' : ` ${m.args.join(' ')}`}`);
  const text = tests.length === 0 ? 'every packet' : tests.join(', ');
  return rule.comment === null ? text : `${text} (${rule.comment})`;
}

/** Rules that rewrite addresses, but those of services. */
function translation(node: NodeFacts): Table {
  const rows = both(node).flatMap((iptables) =>
    [...(iptables.tables.get('nat')?.chains.values() ?? [])]
      .filter((c) => !/^KUBE-(?:SEP|SVC|FW|EXT|XLB)-/.test(c.name))
      .flatMap((c) => c.rules)
      .filter((r) => ['SNAT', 'DNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP'].includes(r.target ?? ''))
      .map((r): Cell[] => [iptables.family, r.chain, r.target, rewritten(r), conditions(r), place(r.loc)]),
  );
  return table(
    'nat',
    'translation, services left out',
    ['family=IP', 'chain', 'target', 'to', 'condition', 'evidence'],
    rows,
  );
}

function rewritten(rule: IptablesRule): string | null {
  for (const name of ['to-source', 'to-destination', 'to-ports', 'to']) {
    const value = rule.targetOptions.get(name)?.[0];
    if (value !== undefined) return value;
  }
  return null;
}

function services(node: NodeFacts): Table {
  const sorted = [...node.services].sort((a, b) => a.endpoints.length - b.endpoints.length);
  const rows = sorted.map((s): Cell[] => {
    const shown = s.endpoints.slice(0, 8).map((e) => `${e.ip}:${e.port}`);
    const rest = s.endpoints.length > shown.length ? ` and ${s.endpoints.length - shown.length} more` : '';
    const endpoints =
      s.endpoints.length === 0 ? (s.rejected === null ? 'none' : 'none: rejected') : shown.join(' ') + rest;
    return [
      s.name,
      s.clusterIp,
      s.port,
      s.protocol,
      s.endpoints.length,
      endpoints,
      place(s.rejected ?? s.loc),
    ];
  });
  return table(
    'services',
    'services, those without endpoints first',
    ['service', 'cluster_ip=address', 'port', 'protocol', 'endpoints', 'to', 'evidence'],
    rows,
  );
}
