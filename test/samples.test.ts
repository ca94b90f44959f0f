/** The shipped samples: the exact findings, the place, and evidence that can be opened. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnalysisDocument } from '../src/model/document.js';
import { unopenableEvidence } from './support/compare-evidence.js';
import { deviations, severeRules } from './support/compare-truth.js';
import { analyzeCase } from './support/run-cli.js';
import { readTruth } from './support/truth.js';

const SAMPLES = fileURLToPath(new URL('../samples/cases/', import.meta.url));

/** All rules that fire with severity medium and above: no more, no less. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  healthy: [],
  'forward-policy-drop': ['forward-policy-drop', 'trace-src-node-drop'],
  'blackhole-route': ['blackhole-route', 'trace-src-node-drop'],
  'vpc-drop': ['trace-vpc-drop'],
  'netpol-ingress-deny': ['netpol-deny', 'trace-dst-node-drop'],
  'return-path-lost': ['trace-return-path-drop'],
};

describe('the shipped samples', () => {
  it('are all here, and no others', () => {
    expect(readdirSync(SAMPLES).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.keys(EXPECTED))('%s is smaller than 200 KB', (name) => {
    const files = readdirSync(join(SAMPLES, name), { recursive: true, withFileTypes: true });
    const sizes = files.filter((f) => f.isFile()).map((f) => statSync(join(f.parentPath, f.name)).size);
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(200_000);
  });

  describe.each(Object.keys(EXPECTED))('%s', (name) => {
    const folder = join(SAMPLES, name);
    let document: AnalysisDocument;

    beforeAll(() => {
      document = analyzeCase(folder);
    });

    it('gives the place and the findings of its truth', () => {
      expect(existsSync(join(folder, 'truth.json'))).toBe(true);
      expect(deviations(readTruth(folder), document)).toEqual([]);
    });

    it('gives exactly the expected rules', () => {
      expect(severeRules(document)).toEqual([...EXPECTED[name]!].sort());
    });

    it('quotes evidence that stands at its line', async () => {
      expect(await unopenableEvidence(document, folder)).toEqual([]);
    });
  });
});
