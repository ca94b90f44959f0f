/** What is asked of one log. */
import type { LogQuery } from '../model/logs.js';
import { JOURNAL_SOURCES } from './journal-sources.js';
import { needlesOf, queriesFor, type QuerySetOptions } from './query-set.js';
import { VERDICT_SOURCES } from './sources.js';
import { troubleNeedles } from './trouble.js';
import type { LogFileTask } from './types.js';

export function askedOf(task: LogFileTask): { queries: LogQuery[]; options: QuerySetOptions } {
  const sources = task.byTag === true ? [task.source, ...JOURNAL_SOURCES] : [task.source];
  const verdicts = VERDICT_SOURCES.has(task.source);
  const trouble = task.patterns === true ? troubleNeedles(task.source) : [];
  return { queries: queriesFor(sources, task.queries), options: { verdicts, trouble, prefilter: true } };
}

/** The strings of which each line of the log holds one that is looked at, letter case aside; null when all lines are. */
export function needlesIn(task: LogFileTask): string[] | null {
  // The source of a line depends on those above it.
  if (task.byTag === true) return null;
  const { queries, options } = askedOf(task);
  return needlesOf(queries, options);
}
