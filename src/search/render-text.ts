/** The answers of a search as text. */
import pc from 'picocolors';
import { escapeUnsafe } from '../ingest/printable.js';
import type { TextOptions } from '../report/layout.js';
import type { HitLine } from './line-text.js';
import type { LineWithContext } from './lines.js';
import { plural } from '../plural.js';
import { isoTime } from './numbers.js';
import type { PatternAnswer, PatternRow } from './pattern-rows.js';
import type { Thing } from './things.js';

// Measuring characters as a terminal does takes longer to load than a search takes: text is cut by count instead.
const clean = escapeUnsafe;
const paint = (o: TextOptions): ReturnType<typeof pc.createColors> => pc.createColors(o.color);
const fit = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;

export function patternsText(answer: PatternAnswer, lines: number, o: TextOptions): string {
  if (lines === 0) return 'Nothing was found.\n';
  const out = answer.rows.map((row) => patternText(row, o));
  out.push(`${plural(lines, 'line')} in ${plural(answer.patterns, 'pattern')}${more(answer)}`);
  const { things, rules } = answer.related;
  if (things.length > 0) out.push('Names:', ...things.map((thing) => `  ${thingText(thing, o)}`));
  if (rules.length > 0) out.push(`Rules: ${rules.map(({ id }) => id).join(', ')}`);
  return `${out.join('\n')}\n`;
}

function thingText({ kind, name, count, files }: Thing, o: TextOptions): string {
  const { node, file, line } = files[0]!;
  const many = files.length > 1 ? ` in ${plural(files.length, 'file')}` : '';
  const place = paint(o).dim(`${clean(node)} ${clean(file)}:${line}`);
  return `${kind} ${clean(name)}: ${plural(count, 'line')}${many}, the first at ${place}`;
}

const more = ({ rows, patterns }: PatternAnswer): string =>
  rows.length < patterns ? `; the first ${rows.length} are shown (--limit), --lines shows lines` : '';

function patternText(row: PatternRow, o: TextOptions): string {
  const p = paint(o);
  const { example } = row;
  const span =
    row.first === null
      ? 'no time'
      : `${isoTime(row.first)}${row.last === row.first ? '' : ` … ${isoTime(row.last)}`}`;
  const level = row.level === null ? '' : ` ${coloured(row.level, o)}`;
  const files = [...new Set(row.files.map(({ file }) => file))];
  const where = `${clean(row.nodes.join(', '))} ${clean(files[0]!)}${files.length > 1 ? ` and ${plural(files.length - 1, 'other file')}` : ''}`;
  return [
    `${p.bold(`${row.count}×`)}${level}  ${span}`,
    `  ${fit(clean(row.pattern), Math.max(40, o.width - 2))}`,
    `  ${p.dim(fit(where, Math.max(40, o.width - 2)))}`,
    `  ${p.dim(`${clean(example.file)}:${example.line}`)} ${fit(clean(example.text), Math.max(80, o.width * 3))}`,
    '',
  ].join('\n');
}

function coloured(level: string, o: TextOptions): string {
  const p = paint(o);
  if (level === 'error' || level === 'fatal') return p.red(level);
  return level === 'warn' ? p.yellow(level) : level;
}

export function linesText(
  lines: readonly (HitLine | LineWithContext)[],
  total: number,
  o: TextOptions,
): string {
  if (total === 0) return 'Nothing was found.\n';
  const out: string[] = [];
  for (const line of lines) {
    if ('before' in line) out.push(...line.before.map((l) => `  ${lineText(l, o)}`));
    out.push('before' in line ? `> ${lineText(line, o)}` : lineText(line, o));
    if ('before' in line) out.push(...line.after.map((l) => `  ${lineText(l, o)}`), '--');
  }
  if (out.at(-1) === '--') out.pop();
  out.push(
    `${plural(total, 'line')}${lines.length < total ? `; the first ${lines.length} in time are shown (--limit)` : ''}`,
  );
  return `${out.join('\n')}\n`;
}

function lineText(line: HitLine, o: TextOptions): string {
  const p = paint(o);
  const time = isoTime(line.time) ?? '-'.padEnd(24);
  return `${time} ${p.dim(`${clean(line.node)} ${clean(line.file)}:${line.line}`)} ${clean(line.text)}`;
}
