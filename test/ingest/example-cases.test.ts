import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Workspace } from './support/workspace.js';

const CASES = process.env.EKS_NETCHECK_CASES ?? resolve(import.meta.dirname, '../../../shared/cases');
const space = new Workspace();

describe.skipIf(!existsSync(CASES))('example cases (skipped: needs the example cases)', () => {
  const names = existsSync(CASES)
    ? readdirSync(CASES).filter((name) => existsSync(join(CASES, name, 'truth.json')))
    : [];

  it.each(names)('%s: every bundle and capture is found, and nothing is wrong', async (name) => {
    const { files } = JSON.parse(readFileSync(join(CASES, name, 'truth.json'), 'utf8')) as {
      files: Record<string, string>;
    };
    const { bundles, captures, problems } = await space.ingest([join(CASES, name)]);
    const named = [...new Set(Object.values(files))];
    expect(bundles.map((b) => `bundles/${b.input}`)).toEqual(expect.arrayContaining(named.filter(isBundle)));
    expect(captures.map((c) => c.path)).toEqual(
      expect.arrayContaining(named.filter((file) => !isBundle(file))),
    );
    for (const bundle of bundles) {
      expect(bundle.kind).toBe('linux-collector');
      expect(bundle.input).toContain(bundle.id);
      expect(bundle.files.has('networking/iprule.txt')).toBe(true);
      expect(bundle.collectedAt).not.toBeNull();
    }
    expect(problems.map((p) => p.subject)).toEqual([`${name}/truth.json`]);
  });
});

function isBundle(file: string): boolean {
  return file.startsWith('bundles/');
}
