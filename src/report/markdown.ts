import type { AnalysisDocument, DocEvidence, DocFinding } from '../model/document.js';
import { flowGroups, hostOf, sourcePorts } from './flow-groups.js';
import { plural } from '../plural.js';
import { block, code, plain, rich } from './markdown-text.js';
import { pathPicture } from './text-path.js';
import { cut } from './unsafe.js';
import {
  DIRECTION_NAME,
  doLater,
  doNow,
  LAYER_NAME,
  LOG_LEVEL_NAME,
  LOG_PATTERNS_TITLE,
  logPatternsLeftOut,
  placeOf,
  SEGMENT_NAME,
  skippedByReason,
  verdictFacts,
} from './words.js';

const MAX_FINDINGS = 30;
const MAX_EVIDENCE = 8;
const MAX_LINE = 400;
const MAX_GROUPS = 15;
const MAX_ITEMS = 25;

/** GitHub-flavoured Markdown for tickets: the same order and words as the other reports. */
export function renderMarkdown(d: AnalysisDocument): string {
  const sections = [
    verdict(d),
    path(d),
    against(d),
    findings(d),
    layers(d),
    flows(d),
    logs(d),
    coverage(d),
    next(d),
  ];
  return `${sections.filter((s) => s !== '').join('\n\n')}\n`;
}

function verdict(d: AnalysisDocument): string {
  const facts = verdictFacts(d);
  const now = doNow(d);
  return [
    `## ${plain(d.root_cause)}`,
    '',
    `| ${facts.map(([name]) => name).join(' | ')} |`,
    `|${facts.map(() => '---').join('|')}|`,
    `| ${facts.map(([, value]) => plain(value)).join(' | ')} |`,
    '',
    rich(d.diagnosis.summary),
    ...(now === null ? [] : ['', `**${now.label}**: ${rich(now.text)}`]),
  ].join('\n');
}

function path(d: AnalysisDocument): string {
  if (d.coverage.captures.length === 0) return '';
  return `### Path\n\n${block(pathPicture(d, { color: false, width: 100 }).split('\n'))}`;
}

function against(d: AnalysisDocument): string {
  return list('What speaks against it', d.diagnosis.against.map(rich));
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  const shown = items.slice(0, MAX_ITEMS).map((i) => `- ${i}`);
  if (items.length > MAX_ITEMS) shown.push(`- … and ${items.length - MAX_ITEMS} more in the JSON report`);
  return `### ${title}\n\n${shown.join('\n')}`;
}

function findings(d: AnalysisDocument): string {
  if (d.findings.length === 0) return '### Findings\n\nNone.';
  const parts = d.findings.slice(0, MAX_FINDINGS).map((f) => finding(d, f));
  if (d.findings.length > MAX_FINDINGS)
    parts.push(`… and ${d.findings.length - MAX_FINDINGS} more in the JSON report`);
  return `### Findings (${d.findings.length})\n\n${parts.join('\n\n')}`;
}

function finding(d: AnalysisDocument, f: DocFinding): string {
  const evidence = d.evidence.filter((e) => f.evidence.includes(e.id));
  const where = f.node === null ? '' : ` on ${plain(f.node)}`;
  const lines = [
    `#### ${f.id} ${f.severity.toUpperCase()}: ${plain(f.title)}${where}`,
    '',
    `rule ${code(f.rule)}, confidence ${f.confidence}`,
    '',
    rich(f.diagnosis),
  ];
  if (evidence.length > 0) lines.push('', block(evidence.slice(0, MAX_EVIDENCE).flatMap(evidenceLines)));
  if (evidence.length > MAX_EVIDENCE)
    lines.push('', `… and ${evidence.length - MAX_EVIDENCE} more lines in the JSON report`);
  if (f.against.length > 0) lines.push('', ...f.against.map((a) => `- against: ${rich(a)}`));
  lines.push('', `**Fix (${f.safety})**: ${rich(f.resolution)}`);
  return lines.join('\n');
}

function evidenceLines(e: DocEvidence): string[] {
  const head = [placeOf(e), e.time ?? ''].filter((s) => s !== '').join('  ');
  return [...(head === '' ? [] : [head]), `  ${cut(e.content, MAX_LINE)}`];
}

function layers(d: AnalysisDocument): string {
  const rows = (d.layers ?? []).map((l) => {
    const cells = [LAYER_NAME[l.layer], l.test, l.result, l.evidence.join(', '), l.verdict];
    return `| ${cells.map((c) => plain(cut(c, MAX_LINE))).join(' | ')} |`;
  });
  if (rows.length === 0) return '';
  return `### Layers\n\n| Layer | Test | Result | Evidence | Verdict |\n|---|---|---|---|---|\n${rows.join('\n')}`;
}

function flows(d: AnalysisDocument): string {
  if (d.flows.length === 0) return '';
  const n = d.flow_counts;
  const counts = `${n.delivered} delivered, ${n.dropped} dropped, ${n.lossy} lossy, ${n.rejected} rejected, ${n.inconclusive} inconclusive`;
  const groups = flowGroups(d.flows, (f) => f.verdict !== 'delivered');
  const rows = groups.slice(0, MAX_GROUPS).map((g) => {
    const f = g.flows[0]!;
    const src = g.flows.length === 1 ? f.src : `${hostOf(f.src)} (ports ${sourcePorts(g, 4)})`;
    const place = `${SEGMENT_NAME[g.segment]} ${DIRECTION_NAME[g.direction]}`.trim();
    const cells = [
      g.verdict,
      String(g.flows.length),
      f.protocol,
      src,
      f.dst,
      g.segment === 'none' ? '' : place,
      g.explanation,
    ];
    return `| ${cells.map((c) => plain(cut(c, MAX_LINE))).join(' | ')} |`;
  });
  const more =
    groups.length > rows.length
      ? `\n\n… and ${plural(groups.length - rows.length, 'more group')} in the JSON report`
      : '';
  const table =
    rows.length === 0
      ? ''
      : `\n\n| verdict | flows | protocol | from | to | where | why |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}`;
  return `### Flows\n\n${counts}.${table}${more}`;
}

function logs(d: AnalysisDocument): string {
  const { log_patterns: all } = d;
  if (all === null || all === undefined || all.patterns.length === 0) return '';
  const rows = all.patterns.slice(0, MAX_ITEMS).map((p) => {
    const cells = [
      LOG_LEVEL_NAME[p.level ?? 'none'],
      String(p.count),
      plain(cut(p.pattern, 200)),
      code(placeOf(p.example)),
      plain(p.last ?? ''),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const more =
    all.patterns.length > rows.length
      ? `\n\n… and ${plural(all.patterns.length - rows.length, 'more pattern')} in the JSON report`
      : '';
  const left = logPatternsLeftOut(all);
  const rest = left === '' ? '' : `\n\n${rich(left)}`;
  return `### ${LOG_PATTERNS_TITLE}\n\n| level | lines | pattern | first line | last time |\n|---|---|---|---|---|\n${rows.join('\n')}${more}${rest}`;
}

function coverage(d: AnalysisDocument): string {
  const { bundles, captures, missing, problems } = d.coverage;
  return list('Coverage', [
    ...bundles.map(
      (b) =>
        `bundle ${plain(b.id)}: ${b.files} files, collected ${plain(b.collected_at ?? 'at an unknown time')}`,
    ),
    ...captures.map(
      (x) =>
        `capture ${plain(x.file)}: ${x.packets} packets, ${x.point === null ? 'none of the four points' : x.point.replace('_', '-')} (${plain(x.reason)}; ${plain(x.certainty)})`,
    ),
    ...missing.map(
      (m) =>
        `${m.state.replace('_', ' ')}: ${plain(m.what)}${m.node === null ? '' : ` on ${plain(m.node)}`}, which leaves open ${plain(m.leaves_undecided)}`,
    ),
    ...problems.map(
      (p) => `${p.note ? 'note' : 'problem'} ${code(p.code)} ${plain(p.subject)}: ${plain(p.message)}`,
    ),
    ...skippedByReason(d).map((s) => `not decided: ${s.rules.map(code).join(', ')}: ${plain(s.reason)}`),
  ]);
}

function next(d: AnalysisDocument): string {
  const lines = [
    ...doLater(d).map(([when, what]) => `- **${when}**: ${rich(what)}`),
    ...d.next_steps.map((s) => `- ${rich(s.why)}\n${block([cut(s.command, 2000)], '  ')}`),
  ];
  return lines.length === 0 ? '' : `### Next steps\n\n${lines.join('\n')}`;
}
