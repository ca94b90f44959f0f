/** What the index holds of each file; plain values that cross worker boundaries and go to disk. */
import type { Limits } from '../limits.js';
import type { ClockProfile } from '../logs/clock.js';
import type { NodeClock } from '../logs/node-clock.js';
import type { LogLevel, LogSource } from '../model/logs.js';
import type { MaskShape } from './masks.js';
import type { SourceFile } from '../model/source.js';

/** Changed whenever the meaning of anything on disk changes: older indexes are built again. */
export const INDEX_FORMAT = 12;

/** Text of a block, before compression; a line that is longer makes a block of its own. */
export const BLOCK_SIZE = 64 * 1024;
/** Bytes of a line that are indexed and searched; the rest is dropped, and counted. */
export const MAX_LINE = 16 * 1024 * 1024;

/** Lines that differ in masked places only. */
export interface Pattern {
  /** See `template.ts`. */
  readonly template: string;
  /** In lower case, where that is known. */
  readonly folded?: string;
  readonly count: number;
  /** Earliest and latest time of its lines, milliseconds since the epoch; null when none has one. */
  readonly first: number | null;
  readonly last: number | null;
  /** Some of its lines have no time, not even from a line above. */
  readonly untimed: boolean;
  /** Of all its lines; `undefined` where they may differ (the template ends in a tail). */
  readonly level: LogLevel | undefined;
  /** What hides behind its marks, one for each of them but the tail. */
  readonly masks: readonly MaskShape[];
  /** Words without a digit hide there too. */
  readonly special: boolean;
  /** Its first line, and the time of that; null when it has none. */
  readonly line: number;
  readonly at: number | null;
  /** Bytes of its lines in the postings of the file. */
  readonly from: number;
  readonly length: number;
}

/** One column per property, one row per block. */
export interface Blocks {
  /** First line of the block, from 1. */
  readonly line: Float64Array;
  /** Where its compressed bytes lie in the text part, their number, and that of the text. */
  readonly at: Float64Array;
  readonly packed: Uint32Array;
  readonly size: Uint32Array;
  /** CRC-32 of the text. */
  readonly crc: Uint32Array;
  /** Times of its lines: NaN when none has one. */
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** 1 when some line has no time. */
  readonly untimed: Uint8Array;
  /** The clock before its first line: see `ClockState`. */
  readonly above: Float64Array;
  readonly turns: Uint16Array;
  readonly monthDay: Uint16Array;
  /** Where its filter ends in `filters`; it starts where the one before ends. */
  readonly filterEnd: Uint32Array;
  /** Bits that its filter has for each word; 0 when the block has no filter because it holds too many words. */
  readonly probes: Uint8Array;
  /** Where its strings end in `tails`: those of its lines whose patterns end in a tail, see `grams.ts`. */
  readonly tailEnd: Uint32Array;
  /** Share of them that is kept, of 255; 0 when the block has no such line. */
  readonly tailRate: Uint8Array;
  /** Which set of `pairs` knows them: see `pairs.ts`. */
  readonly tailGroup: Uint32Array;
}

/** What is large: of a kept index it is read when it is asked for. */
export interface FileColumns {
  readonly blocks: Blocks;
  readonly postings: Uint8Array;
  readonly filters: Uint8Array;
  readonly tails: Uint8Array;
  readonly pairs: Uint8Array;
  /** Names of things, and the lines that name them: see `names.ts`. */
  readonly names: Uint8Array;
  readonly places: Uint8Array;
}

export interface FileIndex {
  /** Bundle id, paths as in `SourceFile`. */
  readonly node: string;
  readonly path: string;
  readonly name: string;
  /** Null for files that are no logs. */
  readonly source: LogSource | null;
  /** Pod that wrote it, as `namespace/pod`, by the file's name. */
  readonly pod: string | null;
  readonly lines: number;
  /** Bytes of its text as UTF-8. */
  readonly bytes: number;
  readonly crc: number;
  /** Lines longer than MAX_LINE. */
  readonly longLines: number;
  /** Bytes of the longest line, its line end left out. */
  readonly longest: number;
  readonly truncated: boolean;
  readonly profile: ClockProfile;
  readonly yearless: boolean;
  /** See `LogRecord.timeNotes`. */
  readonly timeNotes: readonly string[];
  /** Lines with a time of their own. */
  readonly timedLines: number;
  readonly first: number | null;
  readonly last: number | null;
  /** Lines whose pattern is only their beginning, because the file has too many patterns. */
  readonly collapsed: number;
  /** Times a name was met for which there was no room. */
  readonly moreNames: number;
  readonly patterns: readonly Pattern[];
  readonly columns: FileColumns;
  /** Which text part holds its blocks. */
  readonly part: number;
}

/** A file just indexed. */
export interface BuiltFile {
  readonly file: FileIndex;
  readonly basis: ClockBasis;
}

/** What the times of a file rest on besides its own stamps. */
export interface ClockBasis {
  /** What its ends told, before all lines were read. */
  readonly sniffed: ClockProfile;
  /** There are stamps of wall time, stamps since boot. */
  readonly askedLocal: boolean;
  readonly askedBoot: boolean;
}

/** A file that is no text: named, not indexed. */
export interface SkippedFile {
  readonly node: string;
  readonly path: string;
  readonly reason: string;
}

export interface IndexFile {
  readonly node: string;
  readonly file: SourceFile;
  readonly source: LogSource | null;
  readonly pod: string | null;
  readonly collectedAt: number | null;
  readonly clock: NodeClock;
}

/** Files indexed by one task; their text goes to one part. */
export interface IndexTask {
  readonly files: readonly IndexFile[];
  readonly part: number;
  /** Where the part is written. */
  readonly textPath: string;
  readonly limits: Limits;
}

export interface IndexResult {
  readonly files: readonly BuiltFile[];
  readonly skipped: readonly SkippedFile[];
  /** Why the text could not be written: a code of the file system. Then there is no result. */
  readonly notWritten?: string;
}
