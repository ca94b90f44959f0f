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

/** Everything the rules ask of the logs, judgements and recoveries included, in the order of the rules. */
export function logQueries(rules: readonly Rule[]): LogQuery[] {
  return rules.flatMap((rule) =>
    [...conditionsOf(rule)].flatMap(({ condition, place }) =>
      isLogCondition(condition) ? queriesOf(rule.id, condition, place) : [],
    ),
  );
}

function queriesOf(rule: string, condition: LogCondition, place: string): LogQuery[] {
  const recovery = condition.recovered_by;
  return [
    {
      id: queryId(rule, place),
      sources: sourcesOf(condition.log),
      pattern: condition.pattern,
      ...(condition.level === undefined ? {} : { levels: condition.level as LogLevel[] }),
    },
    ...(recovery === undefined
      ? []
      : [
          {
            id: queryId(rule, recoveryPlace(place)),
            sources: sourcesOf(recovery.log),
            pattern: recovery.pattern,
          },
        ]),
  ];
}
