import { isKnown } from '../model/location.js';
import type { NodeFacts } from '../model/node.js';
import type { Segment, Trace } from '../model/trace.js';
import type { DiagnosisInput } from './input.js';
import { plural } from '../plural.js';
import { answered, seenAt, subjects, tested, type LayerTest } from './layer-test.js';

type Side = 'src' | 'dst';
const SIDE_NAME: Record<Side, string> = { src: 'source', dst: 'destination' };

/** Packets of the flows in question went into the node and came out of it, and none is lost on it. */
function passed(trace: Trace | null, side: Side): boolean {
  const flows = subjects(trace);
  if (trace === null || flows.length === 0) return false;
  if (flows.some((f) => f.losses.some((l) => l.lost > 0 && l.segment === `${side}_node`))) return false;
  if (trace.summary.segment === `${side}_node` || trace.summary.verdict === 'inconclusive') return false;
  if (trace.trafficPath === 'same_node') return seenAt(flows, 'src_veth') && seenAt(flows, 'dst_veth');
  return seenAt(flows, `${side}_veth`) && seenAt(flows, `${side}_eth0`);
}

/** `null` when there is no reason to doubt the files; otherwise what is missing from them. */
type Reading = (node: NodeFacts) => string | null;

/** Each end by its packets, or else by its node's files; without captures every node by its files. */
function bothEnds(
  input: DiagnosisInput,
  test: string,
  categories: readonly string[],
  reading: Reading,
  sound: string,
): LayerTest {
  const { trace, nodes } = input.context;
  if (answered(trace)) return tested(test, 'ok', `${flowsText(trace)} answered from end to end.`);
  const good: [string, string][] = [];
  const open: [string, string][] = [];
  const byFiles = (node: NodeFacts): void => {
    const why = reading(node) ?? skipped(input, categories, node.id);
    if (why === null) good.push([node.id, sound]);
    else open.push([node.id, why]);
  };
  if (trace === null || subjects(trace).length === 0) nodes.forEach(byFiles);
  else
    for (const side of trace.trafficPath === 'same_node' ? (['src'] as const) : (['src', 'dst'] as const)) {
      const id = side === 'src' ? trace.srcNode : trace.dstNode;
      const node = nodes.find((n) => n.id === id);
      if (passed(trace, side)) good.push([`${SIDE_NAME[side]} node`, 'the flows in question pass it']);
      else if (node !== undefined) byFiles(node);
      else open.push([`${SIDE_NAME[side]} node`, 'no bundle, and no packets seen to pass it']);
    }
  if (open.length > 0) return tested(test, 'undecided', sentence([...open, ...good]));
  if (good.length === 0) return tested(test, 'undecided', 'Missing: a bundle or a capture.');
  return tested(test, 'ok', sentence(good));
}

/** Why the rules of a layer could not be decided on a node. */
function skipped(input: DiagnosisInput, categories: readonly string[], node: string): string | null {
  const needsFiles = (r: { category: string; needs?: readonly string[] }): boolean =>
    categories.includes(r.category) && !(r.needs ?? []).some((n) => n === 'trace' || n === 'captures');
  const ids = new Set(input.rules.filter(needsFiles).map((r) => r.id));
  const open = input.results.skipped.find(
    (s) => ids.has(s.rule) && (s.node === node || s.node === undefined || s.node === null),
  );
  return open === undefined ? null : `${open.rule} is not decided (${open.reason})`;
}

export function routingTest(input: DiagnosisInput): LayerTest {
  const reading: Reading = (n) =>
    missing(n.routes) ?? missing(n.rules) ?? (n.routes.value.length === 0 ? 'no route was read' : null);
  return bothEnds(
    input,
    'routes and policy rules of the nodes; packets that cross them',
    ['routing'],
    reading,
    'routes and rules collected, no fault in them',
  );
}

export function firewallTest(input: DiagnosisInput): LayerTest {
  const reading: Reading = (n) => {
    const why = missing(n.iptables);
    if (why !== null) return why;
    const { truncated, rulesNotUnderstood, tables, uncollectedTables } = n.iptables.value;
    if (truncated === true) return `${n.iptables.file} is cut short`;
    if ((rulesNotUnderstood ?? 0) > 0) return `${plural(rulesNotUnderstood!, 'rule')} not understood`;
    if ((uncollectedTables ?? []).includes('filter') || !tables.has('filter')) return 'no filter table';
    return null;
  };
  return bothEnds(
    input,
    'filter rules of the nodes; packets that cross them',
    ['iptables_forward'],
    reading,
    'filter rules collected, none stops the traffic',
  );
}

/** Silence of the agent's log is no test: it logs verdicts only where that is switched on. */
export function policyTest(input: DiagnosisInput): LayerTest {
  const test = 'verdicts and programs of the policy agent; flows that are answered';
  const { trace, nodes } = input.context;
  if (answered(trace))
    return tested(test, 'ok', `${flowsText(trace)} answered: no policy stops them on either side.`);
  if (podsAnswer(trace))
    return tested(
      test,
      'ok',
      `Answers of the destination come back in ${flowsText(trace)}: no policy stops them.`,
    );
  const ends = [trace?.srcNode, trace?.dstNode].filter((id) => id !== null && id !== undefined);
  const without = ends.filter((id) => !nodes.some((n) => n.id === id));
  const enforced = nodes.filter((n) => !isFree(n)).map((n) => n.id);
  if (nodes.length > 0 && without.length === 0 && enforced.length === 0)
    return tested(test, 'ok', 'No pod of the collected nodes has a policy program.');
  return tested(
    test,
    'undecided',
    'No finding names a policy, which proves nothing while flow logs may be off. Missing: an answered flow between these ends, or the policy flow logs (--enable-policy-event-logs).',
  );
}

/**
 * Every flow in question brought something back to the source veth that the destination pod itself sent: a reset of
 * the pod counts, one that a node on the way forged does not.
 */
function podsAnswer(trace: Trace | null): boolean {
  const flows = subjects(trace);
  if (trace === null || flows.length === 0) return false;
  const { segment, verdict } = trace.summary;
  if (segment !== 'vpc' && segment !== 'dst_pod') return false;
  if (verdict === 'rejected' && segment !== 'dst_pod') return false;
  return flows.every((f) => seenAt([f], 'src_veth', true) && seenAt([f], 'dst_veth', true));
}

/** The agent's list of programs was collected and is empty, and no other engine keeps its chains here. */
function isFree(node: NodeFacts): boolean {
  if (node.ebpfPrograms.state !== 'ok' || node.ebpfPrograms.value.length > 0) return false;
  if (node.iptables.state !== 'ok') return false;
  return [...node.iptables.value.tables.values()].every((t) =>
    [...t.chains.keys()].every((c) => !/^(cali-|CILIUM_)/.test(c)),
  );
}

/** Why packets that die elsewhere say nothing of the VPC. */
const BEFORE: Partial<Record<Segment, string>> = {
  src_pod: 'nothing leaves the source pod',
  src_node: 'the packets in question die on the source node',
};

export function vpcTest(input: DiagnosisInput): LayerTest {
  const test = "packets between the two nodes' interfaces, there and back";
  const { trace } = input.context;
  if (trace === null)
    return tested(
      test,
      'undecided',
      'Missing: captures at eth0 of both nodes; bundles hold no security group.',
    );
  if (trace.trafficPath === 'same_node')
    return tested(
      test,
      'undecided',
      'Not tested: both pods are on one node, their packets never enter the VPC.',
    );
  const { summary } = trace;
  const flows = subjects(trace);
  const large = flows.length > 0 && flows.every((f) => f.verdict === 'delivered' || f.reason === 'size');
  const failed = ['dropped', 'lossy', 'rejected'].includes(summary.verdict);
  if (summary.segment === 'vpc' && failed && !large) return tested(test, 'failing', summary.explanation);
  const crossing = flows.filter((f) => seenAt([f], 'src_eth0') && seenAt([f], 'dst_eth0'));
  const back = crossing.filter((f) => seenAt([f], 'src_eth0', true) && seenAt([f], 'dst_eth0', true));
  const lost = flows.some((f) => f.losses.some((l) => l.segment === 'vpc' && l.lost > 0));
  if (back.length > 0 && (!lost || large))
    return tested(
      test,
      'ok',
      `${plural(back.length, 'flow')} seen at both nodes' interfaces, there and back.`,
    );
  if (crossing.length > 0 && !lost)
    return tested(test, 'undecided', 'The way there is open. Missing: an answer that crosses the VPC.');
  const at = (['src_eth0', 'dst_eth0'] as const).filter((p) => summary.seen[p] === 'not_captured');
  return tested(
    test,
    'undecided',
    at.length > 0
      ? `Missing: a capture at ${at.map((p) => p.replace('_', '-')).join(' and ')}.`
      : `Not tested: ${BEFORE[summary.segment] ?? 'the captures do not show the packets in question at both interfaces'}.`,
  );
}

function missing(c: { readonly state: string; readonly file: string }): string | null {
  return isKnown(c as never) ? null : `${c.file} is ${c.state}`;
}

function flowsText(trace: Trace | null): string {
  return plural(subjects(trace).length, 'flow');
}

/** `a, b: reason; c: other reason.`: nodes with the same answer are told together. */
function sentence(parts: readonly (readonly [who: string, what: string])[]): string {
  const byAnswer = new Map<string, string[]>();
  for (const [who, what] of parts) byAnswer.set(what, [...(byAnswer.get(what) ?? []), who]);
  const answers = [...byAnswer].map(([what, who]) => {
    const more = who.length > 4 ? ` and ${who.length - 4} more` : '';
    return `${who.slice(0, 4).join(', ')}${more}: ${what}`;
  });
  const more = answers.length > 4 ? `; and ${answers.length - 4} more` : '';
  return `${answers.slice(0, 4).join('; ')}${more}.`.replace(/^(source|destination) /, (w) =>
    w.replace(/^./, (c) => c.toUpperCase()),
  );
}
