/** Reads of a log only what its index does not rule out. */
import type { ClockProfile } from './clock.js';
import type { FileScan } from './file-scan.js';
import type { LineScanner } from './lines.js';
import type { ByteRange, TextFile } from './text-file.js';

/** What an index tells of a log: its blocks of whole lines, and which of them can hold a line that is asked for. */
export interface KnownBlocks {
  /** Lines of the file. */
  readonly lines: number;
  /** How its times are read: the turns of the year are counted. */
  readonly profile: ClockProfile;
  /** First line of each block, from 1. */
  readonly line: Float64Array;
  /** Bytes of text before each block, and before the end of the text. */
  readonly at: Float64Array;
  /** Turns of the year before each block; month and day of the last line with a date, as `monthDayAt` gives them. */
  readonly turns: Uint16Array;
  readonly monthDay: Uint16Array;
  /** 1 where a line can hold what is asked for. */
  readonly wanted: Uint8Array;
}

/** Bytes that were read in one go, and the number of the line they begin with. */
export interface Run {
  readonly range: ByteRange;
  readonly line: number;
}

/**
 * Leads the lines of the wanted blocks to the scan, and those of others as far as a dump or a record goes on in them.
 * Answers what was read; null when a line depends on others that were not.
 */
export async function scanKnown(
  file: TextFile,
  known: KnownBlocks,
  lines: LineScanner,
  scan: FileScan,
): Promise<Run[] | null> {
  const { line, at, turns, monthDay, wanted } = known;
  const runs: Run[] = [];
  for (let row = 0; row < line.length;) {
    if (wanted[row] !== 1 && scan.isComplete) {
      row++;
      continue;
    }
    let end = row + 1;
    while (end < line.length && wanted[end] === 1) end++;
    const goesOn = runs.at(-1)?.range.to === file.bom + at[row]!;
    // A line may take its time from those above it.
    const begin = goesOn ? row : Math.max(0, row - 1);
    const range = { from: file.bom + at[begin]!, to: file.bom + at[end]! };
    if (!goesOn) {
      lines.jump(line[begin]!);
      scan.turns.goOn(turns[begin]!, monthDay[begin]! >> 5, monthDay[begin]! & 31);
    }
    scan.examiner.cutAbove = !file.isChunkStart(range.from);
    for await (const chunk of file.chunks(range)) {
      lines.push(chunk);
      scan.examiner.cutAbove = false;
    }
    runs.push({ range, line: line[begin]! });
    row = end;
  }
  lines.end();
  return scan.examiner.isCutShort ? null : runs;
}
