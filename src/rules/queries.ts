import type { LogLevel, LogQuery } from '../model/logs.js';
import type { LogCondition, Rule } from '../model/rule.js';
import { conditionsOf, isLogCondition } from './conditions.js';
import { sourcesOf } from './sources.js';

/** Id of the query that answers the condition at a place of a rule. */
export function queryId(rule: string, place: string): string {
  return `${rule}/${place}`;
}

/** Place of the query for the `recovered_by` of the condition at `place`. */
export function recoveryPlace(place: string): string {
  return `${place}.recovered_by`;
}

/** Place of the query for the `beside` of the condition at `place`. */
export function companionPlace(place: string): string {
  return `${place}.beside`;
}

/** Everything the rules ask of the logs, judgements and recoveries included, in the order of the rules. */
export function logQueries(rules: readonly Rule[]): LogQuery[] {
  return rules.flatMap((rule) =>
    [...conditionsOf(rule)].flatMap(({ condition, place }) =>
      isLogCondition(condition) ? queriesOf(rule.id, condition, place) : [],
    ),
  );
}

function queriesOf(rule: string, condition: LogCondition, place: string): LogQuery[] {
  const others = [
    [recoveryPlace(place), condition.recovered_by],
    [companionPlace(place), condition.beside],
  ] as const;
  return [
    {
      id: queryId(rule, place),
      sources: sourcesOf(condition.log),
      pattern: condition.pattern,
      ...(condition.level === undefined ? {} : { levels: condition.level as LogLevel[] }),
    },
    ...others.flatMap(([where, other]) =>
      other === undefined
        ? []
        : [{ id: queryId(rule, where), sources: sourcesOf(other.log), pattern: other.pattern }],
    ),
  ];
}
