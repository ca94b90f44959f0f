import type { FactCondition, FactInstance, FactValue, Test } from '../model/rule.js';
import { mustCompile } from './pattern.js';

/** What `$name` and `$.field` stand for. */
export interface References {
  readonly params: Readonly<Record<string, FactValue>>;
  /** Fields of the instance a `per: instance` rule is about. */
  readonly subject: Readonly<Record<string, FactValue>> | null;
}

/**
 * Does the instance pass every test of `where`?
 * A field that is null or absent is not known: it passes `exists: false` and the scalar `null` only, so that
 * nothing is concluded from what was not collected.
 */
export function passes(
  instance: FactInstance,
  where: FactCondition['where'],
  references: References,
): boolean {
  return Object.entries(where ?? {}).every(([field, test]) =>
    passesTest(Object.hasOwn(instance.fields, field) ? instance.fields[field]! : null, test, references),
  );
}

function passesTest(value: FactValue, test: Test, references: References): boolean {
  const resolved = (operand: FactValue): FactValue => resolve(operand, references);
  if (test === null || typeof test !== 'object') return value === resolved(test);
  if (isList(test)) return test.some((operand) => value === resolved(operand));
  return (Object.entries(test) as [keyof typeof test, never][]).every(([operator, operand]) =>
    passesOperator(value, operator, operand, resolved),
  );
}

function passesOperator(
  value: FactValue,
  operator: string,
  operand: FactValue | readonly FactValue[],
  resolved: (operand: FactValue) => FactValue,
): boolean {
  if (operator === 'exists') return (value !== null) === operand;
  if (operator === 'eq') return value === resolved(operand as FactValue);
  if (value === null) return false;
  switch (operator) {
    case 'ne':
      return value !== resolved(operand as FactValue);
    case 'in':
      return (operand as readonly FactValue[]).some((item) => value === resolved(item));
    case 'not_in':
      return (operand as readonly FactValue[]).every((item) => value !== resolved(item));
    case 'matches':
      return mustCompile(operand as string).test(String(value));
    default:
      return passesOrder(value, operator, resolved(operand as FactValue));
  }
}

function passesOrder(value: FactValue, operator: string, operand: FactValue): boolean {
  if (typeof value !== 'number' || typeof operand !== 'number') return false;
  switch (operator) {
    case 'gt':
      return value > operand;
    case 'gte':
      return value >= operand;
    case 'lt':
      return value < operand;
    case 'lte':
      return value <= operand;
    default:
      return false;
  }
}

function resolve(operand: FactValue, { params, subject }: References): FactValue {
  if (typeof operand !== 'string' || !operand.startsWith('$')) return operand;
  const [from, name] = operand.startsWith('$.')
    ? [subject ?? {}, operand.slice(2)]
    : [params, operand.slice(1)];
  return Object.hasOwn(from, name) ? from[name]! : null;
}

function isList(test: Test): test is readonly FactValue[] {
  return Array.isArray(test);
}
