import { NetcheckError } from '../errors.js';
import { invalid, loadRuleSet } from '../rules/load.js';
import { parseLine as simpleParser, type ParseLine } from '../rules/parse-line.js';
import { nearest, quoted, sortProblems } from '../rules/problem.js';
import { readCases } from '../rules/test-cases.js';
import { runCase } from '../rules/test-runner.js';
import type { CommandOutput, RulesInput } from './rules.js';

/**
 * `rules test [ID...]`: runs the cases beside the rules, of the ids given or of all. The cases of a folder run against all rules of that
 * folder, so that a rule that fires where it should not fails the case of another; a case named after a built-in
 * rule tests that rule as the folder's overrides leave it. The built-in cases run when no other folder is given.
 * A failure makes the exit code 1.
 */
export async function rulesTest(
  input: RulesInput & { readonly ids?: readonly string[]; readonly parseLine?: ParseLine },
): Promise<CommandOutput> {
  const set = await loadRuleSet(input.dirs, input.facts);
  const { cases, problems } = await readCases(input.dirs, input.facts);
  const all = sortProblems([...set.problems, ...problems]);
  if (all.length > 0) throw invalid(all);
  const ids = input.ids ?? [];
  const known = set.loaded.map(({ rule }) => rule.id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new NetcheckError('E_USAGE', `there is no rule ${quoted(unknown)}${nearest(unknown, known)}`, {
      hint: '`eks-netcheck rules list` shows all rules.',
    });
  const builtin = input.dirs.every((dir) => dir.builtin);
  const wanted = cases.filter((one) =>
    ids.length === 0 ? one.directory.builtin === builtin : ids.includes(one.rule),
  );
  const outcomes = wanted.map((one) => {
    const rules = set.loaded
      .filter(
        ({ directory, rule, enabled }) => enabled && (directory === one.directory || rule.id === one.rule),
      )
      .map((loaded) => loaded.rule);
    const outcome = runCase(one.rule, one.case, rules, input.facts, input.parseLine ?? simpleParser);
    return { ...one, passed: outcome.passed, failures: outcome.failures, hints: outcome.hints };
  });
  const failed = outcomes.filter((outcome) => !outcome.passed).length;
  const lines = outcomes.flatMap((outcome) => [
    `${outcome.passed ? 'pass' : 'FAIL'}  ${outcome.rule}  ${outcome.case.kind}  ${outcome.case.name}`,
    ...outcome.failures.map((failure) => `      ${outcome.file}:${outcome.line}: ${failure}`),
    ...outcome.hints.map((hint) => `        ${hint}`),
  ]);
  lines.push(`${outcomes.length} ${outcomes.length === 1 ? 'case' : 'cases'}, ${failed} failed`);
  return {
    text: lines.map((line) => `${line}\n`).join(''),
    data: {
      cases: outcomes.map(({ rule, file, line, case: { name, kind }, passed, failures, hints }) => ({
        rule,
        file,
        line,
        name,
        kind,
        passed,
        failures,
        hints,
      })),
      failed,
    },
    exitCode: failed > 0 ? 1 : 0,
  };
}
