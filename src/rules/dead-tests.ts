import type { FactCondition, FactValue, Rule, Test } from '../model/rule.js';

/** Says which tests of a fact condition no value can pass, whatever the fact holds. */
export function deadTests(condition: FactCondition, params: Rule['params']): string[] {
  return Object.entries(condition.where ?? {}).flatMap(([field, test]) => {
    const why = whyDead(test, params);
    return why === null ? [] : [`\`${field}\` can never pass: ${why}`];
  });
}

function whyDead(test: Test, params: Rule['params']): string | null {
  if (test === null || typeof test !== 'object' || Array.isArray(test)) return null;
  const given = test as Readonly<Record<string, unknown>>;
  const value = (operator: string): FactValue | undefined => resolved(given[operator], params);
  if (given['exists'] === false && Object.keys(given).length > 1)
    return 'what is not known passes no other test';
  const [low, high] = [atLeast(value), atMost(value)];
  if (low !== null && high !== null) {
    if (low.value > high.value) return `it must be ${low.text} and ${high.text}`;
    if (low.value === high.value && (low.strict || high.strict))
      return `it must be ${low.text} and ${high.text}`;
  }
  const fixed =
    'eq' in given ? [value('eq')] : Array.isArray(given['in']) ? resolvedList(given['in'], params) : null;
  if (fixed === null || fixed.includes(undefined)) return null;
  const left = fixed.filter((one) => passesRest(one!, value, given, params, low, high));
  return left.length > 0
    ? null
    : `${fixed.map((one) => JSON.stringify(one)).join(', ')} fails the other tests`;
}

interface Bound {
  readonly value: number;
  readonly strict: boolean;
  readonly text: string;
}

function atLeast(value: (operator: string) => FactValue | undefined): Bound | null {
  return tighter(
    bound(value('gt'), true, 'greater than'),
    bound(value('gte'), false, 'at least'),
    (a, b) => a > b,
  );
}

function atMost(value: (operator: string) => FactValue | undefined): Bound | null {
  return tighter(
    bound(value('lt'), true, 'less than'),
    bound(value('lte'), false, 'at most'),
    (a, b) => a < b,
  );
}

function bound(value: FactValue | undefined, strict: boolean, words: string): Bound | null {
  return typeof value === 'number' ? { value, strict, text: `${words} ${value}` } : null;
}

function tighter(a: Bound | null, b: Bound | null, better: (a: number, b: number) => boolean): Bound | null {
  if (a === null || b === null) return a ?? b;
  return better(b.value, a.value) ? b : a;
}

function passesRest(
  one: FactValue,
  value: (operator: string) => FactValue | undefined,
  given: Readonly<Record<string, unknown>>,
  params: Rule['params'],
  low: Bound | null,
  high: Bound | null,
): boolean {
  if ('ne' in given && value('ne') === one) return false;
  if (Array.isArray(given['not_in']) && resolvedList(given['not_in'], params).includes(one)) return false;
  if (typeof one !== 'number') return true;
  if (low !== null && (one < low.value || (low.strict && one === low.value))) return false;
  return high === null || (one <= high.value && !(high.strict && one === high.value));
}

/** The value of a parameter; undefined for a field of the instance, which only the run knows. */
function resolved(value: unknown, params: Rule['params']): FactValue | undefined {
  if (typeof value !== 'string' || !value.startsWith('$')) return value as FactValue | undefined;
  return value.startsWith('$.') ? undefined : params[value.slice(1)];
}

function resolvedList(values: readonly unknown[], params: Rule['params']): (FactValue | undefined)[] {
  return values.map((one) => resolved(one, params));
}
