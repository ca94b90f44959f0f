/** The words that all formats share. */
import { plural } from '../plural.js';
import type { AnalysisDocument, DocFinding, DocLogPatterns, LayerName } from '../model/document.js';
import type { Category, Severity } from '../model/rule.js';
import type { Direction, Point, Segment } from '../model/trace.js';

export const POINT_NAME: Record<Point, string> = {
  src_veth: 'src-veth',
  src_eth0: 'src-eth0',
  dst_eth0: 'dst-eth0',
  dst_veth: 'dst-veth',
};

export const SEGMENT_NAME: Record<Segment, string> = {
  none: 'nowhere',
  src_pod: 'the source pod',
  src_node: 'the source node',
  vpc: 'the VPC',
  dst_node: 'the destination node',
  dst_pod: 'the destination pod',
  unknown: 'an unknown place',
};

export const DIRECTION_NAME: Record<Direction, string> = {
  forward: 'on the way there',
  return: 'on the way back',
  none: '',
};

export const CATEGORY_NAME: Record<Category, string> = {
  cni_health: 'CNI (aws-node, veths)',
  ip_exhaustion: 'Pod addresses',
  network_policy: 'Network policy',
  iptables_forward: 'iptables FORWARD',
  routing: 'Routing on the node',
  kube_proxy: 'kube-proxy, Services',
  conntrack: 'Connection tracking',
  instance_limits: 'Instance limits',
  security_groups: 'Security groups',
  nacls: 'Network ACLs',
  vpc_routing: 'VPC routing',
  sgp_isolation: 'Security groups for pods',
  mtu: 'MTU',
  dns: 'DNS',
  application: 'Application',
  none: 'None',
  unknown: 'Other',
};

export const LAYER_NAME: Record<LayerName, string> = {
  dns: 'DNS',
  routing: 'Routing',
  node_firewall: 'Node firewall',
  network_policy: 'Network policy',
  vpc: 'VPC',
  mtu: 'MTU',
  tls: 'TLS',
  application: 'Application',
};

export const SEVERITY_ORDER: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** `source node to destination node` style line under the verdict: the facts in one row, most telling first. */
export function verdictFacts(d: AnalysisDocument): readonly (readonly [string, string])[] {
  const place = d.packet_trace.drop_point;
  return [
    ['Severity', d.severity],
    ['Confidence', d.diagnosis.confidence],
    ['Path', d.traffic_path.replace('_', ' ')],
    ['Drop point', place],
    ...(place === 'none' || d.packet_trace.direction === 'none'
      ? []
      : [['Direction', DIRECTION_NAME[d.packet_trace.direction]] as const]),
  ];
}

/** `path/of/file:12` of something with a file and a line; empty without a file. */
export function placeOf(e: { readonly file: string | null; readonly line: number | null }): string {
  return e.file === null ? '' : `${e.file}${e.line === null ? '' : `:${e.line}`}`;
}

/** Skipped rules by their reason, in order of first mention. */
export function skippedByReason(d: AnalysisDocument): { reason: string; rules: string[] }[] {
  const reasons = new Map<string, string[]>();
  for (const s of d.coverage.skipped_rules) reasons.set(s.reason, [...(reasons.get(s.reason) ?? []), s.rule]);
  return [...reasons].map(([reason, rules]) => ({ reason, rules: [...new Set(rules)] }));
}

export const LOG_PATTERNS_TITLE = 'Errors and warnings in the logs';

export const LOG_LEVEL_NAME = { fatal: 'fatal', error: 'error', warn: 'warning', none: 'no level' } as const;

/** What a list of patterns lacks, in words; empty when it is whole. */
export function logPatternsLeftOut({ patterns_left_out, lines_left_out }: DocLogPatterns): string {
  if (lines_left_out === 0) return '';
  const patterns = patterns_left_out === 0 ? '' : `${plural(patterns_left_out, 'more pattern')}, `;
  return `… and ${patterns}${plural(lines_left_out, 'line')} in none of these; \`eks-netcheck search\` finds them in the bundle`;
}

/** The first thing to do, and which finding it is for; null where nothing is wrong. */
export function doNow(d: AnalysisDocument): { readonly label: string; readonly text: string } | null {
  if (d.diagnosis.category === 'none') return null;
  const f = mitigatingFinding(d);
  return {
    label: f === null ? 'Do now' : `Do now (${f.id}, ${f.safety})`,
    text: d.mitigation.immediate,
  };
}

/** What follows later: prevention, and who has to be asked. */
export function doLater(d: AnalysisDocument): readonly (readonly [string, string])[] {
  if (d.diagnosis.category === 'none') return [];
  return [['later', d.mitigation.long_term], ...d.escalation.map((e) => ['escalate', e] as const)];
}

/** The finding whose resolution is the immediate mitigation. */
export function mitigatingFinding(d: AnalysisDocument): DocFinding | null {
  return d.findings.find((f) => f.resolution === d.mitigation.immediate) ?? null;
}
