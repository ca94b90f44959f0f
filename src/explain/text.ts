/** Pieces of text that the explaining commands share. */
import { clean, fit, padEnd, wrap, type Paint, type TextOptions } from '../report/layout.js';
import stringWidth from 'string-width';

/** A line of a file in one row, safe for a terminal: `ip rule` separates its columns with tabs. */
export function oneLine(text: string): string {
  return clean(text.replaceAll('\t', ' '));
}

export function bullet(text: string, o: TextOptions, indent = '  '): string {
  const inner = `${indent}  `;
  return `${indent}- ${wrap(text, o.width, inner).slice(inner.length)}`;
}

/** Narrowest that a column is made where the row is wider than the terminal. */
const MIN_COLUMN = 8;

/**
 * Rows under headings, columns as wide as their widest cell; where that is too wide, the widest columns are cut with
 * an ellipsis. Everything is in the JSON in full.
 */
export function grid(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  c: Paint,
  o: TextOptions,
  indent = '    ',
): string {
  const widths = heads.map((h, i) => Math.max(stringWidth(h), ...rows.map((r) => stringWidth(r[i] ?? ''))));
  const room = o.width - indent.length - 2 * (heads.length - 1);
  let over = widths.reduce((a, b) => a + b, 0) - room;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const next = Math.max(MIN_COLUMN, ...widths.filter((_, i) => i !== widest));
    const cut = Math.max(1, Math.min(over, widths[widest]! - next));
    if (widths[widest]! <= MIN_COLUMN) break;
    widths[widest]! -= cut;
    over -= cut;
  }
  const line = (cells: readonly string[]): string =>
    (indent + cells.map((cell, i) => padEnd(fit(cell, widths[i]!), widths[i]!)).join('  ')).trimEnd();
  return [c.dim(line(heads)), ...rows.map(line)].join('\n');
}
