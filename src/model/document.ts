/**
 * The analysis document: what `--format json` prints. Field names are the contract's; add, never change.
 * Plain JSON values only: no Map, no bigint, no undefined.
 */
import type { Category, Confidence, EvidenceType, Safety, Severity } from './rule.js';
import type { Direction, Point, Segment, Verdict } from './trace.js';

export type DropPoint =
  | 'none'
  | 'src_pod'
  | 'src_node_forward_chain'
  | 'src_node_routing'
  | 'src_node_network_policy'
  | 'src_node'
  | 'vpc_sg_nacl'
  | 'vpc_mtu'
  | 'vpc'
  | 'dst_node_forward_chain'
  | 'dst_node_routing'
  | 'dst_node_network_policy'
  | 'dst_node'
  | 'dst_pod'
  | 'unknown';

export interface DocFlow {
  protocol: string;
  src: string;
  dst: string;
  verdict: Verdict;
  segment: Segment;
  direction: Direction;
  reason: string;
  explanation: string;
  points: Partial<
    Record<
      Point,
      {
        packets: number;
        bytes: number;
        return_packets: number;
        return_bytes: number;
        first: string | null;
        last: string | null;
      }
    >
  >;
  translated: { src: string; dst: string; inferred: boolean } | null;
  losses: DocLoss[];
}

export interface DocLoss {
  segment: Segment;
  direction: Direction;
  sent: number;
  lost: number;
  rate: number;
  rate_low: number;
  rate_high: number;
}

export interface DocFinding {
  id: string;
  rule: string;
  severity: Severity;
  confidence: Confidence;
  category: Category;
  title: string;
  diagnosis: string;
  resolution: string;
  safety: Safety;
  node: string | null;
  evidence: string[];
  against: string[];
  /** Log lines like those of its evidence, per step of time; absent where evidence shows all there is. */
  activity?: DocActivity;
}

export interface DocActivity {
  /** Beginning of the first step, ISO 8601. */
  from: string;
  step_seconds: number;
  /** Lines in each step, the empty ones too. */
  counts: number[];
}

export interface DocEvidence {
  id: string;
  type: EvidenceType;
  node: string | null;
  file: string | null;
  line: number | null;
  time: string | null;
  content: string;
  /** The lines around it, itself included, in file order; absent for captures and where a bound was met. */
  context?: DocLine[];
}

export interface DocLine {
  line: number;
  /** Cut with `…` when long. */
  text: string;
}

/** One of the flows in question, packet by packet, on the clock of the first point. */
export interface DocLadder {
  /** Index into `flows`. */
  flow: number;
  /** ISO 8601 UTC of second 0. */
  start: string;
  /** The points that were captured, in path order. */
  points: Point[];
  packets: DocLadderPacket[];
  /** Further packets of this flow. */
  left_out: number;
}

export interface DocLadderPacket {
  direction: 'forward' | 'return';
  /** `SYN seq 1` …: what it is, in words. */
  label: string;
  /** Seconds since `start`, by point; a captured point without an entry did not show it. */
  at: Partial<Record<Point, number>>;
}

/** What the rules and routes of the node at which the flow is lost do with its packet, step by step. */
export interface DocTrail {
  node: string;
  packet: string;
  verdict: 'forwarded' | 'delivered' | 'dropped' | 'rejected' | 'undetermined';
  steps: DocTrailStep[];
  left_out: number;
  /** Why the verdict is open. */
  undetermined: string[];
}

export interface DocTrailStep {
  hook: string;
  table: string | null;
  chain: string | null;
  text: string;
  file: string | null;
  line: number | null;
  effect: string;
  /** This step settled the verdict. */
  decides: boolean;
}

/** What the logs say at level warn and above, sorted into patterns; the errors first. */
export interface DocLogPatterns {
  patterns: DocLogPattern[];
  /** Further patterns, and lines that are in none of `patterns`. */
  patterns_left_out: number;
  lines_left_out: number;
}

export interface DocLogPattern {
  /** The message, with `<n>`, `<ip>`, `<time>` and `<id>` for what varies; cut with `…` when long. */
  pattern: string;
  /** Null: its lines have no level, and words in them tell of trouble. */
  level: 'fatal' | 'error' | 'warn' | null;
  count: number;
  /** Of its first and last line, ISO 8601; null where they have no time. */
  first: string | null;
  last: string | null;
  nodes: string[];
  /** Its earliest line, cut with `…` when long. */
  example: { node: string; file: string; line: number; content: string };
}

/** A rule that took part in the run. */
export interface DocRule {
  id: string;
  title: string;
  category: Category;
  severity: Severity;
  /** `clear`: decided everywhere, nothing found. `skipped`: could not be decided on some node, or nowhere. */
  outcome: 'found' | 'clear' | 'skipped';
}

export type LayerName =
  'dns' | 'routing' | 'node_firewall' | 'network_policy' | 'vpc' | 'mtu' | 'tls' | 'application';

/** One layer of the walk from name to application. */
export interface DocLayer {
  layer: LayerName;
  /** What was looked at. */
  test: string;
  /** `ok` only when something collected tested it; `undecided` says in `verdict` what is missing. */
  result: 'ok' | 'failing' | 'undecided';
  /** Ids of findings and of evidence. */
  evidence: string[];
  verdict: string;
}

export interface DocBundle {
  id: string;
  input: string;
  kind: string;
  collector_version: string | null;
  collected_at: string | null;
  files: number;
  identity: Record<string, string | string[] | null>;
}

export interface DocCapture {
  file: string;
  interface: string | null;
  point: Point | null;
  node: string | null;
  reason: string;
  certainty: string;
  packets: number;
  first: string | null;
  last: string | null;
  truncated: boolean;
}

export interface DocMissing {
  node: string | null;
  /** File of a bundle or a capture point. */
  what: string;
  state: 'missing' | 'empty' | 'truncated' | 'unreadable' | 'not_captured';
  /** Which questions it leaves open. */
  leaves_undecided: string;
}

export interface AnalysisDocument {
  schema_version: 1;
  root_cause: string;
  diagnosis: {
    category: Category;
    summary: string;
    confidence: Confidence;
    finding_ids: string[];
    against: string[];
  };
  traffic_path: 'same_node' | 'cross_node' | 'unknown';
  packet_trace: Record<Point, 'yes' | 'no' | 'not_captured'> & {
    drop_point: DropPoint;
    segment: Segment;
    direction: Direction;
    explanation: string;
  };
  flows: DocFlow[];
  /** Over all flows, also the healthy ones that `flows` leaves out. */
  flow_counts: Record<Verdict, number>;
  findings: DocFinding[];
  evidence: DocEvidence[];
  severity: 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'NONE' | 'UNKNOWN';
  mitigation: { immediate: string; long_term: string };
  cross_reference: string[];
  escalation: string[];
  next_steps: { why: string; command: string }[];
  clocks: {
    a: string;
    b: string;
    offset_seconds: number | null;
    bound_seconds: number | null;
    one_sided: boolean;
    drift_ppm: number;
  }[];
  /** Every rule of the run and how it ended. */
  rules?: DocRule[];
  /** All layers in the order in which they are walked. */
  layers?: DocLayer[];
  /** Null without a bundle. */
  log_patterns?: DocLogPatterns | null;
  /** Null when no flow went wrong. */
  ladder?: DocLadder | null;
  /** Null when the flow is not lost on a node whose bundle was given. */
  trail?: DocTrail | null;
  coverage: {
    bundles: DocBundle[];
    captures: DocCapture[];
    missing: DocMissing[];
    /** `note`: said for completeness, nothing of value is lost. */
    problems: { code: string; subject: string; message: string; hint: string | null; note: boolean }[];
    skipped_rules: { rule: string; reason: string }[];
  };
}
