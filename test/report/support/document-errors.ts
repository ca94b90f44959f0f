import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ANALYSIS_SCHEMA } from '../../../src/report/read-document.js';

type Json = Record<string, unknown>;

const schema = JSON.parse(readFileSync(ANALYSIS_SCHEMA, 'utf8')) as Json;

/** The schema with every object closed: a key that it does not name is an error here. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (value === null || typeof value !== 'object') return value;
  const out = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, closed(v)]));
  if ('properties' in out && !('additionalProperties' in out)) out['additionalProperties'] = false;
  return out;
}

const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(closed(schema) as Json);

/** Deviations from the published schema; keys that it does not name count. */
export function documentErrors(document: unknown): unknown[] {
  validate(document);
  return validate.errors ?? [];
}
