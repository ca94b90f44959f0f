import type { AnalysisDocument, DocFinding, DocRule } from '../model/document.js';
import { clean } from './unsafe.js';
import { placeOf } from './words.js';

/** Findings of these severities fail their test case; lesser ones are told in its output. */
const FAILING = new Set(['critical', 'high', 'medium']);

/**
 * JUnit XML, as Jenkins' schema has it: one suite, one test case per rule. A rule that could not be decided is skipped, never passed and never
 * failed.
 */
export function renderJunit(d: AnalysisDocument): string {
  const rules = rulesOf(d);
  const cases = rules.map((r) => testCase(d, r));
  const failures = cases.filter((c) => c.includes('<failure')).length;
  const skipped = cases.filter((c) => c.includes('<skipped')).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="eks-netcheck" ${counts}>
  <testsuite name="eks-netcheck" ${counts} skipped="${skipped}">
    <properties>
${property('root_cause', d.root_cause)}
${property('severity', d.severity)}
${property('confidence', d.diagnosis.confidence)}
${property('drop_point', d.packet_trace.drop_point)}
    </properties>
${cases.join('\n')}
  </testsuite>
</testsuites>
`;
}

/** The rules of the run; of an older document those it names. */
function rulesOf(d: AnalysisDocument): Pick<DocRule, 'id' | 'category' | 'outcome'>[] {
  if (d.rules !== undefined) return d.rules;
  const found = new Map(d.findings.map((f) => [f.rule, f.category] as const));
  const skipped = new Set(d.coverage.skipped_rules.map((s) => s.rule).filter((rule) => !found.has(rule)));
  return [
    ...[...found].map(([id, category]) => ({ id, category, outcome: 'found' as const })),
    ...[...skipped].map((id) => ({ id, category: 'unknown' as const, outcome: 'skipped' as const })),
  ];
}

function testCase(d: AnalysisDocument, rule: Pick<DocRule, 'id' | 'category' | 'outcome'>): string {
  const open = `    <testcase classname="${xml(`eks-netcheck.${rule.category}`)}" name="${xml(rule.id)}"`;
  const body = outcome(d, rule);
  return body === '' ? `${open}/>` : `${open}>\n${body}\n    </testcase>`;
}

function outcome(d: AnalysisDocument, rule: Pick<DocRule, 'id' | 'outcome'>): string {
  const findings = d.findings.filter((f) => f.rule === rule.id);
  const failing = findings.filter((f) => FAILING.has(f.severity));
  if (failing.length > 0) {
    const first = failing[0]!;
    const text = findings.map((f) => describe(d, f)).join('\n\n');
    return `      <failure message="${xml(first.title)}" type="${first.severity}">${xmlLines(text)}</failure>`;
  }
  if (findings.length > 0)
    return `      <system-out>${xmlLines(findings.map((f) => describe(d, f)).join('\n\n'))}</system-out>`;
  if (rule.outcome === 'found')
    return '      <skipped>its findings are below the severity that was asked for</skipped>';
  const reasons = d.coverage.skipped_rules.filter((s) => s.rule === rule.id).map((s) => s.reason);
  return reasons.length === 0 ? '' : `      <skipped>${xml([...new Set(reasons)].join('; '))}</skipped>`;
}

function describe(d: AnalysisDocument, f: DocFinding): string {
  const evidence = d.evidence.filter((e) => f.evidence.includes(e.id));
  const where = f.node === null ? '' : ` on ${f.node}`;
  return [
    `${f.id} ${f.severity} (confidence ${f.confidence}): ${f.title}${where}`,
    f.diagnosis,
    ...evidence.map((e) => `  ${[placeOf(e), e.content].filter((s) => s !== '').join(': ')}`),
    ...f.against.map((a) => `  against: ${a}`),
    `Fix (${f.safety}): ${f.resolution}`,
  ].join('\n');
}

function property(name: string, value: string): string {
  return `      <property name="${name}" value="${xml(value)}"/>`;
}

/** Text for an attribute or an element: one line, no character that XML forbids, no markup. */
function xml(text: string): string {
  return clean(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function xmlLines(text: string): string {
  return text.split('\n').map(xml).join('\n');
}
