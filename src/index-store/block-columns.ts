/** Collects the rows of `Blocks`. */
import type { ClockState } from './line-clock.js';
import type { WordSet } from './filter.js';
import type { Blocks } from './types.js';

interface Row {
  line: number;
  above: ClockState;
  min: number;
  max: number;
  untimed: boolean;
  stored: { at: number; packed: number; crc: number };
  size: number;
  filter: Uint8Array | null;
}

export class BlockColumns {
  private readonly rows: Row[] = [];

  start(line: number, above: ClockState): void {
    const stored = { at: 0, packed: 0, crc: 0 };
    this.rows.push({ line, above, min: NaN, max: NaN, untimed: false, stored, size: 0, filter: null });
  }

  /** Time of the next line, NaN when it has none. */
  seeTime(time: number): void {
    const row = this.rows.at(-1)!;
    if (time !== time) row.untimed = true;
    else {
      if (!(row.min <= time)) row.min = time;
      if (!(row.max >= time)) row.max = time;
    }
  }

  end(stored: Row['stored'], size: number, words: WordSet): void {
    const row = this.rows.at(-1)!;
    row.stored = stored;
    row.size = size;
    row.filter = words.filter();
  }

  finish(): { blocks: Blocks; filters: Uint8Array } {
    const { rows } = this;
    const filters = new Uint8Array(rows.reduce((sum, { filter }) => sum + (filter?.length ?? 0), 0));
    const ends: number[] = [];
    let at = 0;
    for (const { filter } of rows) {
      if (filter !== null) {
        filters.set(filter, at);
        at += filter.length;
      }
      ends.push(at);
    }
    const blocks: Blocks = {
      line: Float64Array.from(rows, (row) => row.line),
      at: Float64Array.from(rows, (row) => row.stored.at),
      packed: Uint32Array.from(rows, (row) => row.stored.packed),
      size: Uint32Array.from(rows, (row) => row.size),
      crc: Uint32Array.from(rows, (row) => row.stored.crc),
      min: Float64Array.from(rows, (row) => row.min),
      max: Float64Array.from(rows, (row) => row.max),
      untimed: Uint8Array.from(rows, (row) => Number(row.untimed)),
      above: Float64Array.from(rows, (row) => row.above.above),
      turns: Uint16Array.from(rows, (row) => row.above.turns),
      monthDay: Uint16Array.from(rows, (row) => row.above.monthDay),
      filterEnd: Uint32Array.from(ends),
      unfiltered: Uint8Array.from(rows, (row) => Number(row.filter === null)),
    };
    return { blocks, filters };
  }
}
