import type { LogRecord } from '../model/logs.js';
import type { Companion } from '../model/rule.js';
import { mustCompile } from './pattern.js';

export interface Companions {
  /** Matches that have a companion. */
  readonly records: readonly LogRecord[];
  /** The companions of those, each once, in the order of `others`. */
  readonly companions: readonly LogRecord[];
  /** Matches that may have one, but times are missing to tell. */
  readonly untimed: number;
}

/**
 * Finds the second records that belong to matches: the same value of a named group, near in time, before or after.
 * `within` in milliseconds, null for any distance.
 */
export function companionsOf(
  asked: { readonly pattern: string; readonly beside: Companion; readonly within: number | null },
  matches: readonly LogRecord[],
  others: readonly LogRecord[],
): Companions {
  const { beside, within } = asked;
  const byValue = new Map<string, LogRecord[]>();
  for (const other of others) {
    const value = valueOf(beside.pattern, beside.same, other);
    if (value === null) continue;
    const list = byValue.get(value);
    if (list) list.push(other);
    else byValue.set(value, [other]);
  }
  const timed = within !== null || beside.order !== undefined;
  const chosen = new Set<LogRecord>();
  const records: LogRecord[] = [];
  let untimed = 0;
  for (const match of matches) {
    const value = valueOf(asked.pattern, beside.same, match);
    const near = (value === null ? [] : (byValue.get(value) ?? [])).filter(
      (other) => other.file !== match.file || other.line !== match.line || other.node !== match.node,
    );
    const fit = timed ? near.filter((other) => liesRight(match, other, beside.order, within)) : near;
    if (fit.length > 0) {
      records.push(match);
      for (const other of fit) chosen.add(other);
    } else if (timed && near.some((other) => other.time === null || match.time === null)) untimed++;
  }
  return { records, companions: others.filter((other) => chosen.has(other)), untimed };
}

function valueOf(pattern: string, group: string | undefined, record: LogRecord): string | null {
  return group === undefined ? '' : (mustCompile(pattern).match(record.message)?.[group] ?? null);
}

function liesRight(
  match: LogRecord,
  other: LogRecord,
  order: Companion['order'],
  within: number | null,
): boolean {
  if (match.time === null || other.time === null) return false;
  const distance = other.time - match.time;
  if (order === 'before' && distance > 0) return false;
  if (order === 'after' && distance < 0) return false;
  return within === null || Math.abs(distance) <= within;
}
