import type { Automaton } from './prefilter/automaton.js';

/** One line of the file, and the needle ids found in it. Valid only during the call. */
export interface ScannedLine {
  readonly chunk: Buffer;
  /** Bounds of the line in `chunk`, without its line end. */
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly number: number;
  readonly ids: readonly number[];
  /** The line was longer than the limit; this is its beginning. */
  readonly cut: boolean;
}

/** What is told about lines; `every` may change between lines. */
export interface LineSink {
  /** True while all lines are wanted, false while only those with a hit are. */
  every: boolean;
  line(line: ScannedLine): void;
}

const NEWLINE = 10;
const RETURN = 13;

/**
 * Cuts bytes into lines and looks for all needles in the same pass. Bytes of a line beyond `maxLength` are counted
 * and dropped, so that memory stays bounded whatever the file holds.
 */
export class LineScanner {
  lines = 0;
  bytes = 0;
  /** Lines cut because they were too long. */
  longLines = 0;
  private state: number;
  private ids: number[] = [];
  private readonly seenAt: Int32Array;
  /** Beginning of a line that started in an earlier chunk. */
  private carry: Buffer[] = [];
  private carryLength = 0;
  private inLine = false;

  constructor(
    private readonly automaton: Automaton,
    private readonly maxLength: number,
    private readonly sink: LineSink,
  ) {
    this.state = automaton.newline;
    let largest = 0;
    for (const output of automaton.outputs) if (output) largest = Math.max(largest, ...output);
    this.seenAt = new Int32Array(largest + 1);
  }

  /** The bytes may be overwritten once this returns. */
  push(chunk: Buffer): void {
    const { table, classOf, classes, newline, firstFinal, outputs } = this.automaton;
    const { seenAt } = this;
    let { state } = this;
    let lineStart = 0;
    for (let i = 0; i < chunk.length; i++) {
      state = table[state + classOf[chunk[i]!]!]!;
      if (state < firstFinal) continue;
      if (state === newline) {
        this.finish(chunk, lineStart, i);
        lineStart = i + 1;
        continue;
      }
      const serial = this.lines + 1;
      for (const id of outputs[state / classes]!) {
        if (seenAt[id] === serial) continue;
        seenAt[id] = serial;
        this.ids.push(id);
      }
    }
    this.state = state;
    this.bytes += chunk.length;
    if (lineStart < chunk.length) this.keep(chunk.subarray(lineStart));
  }

  /** Goes on at the start of another line, behind the end of one. */
  jump(line: number): void {
    this.lines = line - 1;
    this.state = this.automaton.newline;
  }

  /** The last line, if the file does not end with a line end. */
  end(): void {
    if (this.inLine) this.finish(Buffer.alloc(0), 0, 0);
  }

  private keep(part: Buffer): void {
    this.inLine = true;
    const room = this.maxLength - this.carryLength;
    if (room > 0) this.carry.push(Buffer.from(part.subarray(0, room)));
    this.carryLength += part.length;
  }

  private finish(chunk: Buffer, lineStart: number, lineEnd: number): void {
    this.lines++;
    const length = this.carryLength + lineEnd - lineStart;
    const cut = length > this.maxLength;
    if (cut) this.longLines++;
    if (this.sink.every || this.ids.length > 0) this.tell(chunk, lineStart, lineEnd, cut);
    if (this.ids.length > 0) this.ids = [];
    if (this.inLine) {
      this.carry = [];
      this.carryLength = 0;
      this.inLine = false;
    }
  }

  private tell(chunk: Buffer, lineStart: number, lineEnd: number, cut: boolean): void {
    let bytes = chunk;
    let start = lineStart;
    let end = lineEnd;
    if (this.inLine) {
      bytes = Buffer.concat([...this.carry, chunk.subarray(lineStart, lineEnd)]);
      start = 0;
      end = bytes.length;
    }
    end = Math.min(end, start + this.maxLength);
    if (!cut && end > start && bytes[end - 1] === RETURN) end--;
    this.sink.line({ chunk: bytes, start, end, number: this.lines, ids: this.ids, cut });
  }
}

/** Start of the line before the one that starts at `start`; -1 when `chunk` does not hold its beginning. */
export function previousLineStart(chunk: Buffer, start: number): number {
  if (start < 2) return start === 1 ? 0 : -1;
  return chunk.lastIndexOf(NEWLINE, start - 2) + 1;
}
