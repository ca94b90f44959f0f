import type { Family, Iptables, IptablesRule, NodeFacts } from '../model/node.js';
import { isKnown } from '../model/location.js';
import { forwardVerdict, reachableRules, simulate } from '../simulate/index.js';
import type { FactContext } from './types.js';
import { traceBlames } from './support/blame.js';
import { concernOf } from './support/concern.js';
import { contains } from '../node/prefix.js';
import { defineFact, flag, number, oneOf, perNode, text, traceAgrees } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { isExpected } from './support/expected-rules.js';
import { pathTo, prefixesOf, tupleFor, wordsOf } from './support/rule-packets.js';
import { remoteAddresses, samples, type Sample } from './support/samples.js';
import { decidedAt, simulatedFlows, type SimulatedFlow } from './support/simulated.js';

/** Where forwarded pod traffic passes: filter and mangle FORWARD, and what stands before and behind them. */
const HOOKS: readonly (readonly [string, string])[] = [
  ['filter', 'FORWARD'],
  ['mangle', 'FORWARD'],
  ['raw', 'PREROUTING'],
  ['mangle', 'PREROUTING'],
  ['nat', 'PREROUTING'],
  ['mangle', 'POSTROUTING'],
];
const CHANCE = new Set(['statistic', 'limit', 'hashlimit', 'connlimit', 'recent']);
const MAX_RULES = 200;
const MAX_PACKETS = 60;

const names = (rule: IptablesRule, module: 'source' | 'destination', address: string): boolean =>
  rule.matches
    .filter((m) => m.module === module)
    .every(
      (m) => m.args.some((arg) => arg.split(',').some((prefix) => contains(prefix, address))) !== m.negated,
    );

/** The first sample of the node's pod traffic that ends at the rule, not at one before it. */
function stoppedSample(
  context: FactContext,
  node: NodeFacts,
  family: Family,
  path: readonly IptablesRule[],
  hook: string,
): Sample | null {
  const rule = path.at(-1);
  if (rule === undefined) return null;
  const remotes = remoteAddresses(context, node, family, prefixesOf(path));
  const fitting = samples(node, family, remotes, tupleFor(path)).filter(({ packet }) =>
    path.every((r) => names(r, 'source', packet.src) && names(r, 'destination', packet.dst)),
  );
  for (const sample of fitting.slice(0, MAX_PACKETS)) {
    const result = hook === 'FORWARD' ? forwardVerdict(node, sample.packet) : simulate(node, sample.packet);
    if (decidedAt(result, rule.loc)) return sample;
  }
  return null;
}

function instance(
  context: FactContext,
  node: NodeFacts,
  family: Family,
  iptables: Iptables,
  [table, hook]: readonly [string, string],
  rule: IptablesRule,
  flows: readonly SimulatedFlow[],
) {
  const path = pathTo(iptables, table, hook, rule);
  if (path === null) return [];
  const hit = flows.find((flow) => flow.node.id === node.id && decidedAt(flow.result, rule.loc));
  const sample = hit === undefined ? stoppedSample(context, node, family, path, hook) : null;
  if (hit === undefined && sample === null) return [];
  const concern = concernOf(context);
  const packet = hit?.packet ?? sample?.packet;
  const limits = path.flatMap((r) => r.matches);
  return [
    {
      node: node.id,
      fields: {
        target: rule.target,
        reject_with:
          rule.target === 'REJECT'
            ? (rule.targetOptions.get('reject-with')?.[0] ?? 'icmp-port-unreachable')
            : null,
        table,
        hook,
        chain: rule.chain,
        rule: rule.text,
        rule_number: rule.index,
        packets: rule.packets,
        source: wordsOf(rule, ['source']),
        destination: wordsOf(rule, ['destination']),
        protocol: wordsOf(rule, ['protocol']),
        dport: wordsOf(rule, ['dport', 'dports', 'destination-port', 'destination-ports']),
        scope: limits.every((m) => m.option === 'comment') ? 'all' : 'some',
        by_chance: limits.some((m) => CHANCE.has(m.module)),
        way: hit?.way ?? (packet?.ctstate === 'ESTABLISHED' ? 'return' : 'forward'),
        src: packet?.src ?? null,
        dst: packet?.dst ?? null,
        hits_question: hit !== undefined,
        in_question: hit !== undefined || (concern.from !== 'trace' && flows.length === 0),
        trace_agrees: traceBlames(context, node.id),
      },
      evidence: [
        ...path.slice(0, -1).map((jump) => lineEvidence(node.id, jump.loc, jump.text)),
        lineEvidence(node.id, rule.loc, rule.text),
      ].reverse(),
    },
  ];
}

/**
 * Rules that stop forwarded pod traffic. A rule is listed when it decides a flow in question, or a packet made to
 * fit it: rules that nothing leads to, or that an earlier one shadows, decide none. Those that every node has are
 * left out.
 */
export const forwardBlockingRule = defineFact({
  name: 'forward_blocking_rule',
  description: 'A DROP or REJECT rule that stops forwarded traffic of pods.',
  fields: {
    target: oneOf(['DROP', 'REJECT']),
    reject_with: text('what a REJECT answers: icmp-port-unreachable, tcp-reset …'),
    table: oneOf(['filter', 'mangle', 'raw', 'nat']),
    hook: text('built-in chain it is reached from'),
    chain: text('chain it stands in'),
    rule: text('the rule as printed'),
    rule_number: number('its number in the chain'),
    packets: number('packets it has counted; null when not counted'),
    source: text('source it asks for'),
    destination: text('destination it asks for'),
    protocol: text('protocol it asks for'),
    dport: text('destination ports it asks for'),
    scope: oneOf(['all', 'some'], 'all: no condition on the way to it'),
    by_chance: flag('it or a rule on the way to it works by chance, rate or number'),
    way: oneOf(['forward', 'return'], 'of the packet it stops: new connections or answers'),
    src: text('source of a packet it stops: of a flow in question where there is one'),
    dst: text('destination of that packet'),
    hits_question: flag('it stops a flow in question'),
    in_question: flag('the same; true when nothing is in question, or the question names no port'),
    trace_agrees: traceAgrees,
  },
  compute: (context) => {
    const flows = simulatedFlows(context);
    return perNode(
      context,
      'iptables rules',
      (node) => isKnown(node.iptables) || isKnown(node.ip6tables),
      (node) =>
        ([4, 6] as const).flatMap((family) => {
          const collected = family === 4 ? node.iptables : node.ip6tables;
          if (!isKnown(collected)) return [];
          return HOOKS.flatMap((hook) =>
            reachableRules(collected.value, ...hook)
              .filter((rule) => (rule.target === 'DROP' || rule.target === 'REJECT') && !isExpected(rule))
              .slice(0, MAX_RULES)
              .flatMap((rule) => instance(context, node, family, collected.value, hook, rule, flows)),
          );
        }),
    );
  },
});
