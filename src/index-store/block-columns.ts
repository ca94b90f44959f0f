/** Collects the rows of `Blocks`. */
import type { ClockState } from './line-clock.js';
import type { WordFilter } from './filter.js';
import type { GramFilter } from './grams.js';
import { joined } from './joined.js';
import type { Blocks } from './types.js';

interface Row {
  line: number;
  above: ClockState;
  min: number;
  max: number;
  untimed: boolean;
  stored: { at: number; packed: number; crc: number };
  size: number;
  words: WordFilter | null;
  tail: GramFilter | null;
  group: number;
}

export class BlockColumns {
  private readonly rows: Row[] = [];

  start(line: number, above: ClockState): void {
    const stored = { at: 0, packed: 0, crc: 0 };
    const times = { min: NaN, max: NaN, untimed: false };
    this.rows.push({ line, above, ...times, stored, size: 0, words: null, tail: null, group: 0 });
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

  end(row: Pick<Row, 'stored' | 'size' | 'words' | 'tail' | 'group'>): void {
    Object.assign(this.rows.at(-1)!, row);
  }

  finish(): { blocks: Blocks; filters: Uint8Array; tails: Uint8Array } {
    const { rows } = this;
    const filters = joined(rows.map(({ words }) => words?.bytes ?? NOTHING));
    const tails = joined(rows.map(({ tail }) => tail?.bits ?? NOTHING));
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
      filterEnd: filters.ends,
      probes: Uint8Array.from(rows, ({ words }) => words?.probes ?? 0),
      tailEnd: tails.ends,
      tailRate: Uint8Array.from(rows, ({ tail }) => tail?.rate ?? 0),
      tailGroup: Uint32Array.from(rows, ({ group }) => group),
    };
    return { blocks, filters: filters.bytes, tails: tails.bytes };
  }
}

const NOTHING = new Uint8Array();
