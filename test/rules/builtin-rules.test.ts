import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lintRule } from '../../src/rules/lint.js';
import { loadRuleSet } from '../../src/rules/load.js';
import { formatProblem } from '../../src/rules/problem.js';
import { readCases } from '../../src/rules/test-cases.js';
import { runCase } from '../../src/rules/test-runner.js';
import { CASE_KINDS } from '../../src/rules/test-schema.js';
import { allFacts } from './support/all-facts.js';

const root = fileURLToPath(new URL('../../rules', import.meta.url));
const builtin = { dir: root, builtin: true };
const facts = await allFacts();
const set = await loadRuleSet([builtin], facts);
const { cases, problems } = await readCases([builtin], facts);
const rules = set.loaded.map(({ rule }) => rule);

describe('built-in rules', () => {
  it('have no errors, nor have their cases', () => {
    expect([...set.problems, ...problems].map(formatProblem)).toEqual([]);
    expect(rules.length).toBeGreaterThan(10);
  });

  it('have no warnings', () => {
    const kinds = (id: string): Set<(typeof CASE_KINDS)[number]> =>
      new Set(cases.filter((one) => one.rule === id).map((one) => one.case.kind));
    const warnings = set.loaded.flatMap((loaded) => lintRule(loaded, kinds(loaded.rule.id)));
    expect(warnings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
  });

  it.each(rules.map(({ id }) => id))('%s has a positive, a negative and a near-miss case', (id) => {
    const kinds = cases.filter((one) => one.rule === id).map((one) => one.case.kind);
    for (const kind of CASE_KINDS) expect(kinds).toContain(kind);
  });

  it('stand in a file of their name, and every file of cases belongs to a rule', () => {
    expect(set.loaded.map(({ rule }) => path.basename(rule.file))).toEqual(
      rules.map(({ id }) => `${id}.yaml`),
    );
    const tests = readdirSync(root).filter((name) => name.endsWith('.test.yaml'));
    expect(tests.filter((name) => !rules.some(({ id }) => name === `${id}.test.yaml`))).toEqual([]);
  });
});

const withCases = rules.map(({ id }) => id).filter((id) => cases.some((one) => one.rule === id));

describe.each(withCases)('cases of %s', (id) => {
  const own = cases.filter((one) => one.rule === id);
  it.each(own.map((one) => [`${one.case.kind}: ${one.case.name}`, one] as const))('%s', (_name, one) => {
    const { failures } = runCase(id, one.case, rules, facts);
    expect(failures).toEqual([]);
  });
});
