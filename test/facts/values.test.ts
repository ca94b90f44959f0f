import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { FACTS } from '../../src/facts/index.js';
import { analyze } from '../../src/run.js';
import { casesFolder } from '../support/example-cases.js';

const SAMPLES = fileURLToPath(new URL('../../samples/cases/', import.meta.url));
const CASES = casesFolder();

/** Bundles and captures of every sample, and of the example cases where they are. */
const inputs = [SAMPLES, ...(CASES === null ? [] : [CASES])].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'truth.json')))
    .map((name) => ['bundles', 'caps'].map((part) => join(folder, name, part)).filter(existsSync))
    .filter((parts) => parts.length > 0),
);

describe('fields with few values', () => {
  const computed = FACTS.map((fact) => ({ fact, spy: vi.spyOn(fact, 'compute') }));
  afterAll(() => vi.restoreAllMocks());

  it('have no others in the samples and example cases', { timeout: 120_000 }, async () => {
    for (const parts of inputs) await analyze(parts.flatMap(filesOf), { jobs: 1 });
    const seen = new Map<string, number>();
    for (const { fact, spy } of computed)
      for (const { value } of spy.mock.results) {
        if (!value.known) continue;
        for (const instance of value.instances)
          for (const [field, given] of Object.entries(instance.fields)) {
            const values = fact.fields[field]?.values;
            if (values === undefined || given === null) continue;
            expect(values, `${fact.name}.${field}`).toContain(given);
            seen.set(fact.name, (seen.get(fact.name) ?? 0) + 1);
          }
      }
    expect([...seen.keys()]).toContain('trace_summary');
  });
});

function filesOf(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}
