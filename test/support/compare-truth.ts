/** Compares an analysis document with the truth about its case. */
import type { AnalysisDocument } from '../../src/model/document.js';
import type { Truth } from './truth.js';

/**
 * Truth's name of a cause → rule ids that state it; any of them will do. A cause that is not listed is stated by
 * the rule of the same name (`blackhole_route` → `blackhole-route`).
 */
const RULES: Readonly<Record<string, readonly string[]>> = {
  aws_node_crash: ['aws-node-unhealthy'],
  ipamd_error: ['aws-node-unhealthy'],
  bad_cni_version: ['cni-version-known-bad'],
  calico_coexistence: ['calico-with-vpc-cni'],
  conntrack_full: ['conntrack-exhausted'],
  ena_allowance: ['ena-allowance-exceeded', 'conntrack-allowance-exceeded'],
  ebpf_error: ['ebpf-program-error'],
  mtu_blackhole: ['mtu-black-hole'],
  reject_rule: ['forward-rule-reject', 'forward-rule-drop'],
  vpc_drop: ['trace-vpc-drop', 'trace-return-path-drop'],
};

export function rulesOf(cause: string): readonly string[] {
  return RULES[cause] ?? [cause.replaceAll('_', '-')];
}

/** What an accepted drop point says of segment and direction; null where the direction does not matter. */
function place(point: string): { segment: string; direction: string | null } {
  if (point === 'none' || point === 'unknown') return { segment: point, direction: null };
  return point.startsWith('return_')
    ? { segment: point.slice('return_'.length), direction: 'return' }
    : { segment: point, direction: 'forward' };
}

const SEVERE: ReadonlySet<string> = new Set(['medium', 'high', 'critical']);

/** Ids of the rules that fired with severity medium and above, each once, sorted. */
export function severeRules(document: AnalysisDocument): string[] {
  const ids = document.findings.filter((f) => SEVERE.has(f.severity)).map((f) => f.rule);
  return [...new Set(ids)].sort();
}

/**
 * Where the document departs from the truth, in words; empty when it does not. An expected cause counts as
 * reported at any severity, a forbidden one as a false alarm from medium on.
 */
export function deviations(truth: Truth, document: AnalysisDocument): string[] {
  const found: string[] = [];
  const { segment, direction } = document.packet_trace;
  const accepted = (truth.accept_drop_points ?? [truth.drop_point]).map(place);
  const placed = accepted.some(
    (p) => p.segment === segment && (p.direction === null || p.direction === direction),
  );
  if (truth.kind === 'capture' && !placed)
    found.push(`place: ${segment}/${direction} instead of ${truth.drop_point}`);

  const all = new Set(document.findings.map((f) => f.rule));
  for (const cause of truth.expected_findings)
    if (!rulesOf(cause).some((rule) => all.has(rule))) found.push(`missing: ${cause}`);

  const severe = new Set(severeRules(document));
  const excused = new Set([...truth.expected_findings, ...truth.optional_findings].flatMap(rulesOf));
  for (const cause of truth.must_not)
    if (rulesOf(cause).some((rule) => severe.has(rule) && !excused.has(rule)))
      found.push(`false alarm: ${cause}`);
  return found;
}
