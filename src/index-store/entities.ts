/** Names of things in a file while it is read, with the lines that name them. */
import { boundsOf, kindOf, type EntityKind } from './entity-kinds.js';
import { PostingsWriter } from './postings.js';

/** One name in one file. */
export interface SeenName {
  readonly kind: EntityKind;
  readonly name: string;
  /** Lines that name it. */
  readonly count: number;
  /** Earliest and latest time of these, milliseconds since the epoch; NaN when none has one. */
  readonly first: number;
  readonly last: number;
  /** The first of them. */
  readonly line: number;
  /** All of them, see `postings.ts`; null when there was no room. */
  readonly places: Uint8Array | null;
}

interface Seen {
  readonly kind: EntityKind;
  count: number;
  first: number;
  last: number;
  readonly line: number;
  lastLine: number;
  places: PostingsWriter | null;
}

/**
 * Room for names and for their lines: shares of the text, so that the index stays small where every line has a name of
 * its own, or many.
 */
const NAMES_SHARE = 0.006;
const PLACES_SHARE = 0.01;
const FREE_ROOM = 8192;
/** What a name takes besides its text. */
const ROW = 28;

export class EntityTable {
  /** Times a name was left out. */
  leftOut = 0;
  private readonly names = new Map<string, Seen>();
  private room: number;
  private placesRoom: number;

  /** `size`: bytes of the text. */
  constructor(size: number) {
    this.room = FREE_ROOM + size * NAMES_SHARE;
    this.placesRoom = FREE_ROOM + size * PLACES_SHARE;
  }

  /** A word with a digit, or an IPv4 address, at its place in a line; `time`: of the line, NaN when it has none. */
  see(bytes: Buffer, start: number, end: number, line: number, time: number): void {
    const kind = kindOf(bytes, start, end);
    if (kind === null) return;
    const [from, to] = boundsOf(bytes, start, end, kind);
    const name = bytes.toString('latin1', from, to).toLowerCase();
    const seen = this.names.get(name) ?? this.added(name, kind, line);
    if (seen === null || seen.lastLine === line) return;
    seen.count++;
    seen.lastLine = line;
    if (!(seen.first <= time)) seen.first = Number.isNaN(time) ? seen.first : time;
    if (!(seen.last >= time)) seen.last = Number.isNaN(time) ? seen.last : time;
    const { places } = seen;
    if (places === null) return;
    const { size } = places;
    places.add(line);
    this.placesRoom -= places.size - size;
    if (this.placesRoom < 0) this.makeRoom();
  }

  list(): SeenName[] {
    return [...this.names].map(([name, { kind, count, first, last, line, places }]) => ({
      kind,
      name,
      count,
      first,
      last,
      line,
      places: places?.written() ?? null,
    }));
  }

  private added(name: string, kind: EntityKind, line: number): Seen | null {
    // Room only shrinks: what was left out once stays out, and no line is missing of what is kept.
    if (this.room < name.length + ROW) {
      this.leftOut++;
      return null;
    }
    this.room -= name.length + ROW;
    const seen = { kind, count: 0, first: NaN, last: NaN, line, lastLine: 0, places: new PostingsWriter() };
    this.names.set(name, seen);
    return seen;
  }

  /** Lines of what is named most often are forgotten: they rule out the least. So much goes that it need not be soon again. */
  private makeRoom(): void {
    const kept = [...this.names.values()].filter(({ places }) => places !== null);
    kept.sort((a, b) => b.places!.size - a.places!.size);
    const enough = kept.reduce((sum, { places }) => sum + places!.size, 0) / 2;
    for (const seen of kept) {
      if (this.placesRoom >= enough) return;
      this.placesRoom += seen.places!.size;
      seen.places = null;
    }
  }
}
