import { isoMicros } from '../align/index.js';
import type {
  AnalysisDocument,
  DocBundle,
  DocCapture,
  DocEvidence,
  DocFinding,
  DocFlow,
} from '../model/document.js';
import { socketText } from '../model/flow-ends.js';
import type { NodeIdentity } from '../model/node.js';
import type { EvidenceItem, Finding } from '../model/rule.js';
import type { Bundle } from '../model/source.js';
import { POINTS, type Flow, type Tap } from '../model/trace.js';
import { CROSS_REFERENCE, escalations, mitigation, nextSteps } from './advice.js';
import { decide } from './decide.js';
import type { DiagnosisInput } from './input.js';
import { ladderOf } from './ladder.js';
import { layersOf } from './layers.js';
import { logPatternsOf } from './log-patterns.js';
import { ruleOutcomes } from './rule-outcomes.js';
import { trailOf } from './trail.js';

/** The analysis document of a run: the last value before it is rendered. */
export function buildDocument(input: DiagnosisInput): AnalysisDocument {
  const { trace, nodes } = input.context;
  const decision = decide(input);
  const register = new EvidenceRegister();
  const findings = input.results.findings.map((f, i) => toDocFinding(f, i, register));
  const idOf = new Map(input.results.findings.map((f, i) => [f, findings[i]!.id]));
  return {
    schema_version: 1,
    root_cause: `${decision.category} — ${decision.detail}`,
    diagnosis: {
      category: decision.category,
      summary: decision.summary,
      confidence: decision.confidence,
      finding_ids: decision.supporting.map((f) => idOf.get(f)!),
      against: [...new Set(decision.against)],
    },
    traffic_path: trace?.trafficPath ?? 'unknown',
    packet_trace: {
      ...(trace?.summary.seen ?? {
        src_veth: 'not_captured',
        src_eth0: 'not_captured',
        dst_eth0: 'not_captured',
        dst_veth: 'not_captured',
      }),
      drop_point: decision.dropPoint,
      segment: trace?.summary.segment ?? 'unknown',
      direction: trace?.summary.direction ?? 'none',
      explanation:
        trace === null ? 'No capture was given.' : [trace.summary.explanation, ...trace.notes].join(' '),
    },
    flows: (trace?.flows ?? []).map(toDocFlow),
    flow_counts: trace?.counts ?? { delivered: 0, dropped: 0, lossy: 0, rejected: 0, inconclusive: 0 },
    findings,
    evidence: register.list(),
    severity: decision.severity,
    mitigation: mitigation(decision),
    cross_reference: [...CROSS_REFERENCE],
    escalation: escalations(decision, input.results.findings),
    next_steps: nextSteps(input, decision),
    clocks: (trace?.clocks ?? []).map((c) => ({
      a: c.a,
      b: c.b,
      offset_seconds: c.offsetNs === null ? null : c.offsetNs / 1e9,
      bound_seconds: c.boundNs === null ? null : c.boundNs / 1e9,
      one_sided: c.oneSided,
      drift_ppm: c.driftPpm,
    })),
    rules: ruleOutcomes(input),
    layers: layersOf(input, findings),
    log_patterns: input.bundles.length === 0 ? null : logPatternsOf(input.context.logs),
    ladder: ladderOf(input, input.ladderFlow),
    trail: trailOf(nodes, trace),
    coverage: {
      bundles: input.bundles.map((b) => toDocBundle(b, nodes.find((n) => n.id === b.id)?.identity ?? null)),
      captures: captures(input),
      missing: [...input.missing, ...missingPoints(input)],
      problems: input.problems.map((p) => ({
        code: p.code,
        subject: p.subject,
        message: p.message,
        hint: p.hint ?? null,
        note: p.note === true,
      })),
      skipped_rules: input.results.skipped.map((s) => ({
        rule: s.rule,
        reason:
          s.node === undefined || s.node === null || s.reason.includes(s.node)
            ? s.reason
            : `${s.reason} (${s.node})`,
      })),
    },
  };
}

/** Numbers evidence in the order of the findings that use it; the same line is one entry. */
class EvidenceRegister {
  private readonly entries: DocEvidence[] = [];
  private readonly ids = new Map<string, string>();

  add(e: EvidenceItem): string {
    const key = JSON.stringify([e.type, e.node, e.file, e.line, e.content]);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = `E-${String(this.entries.length + 1).padStart(3, '0')}`;
    this.entries.push({
      id,
      type: e.type,
      node: e.node,
      file: e.file,
      line: e.line,
      time: e.time,
      content: e.content,
      ...(e.context === undefined ? {} : { context: [...e.context] }),
    });
    this.ids.set(key, id);
    return id;
  }

  list(): DocEvidence[] {
    return this.entries;
  }
}

function toDocFinding(f: Finding, index: number, register: EvidenceRegister): DocFinding {
  return {
    id: `F-${String(index + 1).padStart(3, '0')}`,
    rule: f.rule,
    severity: f.severity,
    confidence: f.confidence,
    category: f.category,
    title: f.title,
    diagnosis: f.diagnosis,
    resolution: f.resolution,
    safety: f.safety,
    node: f.node,
    evidence: [...new Set(f.evidence.map((e) => register.add(e)))],
    against: [...f.against],
    ...activityOf(f),
  };
}

/** Steps of the document at most: what a picture can show. */
const MAX_STEPS = 60;

function activityOf({ activity, evidence }: Finding): Pick<DocFinding, 'activity'> {
  if (activity === undefined) return {};
  const total = activity.counts.reduce((n, [, count]) => n + count, 0);
  if (total <= evidence.length) return {};
  const from = activity.counts[0]![0];
  const span = activity.counts.at(-1)![0] - from + activity.width;
  const width = activity.width * Math.max(1, Math.ceil(span / activity.width / MAX_STEPS));
  const counts = new Array<number>(Math.ceil(span / width)).fill(0);
  for (const [time, count] of activity.counts) counts[Math.floor((time - from) / width)]! += count;
  return { activity: { from: new Date(from).toISOString(), step_seconds: width / 1000, counts } };
}

export function toDocFlow(f: Flow): DocFlow {
  const points: DocFlow['points'] = {};
  for (const p of POINTS) {
    const c = f.points[p];
    if (c)
      points[p] = {
        packets: c.packets,
        bytes: c.bytes,
        return_packets: c.returnPackets,
        return_bytes: c.returnBytes,
        first: c.first,
        last: c.last,
      };
  }
  return {
    protocol: f.protocol,
    src: socketText(f, f.src),
    dst: socketText(f, f.dst),
    verdict: f.verdict,
    segment: f.segment,
    direction: f.direction,
    reason: f.reason,
    explanation: f.explanation,
    points,
    translated:
      f.translated === null
        ? null
        : {
            src: socketText(f, f.translated.src),
            dst: socketText(f, f.translated.dst),
            inferred: f.translated.inferred,
          },
    losses: f.losses.map((l) => ({
      segment: l.segment,
      direction: l.direction,
      sent: l.sent,
      lost: l.lost,
      rate: round(l.rate),
      rate_low: round(l.low),
      rate_high: round(l.high),
    })),
  };
}

const round = (x: number): number => Math.round(x * 1e4) / 1e4;

function toDocBundle(b: Bundle, identity: NodeIdentity | null): DocBundle {
  const named: Record<string, string | string[] | null> = {};
  for (const [key, value] of Object.entries(identity ?? {})) {
    const plain = plainValue(value);
    if (plain !== undefined) named[snake(key)] = plain;
  }
  return {
    id: b.id,
    input: b.input,
    kind: b.kind,
    collector_version: b.collectorVersion,
    collected_at: b.collectedAt === null ? null : new Date(b.collectedAt).toISOString(),
    files: b.files.size,
    identity: named,
  };
}

/** What a document can hold: text, lists of text, and pairs as `key value`. */
function plainValue(value: unknown): string | string[] | null | undefined {
  if (value === null || typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(String);
  if (value instanceof Map)
    return [...value].map(([k, v]) =>
      [k, ...(typeof v === 'object' ? Object.values(v as object) : [v])].join(' '),
    );
  return undefined;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

function captures(input: DiagnosisInput): DocCapture[] {
  const { trace } = input.context;
  const table = (file: string): { truncated: boolean } =>
    input.tables.find((t) => t.file === file) ?? { truncated: false };
  return (trace?.taps ?? []).map((t: Tap) => ({
    file: t.id,
    interface: t.interfaceName,
    point: t.point,
    node: t.node,
    reason: t.reason,
    certainty: t.certainty,
    packets: t.packets,
    first: t.first === null ? null : isoMicros(t.first),
    last: t.last === null ? null : isoMicros(t.last),
    truncated: table(t.file).truncated,
  }));
}

/** Points that nobody captured leave the place open as soon as something fails. */
function missingPoints(input: DiagnosisInput): AnalysisDocument['coverage']['missing'] {
  const { trace } = input.context;
  if (trace === null) return [];
  const wanted = trace.trafficPath === 'same_node' ? POINTS.filter((p) => p.endsWith('veth')) : POINTS;
  return wanted
    .filter((p) => trace.summary.seen[p] === 'not_captured')
    .map((p) => ({
      node: p.startsWith('src') ? trace.srcNode : trace.dstNode,
      what: p.replace('_', '-'),
      state: 'not_captured' as const,
      leaves_undecided: `whether packets pass the ${p.startsWith('src') ? 'source' : 'destination'} ${p.endsWith('veth') ? 'veth' : 'ENI'}`,
    }));
}
