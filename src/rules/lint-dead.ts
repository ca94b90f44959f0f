import type { Condition, FactValue, Test } from '../model/rule.js';
import { isFactCondition, isLogCondition } from './conditions.js';
import { parseDuration } from './duration.js';
import { quoted } from './problem.js';
import { passes } from './where.js';

type Params = Readonly<Record<string, FactValue>>;

/** Parts of one condition that can never hold, whatever a node says. */
export function deadParts(condition: Condition, params: Params): string[] {
  if (isFactCondition(condition)) {
    return Object.entries(condition.where ?? {})
      .filter(([, test]) => isDead(test, params))
      .map(([field]) => `no value passes the tests of ${quoted(field)}`);
  }
  if (isLogCondition(condition)) {
    const within = durationOf(condition.within, params);
    const spread = durationOf(condition.spread, params);
    return within !== null && spread !== null && spread > within
      ? ['matches within `within` never lie as far apart as `spread` asks']
      : [];
  }
  if (!('all' in condition)) return [];
  const parts = new Set(condition.all.map((part) => JSON.stringify(part)));
  return condition.all.some((part) => 'not' in part && parts.has(JSON.stringify(part.not)))
    ? ['one part is the opposite of another']
    : [];
}

function isDead(test: Test, params: Params): boolean {
  if (test === null || typeof test !== 'object' || Array.isArray(test)) return false;
  const operators = test as Readonly<Record<string, FactValue | readonly FactValue[]>>;
  if (JSON.stringify(operators).includes('"$.')) return false;
  const { eq, in: list, exists } = operators;
  const values = eq !== undefined ? [eq as FactValue] : (list as readonly FactValue[] | undefined);
  if (exists === false) return Object.keys(operators).some((name) => name !== 'exists' && name !== 'eq');
  if (values !== undefined) {
    return !values.some((value) =>
      passes(
        { node: null, evidence: [], fields: { value: resolve(value, params) } },
        { value: test },
        { params, subject: null },
      ),
    );
  }
  const bound = (name: string): number | null => {
    const value = resolve(operators[name] as FactValue | undefined, params);
    return typeof value === 'number' ? value : null;
  };
  const lows = [bound('gt'), bound('gte')].filter((value) => value !== null);
  const highs = [bound('lt'), bound('lte')].filter((value) => value !== null);
  const low = Math.max(...lows);
  const high = Math.min(...highs);
  return low > high || (low === high && (bound('gt') === low || bound('lt') === high));
}

function resolve(value: FactValue | undefined, params: Params): FactValue {
  if (typeof value !== 'string' || !value.startsWith('$')) return value ?? null;
  return params[value.slice(1)] ?? null;
}

function durationOf(value: string | undefined, params: Params): number | null {
  const text = resolve(value, params);
  return typeof text === 'string' ? parseDuration(text) : null;
}
