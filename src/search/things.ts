/** What the index knows of things by their names. */
import { foldCase } from '../index-store/classes.js';
import type { EntityKind } from '../index-store/entity-kinds.js';
import { nameIn } from '../index-store/names.js';
import type { SearchIndex } from '../index-store/search-index.js';

/** A thing that is named in the inputs. */
export interface Thing {
  readonly kind: EntityKind;
  readonly name: string;
  /** Lines that name it. */
  readonly count: number;
  /** Earliest and latest time of these, milliseconds since the epoch; null when none has one. */
  readonly first: number | null;
  readonly last: number | null;
  /** In the order of the first time. */
  readonly files: readonly ThingInFile[];
}

export interface ThingInFile {
  readonly node: string;
  readonly file: string;
  /** Lines, and the first of them. */
  readonly count: number;
  readonly line: number;
}

/** The first `limit` of the names that are known, in this order. */
export function thingsNamed(index: SearchIndex, names: readonly string[], limit: number): Thing[] {
  const things: Thing[] = [];
  for (const name of new Set(names.map(foldCase))) {
    if (things.length === limit) break;
    // All names have one.
    const thing = /\d/.test(name) ? thingNamed(index, name) : null;
    if (thing !== null) things.push(thing);
  }
  return things;
}

function thingNamed({ files }: SearchIndex, name: string): Thing | null {
  const found = files.flatMap(({ index: { node, path, columns } }) => {
    const known = nameIn(columns, name);
    return known === null ? [] : [{ node, path, known }];
  });
  if (found.length === 0) return null;
  found.sort((a, b) => (a.known.first ?? Infinity) - (b.known.first ?? Infinity) || 0);
  const times = found.flatMap(({ known: { first, last } }) => [first, last]).filter((time) => time !== null);
  return {
    kind: found[0]!.known.kind,
    name,
    count: found.reduce((sum, { known }) => sum + known.count, 0),
    first: times.length === 0 ? null : Math.min(...times),
    last: times.length === 0 ? null : Math.max(...times),
    files: found.map(({ node, path, known: { count, line } }) => ({ node, file: path, count, line })),
  };
}
