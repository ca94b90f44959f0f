import type { LogActivity, LogRecord } from '../model/logs.js';
import type { Condition, FactCondition, FactInstance, LogCondition } from '../model/rule.js';
import { isFactCondition, isLogCondition } from './conditions.js';
import type { Scope } from './context.js';
import { decideLog } from './log-condition.js';
import { passes } from './where.js';

/** What one condition that held rests on. */
export type Match =
  | { readonly kind: 'fact'; readonly condition: FactCondition; readonly instances: readonly FactInstance[] }
  | {
      readonly kind: 'log';
      readonly condition: Pick<LogCondition, 'pattern'>;
      readonly records: readonly LogRecord[];
      /** Matches counted; `records` may hold fewer. */
      readonly count: number;
      readonly activity?: LogActivity | null;
    };

/** Three answers: it holds, it does not, or it cannot be known from what was collected. */
export type Decision =
  | { readonly value: true; readonly matches: readonly Match[] }
  | { readonly value: false }
  | { readonly value: 'unknown'; readonly reasons: readonly string[] };

const NO: Decision = { value: false };

/**
 * Decides a condition in a scope. `all` and `any` follow three-valued logic: a false part decides `all`, a true
 * part decides `any`, else an unknown part makes the whole unknown. All parts of `any` that hold are evidence.
 */
export function decide(condition: Condition, place: string, scope: Scope): Decision {
  if (isFactCondition(condition)) return decideFact(condition, scope);
  if (isLogCondition(condition)) return decideLogs(condition, place, scope);
  if ('not' in condition) {
    const inner = decide(condition.not, `${place}.not`, scope);
    if (inner.value === 'unknown') return inner;
    return inner.value ? NO : { value: true, matches: [] };
  }
  const [key, parts] =
    'all' in condition ? (['all', condition.all] as const) : (['any', condition.any] as const);
  const decisions = parts.map((part, index) => decide(part, `${place}.${key}[${index}]`, scope));
  return key === 'all' ? both(decisions) : either(decisions);
}

function both(decisions: readonly Decision[]): Decision {
  if (decisions.some((decision) => decision.value === false)) return NO;
  const reasons = reasonsOf(decisions);
  if (reasons.length > 0) return { value: 'unknown', reasons };
  return { value: true, matches: matchesOf(decisions) };
}

function either(decisions: readonly Decision[]): Decision {
  if (decisions.some((decision) => decision.value === true))
    return { value: true, matches: matchesOf(decisions) };
  const reasons = reasonsOf(decisions);
  return reasons.length > 0 ? { value: 'unknown', reasons } : NO;
}

function matchesOf(decisions: readonly Decision[]): readonly Match[] {
  return decisions.flatMap((decision) => (decision.value === true ? decision.matches : []));
}

function reasonsOf(decisions: readonly Decision[]): readonly string[] {
  return [
    ...new Set(decisions.flatMap((decision) => (decision.value === 'unknown' ? decision.reasons : []))),
  ];
}

function decideFact(condition: FactCondition, scope: Scope): Decision {
  const { subject, rule } = scope;
  if (subject !== null && subject.condition === condition) {
    return { value: true, matches: [{ kind: 'fact', condition, instances: [subject.instance] }] };
  }
  const result = scope.context.facts(condition.fact);
  if (!result.known) return { value: 'unknown', reasons: [result.reason] };
  const references = { params: rule.params, subject: subject?.instance.fields ?? null };
  const instances = result.instances.filter(
    (instance) => isVisible(instance, scope) && passes(instance, condition.where, references),
  );
  if (instances.length < (condition.min ?? 1)) return NO;
  return { value: true, matches: [{ kind: 'fact', condition, instances }] };
}

function isVisible(instance: FactInstance, scope: Scope): boolean {
  return scope.wide || instance.node === null || instance.node === scope.node;
}

/** A log belongs to a node: without one node in view, any node on which it holds will do. */
function decideLogs(condition: LogCondition, place: string, scope: Scope): Decision {
  const { nodes } = scope.context;
  const looked = scope.wide ? nodes.map(({ id }) => id) : scope.node === null ? [] : [scope.node];
  if (nodes.length === 0) return { value: 'unknown', reasons: ['no bundle was given'] };
  return either(
    looked.map((node): Decision => {
      const outcome = decideLog(condition, place, node, scope);
      if (outcome.value === 'unknown') return { value: 'unknown', reasons: [outcome.reason] };
      if (!outcome.value) return NO;
      return {
        value: true,
        matches: [
          {
            kind: 'log',
            condition,
            records: outcome.records,
            count: outcome.count,
            activity: outcome.activity,
          },
          ...(condition.beside === undefined
            ? []
            : [
                {
                  kind: 'log' as const,
                  condition: condition.beside,
                  records: outcome.companions,
                  count: outcome.companions.length,
                },
              ]),
        ],
      };
    }),
  );
}
