import type { Condition, FactCondition, LogCondition, Rule } from '../model/rule.js';

/** A condition of a rule with its place, such as `when.any[0]`; the place also names its log query. */
export interface PlacedCondition {
  readonly condition: Condition;
  readonly place: string;
  /** The same place as a path into the rule's YAML. */
  readonly path: readonly (string | number)[];
  /** True below an odd number of `not`: it holds when nothing matches. */
  readonly negated: boolean;
}

/** Every condition below and including this one, in the order it is written. */
export function* walk(
  condition: Condition,
  place: string,
  path: readonly (string | number)[] = [],
  negated = false,
): Generator<PlacedCondition> {
  yield { condition, place, path, negated };
  for (const key of ['all', 'any'] as const) {
    const children = (condition as Partial<Record<typeof key, readonly Condition[]>>)[key] ?? [];
    for (const [index, child] of children.entries()) {
      yield* walk(child, `${place}.${key}[${index}]`, [...path, key, index], negated);
    }
  }
  if ('not' in condition) yield* walk(condition.not, `${place}.not`, [...path, 'not'], !negated);
}

/** Every condition of a rule: `when`, then those of its judgements. */
export function* conditionsOf(
  rule: Pick<Rule, 'when' | 'refute' | 'weaken' | 'strengthen'>,
): Generator<PlacedCondition> {
  yield* walk(rule.when, 'when', ['when']);
  for (const kind of ['refute', 'weaken', 'strengthen'] as const) {
    for (const [index, judgement] of rule[kind].entries()) {
      yield* walk(judgement.when, `${kind}[${index}].when`, [kind, index, 'when']);
    }
  }
}

export function isFactCondition(condition: Condition): condition is FactCondition {
  return 'fact' in condition;
}

export function isLogCondition(condition: Condition): condition is LogCondition {
  return 'log' in condition;
}

/** The fact condition a `per: instance` rule makes one finding each of: the first that is not negated. */
export function subjectOf(when: Condition): FactCondition | null {
  for (const { condition, negated } of walk(when, 'when')) {
    if (!negated && isFactCondition(condition)) return condition;
  }
  return null;
}
