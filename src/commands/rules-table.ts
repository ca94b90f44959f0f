import stringWidth from 'string-width';

/** Columns padded to the widest cell, two blanks between them, without trailing blanks. */
export function table(head: readonly string[] | null, rows: readonly (readonly string[])[]): string {
  const all = head === null ? rows : [head, ...rows];
  const widths: number[] = [];
  for (const row of all) {
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell));
  }
  return all
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat(widths[column]! - stringWidth(cell)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
