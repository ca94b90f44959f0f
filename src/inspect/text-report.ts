import type { Problem } from '../model/source.js';
import { clean, fit, padEnd, paint, wrap, type Paint, type TextOptions } from '../report/layout.js';
import type { CaptureReport, CheckClass, CheckResult } from './types.js';

/** What the command `capture` prints. */
export interface CaptureDocument {
  readonly captures: readonly CaptureReport[];
  readonly problems: readonly Problem[];
}

const MARKS: Readonly<Record<CheckClass, string>> = {
  fault: 'FAULT',
  suspicious: 'SUSPICIOUS',
  information: 'INFO',
  normal: 'NORMAL',
};
const ORDER: readonly CheckClass[] = ['fault', 'suspicious', 'information'];
const INDENT = '   ';
const MAX_FLOWS = 5;

/** The report for a terminal: of each capture its figures, then what was found, worst first. */
export function renderCaptures(d: CaptureDocument, o: TextOptions): string {
  const c = paint(o);
  const sections = d.captures.map((r) => capture(r, c, o));
  if (sections.length === 0) sections.push('No capture was found.');
  if (d.problems.length > 0) {
    const lines = d.problems.map((p) =>
      wrap(`${p.code} with ${clean(p.subject)}: ${clean(p.message)}`, o.width, '  '),
    );
    sections.push(`${c.bold('PROBLEMS')}\n${lines.join('\n')}`);
  }
  return `${sections.join('\n\n')}\n`;
}

function capture(r: CaptureReport, c: Paint, o: TextOptions): string {
  const found = r.checks.filter((k) => k.count > 0 && k.class !== 'normal');
  const lines = [c.bold(fit(clean(r.file), o.width)), wrap(figures(r), o.width, '  ')];
  for (const cls of ORDER) for (const k of found) if (k.class === cls) lines.push('', check(k, c, o));
  if (found.every((k) => k.class === 'information'))
    lines.push('', c.green('  Nothing suspicious was found.'));
  const rest = r.checks.filter((k) => !found.includes(k));
  lines.push('', ...quiet(rest, o));
  return lines.join('\n');
}

function figures(r: CaptureReport): string {
  const span =
    r.first === null ? '' : `, ${r.first} to ${r.last ?? '?'} (${r.duration_seconds.toFixed(3)} s)`;
  const dropped =
    r.dropped_by_kernel === null ? 'drops at the tap not told' : `${r.dropped_by_kernel} dropped at the tap`;
  const state = r.corrupt ? ', damaged' : r.truncated ? ', cut short' : '';
  const names = r.interfaces.slice(0, 8).map((i) => clean(i.name));
  const more = r.interfaces.length > names.length ? ` and ${r.interfaces.length - names.length} more` : '';
  return `${r.packets} packets, ${r.bytes} bytes, ${r.flows} flows${span}; ${r.format} ${r.link_types.join(', ')}, interface ${names.join(', ')}${more}; ${dropped}${state}`;
}

function check(k: CheckResult, c: Paint, o: TextOptions): string {
  const color = k.class === 'fault' ? c.red : k.class === 'suspicious' ? c.yellow : c.cyan;
  const lines = [
    wrap(`${MARKS[k.class]} ${k.title}: ${k.count} of ${k.of} ${k.unit} [${k.id}]`, o.width, ' ')
      .split('\n')
      .map((l) => c.bold(color(l)))
      .join('\n'),
    wrap(clean(k.explanation), o.width, INDENT),
    c.dim(wrap(`Counted: ${k.threshold}.`, o.width, INDENT)),
  ];
  for (const f of (k.flows ?? []).slice(0, MAX_FLOWS))
    lines.push(
      fit(`${INDENT}${padEnd(String(f.count), 6)} ${f.protocol} ${clean(f.src)} → ${clean(f.dst)}`, o.width),
    );
  for (const e of k.examples) {
    const ends = e.src === null ? '' : ` ${clean(e.src)} → ${clean(e.dst ?? '?')}`;
    lines.push(fit(`${INDENT}${c.cyan(e.time ?? '-')}${ends}`, o.width + (o.color ? 10 : 0)));
    lines.push(wrap(clean(e.text), o.width, `${INDENT}  `));
  }
  return lines.join('\n');
}

/** One line each for what is normal, clean, and not in the capture at all: three different things. */
function quiet(rest: readonly CheckResult[], o: TextOptions): string[] {
  const normal = rest.filter((k) => k.count > 0).map((k) => `${k.id} (${k.count} of ${k.of})`);
  const none = rest.filter((k) => k.count === 0 && k.of > 0).map((k) => k.id);
  const nothing = rest.filter((k) => k.count === 0 && k.of === 0).map((k) => k.id);
  return [
    ...(normal.length > 0 ? [wrap(`Normal: ${normal.join(', ')}`, o.width, '  ')] : []),
    ...(none.length > 0 ? [wrap(`Looked for and not found: ${none.join(', ')}`, o.width, '  ')] : []),
    ...(nothing.length > 0 ? [wrap(`Nothing to judge for: ${nothing.join(', ')}`, o.width, '  ')] : []),
  ];
}
