/** Where a large log can be read in two halves, so that both together tell what the whole would. */
import { isContinuation } from './examiner.js';
import { sourceOfLine } from './journal-sources.js';
import { decodeLine } from './record.js';
import type { Sniffed } from './sniff.js';
import { CHUNK, type ByteRange, type TextFile } from './text-file.js';
import type { LogFileTask, LogPart } from './types.js';

/** Below this, a second worker saves less than it costs. */
export const WORTH_HALVES = 16 * CHUNK;
/** A log that is more than this share of all would be read by one worker when the others have nothing left to do. */
const LARGE_SHARE = 1 / 3;
/** Bytes behind the middle in which a line is looked for that needs none above it. */
const SEAM_WINDOW = 64 * 1024;
/** Bytes of a line that are looked at. */
const MAX_LOOK = 4096;

/** Halves of about the same size, which meet at a border of chunks; null for a log that is not worth it. `total`: bytes of all logs. */
export function halvesOf(size: number, total: number): readonly LogPart[] | null {
  if (size < WORTH_HALVES || size < total * LARGE_SHARE) return null;
  const at = Math.floor(size / 2 / CHUNK) * CHUNK;
  return [
    { half: 'first', at },
    { half: 'second', at },
  ];
}

/** Bytes that a task reads. */
export function bytesOf({ file, part }: LogFileTask): number {
  if (part === undefined) return file.size;
  return part.half === 'first' ? part.at : file.size - part.at;
}

/** The bytes of a half; null when the file cannot be cut there. */
export async function rangeOf(
  part: LogPart,
  file: TextFile,
  task: LogFileTask,
  { docker }: Sniffed,
): Promise<ByteRange | null> {
  // docker's lines are pieces, of which any may go on in the next; other encodings are decoded from the start.
  if (docker || file.encoding !== 'utf-8') return null;
  const middle = file.bom + part.at;
  const seam = seamIn(await file.bytes(middle, SEAM_WINDOW), task);
  if (seam === null) return null;
  return part.half === 'first'
    ? { from: file.bom, to: middle + seam }
    : { from: middle + seam, to: Infinity };
}

/**
 * Where a line starts that has a time of its own, a source in a journal of all units, and no piece of a record above it.
 */
function seamIn(window: Buffer, { byTag, source }: LogFileTask): number | null {
  let start = window.indexOf(10) + 1;
  // Of the line that the window cuts nothing is known: that behind it is not taken.
  let afterPiece = true;
  for (let end = window.indexOf(10, start); start > 0 && end >= 0; end = window.indexOf(10, start)) {
    const line = decodeLine(window.toString('utf8', start, Math.min(end, start + MAX_LOOK)));
    const known = byTag !== true || sourceOfLine(window, start, end, source) !== null;
    if (line.stamp !== null && !isContinuation(line) && known && !afterPiece) return start;
    afterPiece = line.partial;
    start = end + 1;
  }
  return null;
}
