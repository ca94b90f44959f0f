/** Leads the lines of one log to the examiner: years, sources, dumps and pieces are sorted out on the way. */
import type { LogSource } from '../model/logs.js';
import { YearTurns, type ClockProfile } from './clock.js';
import { Dumps } from './dumps.js';
import { Examiner } from './examiner.js';
import { sourceOfLine } from './journal-sources.js';
import type { LineSink, ScannedLine } from './lines.js';
import { PatternTally } from './pattern-tally.js';
import { Pieces, type JoinedRecord } from './pieces.js';
import { idsIn, MARKS, type QuerySet } from './query-set.js';
import { decodeLine, type DecodedLine } from './record.js';
import type { LogFileTask } from './types.js';
import { monthDayAt } from './year-bytes.js';

export interface FileScanSettings {
  readonly task: LogFileTask;
  readonly set: QuerySet;
  readonly profile: ClockProfile;
  /** Lines lack the year: all of them are looked at for its turn. */
  readonly yearless: boolean;
  readonly docker: boolean;
}

export class FileScan implements LineSink {
  every: boolean;
  readonly turns = new YearTurns();
  readonly examiner: Examiner;
  /** Lines per source of a journal of all units. */
  readonly linesOf = new Map<LogSource, number>();
  readonly patterns: PatternTally | null;
  private source: LogSource;
  private readonly dumps = new Dumps();
  private readonly pieces: Pieces;
  private readonly always: boolean;
  private readonly docker: boolean;

  constructor(private readonly settings: FileScanSettings) {
    const { task, set } = settings;
    this.source = task.source;
    this.docker = settings.docker;
    this.always = settings.yearless || settings.docker || task.byTag === true || set.always.length > 0;
    this.every = this.always;
    this.examiner = new Examiner(task, set, settings.profile, this.turns);
    this.pieces = new Pieces(task.limits.maxLineLength);
    this.patterns = task.patterns === true ? new PatternTally(task, settings.profile, this.turns) : null;
  }

  line(line: ScannedLine): void {
    const { chunk, start, end, ids } = line;
    if (this.settings.yearless) this.seeYear(chunk, start, end);
    if (this.settings.task.byTag === true) this.seeSource(chunk, start, end);
    const piece = this.docker ? !chunk.subarray(start, end).includes('\\n"') : ids.includes(MARKS.partial);
    const trouble = this.patterns !== null && ids.includes(MARKS.trouble);
    if (trouble && !this.dumps.isOpen) this.patterns.add(line, this.source);
    const asked = ids.length > (trouble ? 1 : 0) || this.settings.set.always.length > 0;
    if (!asked && !piece && !this.dumps.isOpen && !this.pieces.waiting) return;
    const text = chunk.toString('utf8', start, end);
    if (this.isOnlyVerdict(ids) && this.examiner.examineRawVerdict(line.number, text, this.source)) return;
    const decoded = decodeLine(text);
    if (!this.dumps.holds(decoded, ids, this.source)) this.take(line, text, decoded, piece);
    this.every = this.always || this.dumps.isOpen || this.pieces.waiting;
  }

  /** Neither a dump nor a record goes on behind the last line. */
  get isComplete(): boolean {
    return !this.dumps.isOpen && !this.pieces.waiting;
  }

  /** Records whose last piece never came. */
  end(): void {
    for (const joined of this.pieces.rest()) this.examineJoined(joined);
  }

  private isOnlyVerdict(ids: readonly number[]): boolean {
    return ids.length === 1 && ids[0] === MARKS.verdict && !this.every;
  }

  private seeYear(chunk: Buffer, start: number, end: number): void {
    const monthDay = monthDayAt(chunk, start, end);
    if (monthDay !== 0) this.turns.see(monthDay >> 5, monthDay & 31);
  }

  private seeSource(chunk: Buffer, start: number, end: number): void {
    this.source = sourceOfLine(chunk, start, end, this.settings.task.source) ?? this.source;
    this.linesOf.set(this.source, (this.linesOf.get(this.source) ?? 0) + 1);
  }

  private take(line: ScannedLine, text: string, decoded: DecodedLine, piece: boolean): void {
    const { number, ids, chunk, start } = line;
    if ((piece || this.pieces.waiting) && this.pieces.takes(decoded)) {
      const joined = this.pieces.add(decoded, number, text);
      if (joined !== null) this.examineJoined(joined);
      return;
    }
    const bytes = { chunk, start };
    this.examiner.examine({ number, text, record: text, decoded, source: this.source, ids, bytes });
  }

  private examineJoined({ number, text, record }: JoinedRecord): void {
    const decoded = decodeLine(record);
    const ids = [...idsIn(this.settings.set.automaton, decoded.message)];
    this.examiner.examine({ number, text, record, decoded, source: this.source, ids, bytes: null });
  }
}
