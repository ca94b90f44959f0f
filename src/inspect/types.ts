import type { InspectContext } from './context.js';

/**
 * What a result means. `fault`: something failed, and these packets prove it. `suspicious`: it may be harmless, but
 * look. `information`: a figure to know. `normal`: it happens in healthy networks and is no fault, or there is none.
 */
export type CheckClass = 'fault' | 'suspicious' | 'information' | 'normal';

/** One packet (or summary) that shows what was counted. Text from the capture is printable. */
export interface CheckExample {
  /** ISO 8601, UTC, microseconds; null where it is about no one packet. */
  readonly time: string | null;
  readonly src: string | null;
  readonly dst: string | null;
  readonly text: string;
}

/** Kinds of one check's count, each with its own class. */
export interface CheckPart {
  readonly name: string;
  readonly class: CheckClass;
  readonly count: number;
}

/** Where the counted things happened: from whom to whom, client first where that is known. */
export interface CheckFlow {
  readonly protocol: string;
  readonly src: string;
  readonly dst: string;
  readonly count: number;
}

/** The answer of one check about one capture. */
export interface CheckResult {
  readonly id: string;
  readonly title: string;
  /** The worst class among the parts that occurred. */
  readonly class: CheckClass;
  /** Occurrences of all parts together, the normal ones too. */
  readonly count: number;
  /** Out of how many; 0: the capture holds nothing that could be judged. */
  readonly of: number;
  /** What `of` and, where `parts` do not say otherwise, `count` count. */
  readonly unit: string;
  readonly threshold: string;
  readonly explanation: string;
  readonly parts: readonly CheckPart[];
  readonly examples: readonly CheckExample[];
  readonly flows?: readonly CheckFlow[];
}

/** What a check is, for people and documentation. */
export interface CheckMeta {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** From when on something is counted, and from when on it is worse than normal. */
  readonly threshold: string;
  /** What of it is normal and no fault. */
  readonly normal: string;
}

/** A check: its words and a pure function of what was worked out of a capture. */
export interface Check extends CheckMeta {
  readonly run: (x: InspectContext) => CheckResult;
}

/** Statistics and anomalies of one capture. */
export interface CaptureReport {
  readonly file: string;
  readonly format: 'pcap' | 'pcapng';
  readonly packets: number;
  /** On the wire, frames as they were before the snap length cut them. */
  readonly bytes: number;
  /** Time of the earliest and the latest packet, ISO 8601; null without packets. */
  readonly first: string | null;
  readonly last: string | null;
  readonly duration_seconds: number;
  /** Names as in the registry of link types, `EN10MB`; without a known name `LINKTYPE_147`. */
  readonly link_types: readonly string[];
  readonly interfaces: readonly { readonly name: string; readonly packets: number }[];
  readonly flows: number;
  /** Packets that the kernel or the interface dropped at the tap; null where the format does not tell (pcap). */
  readonly dropped_by_kernel: number | null;
  readonly truncated: boolean;
  readonly corrupt: boolean;
  readonly checks: readonly CheckResult[];
}
