/**
 * The names of a file as they are kept, in the order of their characters:
 *
 *     line end, then for each: name, tab, kind, tab, lines, tab, first time, tab, last time, tab, first line,
 *     tab, start of its postings, tab, their length, line end
 *
 * Numbers are to the base of 36; a time that is not known is left out; postings of no bytes are not known. A name is
 * found without reading the others.
 */
import { ENTITY_KINDS, type EntityKind } from './entity-kinds.js';
import type { SeenName } from './entities.js';
import { joined } from './joined.js';
import type { FileColumns, FileIndex } from './types.js';

/** One name in one file of the index. */
export interface FileName extends Omit<SeenName, 'first' | 'last' | 'places'> {
  /** Earliest and latest time of its lines, milliseconds since the epoch; null when none has one. */
  readonly first: number | null;
  readonly last: number | null;
  /** Null when they are not kept. */
  readonly places: Uint8Array | null;
}

const BASE = 36;
const NOTHING = new Uint8Array();

export function packNames(seen: readonly SeenName[]): Pick<FileColumns, 'names' | 'places'> {
  const sorted = [...seen].sort((a, b) => (a.name < b.name ? -1 : 1));
  const places = joined(sorted.map((one) => one.places ?? NOTHING));
  const rows = sorted.map(({ name, kind, count, first, last, line }, i) => {
    const from = i === 0 ? 0 : places.ends[i - 1]!;
    const numbers = [ENTITY_KINDS.indexOf(kind), count, first, last, line, from, places.ends[i]! - from];
    return `${[name, ...numbers.map(written)].join('\t')}\n`;
  });
  const names = rows.length === 0 ? NOTHING : Buffer.from(`\n${rows.join('')}`, 'latin1');
  return { names, places: places.bytes };
}

const written = (number: number): string => (Number.isNaN(number) ? '' : Math.trunc(number).toString(BASE));

/** `name`: in lower case. Throws DamagedIndex, as all of these. */
export function nameIn(columns: FileColumns, name: string): FileName | null {
  const text = textOf(columns);
  const at = /[\t\n]/.test(name) ? -1 : text.indexOf(`\n${name}\t`, 0, 'latin1');
  return at < 0 ? null : rowAt(columns, text, at + 1);
}

/** All names that begin so, in lower case. */
export function namesFrom(columns: FileColumns, beginning: string): FileName[] {
  const text = textOf(columns);
  const found: FileName[] = [];
  let at = text.indexOf(`\n${beginning}`, 0, 'latin1');
  for (; at >= 0 && at + 1 < text.length; at = text.indexOf('\n', at + 1)) {
    if (text.toString('latin1', at + 1, at + 1 + beginning.length) !== beginning) break;
    found.push(rowAt(columns, text, at + 1));
  }
  return found;
}

/** The names in most lines of all files together, those of many lines first. */
export function mostNamed(files: readonly FileIndex[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const { columns } of files)
    for (const { name, count } of namesFrom(columns, '')) counts.set(name, (counts.get(name) ?? 0) + count);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted.slice(0, limit).map(([name]) => name);
}

function textOf({ names }: FileColumns): Buffer {
  return Buffer.from(names.buffer, names.byteOffset, names.byteLength);
}

function rowAt(columns: FileColumns, text: Buffer, at: number): FileName {
  const [name, ...cells] = text.toString('latin1', at, text.indexOf('\n', at)).split('\t');
  const [kind, count, first, last, line, from, length] = cells.map((cell) => parseInt(cell, BASE)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    name: name!,
    kind: ENTITY_KINDS[kind] as EntityKind,
    count,
    first: Number.isNaN(first) ? null : first,
    last: Number.isNaN(last) ? null : last,
    line,
    places: length === 0 ? null : columns.places.subarray(from, from + length),
  };
}
