import type { FactDefinition } from '../facts/types.js';
import type { Condition, Rule } from '../model/rule.js';
import { checkFactCondition, type FieldTypes } from './check-fact.js';
import { checkTemplates } from './check-templates.js';
import { conditionsOf, isFactCondition, isLogCondition, subjectOf } from './conditions.js';
import { parseDuration } from './duration.js';
import { KNOWN_NEEDS } from './needs.js';
import { compilePattern } from './pattern.js';
import { nearest, quoted } from './problem.js';

/** Reports what is wrong with the value at a path of the rule, or with its key. */
export type Report = (path: readonly (string | number)[], message: string, key?: string) => void;

export interface CheckContext {
  readonly rule: Rule;
  readonly facts: ReadonlyMap<string, FactDefinition>;
  readonly report: Report;
}

/** What the schema cannot see: names of facts, fields, needs and parameters, patterns, templates. */
export function checkRule(context: CheckContext): void {
  const { rule, report } = context;
  for (const [index, need] of rule.needs.entries()) {
    if (!KNOWN_NEEDS.includes(need)) {
      report(
        ['needs', index],
        `unknown need ${quoted(need)}${nearest(need, KNOWN_NEEDS) || ` (${KNOWN_NEEDS.filter((one) => !one.startsWith('log:')).join(', ')}, or log:SOURCE)`}`,
      );
    }
  }
  const subject = subjectOf(rule.when);
  const subjectFields =
    rule.per === 'instance' && subject !== null ? context.facts.get(subject.fact)?.fields : undefined;
  if (rule.per === 'instance' && subject === null) {
    report(['per'], '`per: instance` needs a fact in `when` that is not under `not`');
  }
  for (const { condition, path } of conditionsOf(rule))
    checkCondition(context, condition, path, subjectFields);
  checkTemplates(context);
}

function checkCondition(
  context: CheckContext,
  condition: Condition,
  path: readonly (string | number)[],
  subject: FieldTypes | undefined,
): void {
  if (isFactCondition(condition)) checkFactCondition(context, condition, path, subject);
  if (!isLogCondition(condition)) return;
  const { recovered_by: recovery, beside } = condition;
  checkPattern(context.report, condition.pattern, [...path, 'pattern']);
  for (const key of ['within', 'spread'] as const) checkDuration(context, condition[key], [...path, key]);
  const others = [
    { key: 'recovered_by', other: recovery, durations: { lasting: recovery?.lasting } },
    { key: 'beside', other: beside, durations: { within: beside?.within } },
  ];
  for (const { key, other, durations } of others) {
    if (other === undefined) continue;
    checkPattern(context.report, other.pattern, [...path, key, 'pattern']);
    for (const [name, value] of Object.entries(durations))
      checkDuration(context, value, [...path, key, name]);
    checkSharedGroup(context, condition.pattern, other, [...path, key, 'same']);
  }
  if (beside !== undefined && beside.same === undefined && beside.within === undefined)
    context.report(
      [...path, 'beside'],
      'it needs `same` or `within`: what makes two records belong together',
    );
}

/** A group that two patterns must agree on has to be in both. */
function checkSharedGroup(
  context: CheckContext,
  pattern: string,
  other: { readonly pattern: string; readonly same?: string },
  path: readonly (string | number)[],
): void {
  if (other.same === undefined) return;
  for (const one of [pattern, other.pattern]) {
    const compiled = compilePattern(one);
    if (compiled.ok && !compiled.pattern.groups.includes(other.same)) {
      context.report(path, `${quoted(other.same)} is not a named group of the pattern ${quoted(one)}`);
    }
  }
}

/** Reports a pattern that does not compile, with the character it fails at. */
export function checkPattern(report: Report, pattern: string, path: readonly (string | number)[]): void {
  const compiled = compilePattern(pattern);
  if (compiled.ok) return;
  const where = compiled.at === null ? '' : ` at character ${compiled.at + 1}`;
  report(path, `the pattern does not compile${where}: ${compiled.message}`);
}

function checkDuration(
  context: CheckContext,
  value: string | undefined,
  path: readonly (string | number)[],
): void {
  if (value === undefined || !value.startsWith('$')) return;
  const name = value.slice(1);
  const parameter = Object.hasOwn(context.rule.params, name) ? context.rule.params[name] : undefined;
  if (parameter === undefined) {
    context.report(
      path,
      `unknown parameter ${quoted(name)}${nearest(name, Object.keys(context.rule.params))}`,
    );
  } else if (typeof parameter !== 'string' || parseDuration(parameter) === null) {
    context.report(path, `parameter ${quoted(name)} is no duration such as 10m`);
  }
}
