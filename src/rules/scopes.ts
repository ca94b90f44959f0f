import type { FactInstance, Rule } from '../model/rule.js';
import { conditionsOf, isFactCondition, subjectOf } from './conditions.js';
import type { EvaluationContext, Scope } from './context.js';
import { compare } from './problem.js';
import { passes } from './where.js';

/** Nodes (null: the whole run) on which something the rule needs is not there, with the reasons. */
export function blockedNodes(rule: Rule, context: EvaluationContext): Map<string | null, string> {
  const blocked = new Map<string | null, string>();
  if (rule.needs.length === 0) return blocked;
  const nodes: (string | null)[] =
    rule.per === 'run' || context.nodes.length === 0 ? [null] : nodeIds(context);
  for (const node of nodes) {
    const reasons = rule.needs.flatMap((need) => {
      const answer = context.available(need, node);
      return answer.ok ? [] : [answer.reason];
    });
    if (reasons.length > 0) blocked.set(node, [...new Set(reasons)].join(', '));
  }
  return blocked;
}

export interface Scopes {
  readonly scopes: readonly Scope[];
  /** Why there can be no scope at all: the fact the findings are made of is not known. */
  readonly unknown: readonly string[];
}

/** What the rule is evaluated over: nodes, instances or the run, without the blocked ones. */
export function scopesOf(
  rule: Rule,
  context: EvaluationContext,
  blocked: ReadonlyMap<string | null, string>,
): Scopes {
  const base = { rule, context, wide: false, subject: null };
  const ids = nodeIds(context);
  const allBlocked = ids.length > 0 && ids.every((id) => blocked.has(id));
  if (blocked.has(null) || allBlocked) return { scopes: [], unknown: [] };
  if (rule.per === 'run') return { scopes: [{ ...base, node: null, wide: true }], unknown: [] };
  if (rule.per === 'instance') return instanceScopes(rule, context, blocked);
  const instances = instancesOf(rule, context);
  const elsewhere = new Set(instances.flatMap(({ node }) => (node === null ? [] : [node])));
  for (const id of ids) elsewhere.delete(id);
  const scopes: Scope[] = [...ids, ...[...elsewhere].sort(compare)]
    .filter((node) => !blocked.has(node))
    .map((node) => ({ ...base, node }));
  // Without a bundle there is no node; what was captured is then looked at as a whole.
  if (ids.length === 0 && scopes.length === 0)
    return { scopes: [{ ...base, node: null, wide: true }], unknown: [] };
  if (instances.some(({ node }) => node === null)) scopes.push({ ...base, node: null });
  return { scopes, unknown: [] };
}

function instanceScopes(
  rule: Rule,
  context: EvaluationContext,
  blocked: ReadonlyMap<string | null, string>,
): Scopes {
  const condition = subjectOf(rule.when)!;
  const result = context.facts(condition.fact);
  if (!result.known) return { scopes: [], unknown: [result.reason] };
  const references = { params: rule.params, subject: null };
  const scopes = result.instances
    .filter((instance) => !blocked.has(instance.node) && passes(instance, condition.where, references))
    .map((instance) => ({
      rule,
      context,
      node: instance.node,
      wide: instance.node === null,
      subject: { condition, instance },
    }));
  return { scopes, unknown: [] };
}

/** All instances of the facts that `when` tests. */
function instancesOf(rule: Rule, context: EvaluationContext): readonly FactInstance[] {
  const names = new Set(
    [...conditionsOf({ when: rule.when, refute: [], weaken: [], strengthen: [] })].flatMap(({ condition }) =>
      isFactCondition(condition) ? [condition.fact] : [],
    ),
  );
  return [...names].flatMap((name) => {
    const result = context.facts(name);
    return result.known ? result.instances : [];
  });
}

function nodeIds(context: EvaluationContext): string[] {
  return context.nodes.map(({ id }) => id);
}
