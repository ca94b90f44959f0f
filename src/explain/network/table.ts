import type { Loc } from '../../model/location.js';
import type { Cell, Column, Table } from './types.js';

/** Rows kept of a table. */
const MAX_ROWS = 500;

/**
 * A table from rows of cells. `columns` are `key` or `key=Heading`; the heading is the key with blanks for
 * underscores unless given. `key?` is left out of text where the terminal is too narrow.
 */
export function table(
  name: string,
  title: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Table {
  const heads = columns.map((c): Column => {
    const [name = '', heading] = c.split('=');
    const key = name.replace(/\?$/, '');
    return { key, title: heading ?? key.replaceAll('_', ' '), optional: name.endsWith('?') };
  });
  const objects = rows
    .slice(0, MAX_ROWS)
    .map((row) => Object.fromEntries(heads.map(({ key }, i) => [key, row[i] ?? null])));
  return { name, title, columns: heads, rows: objects, leftOut: Math.max(0, rows.length - MAX_ROWS) };
}

/** `networking/iproute.txt:5`: the last column of most tables. */
export const place = (loc: Loc): string => `${loc.file}:${loc.line}`;
