import type { LogRecord } from '../model/logs.js';
import type { LogCondition, Rule, RuleResults } from '../model/rule.js';
import { conditionsOf, isFactCondition, isLogCondition } from './conditions.js';
import type { EvaluationContext } from './context.js';
import { companionPlace, queryId, recoveryPlace } from './queries.js';
import { sourcesOf } from './sources.js';
import { isoTime, oneLine } from './text.js';
import { passes } from './where.js';

/** Lines of a log that are shown as they were read. */
const SHOWN = 2;

/** Why a case does not find its rule: skipped, refuted, or what each condition of `when` met. One sentence each. */
export function whyNotFound(
  rule: Rule,
  context: EvaluationContext,
  records: readonly LogRecord[],
  results: Required<Pick<RuleResults, 'skipped' | 'refuted'>>,
): string[] {
  const skipped = results.skipped.filter((one) => one.rule === rule.id).map(({ reason }) => reason);
  if (skipped.length > 0)
    return [
      ...skipped.map((reason) => `it was skipped: ${reason}`),
      ...(context.nodes.every(({ collectedAt }) => collectedAt === null) &&
      skipped.some((r) => /time/.test(r))
        ? ['give the case `collected_at`: a line without a year has no time without it']
        : []),
    ];
  const refuted = results.refuted.filter((one) => one.rule === rule.id).map(({ because }) => because);
  if (refuted.length > 0) return refuted.map((because) => `it was refuted: ${because}`);
  return [...conditionsOf({ when: rule.when, refute: [], weaken: [], strengthen: [] })].flatMap(
    ({ condition, place }) => {
      if (isLogCondition(condition)) return aboutLog(rule, condition, place, context, records);
      if (!isFactCondition(condition)) return [];
      const result = context.facts(condition.fact);
      if (!result.known) return [`${place}: ${result.reason}`];
      const references = { params: rule.params, subject: null };
      const passing = result.instances.filter((one) => passes(one, condition.where, references)).length;
      return [`${place}: ${passing} of ${result.instances.length} instances of ${condition.fact} pass`];
    },
  );
}

function aboutLog(
  rule: Rule,
  condition: LogCondition,
  place: string,
  context: EvaluationContext,
  records: readonly LogRecord[],
): string[] {
  const asked = [
    { at: place, log: condition.log },
    ...(condition.recovered_by === undefined
      ? []
      : [{ at: recoveryPlace(place), log: condition.recovered_by.log }]),
    ...(condition.beside === undefined ? [] : [{ at: companionPlace(place), log: condition.beside.log }]),
  ];
  return asked.flatMap(({ at, log }) => {
    const sources = sourcesOf(log);
    const lines = records.filter(({ source }) => sources.includes(source));
    const found = context.matches.get(queryId(rule.id, at)) ?? [];
    const count = found.reduce((n, one) => n + one.count, 0);
    const said = `${at}: ${count} of ${lines.length} lines of ${sources.join(', ')} match`;
    return [said, ...(count > 0 ? found.flatMap((one) => one.records) : lines).slice(0, SHOWN).map(asRead)];
  });
}

function asRead(record: LogRecord): string {
  const time = isoTime(record.time) ?? 'no time';
  return `  read as: ${time}, ${record.level}, ${oneLine(record.message, 160)}`;
}
