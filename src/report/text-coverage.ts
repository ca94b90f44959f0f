import type { AnalysisDocument, DocBundle, DocCapture } from '../model/document.js';
import stringWidth from 'string-width';
import { bullet, clean, fit, hanging, padEnd, section, type Paint, type TextOptions } from './layout.js';
import { POINTS } from '../model/trace.js';
import { skippedByReason } from './words.js';

const MAX_MISSING = 12;
const MAX_PROBLEMS = 10;
const MAX_REASONS = 6;
const MAX_CAPTURES = 12;

/** What was read and what is missing. One line each where it can be: the page and the JSON have all of it. */
export function coverageText(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  const { bundles, captures, missing, problems } = d.coverage;
  const known = problems.filter((p) => p.note && p.code === 'N_BASELINE');
  const notes = problems.filter((p) => p.note && p.code !== 'N_BASELINE');
  const lines = [
    ...bundles.map((b) => fit(`  - ${bundle(b, o.width - 4)}`, o.width)),
    ...listed(inPathOrder(captures), MAX_CAPTURES, (x) => capture(x, o)),
    ...listed(missing, MAX_MISSING, (m) => {
      const on = m.node === null ? '' : ` on ${clean(m.node)}`;
      return bullet(
        `${m.state.replace('_', ' ')}: ${clean(m.what)}${on}, leaves open ${clean(m.leaves_undecided)}`,
        o,
      );
    }),
    ...listed(
      problems.filter((p) => !p.note),
      MAX_PROBLEMS,
      (p) => bullet(`problem ${clean(p.code)} ${clean(p.subject)}: ${clean(p.message)}`, o),
    ),
    ...known.map((p) => bullet(clean(p.message), o)),
    ...(notes.length === 0
      ? []
      : [fit(`  - left aside: ${notes.map((p) => clean(p.subject)).join(', ')}`, o.width)]),
    ...listed(skippedByReason(d), MAX_REASONS, (s) =>
      bullet(`not decided: ${s.rules.map(clean).join(', ')} (${clean(s.reason)})`, o),
    ),
  ];
  return section('Coverage', lines.join('\n'), c);
}

function inPathOrder(captures: readonly DocCapture[]): DocCapture[] {
  const place = (c: DocCapture): number => (c.point === null ? POINTS.length : POINTS.indexOf(c.point));
  return [...captures].sort((a, b) => place(a) - place(b));
}

function listed<T>(items: readonly T[], most: number, one: (item: T) => string): string[] {
  const lines = items.slice(0, most).map(one);
  if (items.length > most) lines.push(`  … and ${items.length - most} more in the JSON report`);
  return lines;
}

/** What is known of a node, as much as fits one line. */
function bundle(b: DocBundle, width: number): string {
  const facts = ['instance_type', 'zone', 'primary_ip', 'cni_version', 'kubernetes_version', 'os']
    .map((k) => b.identity[k])
    .filter((v): v is string => typeof v === 'string' && v !== '')
    .map(clean);
  const at = b.collected_at === null ? 'at an unknown time' : clean(b.collected_at).replace(/\.000Z$/, 'Z');
  const text = `bundle ${clean(b.id)}: ${b.files} files, collected ${at}`;
  let shown = facts.length;
  while (shown > 0 && stringWidth(`${text} (${facts.slice(0, shown).join(', ')})`) > width) shown--;
  return shown === 0 ? text : `${text} (${facts.slice(0, shown).join(', ')})`;
}

/** How its place is known is told where it is less than certain, or where there is room. */
function capture(x: DocCapture, o: TextOptions): string {
  const point = `  - ${padEnd(x.point?.replace('_', '-') ?? 'elsewhere', 9)} `;
  const what = `${clean(x.file)}: ${x.packets} packets${x.truncated ? ', cut short' : ''}`;
  const full = `${what}; ${clean(x.reason)} [${clean(x.certainty)}]`;
  const sure = (x.certainty === 'certain' || x.certainty === 'given') && x.point !== null;
  if (!sure || stringWidth(point + full) <= o.width)
    return hanging(point, ' '.repeat(point.length), full, o.width);
  return hanging(point, ' '.repeat(point.length), `${what} [${clean(x.certainty)}]`, o.width);
}
