/** Log records as the readers in `src/logs` hand them on. */
import type { Problem } from './source.js';

/** Which program wrote a log, decided by the file's place in the bundle; rules name these. */
export type LogSource =
  | 'ipamd'
  | 'cni-plugin'
  | 'egress-plugin'
  | 'network-policy-agent'
  | 'ebpf-sdk'
  | 'aws-node' // container logs of aws-node and its init container
  | 'aws-eks-nodeagent'
  | 'kube-proxy'
  | 'coredns'
  | 'kubelet'
  | 'containerd'
  | 'kernel' // dmesg.*
  | 'messages' // syslog, messages
  | 'nodeadm'
  | 'other-pod'
  | 'other';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | null;

/** One record of a log, or the first line of a record of several lines. */
export interface LogRecord {
  readonly node: string;
  readonly source: LogSource;
  readonly file: string;
  readonly line: number;
  /** Milliseconds since the epoch UTC, or null when the line has no usable time. */
  readonly time: number | null;
  /**
   * Why a time is less than certain; empty when it is exact.
   * - `year-inferred`: the line has no year; the latest that fits the time of collection was taken.
   * - `zone-assumed`: nothing tells the zone, UTC was taken; `zone-inferred`: other stamps of the node tell it.
   * - `boot-relative`: seconds since boot, added to the time of boot.
   * - `line-before`: the line has no time of its own; that of the nearest line before it was taken.
   */
  readonly timeNotes: readonly string[];
  readonly level: LogLevel;
  /**
   * The message: JSON `msg` decoded, klog header, CRI prefix and syslog header removed. Further fields of JSON and
   * logrus records follow, decoded, each as a TAB and `key=value`.
   */
  readonly message: string;
  /** Named groups of the pattern that matched, and fields of structured records. */
  readonly fields: Readonly<Record<string, string>>;
  /** The whole line as it stands in the file, cut at the limit. */
  readonly text: string;
}

/** What a rule asks of the logs. Patterns are linear-time expressions over `message`. */
export interface LogQuery {
  /** Unique in the run: `rule-id/condition`. */
  readonly id: string;
  readonly sources: readonly LogSource[];
  /** Case-sensitive unless it starts with `(?i)`; found anywhere in the message unless anchored. */
  readonly pattern: string;
  /** Only records of these levels; null stands for records without one. All when absent. */
  readonly levels?: readonly LogLevel[];
}

/** The answer: every match is counted; the first and last ones are kept as records, in time and line order. */
/** How many matches fell into each step of time; steps without any are left out. */
export interface LogActivity {
  /** Milliseconds. */
  readonly width: number;
  /** Beginning of the step in milliseconds since the epoch, and matches in it; in order of time. */
  readonly counts: readonly (readonly [number, number])[];
}

export interface LogMatches {
  readonly queryId: string;
  /** Bundle id, as in the records. */
  readonly node?: string;
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly records: readonly LogRecord[];
  /** True when more matched than `records` holds. */
  readonly cut: boolean;
  /** Of all matches with a time, also those that `records` leaves out. */
  readonly activity?: LogActivity;
}

/** One verdict tuple of the network policy agent, over all its lines. */
export interface PolicyVerdict {
  readonly node: string;
  readonly src: string;
  readonly dst: string;
  /** Where `returnTraffic` is true: the first of the destination ports seen; `dports` holds them. */
  readonly dport: number;
  /** The one source port of a tuple of return traffic; null for all others, see `sports`. */
  readonly sport: number | null;
  /** Looks like answers of a server: source port below 32768, many destination ports from 32768 on. */
  readonly returnTraffic: boolean;
  readonly protocol: string;
  readonly verdict: 'DENY' | 'ACCEPT' | 'EXPIRED/DELETED';
  /** From the line, else derived from which address is a pod of this node, else null. */
  readonly direction: 'ingress' | 'egress' | null;
  readonly tier: string | null;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly first: number | null;
  readonly last: number | null;
  /** Distinct source ports seen, at most 64. */
  readonly sports: readonly number[];
  /** Distinct destination ports seen, at most 64; more than one only where `returnTraffic` is true. */
  readonly dports?: readonly number[];
  /** First and last line, as evidence. */
  readonly records: readonly LogRecord[];
}

/** What is known of one log file after its single pass. */
export interface LogFileSummary {
  readonly node: string;
  readonly source: LogSource;
  readonly file: string;
  readonly lines: number;
  readonly bytes: number;
  readonly first: number | null;
  readonly last: number | null;
  /** Lines cut because they were too long. */
  readonly longLines: number;
  readonly truncated: boolean;
  /** What was left out or taken for granted, in words. */
  readonly notes?: readonly string[];
}

/** Levels of trouble; null where a line has none and words in it tell. */
export type TroubleLevel = 'fatal' | 'error' | 'warn' | null;

/** Lines of trouble that are alike but for numbers, addresses, times and ids. */
export interface LogPatternCount {
  /** The message, with `<n>`, `<ip>`, `<time>` and `<id>` for what varies. */
  readonly pattern: string;
  readonly level: TroubleLevel;
  readonly count: number;
  /** Of its first and last line, milliseconds since the epoch; null where they have no time. */
  readonly first: number | null;
  readonly last: number | null;
  readonly nodes: readonly string[];
  /** Its earliest line, cut when long. */
  readonly example: {
    readonly node: string;
    readonly file: string;
    readonly line: number;
    readonly text: string;
  };
}

/** What the logs say at level warn and above, the most telling patterns first. */
export interface LogPatterns {
  readonly patterns: readonly LogPatternCount[];
  /** Further patterns, and lines that are in none of `patterns`. */
  readonly patternsLeftOut: number;
  readonly linesLeftOut: number;
}

export interface LogScan {
  readonly files: readonly LogFileSummary[];
  readonly matches: ReadonlyMap<string, readonly LogMatches[]>; // query id → one per node
  readonly verdicts: readonly PolicyVerdict[];
  /** Files that could not be read. */
  readonly problems?: readonly Problem[];
  /** Present when asked for. */
  readonly patterns?: LogPatterns;
}
