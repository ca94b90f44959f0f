import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { NetcheckError } from '../errors.js';
import type { AnalysisDocument } from '../model/document.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { clean, cut } from './unsafe.js';

/** The published JSON Schema of the document. */
export const ANALYSIS_SCHEMA = join(PACKAGE_ROOT, 'schema', 'analysis.schema.json');

const MOST_ERRORS = 5;

/**
 * An analysis document from its JSON text, checked against the schema: what is rendered has the shape that the
 * renderers rely on. Throws NetcheckError E_PARSE with the first deviations.
 */
export function readDocument(text: string, name: string): AnalysisDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new NetcheckError('E_PARSE', `${clean(name)} is not JSON.`, { cause, hint: HINT });
  }
  const validate = new Ajv2020({ allErrors: false, strict: false }).compile(
    JSON.parse(readFileSync(ANALYSIS_SCHEMA, 'utf8')) as object,
  );
  if (validate(value)) return value as AnalysisDocument;
  const errors = (validate.errors ?? []).slice(0, MOST_ERRORS).map(describe);
  throw new NetcheckError('E_PARSE', `${clean(name)} is no analysis document: ${errors.join('; ')}.`, {
    hint: HINT,
  });
}

const HINT = 'Give what `eks-netcheck analyze --format json` has printed.';

function describe(e: ErrorObject): string {
  return clean(
    cut(`${e.instancePath === '' ? 'the document' : e.instancePath} ${e.message ?? 'is wrong'}`, 200),
  );
}
