import { describe, expect, it } from 'vitest';
import { addCompare } from '../../src/commands/compare.js';
import type { CompareReport } from '../../src/explain/compare/report.js';
import { cliIsBuilt } from '../support/run-cli.js';
import { runCommand, runJson } from '../explain/run-command.js';
import { bundlesOf } from '../explain/samples.js';

const compare = (...args: string[]): Promise<CompareReport> =>
  runJson<CompareReport>(addCompare, 'compare', ...args);

describe.skipIf(!cliIsBuilt)(
  'compare on the samples (skipped when dist/ is missing: needs the build)',
  () => {
    it('finds nothing between healthy nodes', async () => {
      const r = await compare(bundlesOf('healthy'));
      expect(r.nodes.map((n) => n.node)).toEqual(['i-07e60ab9a392574e6', 'i-0a95d390cbbd749e2']);
      expect([r.findings, r.differences]).toEqual([[], []]);
      expect(r.alike).toBeGreaterThan(100);
    });

    it('finds the policy and the finding it causes', async () => {
      const r = await compare(bundlesOf('forward-policy-drop'));
      expect(r.differences.map((d) => d.property)).toEqual(['IPv4 filter FORWARD policy']);
      expect(r.findings).toMatchObject([
        {
          rule: 'forward-policy-drop',
          nodes: ['i-01bf1f3c2d4539713'],
          not_on: ['i-08d97e15d019e30ce'],
          odd_one_out: null,
        },
      ]);
    });

    it('names the odd one out of three bundles', async () => {
      const r = await compare(
        bundlesOf('healthy'),
        `${bundlesOf('forward-policy-drop')}/eks_i-01bf1f3c2d4539713_2026-11-20_2333-UTC_0.7.9.tar.gz`,
      );
      const policy = r.differences.find((d) => d.property === 'IPv4 filter FORWARD policy');
      expect(policy?.odd_one_out).toEqual(['i-01bf1f3c2d4539713']);
      expect(r.findings.map((f) => [f.rule, f.odd_one_out])).toEqual([
        ['forward-policy-drop', ['i-01bf1f3c2d4539713']],
      ]);
    });
  },
);

describe('compare: wrong usage', () => {
  const one = `${bundlesOf('healthy')}/eks_i-0a95d390cbbd749e2_2026-11-20_2333-UTC_0.7.9.tar.gz`;
  it.each([
    ['one bundle', [one], 'Give a second one'],
    ['standard input', [one, '-'], 'Save it to a file first'],
    ['no input', [], "missing required argument 'input'"],
  ])('%s: exit code 2 and a hint', async (_name, args, hint) => {
    const ran = await runCommand(addCompare, 'compare', ...args);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(hint);
  });
});
