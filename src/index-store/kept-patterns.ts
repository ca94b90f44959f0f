/** Patterns as they stand in the head of a kept index: column by column, and made into values when they are asked for. */
import { foldCase } from './classes.js';
import type { LogLevel } from '../model/logs.js';
import { packShapes, unpackShapes, type MaskShape } from './masks.js';
import type { Pattern } from './types.js';

/** A column per property, a row per pattern; as JSON. */
export interface PatternColumns {
  /** Parted by line ends, of which a template has none. */
  readonly templates: string;
  readonly count: readonly number[];
  readonly first: readonly (number | null)[];
  readonly last: readonly (number | null)[];
  /** 1: untimed, 2: special. */
  readonly flags: readonly number[];
  /** 0 where levels may differ. */
  readonly level: readonly (LogLevel | 0)[];
  /** Shapes of all masks, two numbers for each, and how many numbers are of each pattern. */
  readonly shapes: readonly number[];
  readonly shapesOf: readonly number[];
  readonly line: readonly number[];
  /** True where it is the same as `first`. */
  readonly at: readonly (number | null | true)[];
  readonly length: readonly number[];
}

export function packPatterns(patterns: readonly Pattern[]): PatternColumns {
  const shapes = patterns.map(({ masks }) => packShapes(masks));
  return {
    templates: patterns.map(({ template }) => template).join('\n'),
    count: patterns.map(({ count }) => count),
    first: patterns.map(({ first }) => first),
    last: patterns.map(({ last }) => last),
    flags: patterns.map(({ untimed, special }) => Number(untimed) + 2 * Number(special)),
    level: patterns.map(({ level }) => (level === undefined ? 0 : level)),
    shapes: shapes.flat(),
    shapesOf: shapes.map(({ length }) => length),
    line: patterns.map(({ line }) => line),
    at: patterns.map(({ at, first }) => (at === first ? true : at)),
    length: patterns.map(({ length }) => length),
  };
}

export function unpackPatterns(columns: PatternColumns): Pattern[] {
  const { count, shapesOf, length } = columns;
  const templates = columns.templates.split('\n');
  // All at once: in lower case they are as long as before.
  const folded = foldCase(columns.templates).split('\n');
  let from = 0;
  let shapesFrom = 0;
  return count.map((_, row) => {
    const pattern = new KeptPattern(columns, row, templates[row]!, folded[row]!, from, shapesFrom);
    from += length[row]!;
    shapesFrom += shapesOf[row]!;
    return pattern;
  });
}

class KeptPattern implements Pattern {
  private shapes: readonly MaskShape[] | null = null;

  constructor(
    private readonly columns: PatternColumns,
    private readonly row: number,
    readonly template: string,
    readonly folded: string,
    readonly from: number,
    private readonly shapesFrom: number,
  ) {}

  get count(): number {
    return this.columns.count[this.row]!;
  }

  get first(): number | null {
    return this.columns.first[this.row]!;
  }

  get last(): number | null {
    return this.columns.last[this.row]!;
  }

  get untimed(): boolean {
    return (this.columns.flags[this.row]! & 1) !== 0;
  }

  get special(): boolean {
    return (this.columns.flags[this.row]! & 2) !== 0;
  }

  get level(): LogLevel | undefined {
    const level = this.columns.level[this.row]!;
    return level === 0 ? undefined : level;
  }

  get masks(): readonly MaskShape[] {
    const { columns, row, shapesFrom } = this;
    return (this.shapes ??= unpackShapes(
      columns.shapes.slice(shapesFrom, shapesFrom + columns.shapesOf[row]!),
    ));
  }

  get line(): number {
    return this.columns.line[this.row]!;
  }

  get at(): number | null {
    const at = this.columns.at[this.row]!;
    return at === true ? this.first : at;
  }

  get length(): number {
    return this.columns.length[this.row]!;
  }
}
