import type { FactValue } from '../model/rule.js';
import type { Scope } from './context.js';
import type { Match } from './decide.js';
import { mustCompile } from './pattern.js';
import { isoTime } from './text.js';

const MAX_VALUES = 200;

/** What messages may print: parameters, the built-in fields, and fields and named groups of what matched. */
export function valuesOf(matches: readonly Match[], scope: Scope): Map<string, FactValue[]> {
  const records = matches.flatMap((match) => (match.kind === 'log' ? match.records : []));
  const times = records.flatMap((record) => (record.time === null ? [] : [record.time]));
  const first = matches[0];
  const values = new Map<string, FactValue[]>(
    Object.entries(scope.rule.params).map(([name, value]) => [name, [value]]),
  );
  values.set('count', [
    first === undefined ? 0 : first.kind === 'log' ? first.count : first.instances.length,
  ]);
  values.set('node', [nodeOf(matches, scope)]);
  values.set('first', [seconds(times.length === 0 ? null : Math.min(...times))]);
  values.set('last', [seconds(times.length === 0 ? null : Math.max(...times))]);
  const seen = new Map<string, FactValue[]>();
  for (const fields of matches.flatMap(fieldsOf)) {
    for (const [name, value] of Object.entries(fields)) {
      const list = seen.get(name) ?? [];
      if (list.length < MAX_VALUES) list.push(value);
      seen.set(name, list);
    }
  }
  // What matched is nearer than a parameter or a built-in field of the same name.
  for (const [name, list] of seen) values.set(name, list);
  return values;
}

/** Fields of the first instance or record each condition rests on; those of the condition written first win. */
export function findingFields(matches: readonly Match[]): Record<string, FactValue> {
  const fields: Record<string, FactValue> = {};
  for (const match of matches) {
    const first = fieldsOf(match)[0] ?? {};
    for (const [name, value] of Object.entries(first)) if (!Object.hasOwn(fields, name)) fields[name] = value;
  }
  return fields;
}

/** The node a finding is about: the one looked at, else the only one its evidence is from. */
export function nodeOf(matches: readonly Match[], scope: Scope): string | null {
  if (scope.node !== null) return scope.node;
  const nodes = new Set(
    matches.flatMap((match) =>
      (match.kind === 'log' ? match.records : match.instances).map((item) => item.node),
    ),
  );
  const [only] = nodes;
  return nodes.size === 1 ? (only ?? null) : null;
}

function fieldsOf(match: Match): Readonly<Record<string, FactValue>>[] {
  if (match.kind === 'fact') return match.instances.map((instance) => instance.fields);
  const pattern = mustCompile(match.condition.pattern);
  if (pattern.groups.length === 0) return [];
  return match.records.map((record) => pattern.match(record.message) ?? {});
}

/** Messages are for people: whole seconds will do. */
function seconds(time: number | null): string | null {
  return isoTime(time === null ? null : Math.floor(time / 1000) * 1000);
}
