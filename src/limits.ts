/** Bounds on what strangers' files may cost. All are overridable by options of the command line. */
export interface Limits {
  /** Entries of one archive, folders and links included. */
  readonly maxEntries: number;
  /** Bytes of one entry after decompression. */
  readonly maxEntrySize: number;
  /** Bytes of all entries of one input after decompression. */
  readonly maxTotalSize: number;
  /** Decompressed bytes per compressed byte, judged after the first 10 MiB. */
  readonly maxRatio: number;
  /** Archives within archives. */
  readonly maxDepth: number;
  /** Bytes of a path inside an archive. */
  readonly maxPathLength: number;
  /** Bytes of a log line that are looked at; the rest is skipped and counted. */
  readonly maxLineLength: number;
  /** Records kept per rule pattern and file; all are counted. */
  readonly maxRecords: number;
}

const MiB = 1024 * 1024;

export const DEFAULT_LIMITS: Limits = {
  maxEntries: 200_000,
  maxEntrySize: 4096 * MiB,
  maxTotalSize: 16_384 * MiB,
  maxRatio: 300,
  maxDepth: 3,
  maxPathLength: 4096,
  maxLineLength: 64 * 1024,
  maxRecords: 200,
};
