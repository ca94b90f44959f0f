import type { AnalysisDocument, DocEvidence, DocFinding } from '../model/document.js';
import type { Severity } from '../model/rule.js';
import { clean, fit, padEnd, paint, wrap, type Paint, type TextOptions } from './layout.js';
import { pathPicture } from './text-path.js';

export type { TextOptions } from './layout.js';

const MAX_EVIDENCE = 6;
const MAX_FLOWS = 12;

/** The report for a terminal: verdict, path, findings with evidence, flows, coverage, next steps. */
export function renderText(d: AnalysisDocument, o: TextOptions): string {
  const c = paint(o);
  const sections = [
    verdict(d, c, o),
    d.coverage.captures.length > 0 ? section('Path', pathPicture(d, o), c) : '',
    findings(d, c, o),
    flows(d, c, o),
    todo(d, c, o),
    coverage(d, c, o),
  ];
  return `${sections.filter((s) => s !== '').join('\n\n')}\n`;
}

function section(title: string, body: string, c: Paint): string {
  return body === '' ? '' : `${c.bold(title.toUpperCase())}\n${body}`;
}

function verdict(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  const healthy = d.diagnosis.category === 'none';
  const head = wrap(clean(d.root_cause), o.width);
  const painted = head
    .split('\n')
    .map((l) => c.bold(healthy ? c.green(l) : d.diagnosis.category === 'unknown' ? c.yellow(l) : c.red(l)));
  const facts = `severity ${d.severity}   confidence ${d.diagnosis.confidence}   ${d.traffic_path.replace('_', ' ')}   drop point ${d.packet_trace.drop_point}`;
  const lines = [painted.join('\n'), wrap(facts, o.width), '', wrap(clean(d.diagnosis.summary), o.width)];
  if (d.diagnosis.against.length > 0) {
    lines.push('', 'What speaks against it:');
    for (const a of d.diagnosis.against) lines.push(bullet(clean(a), o));
  }
  return lines.join('\n');
}

function bullet(text: string, o: TextOptions, indent = '  '): string {
  const wrapped = wrap(text, o.width, `${indent}  `);
  return `${indent}- ${wrapped.slice(indent.length + 2)}`;
}

const MARK: Record<Severity, string> = { critical: '!!', high: '! ', medium: '* ', low: '- ', info: 'i ' };

function findings(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  if (d.findings.length === 0) return section('Findings', '  none', c);
  const byId = new Map(d.evidence.map((e) => [e.id, e]));
  const parts = d.findings.map((f) => finding(f, byId, c, o));
  return section(`Findings (${d.findings.length})`, parts.join('\n\n'), c);
}

function finding(f: DocFinding, byId: ReadonlyMap<string, DocEvidence>, c: Paint, o: TextOptions): string {
  const color =
    f.severity === 'critical' || f.severity === 'high' ? c.red : f.severity === 'medium' ? c.yellow : c.dim;
  const where = f.node === null ? '' : ` on ${clean(f.node)}`;
  const lines = [
    wrap(`${MARK[f.severity]} ${f.id} ${f.severity.toUpperCase()} ${clean(f.title)}${where}`, o.width)
      .split('\n')
      .map((l) => c.bold(color(l)))
      .join('\n'),
    wrap(`rule ${f.rule}, confidence ${f.confidence}`, o.width, '   '),
    wrap(clean(f.diagnosis), o.width, '   '),
  ];
  const evidence = f.evidence.map((id) => byId.get(id)).filter((e) => e !== undefined);
  for (const e of evidence.slice(0, MAX_EVIDENCE)) lines.push(evidenceLine(e, c, o));
  if (evidence.length > MAX_EVIDENCE)
    lines.push(`     … and ${evidence.length - MAX_EVIDENCE} more in the JSON report`);
  for (const a of f.against) lines.push(wrap(`against: ${clean(a)}`, o.width, '   '));
  lines.push(wrap(`fix (${f.safety}): ${clean(f.resolution)}`, o.width, '   '));
  return lines.join('\n');
}

function evidenceLine(e: DocEvidence, c: Paint, o: TextOptions): string {
  const place = e.file === null ? '' : `${clean(e.file)}${e.line === null ? '' : `:${e.line}`}`;
  const time = e.time === null ? '' : ` ${clean(e.time)}`;
  const head = `     ${c.cyan(place)}${time}`;
  const content = fit(clean(e.content), Math.max(20, o.width - 7));
  return place === '' ? `     ${content}` : `${head}\n       ${content}`;
}

function flows(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  if (d.flows.length === 0) return '';
  const bad = d.flows.filter((f) => f.verdict !== 'delivered');
  const listed = (bad.length > 0 ? bad : d.flows).slice(0, MAX_FLOWS);
  const rows = listed.map((f) => {
    const place = f.segment === 'none' ? '' : `${f.segment}${f.direction === 'return' ? ' (return)' : ''}`;
    const head = `  ${padEnd(f.verdict, 13)}${padEnd(f.protocol, 7)}${clean(f.src)} → ${clean(f.dst)}${place === '' ? '' : `  ${place}`}`;
    return `${fit(head, o.width)}\n${wrap(clean(f.explanation), o.width, '      ')}`;
  });
  const n = d.flow_counts;
  const counts = `  ${n.delivered} delivered, ${n.dropped} dropped, ${n.lossy} lossy, ${n.rejected} rejected, ${n.inconclusive} inconclusive`;
  if (bad.length > listed.length) rows.push(`  … and ${bad.length - listed.length} more in the JSON report`);
  return section('Flows', [counts, ...rows].join('\n'), c);
}

function todo(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  const fix =
    d.diagnosis.category === 'none'
      ? ''
      : section(
          'What to do',
          [
            bullet(`now: ${clean(d.mitigation.immediate)}`, o),
            bullet(`later: ${clean(d.mitigation.long_term)}`, o),
            ...d.escalation.map((e) => bullet(`escalate: ${clean(e)}`, o)),
          ].join('\n'),
          c,
        );
  const steps = d.next_steps.map((s) => `${bullet(clean(s.why), o)}\n      ${c.cyan(clean(s.command))}`);
  return [fix, section('Next steps', steps.join('\n'), c)].filter((s) => s !== '').join('\n\n');
}

function coverage(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  const { bundles, captures, missing, problems, skipped_rules: skipped } = d.coverage;
  const lines: string[] = [];
  for (const b of bundles) {
    const id = b.identity;
    const facts = ['instance_type', 'zone', 'primary_ip', 'cni_version', 'kubernetes_version', 'os']
      .map((k) => id[k])
      .filter((v): v is string => typeof v === 'string' && v !== '')
      .map(clean);
    lines.push(
      bullet(
        `bundle ${clean(b.id)}: ${b.files} files, collected ${b.collected_at ?? 'at an unknown time'}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`,
        o,
      ),
    );
  }
  for (const x of captures)
    lines.push(
      bullet(
        `capture ${clean(x.file)}: ${x.packets} packets, ${x.point === null ? 'none of the four points' : x.point.replace('_', '-')} — ${clean(x.reason)} [${x.certainty}]`,
        o,
      ),
    );
  for (const m of missing)
    lines.push(
      bullet(
        `${m.state.replace('_', ' ')}: ${clean(m.what)}${m.node === null ? '' : ` on ${clean(m.node)}`} — leaves open ${clean(m.leaves_undecided)}`,
        o,
      ),
    );
  for (const p of problems)
    lines.push(
      bullet(`${p.note ? 'note' : 'problem'} ${p.code} ${clean(p.subject)}: ${clean(p.message)}`, o),
    );
  if (skipped.length > 0) {
    lines.push(bullet(`${skipped.length} rules could not be decided:`, o));
    const reasons = new Map<string, string[]>();
    for (const s of skipped) reasons.set(s.reason, [...(reasons.get(s.reason) ?? []), s.rule]);
    for (const [reason, rules] of [...reasons].slice(0, 10))
      lines.push(bullet(`${clean(reason)}: ${rules.join(', ')}`, o, '    '));
  }
  return section('Coverage', lines.join('\n'), c);
}
