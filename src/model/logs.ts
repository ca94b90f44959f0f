/** Log records as the readers in `src/logs` hand them on. */

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
  /** Why a time is less than certain: `year-inferred`, `zone-assumed`, `boot-relative`; empty when it is exact. */
  readonly timeNotes: readonly string[];
  readonly level: LogLevel;
  /** The message: JSON `msg` decoded, klog header, CRI prefix and syslog header removed. */
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
  readonly pattern: string;
  /** Lower-case substrings, one of which every match must contain; null when there is none to rely on. */
  readonly levels?: readonly LogLevel[];
}

/** The answer: every match is counted; the first and last ones are kept as records, in time and line order. */
export interface LogMatches {
  readonly queryId: string;
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly records: readonly LogRecord[];
  /** True when more matched than `records` holds. */
  readonly cut: boolean;
}

/** One verdict tuple of the network policy agent, over all its lines. */
export interface PolicyVerdict {
  readonly node: string;
  readonly src: string;
  readonly dst: string;
  readonly dport: number;
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
}

export interface LogScan {
  readonly files: readonly LogFileSummary[];
  readonly matches: ReadonlyMap<string, readonly LogMatches[]>; // query id → one per node
  readonly verdicts: readonly PolicyVerdict[];
}
