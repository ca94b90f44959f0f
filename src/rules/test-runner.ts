import type { FactDefinition } from '../facts/types.js';
import type { LogRecord } from '../model/logs.js';
import type { FactResult, Finding, Rule, RuleResults } from '../model/rule.js';
import type { EvaluationContext } from './context.js';
import { evaluateRules } from './evaluate.js';
import { DEFAULT_NODE, matchLines, recordsOf } from './match-lines.js';
import { parseLine as simpleParser, type ParseLine } from './parse-line.js';
import { logQueries } from './queries.js';
import { whyNotFound } from './why-not.js';
import type { ExpectedFinding, RuleCase } from './test-schema.js';

export interface CaseOutcome {
  readonly passed: boolean;
  /** What differs from the expectation, one sentence each. */
  readonly failures: readonly string[];
  /** Why the rule of the case was expected and not found. */
  readonly hints: readonly string[];
  readonly results: Required<RuleResults>;
}

/** Runs one case of rule `id` against the rules and compares what they find with what it expects. */
export function runCase(
  id: string,
  test: RuleCase,
  rules: readonly Rule[],
  facts: readonly FactDefinition[],
  parseLine: ParseLine = simpleParser,
): CaseOutcome {
  const collectedAt = test.collected_at === undefined ? null : Date.parse(test.collected_at);
  const records = recordsOf(test.logs, collectedAt, parseLine);
  const context = contextOf(test, rules, facts, records, collectedAt);
  const results = evaluateRules(rules, context);
  const expected = test.expect.map((one): ExpectedFinding => (typeof one === 'string' ? { id: one } : one));
  const failures = [...kindMismatch(id, test, expected), ...differences(expected, results.findings)];
  for (const [what, wanted, got] of [
    ['refuted', test.refuted, results.refuted],
    ['skipped', test.skipped, results.skipped],
  ] as const) {
    for (const rule of wanted ?? []) {
      if (!got.some((one) => one.rule === rule)) failures.push(`${rule} is not ${what}`);
    }
  }
  const rule = rules.find((one) => one.id === id);
  const missed =
    rule !== undefined &&
    expected.some((one) => one.id === id) &&
    !results.findings.some((one) => one.rule === id);
  const hints = missed ? whyNotFound(rule, context, records, results) : [];
  return { passed: failures.length === 0, failures, hints, results };
}

function kindMismatch(id: string, test: RuleCase, expected: readonly ExpectedFinding[]): string[] {
  const expects = expected.some((one) => one.id === id);
  if (test.kind === 'positive' && !expects) return [`a positive case must expect ${id}`];
  if (test.kind !== 'positive' && expects) return [`a ${test.kind} case must not expect ${id}`];
  return [];
}

function differences(expected: readonly ExpectedFinding[], findings: readonly Finding[]): string[] {
  const left = [...findings];
  const failures: string[] = [];
  for (const one of expected) {
    const index = left.findIndex((finding) => finding.rule === one.id && mismatch(one, finding) === null);
    if (index >= 0) {
      left.splice(index, 1);
      continue;
    }
    const similar = left.findIndex((finding) => finding.rule === one.id);
    if (similar < 0) failures.push(`${one.id} is expected and was not found`);
    else failures.push(`${one.id}: ${mismatch(one, left.splice(similar, 1)[0]!) ?? ''}`);
  }
  return [
    ...failures,
    ...left.map((finding) => `${finding.rule} was found and is not expected: ${finding.diagnosis}`),
  ];
}

function mismatch(expected: ExpectedFinding, finding: Finding): string | null {
  for (const key of ['severity', 'confidence', 'node'] as const) {
    if (expected[key] !== undefined && expected[key] !== finding[key]) {
      return `${key} is ${String(finding[key])}, expected ${expected[key]}`;
    }
  }
  if (expected.diagnosis !== undefined && !finding.diagnosis.includes(expected.diagnosis)) {
    return `the diagnosis does not say "${expected.diagnosis}": ${finding.diagnosis}`;
  }
  if (expected.against !== undefined && !finding.against.join('\n').includes(expected.against)) {
    return `"${expected.against}" is not said against it`;
  }
  return null;
}

/** What a case gives is there, what it leaves out was not collected. */
function contextOf(
  test: RuleCase,
  rules: readonly Rule[],
  facts: readonly FactDefinition[],
  records: readonly LogRecord[],
  collectedAt: number | null,
): EvaluationContext {
  const logs = new Set((test.logs ?? []).map((log) => `${log.node ?? DEFAULT_NODE}\nlog:${log.source}`));
  const known = new Map(
    Object.entries(test.facts ?? {}).map(([name, rows]) => [name, toResult(name, rows, facts)]),
  );
  const nodes = new Set([DEFAULT_NODE, ...records.map(({ node }) => node)]);
  for (const rows of Object.values(test.facts ?? {})) {
    for (const { $node } of rows) if (typeof $node === 'string') nodes.add($node);
  }
  return {
    nodes: [...nodes].sort().map((id) => ({ id, collectedAt })),
    facts: (name) => known.get(name) ?? { known: false, reason: `the case gives no fact ${name}` },
    matches: matchLines(records, logQueries(rules)),
    available: (need, node) => {
      const there = need.startsWith('log:')
        ? [...nodes].some((id) => (node === null || node === id) && logs.has(`${id}\n${need}`))
        : !(test.missing ?? []).includes(need);
      return there
        ? { ok: true }
        : { ok: false, reason: `the case gives no ${need.replace('log:', 'log of ')}` };
    },
  };
}

function toResult(
  name: string,
  rows: NonNullable<RuleCase['facts']>[string],
  facts: readonly FactDefinition[],
): FactResult {
  const definition = facts.find((fact) => fact.name === name);
  const empty = Object.fromEntries(Object.keys(definition?.fields ?? {}).map((field) => [field, null]));
  return {
    known: true,
    instances: rows.map(({ $node = DEFAULT_NODE, ...fields }) => ({
      node: $node === null ? null : String($node),
      fields: { ...empty, ...fields },
      evidence: [],
    })),
  };
}
