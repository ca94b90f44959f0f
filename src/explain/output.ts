/** How the explaining commands print: one document, as JSON or as text; problems to standard error. */
import { useColor, writeOut } from '../commands/output.js';
import type { OutputOptions } from '../commands/options.js';
import type { Problem } from '../model/source.js';
import { clean, type TextOptions } from '../report/layout.js';

const MAX_WARNINGS = 20;

export interface Printers<T> {
  /** Plain values for JSON. */
  readonly json: (report: T) => unknown;
  readonly text: (report: T, options: TextOptions) => string;
}

export async function writeReport<T>(report: T, print: Printers<T>, o: OutputOptions): Promise<void> {
  const text =
    o.format === 'json'
      ? `${JSON.stringify(print.json(report), null, 2)}\n`
      : print.text(report, { color: useColor(o), width: terminalWidth() });
  await writeOut(text, o);
}

/** 80 where nobody watches. */
function terminalWidth(): number {
  return Math.max(40, Math.min(process.stdout.columns ?? 80, 160));
}

/** What went wrong with the inputs; not part of the data. */
export function warn(problems: readonly Problem[], o: OutputOptions): void {
  if (o.quiet === true) return;
  const real = problems.filter((p) => p.note !== true);
  for (const p of real.slice(0, MAX_WARNINGS)) {
    process.stderr.write(`warning: ${clean(p.subject)}: ${clean(p.message)} [${p.code}]\n`);
  }
  if (real.length > MAX_WARNINGS) process.stderr.write(`… and ${real.length - MAX_WARNINGS} more\n`);
}
