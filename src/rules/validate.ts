import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { compare, nearest, quoted, type RuleProblem } from './problem.js';
import type { Schema } from './schema.js';
import type { Path, YamlFile } from './yaml.js';

const MAX_ERRORS = 50;
const validators = new Map<Schema, ValidateFunction>();

/** Checks the value at `path` of a file against a schema; errors name the key, its place and the nearest known name. */
export function validate(yaml: YamlFile, path: Path, value: unknown, schema: Schema): RuleProblem[] {
  let check = validators.get(schema);
  if (check === undefined) {
    check = new Ajv({
      allErrors: true,
      verbose: true,
      strict: true,
      strictTypes: false,
      strictRequired: false,
    }).compile(schema);
    validators.set(schema, check);
  }
  if (check(value)) return [];
  const errors = (check.errors ?? []).filter(
    (error) => error.keyword !== 'if' && error.keyword !== 'propertyNames',
  );
  return errors
    .slice(0, MAX_ERRORS)
    .map((error) => toProblem(yaml, path, error))
    .filter(first());
}

function toProblem(yaml: YamlFile, root: Path, error: ErrorObject): RuleProblem {
  const path = [...root, ...pointer(error.instancePath)];
  const at = (key?: string): Pick<RuleProblem, 'file' | 'line' | 'column'> => ({
    file: yaml.file,
    ...yaml.place(path, key),
  });
  const where = path.length === 0 ? '' : ` in ${quoted(path[path.length - 1])}`;
  const { params, parentSchema } = error as {
    params: Record<string, unknown>;
    parentSchema?: Record<string, unknown>;
  };
  const described = parentSchema?.['description'];
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const known = Object.keys((parentSchema?.['properties'] as object | undefined) ?? {});
      return { ...at(key), message: `unknown key ${quoted(key)}${nearest(key, known)}` };
    }
    case 'required': {
      const present = isRecord(error.data) ? Object.keys(error.data) : [];
      const key = String(params['missingProperty']);
      const similar = present.find((name) => compareLoosely(name, key));
      return {
        ...at(),
        message: `missing key ${quoted(key)}${similar === undefined ? '' : ` (there is ${quoted(similar)})`}`,
      };
    }
    case 'enum': {
      const allowed = (params['allowedValues'] as unknown[]).map(String);
      const given = typeof error.data === 'string' ? error.data : JSON.stringify(error.data);
      return {
        ...at(),
        message: `${quoted(given)} is not allowed${where}${nearest(given, allowed)} (${allowed.join(', ')})`,
      };
    }
    case 'type':
      return {
        ...at(),
        message: `expected ${[params['type']].flat().join(' or ')}${where}${typeof described === 'string' ? `: ${described}` : ''}`,
      };
    case 'minItems':
      return { ...at(), message: `the list${where} is empty` };
    default:
      if (typeof error.propertyName === 'string') {
        return {
          ...at(error.propertyName),
          message: `${quoted(error.propertyName)} is not ${String(described)}`,
        };
      }
      if (typeof described === 'string') {
        return {
          ...at(),
          message: isRecord(error.data)
            ? `expected ${described}${where}`
            : `${quoted(error.data)} is not ${described}`,
        };
      }
      return { ...at(), message: `${error.message ?? error.keyword}${where}` };
  }
}

function pointer(text: string): (string | number)[] {
  return text
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function compareLoosely(a: string, b: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  return plain(a) === plain(b);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keeps the first of equal problems: several branches of the schema may say the same. */
function first(): (problem: RuleProblem) => boolean {
  const seen: RuleProblem[] = [];
  return (problem) => {
    const known = seen.some(
      (other) =>
        other.line === problem.line &&
        other.column === problem.column &&
        compare(other.message, problem.message) === 0,
    );
    if (!known) seen.push(problem);
    return !known;
  };
}
