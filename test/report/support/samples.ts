/** Documents of the shipped samples, made once per test file by the built command line. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnalysisDocument } from '../../../src/model/document.js';
import { analyzeCase } from '../../support/run-cli.js';

export const SAMPLES = fileURLToPath(new URL('../../../samples/cases/', import.meta.url));

export const SAMPLE_NAMES = readdirSync(SAMPLES).sort();

const made = new Map<string, AnalysisDocument>();

export function sampleDocument(name: string): AnalysisDocument {
  const known = made.get(name) ?? analyzeCase(join(SAMPLES, name));
  made.set(name, known);
  return known;
}
