import { lintRule, type LintWarning } from '../rules/lint.js';
import { loadRuleSet } from '../rules/load.js';
import { formatProblem, sortProblems } from '../rules/problem.js';
import { readCases } from '../rules/test-cases.js';
import type { CaseKind } from '../rules/test-schema.js';
import type { CommandOutput, RulesInput } from './rules.js';

/** `rules lint`: all errors of rules and of their test cases, then warnings. Errors make the exit code 2. */
export async function rulesLint(input: RulesInput): Promise<CommandOutput> {
  const set = await loadRuleSet(input.dirs, input.facts);
  const { cases, problems: caseProblems } = await readCases(input.dirs, input.facts);
  const problems = sortProblems([...set.problems, ...caseProblems]);
  const kinds = new Map<string, Set<CaseKind>>();
  for (const one of cases) kinds.set(one.rule, (kinds.get(one.rule) ?? new Set()).add(one.case.kind));
  const warnings: LintWarning[] = set.loaded.flatMap((rule) =>
    lintRule(rule, kinds.get(rule.rule.id) ?? new Set()),
  );
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  const lines = [
    ...problems.map((problem) => `error: ${formatProblem(problem)}`),
    ...warnings.map(
      (warning) => `warning: ${warning.file}:${warning.line}: ${warning.rule}: ${warning.message}`,
    ),
    `${count(set.loaded.length, 'rule')}, ${count(problems.length, 'error')}, ${count(warnings.length, 'warning')}`,
  ];
  return {
    text: lines.map((line) => `${line}\n`).join(''),
    data: { rules: set.loaded.length, errors: problems, warnings },
    exitCode: problems.length > 0 ? 2 : 0,
  };
}
