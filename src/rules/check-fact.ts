import type { FactDefinition } from '../facts/types.js';
import type { FactCondition, FactValue, Test } from '../model/rule.js';
import type { CheckContext } from './check.js';
import { checkPattern } from './check.js';
import { nearest, nearestOrAll, quoted } from './problem.js';

export type FieldTypes = FactDefinition['fields'];
type FieldType = FieldTypes[string]['type'];

/** Checks the fact's name, its fields, and that each test fits the type of its field. */
export function checkFactCondition(
  context: CheckContext,
  condition: FactCondition,
  path: readonly (string | number)[],
  subject: FieldTypes | undefined,
): void {
  const { facts, report } = context;
  const definition = facts.get(condition.fact);
  if (definition === undefined) {
    report(
      [...path, 'fact'],
      `unknown fact ${quoted(condition.fact)}${nearest(condition.fact, facts.keys())}`,
    );
    return;
  }
  for (const [field, test] of Object.entries(condition.where ?? {})) {
    const at = [...path, 'where', field];
    if (!Object.hasOwn(definition.fields, field)) {
      const known = Object.keys(definition.fields);
      report(
        [...path, 'where'],
        `fact ${condition.fact} has no field ${quoted(field)}${nearestOrAll(field, known)}`,
        field,
      );
      continue;
    }
    const { type, values } = definition.fields[field]!;
    for (const operand of operandsOf(test)) {
      if (operand.kind === 'pattern') {
        if (type !== 'string') report(at, `\`matches\` tests text, but ${quoted(field)} is a ${type}`);
        else checkPattern(report, operand.value, [...at, 'matches']);
      } else {
        checkOperand(context, operand, type, field, [...at, ...operand.path], subject);
        checkValue(context, operand.value, values, field, [...at, ...operand.path]);
      }
    }
  }
}

/** A text that the field never has makes a test that never passes, or always does. */
function checkValue(
  { rule, report }: CheckContext,
  value: FactValue,
  values: readonly string[] | undefined,
  field: string,
  path: readonly (string | number)[],
): void {
  if (values === undefined || typeof value !== 'string' || value.startsWith('$.')) return;
  const name = value.startsWith('$') ? value.slice(1) : null;
  const given = name === null ? value : Object.hasOwn(rule.params, name) ? rule.params[name] : undefined;
  if (typeof given !== 'string' || values.includes(given)) return;
  report(path, `${quoted(field)} is never ${quoted(given)}${nearestOrAll(given, values)}`);
}

type Operand =
  | {
      readonly kind: 'value' | 'order';
      readonly value: FactValue;
      readonly path: readonly (string | number)[];
    }
  | { readonly kind: 'pattern'; readonly value: string };

function operandsOf(test: Test): Operand[] {
  if (test === null || typeof test !== 'object') return [{ kind: 'value', value: test, path: [] }];
  if (Array.isArray(test))
    return test.map((value: FactValue, index) => ({ kind: 'value', value, path: [index] }));
  const operands: Operand[] = [];
  for (const [operator, value] of Object.entries(test) as [string, unknown][]) {
    if (operator === 'exists') continue;
    else if (operator === 'matches') operands.push({ kind: 'pattern', value: value as string });
    else if (Array.isArray(value)) {
      value.forEach((item: FactValue, index) =>
        operands.push({ kind: 'value', value: item, path: [operator, index] }),
      );
    } else {
      const kind = operator === 'eq' || operator === 'ne' ? 'value' : 'order';
      operands.push({ kind, value: value as FactValue, path: [operator] });
    }
  }
  return operands;
}

const OPERATORS: Readonly<Record<string, string>> = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' };

function checkOperand(
  { rule, report }: CheckContext,
  operand: Extract<Operand, { kind: 'value' | 'order' }>,
  type: FieldType,
  field: string,
  path: readonly (string | number)[],
  subject: FieldTypes | undefined,
): void {
  const { value, kind } = operand;
  if (kind === 'order' && type !== 'number') {
    report(path, `only numbers can be compared, but ${quoted(field)} is a ${type}`);
    return;
  }
  let given: string | null = value === null ? null : typeof value;
  if (typeof value === 'string' && value.startsWith('$.')) {
    const name = value.slice(2);
    if (subject === undefined) {
      report(
        path,
        `${quoted(value)} needs \`per: instance\`: it is a field of the instance the finding is about`,
      );
      return;
    }
    if (!Object.hasOwn(subject, name)) {
      report(path, `the instance has no field ${quoted(name)}${nearest(name, Object.keys(subject))}`);
      return;
    }
    given = subject[name]!.type;
  } else if (typeof value === 'string' && value.startsWith('$')) {
    const name = value.slice(1);
    if (!Object.hasOwn(rule.params, name)) {
      report(path, `unknown parameter ${quoted(name)}${nearest(name, Object.keys(rule.params))}`);
      return;
    }
    const parameter = rule.params[name]!;
    given = parameter === null ? null : typeof parameter;
  }
  if (given !== null && given !== type) {
    const operator = typeof value === 'string' ? /^\s*([<>]=?)/.exec(value)?.[1] : undefined;
    const hint = operator === undefined ? '' : `; write it as { ${OPERATORS[operator]!}: a number }`;
    report(path, `${quoted(value)} is a ${given}, but ${quoted(field)} is a ${type}${hint}`);
  }
}
