import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { NetcheckError } from '../errors.js';
import type { AnalysisDocument } from '../model/document.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { DOCUMENT_HINT, notJson, otherVersion } from './not-a-document.js';
import { clean, cut } from './unsafe.js';

/** The published JSON Schema of the document. */
export const ANALYSIS_SCHEMA = join(PACKAGE_ROOT, 'schema', 'analysis.schema.json');

const SCHEMA_VERSION = 1;
const MOST_ERRORS = 5;
/** Bytes of a document: ours stay below one hundredth of it. */
export const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

/** The text of a document's bytes: UTF-8, or the UTF-16 that PowerShell writes. Throws NetcheckError E_PARSE. */
export function documentText(bytes: Uint8Array, name: string): string {
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw new NetcheckError('E_PARSE', `${clean(name)} is larger than any analysis document (256 MiB).`, {
      hint: DOCUMENT_HINT,
    });
  const little = bytes[0] === 0xff && bytes[1] === 0xfe;
  const big = bytes[0] === 0xfe && bytes[1] === 0xff;
  return new TextDecoder(little ? 'utf-16le' : big ? 'utf-16be' : 'utf-8').decode(bytes);
}

/**
 * An analysis document from its JSON text, checked against the schema: what is rendered has the shape that the
 * renderers rely on. Throws NetcheckError E_PARSE with the first deviations.
 */
export function readDocument(text: string, name: string): AnalysisDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const { what, hint } = notJson(text);
    throw new NetcheckError('E_PARSE', `${clean(name)} ${what}.`, { cause, hint });
  }
  const other = otherVersion(value, SCHEMA_VERSION);
  if (other !== null)
    throw new NetcheckError('E_PARSE', `${clean(name)} ${other.what}.`, { hint: other.hint });
  const validate = new Ajv2020({ allErrors: false, strict: false }).compile(
    JSON.parse(readFileSync(ANALYSIS_SCHEMA, 'utf8')) as object,
  );
  if (validate(value)) return value as AnalysisDocument;
  const errors = (validate.errors ?? []).slice(0, MOST_ERRORS).map(describe);
  throw new NetcheckError('E_PARSE', `${clean(name)} is no analysis document: ${errors.join('; ')}.`, {
    hint: DOCUMENT_HINT,
  });
}

function describe(e: ErrorObject): string {
  return clean(
    cut(`${e.instancePath === '' ? 'the document' : e.instancePath} ${e.message ?? 'is wrong'}`, 200),
  );
}
