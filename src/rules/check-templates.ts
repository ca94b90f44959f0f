import type { Condition } from '../model/rule.js';
import type { CheckContext } from './check.js';
import { conditionsOf, isFactCondition, isLogCondition, walk } from './conditions.js';
import { compilePattern } from './pattern.js';
import { nearestOrAll, quoted } from './problem.js';
import { parseTemplate } from './template.js';

/** Fields every message may print. */
export const BUILT_IN_FIELDS = ['count', 'node', 'first', 'last'] as const;

/** Checks every message: its syntax, and that each field it prints can have a value. */
export function checkTemplates(context: CheckContext): void {
  const { rule } = context;
  const known = new Set<string>([
    ...BUILT_IN_FIELDS,
    ...Object.keys(rule.params),
    ...fieldsOf(context, rule.when),
  ]);
  for (const key of ['title', 'diagnosis', 'resolution', 'long_term'] as const)
    check(context, rule[key], [key], known);
  for (const [index, step] of rule.next_steps.entries()) {
    check(context, step.why, ['next_steps', index, 'why'], known);
    check(context, step.command, ['next_steps', index, 'command'], known);
  }
  for (const kind of ['refute', 'weaken', 'strengthen'] as const) {
    for (const [index, judgement] of rule[kind].entries()) {
      const own = fieldsOf(context, judgement.when);
      check(context, judgement.because, [kind, index, 'because'], new Set([...known, ...own]));
    }
  }
}

/** Names the conditions give values to: fields of facts and named groups of patterns. */
function fieldsOf(context: CheckContext, condition: Condition): string[] {
  const names: string[] = [];
  for (const { condition: part, negated } of walk(condition, '')) {
    if (negated) continue;
    if (isFactCondition(part)) names.push(...Object.keys(context.facts.get(part.fact)?.fields ?? {}));
    if (!isLogCondition(part)) continue;
    for (const { pattern } of [part, ...(part.beside === undefined ? [] : [part.beside])]) {
      const compiled = compilePattern(pattern);
      if (compiled.ok) names.push(...compiled.pattern.groups);
    }
  }
  return names;
}

function check(
  { report, rule, facts }: CheckContext,
  text: string | undefined,
  path: readonly (string | number)[],
  known: ReadonlySet<string>,
): void {
  if (text === undefined) return;
  const template = parseTemplate(text);
  // The fields of a fact that is misspelt are not known: one error for one mistake.
  const namesAreKnown = [...conditionsOf(rule)].every(
    ({ condition }) => !isFactCondition(condition) || facts.has(condition.fact),
  );
  for (const error of template.errors) report(path, error);
  for (const part of namesAreKnown ? template.parts : []) {
    if (typeof part !== 'string' && !known.has(part.name)) {
      report(path, `unknown field ${quoted(part.name)} in a message${nearestOrAll(part.name, known)}`);
    }
  }
}
