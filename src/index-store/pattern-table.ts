/** The patterns of one file, with the lines of each. */
import { decodeLine } from '../logs/record.js';
import type { LogLevel } from '../model/logs.js';
import { MAX_MASKED, type Masker } from './masker.js';
import { joined } from './joined.js';
import { PostingsWriter } from './postings.js';
import { MARKS, marksIn } from './marks.js';
import { MaskShapes } from './masks.js';
import { templateOf } from './template.js';
import type { Pattern } from './types.js';

/** Patterns of a file; also bounded by the room for their text. Beyond it lines share the pattern of their beginning. */
const MAX_PATTERNS = 4096;
const MAX_COARSE = 256;
/** Room for templates: bytes, and a share of the text. */
const FREE_ROOM = 48 * 1024;
const SHARE = 0.012;
/** The share while lines are unlike: what repeats itself later is still met. */
const LEAST_SHARE = 0.002;
/** Lines like others, for each that is like none. */
const LEAST_ALIKE = 0.1;

class Growing {
  readonly lines = new PostingsWriter();
  first = NaN;
  last = NaN;
  untimed = false;
  special = false;
  readonly tail: boolean;

  constructor(
    readonly template: string,
    readonly level: LogLevel | undefined,
    readonly line: number,
    /** Time of that line; NaN when it has none. */
    readonly at: number,
    /** Of its marks, the tail aside. */
    readonly shapes: MaskShapes,
  ) {
    this.tail = template.endsWith(MARKS.tail);
  }
}

export class PatternTable {
  /** Lines put under the pattern of their beginning. */
  collapsed = 0;
  private readonly exact = new Map<number, Growing>();
  private readonly coarse = new Map<number, Growing>();
  private readonly all: Growing[] = [];
  private rest: Growing | null = null;
  private room = FREE_ROOM;
  /** Lines since more text was read, with a pattern that was known and without. */
  private like = 0;
  private unlike = 0;

  /** More text was read. Where hardly a line is like one before, more patterns tell nothing. */
  grow(bytes: number): void {
    this.room += bytes * (this.like >= this.unlike * LEAST_ALIKE ? SHARE : LEAST_SHARE);
    this.like = 0;
    this.unlike = 0;
  }

  /**
   * Puts a line under its pattern. `masker` has just scanned it; `time` is NaN when it has none. Answers whether the
   * pattern tells only the line's beginning.
   */
  add(masker: Masker, bytes: Buffer, start: number, end: number, line: number, time: number): boolean {
    const known = this.exact.get(masker.key);
    if (known === undefined) this.unlike++;
    else this.like++;
    const pattern = known ?? this.newPattern(masker, bytes, start, end, line, time);
    pattern.lines.add(line);
    pattern.shapes.merge(masker.shapes);
    if (masker.special) pattern.special = true;
    if (time !== time) pattern.untimed = true;
    else {
      if (!(pattern.first <= time)) pattern.first = time;
      if (!(pattern.last >= time)) pattern.last = time;
    }
    return pattern.tail;
  }

  /** The patterns in the order of their first lines, and the lines of all. */
  finish(): { patterns: Pattern[]; postings: Uint8Array } {
    const { bytes: postings, ends } = joined(this.all.map(({ lines }) => lines.written()));
    const patterns = this.all.map((p, i): Pattern => {
      const from = i === 0 ? 0 : ends[i - 1]!;
      return {
        template: p.template,
        count: p.lines.count,
        first: Number.isNaN(p.first) ? null : p.first,
        last: Number.isNaN(p.last) ? null : p.last,
        untimed: p.untimed,
        level: p.level,
        masks: p.shapes.list(),
        special: p.special,
        line: p.line,
        at: Number.isNaN(p.at) ? null : p.at,
        from,
        length: ends[i]! - from,
      };
    });
    return { patterns, postings };
  }

  private newPattern(
    masker: Masker,
    bytes: Buffer,
    start: number,
    end: number,
    line: number,
    time: number,
  ): Growing {
    const cost = Math.min(masker.end - start, MAX_MASKED) + 64;
    if (this.exact.size < MAX_PATTERNS && cost <= this.room) {
      this.room -= cost;
      const pattern = this.make(masker, bytes, start, end, masker.end, line, time);
      this.exact.set(masker.key, pattern);
      return pattern;
    }
    this.collapsed++;
    return this.coarsePattern(masker, bytes, start, end, line, time);
  }

  private coarsePattern(
    masker: Masker,
    bytes: Buffer,
    start: number,
    end: number,
    line: number,
    time: number,
  ): Growing {
    const { coarse, coarseEnd } = masker;
    const usable = coarseEnd >= 0 && coarseEnd - start <= 512;
    const known = usable ? this.coarse.get(coarse) : undefined;
    if (known !== undefined) return known;
    if (usable && this.coarse.size < MAX_COARSE) {
      // Open even where this line ends there: others go on.
      const pattern = this.make(masker, bytes, start, end, coarseEnd, line, time, true);
      this.coarse.set(coarse, pattern);
      return pattern;
    }
    if (this.rest === null) {
      this.rest = new Growing(MARKS.tail, undefined, line, time, new MaskShapes());
      this.all.push(this.rest);
    }
    return this.rest;
  }

  private make(
    masker: Masker,
    bytes: Buffer,
    start: number,
    end: number,
    upTo: number,
    line: number,
    time: number,
    open = upTo < end,
  ): Growing {
    const text = templateOf(bytes, start, end, upTo);
    const template = open && upTo === end ? text + MARKS.tail : text;
    const level = open ? undefined : decodeLine(bytes.toString('utf8', start, end)).level;
    const pattern = new Growing(template, level, line, time, masker.shapes.first(marksIn(template)));
    this.all.push(pattern);
    return pattern;
  }
}
