import type { DropPoint } from '../model/document.js';
import { SEVERITIES, type Category, type Finding } from '../model/rule.js';
import type { Segment, Trace } from '../model/trace.js';

/** Findings that state where or how, not why: a cause is named before them. */
const SYMPTOMS = new Set([
  'trace-src-node-drop',
  'trace-vpc-drop',
  'trace-dst-node-drop',
  'trace-return-path-drop',
  'icmp-unreachable',
  'partial-loss',
  'cross-node-only-failure',
  'src-pod-silent',
  'dst-pod-silent',
]);

/** Findings about the captures themselves. */
const ABOUT_CAPTURES = new Set(['wrong-interface-captured', 'clock-skew']);

export function isSymptom(f: Finding): boolean {
  return SYMPTOMS.has(f.rule);
}

/** Categories of what a node itself can do to a packet, and of what only the VPC can. */
const ON_NODE: ReadonlySet<Category> = new Set([
  'cni_health',
  'network_policy',
  'iptables_forward',
  'routing',
  'conntrack',
  'kube_proxy',
]);
const IN_VPC: ReadonlySet<Category> = new Set([
  'security_groups',
  'nacls',
  'vpc_routing',
  'sgp_isolation',
  'instance_limits',
  'mtu',
  'conntrack',
]);

/** Does the finding explain why packets die in this segment of this trace? */
export function explains(f: Finding, trace: Trace): boolean {
  const { segment } = trace.summary;
  if (ABOUT_CAPTURES.has(f.rule)) return false;
  switch (segment) {
    case 'src_node':
    case 'dst_node': {
      const node = segment === 'src_node' ? trace.srcNode : trace.dstNode;
      const here = f.node === null || f.node === node;
      return here && (ON_NODE.has(f.category) || isTraceRuleOf(f, segment));
    }
    case 'vpc':
      return f.rule === 'conntrack-exhausted' ? false : IN_VPC.has(f.category) || isTraceRuleOf(f, segment);
    case 'src_pod':
      return f.rule === 'src-pod-silent' || (f.category === 'application' && f.node === trace.srcNode);
    case 'dst_pod':
      return f.category === 'application' || f.rule === 'dst-pod-silent' || f.rule === 'connection-refused';
    case 'unknown':
      return f.fields['in_question'] === true;
    case 'none':
      return false;
  }
}

function isTraceRuleOf(f: Finding, segment: Segment): boolean {
  const names: Partial<Record<Segment, string>> = {
    src_node: 'trace-src-node-drop',
    vpc: 'trace-vpc-drop',
    dst_node: 'trace-dst-node-drop',
  };
  return (
    f.rule === names[segment] ||
    f.rule === 'trace-return-path-drop' ||
    f.rule === 'partial-loss' ||
    f.rule === 'icmp-unreachable'
  );
}

const CONFIDENCE = ['high', 'medium', 'low'] as const;

/** Most telling first: cause before symptom, about the flow in question before others, then severity and confidence. */
export function byWeight(a: Finding, b: Finding): number {
  const concern = (f: Finding): number =>
    f.fields['in_question'] === true || f.fields['named_in_question'] === true ? 0 : 1;
  return (
    Number(isSymptom(a)) - Number(isSymptom(b)) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    concern(a) - concern(b) ||
    CONFIDENCE.indexOf(a.confidence) - CONFIDENCE.indexOf(b.confidence)
  );
}

export function atLeastMedium(f: Finding): boolean {
  return SEVERITIES.indexOf(f.severity) <= SEVERITIES.indexOf('medium');
}

const PART: Partial<Record<Category, 'forward_chain' | 'routing' | 'network_policy'>> = {
  iptables_forward: 'forward_chain',
  routing: 'routing',
  network_policy: 'network_policy',
};

/** The drop point, as precise as place and cause together allow. */
export function dropPoint(trace: Trace | null, cause: Finding | null): DropPoint {
  if (trace === null) return 'unknown';
  const { segment } = trace.summary;
  if (segment === 'src_node' || segment === 'dst_node') {
    const part = cause === null || isSymptom(cause) ? undefined : PART[cause.category];
    return part === undefined ? segment : `${segment}_${part}`;
  }
  if (segment === 'vpc') {
    if (cause?.category === 'mtu') return 'vpc_mtu';
    return isSelective(trace) ? 'vpc_sg_nacl' : 'vpc';
  }
  return segment;
}

/** Other flows pass between the same two nodes: something tells them apart, and routes do not look at ports. */
export function isSelective(trace: Trace): boolean {
  if (trace.summary.verdict !== 'dropped') return false;
  return trace.flows.some(
    (f) =>
      f.verdict === 'delivered' &&
      (f.points.src_eth0?.packets ?? 0) + (f.points.src_eth0?.returnPackets ?? 0) > 0 &&
      (f.points.dst_eth0?.packets ?? 0) + (f.points.dst_eth0?.returnPackets ?? 0) > 0,
  );
}
