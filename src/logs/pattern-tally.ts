/** The patterns of a file's lines of trouble, counted while it is read. */
import { shownTemplate } from '../index-store/marks.js';
import { Masker } from '../index-store/masker.js';
import { templateOf } from '../index-store/template.js';
import type { LogPatternCount, LogSource, TroubleLevel } from '../model/logs.js';
import { resolveTime, type ClockProfile, type YearTurns } from './clock.js';
import type { ScannedLine } from './lines.js';
import { mostTelling } from './most-telling.js';
import { decodeLine } from './record.js';
import { troubleLevel } from './trouble.js';
import type { LogFileTask } from './types.js';

/** Bytes of lines that are sorted into patterns; what follows is only counted, whatever a file is full of. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Bytes of a line that make it different from another. */
const MAX_COMPARED = 512;
/** Beginnings of lines that are told apart. */
const MAX_KEYS = 1024;
/** Patterns of one file that are handed on. */
export const MAX_FILE_PATTERNS = 400;
/** Bytes of the latest line that are kept for its time. */
const HEAD = 256;
/** Characters of an example. */
const MAX_EXAMPLE = 500;
const MAX_SHOWN = 400;

interface Row {
  readonly pattern: string;
  readonly level: TroubleLevel;
  readonly line: number;
  readonly text: string;
  readonly first: number | null;
  count: number;
  /** The beginning of the latest line but the first one, and the turns of the year before it. */
  head: Buffer | null;
  headLength: number;
  turns: number;
}

export interface FilePatterns {
  readonly patterns: readonly LogPatternCount[];
  /** Lines that looked like trouble and are in none of them. */
  readonly linesLeftOut: number;
  readonly patternsLeftOut: number;
}

export class PatternTally {
  private readonly masker = new Masker(null);
  /** By what is fixed in a raw line; null: looked at, and no trouble. */
  private readonly byKey = new Map<number, Row | null>();
  /** Prefixes, and with them keys, differ where messages do not. */
  private readonly byMessage = new Map<string, Row>();
  private bytes = 0;
  private unsorted = 0;

  constructor(
    private readonly task: LogFileTask,
    private readonly profile: ClockProfile,
    private readonly turns: YearTurns,
  ) {}

  add({ chunk, start, end, number }: ScannedLine, source: LogSource): void {
    if (this.bytes > MAX_BYTES) {
      this.unsorted++;
      return;
    }
    this.bytes += end - start;
    if (!this.isInWindow(chunk, start, end)) return;
    this.masker.scan(chunk, start, Math.min(end, start + MAX_COMPARED));
    const { key } = this.masker;
    let row = this.byKey.get(key);
    if (row === undefined) {
      if (this.byKey.size >= MAX_KEYS) {
        this.unsorted++;
        return;
      }
      row = this.rowOf(chunk.toString('utf8', start, end), number, source);
      this.byKey.set(key, row);
    }
    if (row === null) return;
    if (++row.count === 1) return;
    row.head ??= Buffer.allocUnsafe(HEAD);
    row.headLength = chunk.copy(row.head, 0, start, Math.min(end, start + HEAD));
    row.turns = this.turns.count;
  }

  result(): FilePatterns {
    const all = [...this.byMessage.values()].map((row) => this.counted(row));
    const { kept, left } = mostTelling(all, MAX_FILE_PATTERNS);
    return {
      patterns: kept,
      linesLeftOut: left.reduce((sum, { count }) => sum + count, this.unsorted),
      patternsLeftOut: left.length,
    };
  }

  private rowOf(text: string, line: number, source: LogSource): Row | null {
    const { level: own, message, stamp } = decodeLine(text);
    const level = troubleLevel(own, source);
    if (level === undefined) return null;
    const pattern = patternOf(message);
    const id = `${level ?? ''}\n${pattern}`;
    let row = this.byMessage.get(id);
    if (row === undefined) {
      const first = resolveTime(stamp, this.profile, this.turns.count).time;
      const example = text.length > MAX_EXAMPLE ? `${text.slice(0, MAX_EXAMPLE - 1)}…` : text;
      row = { pattern, level, line, text: example, first, count: 0, head: null, headLength: 0, turns: 0 };
      this.byMessage.set(id, row);
    }
    return row;
  }

  private counted(row: Row): LogPatternCount {
    const { pattern, level, line, text, count, first } = row;
    const last =
      row.head === null ? first : this.timeOf(row.head.toString('utf8', 0, row.headLength), row.turns);
    const [from, to] = first !== null && last !== null && last < first ? [last, first] : [first, last];
    const example = { node: this.task.node, file: this.task.file.path, line, text };
    return { pattern, level, count, first: from, last: to, nodes: [this.task.node], example };
  }

  private timeOf(text: string, turns: number): number | null {
    return resolveTime(decodeLine(text).stamp, this.profile, turns).time;
  }

  private isInWindow(chunk: Buffer, start: number, end: number): boolean {
    const { since = -Infinity, until = Infinity } = this.task;
    if (since === -Infinity && until === Infinity) return true;
    const time = this.timeOf(chunk.toString('utf8', start, end), this.turns.count);
    return time === null || (time >= since && time <= until);
  }
}

/** A message with marks for what varies: `failed to reach <ip>: i/o timeout`. */
function patternOf(message: string): string {
  const bytes = Buffer.from(message.replace(/\s+/g, ' ').trim());
  const masker = new Masker(null);
  masker.scan(bytes, 0, bytes.length);
  const shown = shownTemplate(templateOf(bytes, 0, bytes.length, masker.end));
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN - 1)}…` : shown;
}
