/** Tries records against the queries that may match them, and reads policy verdicts. */
import type { LogLevel, LogRecord, LogSource } from '../model/logs.js';
import { resolveTime, type ClockProfile, type ResolvedTime, type YearTurns } from './clock.js';
import { isoAt } from './stamps/iso.js';
import { MatchCounter, type Match } from './matches.js';
import { Nearby } from './nearby.js';
import { parseVerdictRaw, verdictOf, type VerdictLine } from './policy-verdict.js';
import { idsIn, MARKS, queryIndex, type CompiledQuery, type QuerySet } from './query-set.js';
import { decodeLine, fieldsOf, type DecodedLine } from './record.js';
import type { FileMatches, LogFileTask } from './types.js';
import { VerdictTable } from './verdict-table.js';

/** A record, and where it stands. */
export interface Examined {
  readonly number: number;
  /** The physical line, or the first one of a joined record. */
  readonly text: string;
  readonly record: string;
  readonly decoded: DecodedLine;
  readonly source: LogSource;
  readonly ids: readonly number[];
  /** The bytes around the line, to look at those above; null for joined records, which have a time. */
  readonly bytes: { readonly chunk: Buffer; readonly start: number } | null;
}

export class Examiner {
  readonly verdicts: VerdictTable;
  private readonly counters: (MatchCounter | undefined)[] = [];
  private readonly timeAbove: Nearby<ResolvedTime>;
  private readonly levelAbove: Nearby<Exclude<LogLevel, null>>;

  constructor(
    private readonly task: LogFileTask,
    private readonly set: QuerySet,
    private readonly profile: ClockProfile,
    private readonly turns: YearTurns,
  ) {
    this.verdicts = new VerdictTable(task.podIps);
    this.timeAbove = new Nearby((line) => (line.stamp === null ? null : this.ownTime(line)));
    this.levelAbove = new Nearby((line) => (isContinuation(line) ? null : line.level));
  }

  examine(at: Examined): void {
    let when: ResolvedTime | null = null;
    const time = (): ResolvedTime => (when ??= this.timeOf(at));
    if (at.ids.includes(MARKS.verdict)) this.readVerdict(at, time);
    // The same for all queries that the record matches, of which common lines have many.
    let match: Match | null = null;
    for (const index of this.candidates(at)) {
      const query = this.set.queries[index]!;
      if (!this.concerns(query, at) || !query.matches(at.decoded.message)) continue;
      if (!this.isInWindow(time().time)) return;
      match ??= this.matchOf(at, time());
      this.counters[index] ??= new MatchCounter(this.task.limits.maxRecords);
      this.counters[index].add(match);
    }
  }

  /** Reads a verdict line of the usual form that no query asks about; false when it is something else. */
  examineRawVerdict(number: number, text: string, source: LogSource): boolean {
    const raw = parseVerdictRaw(text);
    const stamp = raw === null ? null : isoAt(raw.ts, 0);
    if (raw === null || stamp === null) return false;
    const when = resolveTime(stamp.stamp, this.profile, this.turns.count);
    if (this.isInWindow(when.time)) this.addVerdict(raw.line, { source, number }, when);
    return true;
  }

  /** Some record lacks what stood above the first line. */
  get isBlind(): boolean {
    return this.timeAbove.blind || this.levelAbove.blind;
  }

  /** The bytes that are looked at begin where lines were passed over. */
  set cutAbove(cut: boolean) {
    this.timeAbove.cutAbove = cut;
    this.levelAbove.cutAbove = cut;
  }

  /** Some record would have needed such lines. */
  get isCutShort(): boolean {
    return this.timeAbove.cutShort || this.levelAbove.cutShort;
  }

  answers(): FileMatches[] {
    return this.set.queries.flatMap((query, index) => {
      const counter = this.counters[index];
      if (counter === undefined) return [];
      const { count, first, last } = counter;
      const records = counter.kept().map((match) => this.record(match, query));
      const activity = counter.activity.result();
      return [
        { queryId: query.query.id, count, first, last, records, ...(activity === null ? {} : { activity }) },
      ];
    });
  }

  /** Indexes of the queries that a record with these needles can match. */
  private candidates({ ids, decoded }: Examined): Iterable<number> {
    const { always, caseless, automaton } = this.set;
    const plain = always.length === 0 && !ids.includes(MARKS.escape) && !ids.includes(MARKS.caseVariant);
    // A scanner gives each needle id once: nothing to sort out.
    if (plain) return ids.map(queryIndex).filter((index) => index >= 0);
    const found = new Set<number>(always);
    const all = ids.includes(MARKS.escape) ? new Set([...ids, ...idsIn(automaton, decoded.message)]) : ids;
    for (const id of all) {
      const index = queryIndex(id);
      if (index >= 0) found.add(index);
      else if (id === MARKS.caseVariant) for (const one of caseless) found.add(one);
    }
    return found;
  }

  private concerns(query: CompiledQuery, at: Examined): boolean {
    if (this.task.byTag === true && !query.query.sources.includes(at.source)) return false;
    return query.levels === null || query.levels.has(this.levelOf(at));
  }

  private matchOf(at: Examined, { time, notes }: ResolvedTime): Match {
    const { number, text, record, source } = at;
    return { line: number, text, record, source, level: this.levelOf(at), time, timeNotes: notes };
  }

  private readVerdict(at: Examined, time: () => ResolvedTime): void {
    const line = verdictOf(at.decoded);
    if (line !== null && this.isInWindow(time().time)) this.addVerdict(line, at, time());
  }

  private addVerdict(
    line: VerdictLine,
    at: Pick<Examined, 'source' | 'number'>,
    { time, notes }: ResolvedTime,
  ): void {
    const { source, number } = at;
    this.verdicts.add(line, { source, file: this.task.file.path, line: number, time, timeNotes: notes });
  }

  private isInWindow(time: number | null): boolean {
    if (time === null) return true;
    return time >= (this.task.since ?? -Infinity) && time <= (this.task.until ?? Infinity);
  }

  private ownTime(line: DecodedLine): ResolvedTime {
    return resolveTime(line.stamp, this.profile, this.turns.count);
  }

  private timeOf(at: Examined): ResolvedTime {
    if (at.decoded.stamp !== null) {
      const own = this.ownTime(at.decoded);
      this.timeAbove.note(at.number, own);
      return own;
    }
    const above = at.bytes === null ? null : this.timeAbove.before(at.bytes.chunk, at.bytes.start, at.number);
    if (above === null || above.time === null) return { time: null, notes: [] };
    return {
      time: above.time,
      notes: [...above.notes.filter((note) => note !== 'line-before'), 'line-before'],
    };
  }

  private levelOf(at: Examined): LogLevel {
    const { level } = at.decoded;
    if (level !== null || at.bytes === null || !isContinuation(at.decoded)) return level;
    return this.levelAbove.before(at.bytes.chunk, at.bytes.start, at.number);
  }

  private record(match: Match, query: CompiledQuery): LogRecord {
    const decoded = decodeLine(match.record);
    const fields = fieldsOf(decoded);
    for (const [name, value] of query.groups(decoded.message)) fields[name] = value;
    return {
      node: this.task.node,
      source: match.source,
      file: this.task.file.path,
      line: match.line,
      time: match.time,
      timeNotes: match.timeNotes,
      level: match.level,
      message: decoded.message,
      fields,
      text: match.text,
    };
  }
}

/** Lines of klog's `err=<` block start with a TAB and end with ` >`; the journal indents with blanks. */
export function isContinuation(line: DecodedLine): boolean {
  return line.body.family === 'TEXT' && /^[ \t]/.test(line.message);
}
