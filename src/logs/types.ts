/** What goes into and comes out of the reading of one log file; plain values that cross worker boundaries. */
import type { ClockProfile, TurnsSeen } from './clock.js';
import type { Limits } from '../limits.js';
import type { LogActivity, LogFileSummary, LogQuery, LogRecord, LogSource } from '../model/logs.js';
import type { SourceFile } from '../model/source.js';
import type { KnownBlocks } from './known-scan.js';
import type { FilePatterns } from './pattern-tally.js';
import type { VerdictTuple } from './verdict-tuple.js';

/** A file of a bundle that is a log. */
export interface LogFile {
  readonly file: SourceFile;
  readonly source: LogSource;
  /** Position in the order of time among the logs of the bundle: rotated files before the current one. */
  readonly order: number;
  /** A journal of all units: the tag of a line decides its source, `source` is for the rest. */
  readonly byTag?: boolean;
}

/** One half of a large log: see `parts.ts`. */
export interface LogPart {
  readonly half: 'first' | 'second';
  /** Bytes of text before the chunk in which the halves meet. */
  readonly at: number;
}

export interface LogFileTask {
  /** Bundle id. */
  readonly node: string;
  readonly file: SourceFile;
  readonly source: LogSource;
  readonly byTag?: boolean;
  readonly queries: readonly LogQuery[];
  /** Milliseconds since the epoch, or null. */
  readonly collectedAt: number | null;
  /** Addresses of pods of this node: they tell the direction of old verdict lines. */
  readonly podIps: readonly string[];
  /** Milliseconds since the epoch, or null. */
  readonly bootTime: number | null;
  /** Minutes east of UTC of the node's wall time where another file tells it. */
  readonly zoneOffset?: number | null;
  readonly limits: Limits;
  /** Records known to lie outside are left out. Milliseconds since the epoch, both inclusive. */
  readonly since?: number;
  readonly until?: number;
  /** Only this half of the file. */
  readonly part?: LogPart;
  /** Sort lines of trouble into patterns. */
  readonly patterns?: boolean;
  /** Where an index knows the file. */
  readonly known?: KnownBlocks;
}

/** What one half of a log has to tell for the other. */
export interface Seam {
  /** Nothing of the half depends on the other: no record, dump or look at the lines above goes over the seam. */
  readonly clean: boolean;
  readonly turns: TurnsSeen;
  readonly profile: ClockProfile;
}

/** The answer of one file to one query. */
export interface FileMatches {
  readonly queryId: string;
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
  /** In the order of the file: the first and the last ones. */
  readonly records: readonly LogRecord[];
  readonly activity?: LogActivity;
}

export interface LogFileScan {
  /** One, or one per source found in a journal of all units. */
  readonly summaries: readonly LogFileSummary[];
  /** Queries without a match are left out. */
  readonly matches: readonly FileMatches[];
  readonly verdicts: readonly VerdictTuple[];
  /** Verdict tuples and lines dropped to stay within bounds. */
  readonly droppedVerdicts: { readonly tuples: number; readonly lines: number };
  /** Of a half: how it ends, or begins; null where the file cannot be read in halves, and was not. */
  readonly seam?: Seam | null;
  /** Where they were asked for. */
  readonly patterns?: FilePatterns;
}
