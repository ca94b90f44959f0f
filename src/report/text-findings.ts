import type { AnalysisDocument, DocEvidence, DocFinding } from '../model/document.js';
import type { Severity } from '../model/rule.js';
import type { Point } from '../model/trace.js';
import { clean, fitEnd, hanging, padEnd, section, wrap, type Paint, type TextOptions } from './layout.js';
import { cut } from './unsafe.js';
import { mitigatingFinding, placeOf, POINT_NAME } from './words.js';

const MAX_FINDINGS = 12;
const MAX_EVIDENCE = 4;
/** Characters of a line of evidence; the page and the JSON have the rest. */
const MAX_LINE = 300;

const MARK: Record<Severity, string> = { critical: '!!', high: '! ', medium: '* ', low: '- ', info: 'i ' };

export function findingsText(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  if (d.findings.length === 0) return section('Findings', '  none', c);
  const byId = new Map(d.evidence.map((e) => [e.id, e]));
  const parts = d.findings.slice(0, MAX_FINDINGS).map((f) => finding(d, f, byId, c, o));
  if (d.findings.length > MAX_FINDINGS)
    parts.push(`  … and ${d.findings.length - MAX_FINDINGS} more in the JSON report`);
  return section(`Findings (${d.findings.length})`, parts.join('\n\n'), c);
}

function finding(
  d: AnalysisDocument,
  f: DocFinding,
  byId: ReadonlyMap<string, DocEvidence>,
  c: Paint,
  o: TextOptions,
): string {
  const color =
    f.severity === 'critical' || f.severity === 'high' ? c.red : f.severity === 'medium' ? c.yellow : c.dim;
  const where = f.node === null ? '' : ` on ${clean(f.node)}`;
  const head = wrap(
    `${MARK[f.severity]} ${f.id} ${f.severity.toUpperCase()} ${clean(f.title)}${where}`,
    o.width,
  );
  const lines = [
    head
      .split('\n')
      .map((l) => c.bold(color(l)))
      .join('\n'),
    wrap(`rule ${clean(f.rule)}, confidence ${f.confidence}`, o.width, '   '),
  ];
  if (!d.diagnosis.summary.includes(f.diagnosis)) lines.push(wrap(clean(f.diagnosis), o.width, '   '));
  const evidence = f.evidence.map((id) => byId.get(id)).filter((e) => e !== undefined);
  const points = new Map(
    d.coverage.captures.flatMap((x) => (x.point === null ? [] : [[x.file, x.point] as const])),
  );
  for (const e of evidence.slice(0, MAX_EVIDENCE)) lines.push(evidenceLines(e, points, c, o));
  if (evidence.length > MAX_EVIDENCE)
    lines.push(`     … and ${evidence.length - MAX_EVIDENCE} more in the JSON report`);
  for (const a of f.against.filter((x) => !d.diagnosis.against.includes(x)))
    lines.push(wrap(`against: ${clean(a)}`, o.width, '   '));
  lines.push(wrap(`fix (${f.safety}): ${fix(d, f)}`, o.width, '   '));
  return lines.join('\n');
}

/** The same words are said once: at the first finding, or at the end where they are what to do. */
function fix(d: AnalysisDocument, f: DocFinding): string {
  const cause = mitigatingFinding(d);
  if (cause !== null && f.resolution === cause.resolution && d.diagnosis.category !== 'none')
    return 'see above';
  const earlier = d.findings.find((x) => x.resolution === f.resolution);
  return earlier === undefined || earlier === f ? clean(f.resolution) : `as for ${earlier.id}`;
}

/** The place to open, and beneath it the line itself; what a capture shows is one line beside its point. */
function evidenceLines(e: DocEvidence, points: ReadonlyMap<string, Point>, c: Paint, o: TextOptions): string {
  const point = e.file === null || e.line !== null ? undefined : points.get(e.file);
  if (point !== undefined) {
    const name = `     ${padEnd(POINT_NAME[point], 9)} `;
    return c.cyan(name) + fitEnd(clean(cut(e.content, MAX_LINE)), o.width - name.length);
  }
  const place = clean(placeOf(e));
  const head = [c.cyan(place), e.time === null ? '' : clean(e.time)].filter((s) => s !== '').join(' ');
  const content = wrap(clean(essence(e.content, o)), o.width, '       ');
  if (place !== '' && e.line === null)
    return hanging('     ', '       ', `${head}: ${clean(cut(e.content, MAX_LINE))}`, o.width);
  return place === '' ? content.replace(/^ {2}/, '') : `     ${head}\n${content}`;
}

/** A long line of a JSON log from its message on: level and time stand in front of it. */
function essence(line: string, o: TextOptions): string {
  const at = line.indexOf('"msg":');
  const long = line.length > 2 * (o.width - '       '.length);
  return long && at > 0 ? cut(`…${line.slice(at)}`, MAX_LINE) : cut(line, MAX_LINE);
}
