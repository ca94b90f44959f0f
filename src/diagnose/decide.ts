import type { AnalysisDocument, DropPoint } from '../model/document.js';
import type { Category, Confidence, Finding } from '../model/rule.js';
import { destinationText } from '../model/flow-ends.js';
import type { Trace } from '../model/trace.js';
import { atLeastMedium, byWeight, dropPoint, explains, isSymptom } from './causes.js';
import type { Corroboration, DiagnosisInput } from './input.js';

export interface Decision {
  readonly category: Category;
  readonly detail: string;
  readonly summary: string;
  readonly confidence: Confidence;
  /** The finding that states the cause; null when none does. */
  readonly cause: Finding | null;
  /** All findings the diagnosis rests on, the cause first. */
  readonly supporting: readonly Finding[];
  readonly against: readonly string[];
  readonly dropPoint: DropPoint;
  readonly severity: AnalysisDocument['severity'];
}

const LOWER: Record<Confidence, Confidence> = { high: 'medium', medium: 'low', low: 'low' };
const ORDER: readonly Confidence[] = ['high', 'medium', 'low'];

function weaker(a: Confidence, b: Confidence): Confidence {
  return ORDER[Math.max(ORDER.indexOf(a), ORDER.indexOf(b))]!;
}

/** Joins place and cause: what the captures show, what the nodes' configuration and logs show, and how they agree. */
export function decide(input: DiagnosisInput): Decision {
  const { trace } = input.context;
  const findings = [...input.results.findings].filter(atLeastMedium).sort(byWeight);
  if (trace === null || trace.summary.flows.length === 0) return withoutTrace(input, findings, trace);
  const { verdict } = trace.summary;
  if (verdict === 'delivered') return healthyTrace(findings, trace);
  const explaining = findings.filter((f) => explains(f, trace));
  if (verdict === 'inconclusive') return openTrace(input, findings, explaining, trace);
  return placed(input, explaining, trace);
}

function placed(input: DiagnosisInput, explaining: readonly Finding[], trace: Trace): Decision {
  const { summary } = trace;
  const cause = explaining[0] ?? null;
  const against: string[] = [...summary.against, ...(cause?.against ?? [])];
  let confidence = cause === null ? summary.confidence : weaker(summary.confidence, cause.confidence);
  const c = input.corroboration;
  if (cause !== null && !isSymptom(cause)) {
    // Two independent witnesses: the packets' place, and a configuration that does just that to this very flow.
    if (c?.verdict === 'agrees' && (cause.category === 'iptables_forward' || cause.category === 'routing'))
      confidence = cause.confidence;
    const contradiction = contradicts(c, cause);
    if (contradiction !== null) {
      confidence = LOWER[confidence];
      against.push(contradiction);
    }
    const rivals = explaining.filter(
      (f) => !isSymptom(f) && f.rule !== cause.rule && f.category !== cause.category,
    );
    for (const rival of rivals.slice(0, 3)) against.push(`It could also be: ${rival.title} (${rival.rule}).`);
    if (rivals.length > 0) confidence = weaker(confidence, 'medium');
  } else {
    // The place is proved, the cause is not: never more than medium for a cause that is inferred from the place.
    confidence = weaker(confidence, 'medium');
    if (c?.verdict === 'agrees' && c.text !== null) return simulated(explaining, trace, c, against);
  }
  const place = dropPoint(trace, cause);
  const category = cause?.category ?? 'unknown';
  return {
    category,
    detail: cause === null ? summary.explanation : specific(cause, trace),
    summary: `${summary.explanation}${cause === null || isSymptom(cause) ? '' : ` ${cause.diagnosis}`}`,
    confidence,
    cause,
    supporting: explaining,
    against,
    dropPoint: place,
    severity: severityOf(cause, 'HIGH'),
  };
}

/** No rule names a cause, but the node's own rules and routes, worked through for this flow, do. */
function simulated(
  explaining: readonly Finding[],
  trace: Trace,
  c: Corroboration,
  against: readonly string[],
): Decision {
  const routing = c.kind === 'route' || c.kind === 'rp_filter' || c.kind === 'sysctl';
  const category: Category = routing ? 'routing' : 'iptables_forward';
  const { segment, explanation, confidence } = trace.summary;
  const suffix = routing ? 'routing' : 'forward_chain';
  return {
    category,
    detail: `${c.node} stops it: ${c.text}`,
    summary: `${explanation} Its own configuration does it: ${c.text} (${c.file}:${c.line}).`,
    confidence: weaker(confidence, 'medium'),
    cause: null,
    supporting: explaining,
    against,
    dropPoint:
      segment === 'src_node' || segment === 'dst_node'
        ? `${segment}_${suffix}`
        : segment === 'vpc'
          ? 'vpc'
          : segment,
    severity: 'HIGH',
  };
}

/** What, for whom and where: the title with the flow in question, the node and the line of configuration. */
function specific(cause: Finding, trace: Trace | null): string {
  const flow = trace?.flows[trace.summary.flows[0] ?? -1];
  const parts = [cause.title];
  if (flow) parts.push(`${flow.protocol.toUpperCase()} ${flow.src.ip} → ${destinationText(flow)}`);
  if (cause.node !== null) parts.push(`on ${cause.node}`);
  const line = cause.evidence.find(
    (e) => e.type === 'network_diagnostics' && e.line !== null && e.content.length <= 120,
  );
  if (line) parts.push(`by '${line.content}'`);
  return parts.join(', ');
}

/** Configuration that would let the very flow pass speaks against a cause in rules or routes. */
function contradicts(c: Corroboration | null, cause: Finding): string | null {
  if (c?.verdict !== 'contradicts') return null;
  if (cause.category !== 'iptables_forward' && cause.category !== 'routing') return null;
  return `Worked through rule by rule, the collected rules and routes of ${c.node} let this flow pass; they may have changed between the failure and the collection.`;
}

function healthyTrace(findings: readonly Finding[], trace: Trace): Decision {
  const serious = findings.filter((f) => f.severity === 'critical' || f.severity === 'high');
  const top = serious[0] ?? null;
  const base = {
    dropPoint: 'none' as const,
    supporting: findings,
  };
  if (top === null)
    return {
      ...base,
      category: 'none',
      detail: 'the captured flows are healthy',
      summary: trace.summary.explanation,
      confidence: trace.summary.confidence,
      cause: null,
      against: trace.summary.against,
      severity: findings.length === 0 ? 'NONE' : severityOf(findings[0]!, 'MEDIUM'),
    };
  return {
    ...base,
    category: top.category,
    detail: specific(top, null),
    summary: `${top.diagnosis} The flows in the captures are not affected: ${trace.summary.explanation}`,
    confidence: 'low',
    cause: top,
    against: [...top.against, `The captures show working flows: ${trace.summary.explanation}`],
    severity: severityOf(top, 'HIGH'),
  };
}

/** The captures show a failure but not its place: findings about the flow in question may still name the cause. */
function openTrace(
  input: DiagnosisInput,
  findings: readonly Finding[],
  explaining: readonly Finding[],
  trace: Trace,
): Decision {
  const cause =
    [...explaining, ...findings].find(
      (f) => !isSymptom(f) && (f.severity === 'critical' || f.severity === 'high'),
    ) ?? null;
  if (cause === null)
    return {
      category: 'unknown',
      detail: trace.summary.explanation,
      summary: trace.summary.explanation,
      confidence: 'low',
      cause: null,
      supporting: findings,
      against: trace.summary.against,
      dropPoint: 'unknown',
      severity:
        input.results.findings.length > 0 && findings[0] ? severityOf(findings[0], 'UNKNOWN') : 'UNKNOWN',
    };
  return {
    category: cause.category,
    detail: specific(cause, trace),
    summary: `${cause.diagnosis} The captures leave the place open: ${trace.summary.explanation}`,
    confidence: weaker(cause.confidence, 'medium'),
    cause,
    supporting: [cause, ...findings.filter((f) => f !== cause)],
    against: [...cause.against, ...trace.summary.against],
    dropPoint: 'unknown',
    severity: severityOf(cause, 'HIGH'),
  };
}

function withoutTrace(input: DiagnosisInput, findings: readonly Finding[], trace: Trace | null): Decision {
  const cause = findings.find((f) => !isSymptom(f)) ?? findings[0] ?? null;
  const noPackets = trace === null ? 'No capture was given' : 'The captures hold no flow to follow';
  if (cause === null) {
    const collected = input.bundles.length > 0;
    return {
      category: collected ? 'none' : 'unknown',
      detail: collected
        ? 'nothing in what was collected explains a failure'
        : 'no bundle, and no flow in the captures',
      summary: collected
        ? `No rule found a fault in what was collected. ${noPackets}, so that packets were not followed.`
        : `${noPackets} and no bundle: there is nothing to judge by.`,
      confidence: 'low',
      cause: null,
      supporting: [],
      against: trace?.summary.against ?? [],
      dropPoint: 'unknown',
      severity: collected ? 'NONE' : 'UNKNOWN',
    };
  }
  const rivals = findings.filter((f) => !isSymptom(f) && f.category !== cause.category);
  return {
    category: cause.category,
    detail: specific(cause, null),
    summary: `${cause.diagnosis} ${noPackets}: that this is what the failing flow meets is likely, not proved.`,
    confidence: rivals.length > 0 ? weaker(cause.confidence, 'medium') : cause.confidence,
    cause,
    supporting: findings,
    against: [
      ...cause.against,
      ...rivals.slice(0, 3).map((r) => `It could also be: ${r.title} (${r.rule}).`),
    ],
    dropPoint: 'unknown',
    severity: severityOf(cause, 'MEDIUM'),
  };
}

function severityOf(
  f: Finding | null,
  otherwise: AnalysisDocument['severity'],
): AnalysisDocument['severity'] {
  switch (f?.severity) {
    case 'critical':
      return 'CRITICAL';
    case 'high':
      return 'HIGH';
    case 'medium':
      return 'MEDIUM';
    case 'low':
    case 'info':
      return 'LOW';
    default:
      return otherwise;
  }
}
