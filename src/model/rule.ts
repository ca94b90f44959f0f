/** Rules, findings, and the plain facts that rules test. */
import type { Loc } from './location.js';
import type { LogActivity, LogSource } from './logs.js';

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
export type Confidence = 'high' | 'medium' | 'low';
export type Safety = 'green' | 'yellow' | 'red';

export const CATEGORIES = [
  'cni_health',
  'network_policy',
  'iptables_forward',
  'routing',
  'security_groups',
  'nacls',
  'vpc_routing',
  'sgp_isolation',
  'ip_exhaustion',
  'conntrack',
  'mtu',
  'kube_proxy',
  'dns',
  'instance_limits',
  'application',
  'none',
  'unknown',
] as const;
export type Category = (typeof CATEGORIES)[number];

export type EvidenceType = 'network_diagnostics' | 'search' | 'tcpdump_analyze' | 'correlate';

/** Something a reader can open. For captures `line` is null and `content` describes the packets. */
export interface EvidenceItem {
  readonly type: EvidenceType;
  readonly node: string | null;
  readonly file: string | null;
  readonly line: number | null;
  /** ISO 8601 UTC or null. */
  readonly time: string | null;
  /** The line itself (cut with `…` when long), or what the packets show. */
  readonly content: string;
  /** The lines around it, itself included; added by the diagnosis. */
  readonly context?: readonly { readonly line: number; readonly text: string }[];
}

export type FactValue = string | number | boolean | null;

/**
 * One instance of a named fact: flat fields that conditions test and messages print, and the evidence for it.
 * A fact function returns all instances, or `unknown` with a reason when its inputs were not collected.
 */
export interface FactInstance {
  readonly node: string | null;
  readonly fields: Readonly<Record<string, FactValue>>;
  readonly evidence: readonly EvidenceItem[];
}

export type FactResult =
  | { readonly known: true; readonly instances: readonly FactInstance[] }
  | { readonly known: false; readonly reason: string };

export interface Finding {
  /** Rule id. */
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly category: Category;
  readonly title: string;
  readonly diagnosis: string;
  readonly resolution: string;
  readonly safety: Safety;
  readonly node: string | null;
  readonly evidence: readonly EvidenceItem[];
  /** Fields of the fact or records it rests on: diagnosis joins on addresses, ports, segments. */
  readonly fields: Readonly<Record<string, FactValue>>;
  /** What speaks against it. */
  readonly against: readonly string[];
  /** When the log lines it rests on came, also those that are no evidence. */
  readonly activity?: LogActivity;
  /** The rule's `long_term`, filled in. */
  readonly long_term?: string;
  /** The rule's `next_steps`, filled in; values that are not safe to paste into a shell became `<name>`. */
  readonly next_steps?: readonly { readonly why: string; readonly command: string }[];
}

export interface SkippedRule {
  readonly rule: string;
  readonly reason: string;
  /** The one node it could not be decided on; null or absent when it was decided nowhere. */
  readonly node?: string | null;
}

/** A rule whose condition held and that was dismissed, for `--explain`. */
export interface RefutedRule {
  readonly rule: string;
  readonly node: string | null;
  readonly because: string;
}

export interface RuleResults {
  readonly findings: readonly Finding[];
  readonly skipped: readonly SkippedRule[];
  readonly refuted?: readonly RefutedRule[];
}

// ---------------------------------------------------------------- the rule language, after loading

/** `true` when the field equals the scalar, is one of the list, or passes every operator. */
export type Test =
  | FactValue
  | readonly FactValue[]
  | {
      readonly eq?: FactValue;
      readonly ne?: FactValue;
      readonly gt?: number;
      readonly gte?: number;
      readonly lt?: number;
      readonly lte?: number;
      readonly in?: readonly FactValue[];
      readonly not_in?: readonly FactValue[];
      /** Linear-time regular expression, found anywhere in the text unless anchored. */
      readonly matches?: string;
      readonly exists?: boolean;
    };

/**
 * Instances of a named fact (see `src/facts`) that pass `where`. Strings `$name` stand for parameters, `$.field`
 * for a field of the instance a `per: instance` rule is about.
 */
export interface FactCondition {
  readonly fact: string;
  readonly where?: Readonly<Record<string, Test>>;
  /** How many instances it takes, default 1. */
  readonly min?: number;
}

/** Records of logs. A window or spread is a duration such as `90s`, `10m`, `2h`. */
export interface LogCondition {
  readonly log: LogSource | readonly LogSource[];
  /** Linear-time regular expression over the message; named groups become fields. */
  readonly pattern: string;
  readonly level?: readonly string[];
  /** Matches needed on one node, default 1. */
  readonly min?: number;
  /** Only the last part of the log before collection counts. A duration or `$name`. */
  readonly within?: string;
  /** First and last match must lie at least this far apart. A duration or `$name`. */
  readonly spread?: string;
  /** Dismissed when this matches after the last match: it recovered. */
  readonly recovered_by?: Recovery;
  /** Only matches count beside which such a record stands. */
  readonly beside?: Companion;
}

/** A second record that belongs to a match: about the same pod, interface or address, or near to it in time. */
export interface Companion {
  readonly log: LogSource | readonly LogSource[];
  readonly pattern: string;
  /** A named group of both patterns that must have the same value. */
  readonly same?: string;
  /** The two lie at most this far apart. A duration or `$name`. */
  readonly within?: string;
  /** Where the second record must lie, seen from the match; either side unless told. */
  readonly order?: 'before' | 'after';
  /** `any`: the second record may come from another node. The same node unless told. */
  readonly on?: 'node' | 'any';
}

export interface Recovery {
  readonly log: LogSource | readonly LogSource[];
  readonly pattern: string;
  /** The last recovery must lie at least this long after the last match: it recovered and stayed so. */
  readonly lasting?: string;
  /** A named group of both patterns: each match is dismissed by a later recovery with the same value. */
  readonly same?: string;
}

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | FactCondition
  | LogCondition;

export interface Judgement {
  readonly when: Condition;
  /** Printed under `against` (weaken, refute) or added to the diagnosis (strengthen). A template. */
  readonly because: string;
}

export interface Weakening extends Judgement {
  /** The finding is at most this severe when it holds: for evidence that is worth a word, not an alarm. */
  readonly severity?: Severity;
}

export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Which document and row it encodes. */
  readonly source: string;
  /** Why it is so, for the next author. */
  readonly comment?: string;
  /** `iptables`, `routes`, `log:ipamd`, `trace` …: what must be there, else the rule is skipped with a reason. */
  readonly needs: readonly string[];
  readonly params: Readonly<Record<string, FactValue>>;
  readonly when: Condition;
  /** A match for one of these means: no finding. */
  readonly refute: readonly Judgement[];
  /** Each match lowers the confidence by one step and is said under `against`. */
  readonly weaken: readonly Weakening[];
  /** Any match raises the confidence to high. */
  readonly strengthen: readonly Judgement[];
  /** One finding per node (default), per fact instance, or one for the whole run. */
  readonly per: 'node' | 'instance' | 'run';
  readonly diagnosis: string;
  readonly resolution: string;
  readonly safety: Safety;
  /** What prevents it from coming back. */
  readonly long_term?: string;
  /** Commands to collect what would decide or confirm; templates. */
  readonly next_steps: readonly { readonly why: string; readonly command: string }[];
  /** File it was loaded from, for messages. */
  readonly file: string;
}

export type { Loc };
