import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadRules } from '../../src/rules/load.js';
import { KNOWN_NEEDS } from '../../src/rules/needs.js';
import { ruleFileSchema, type Schema } from '../../src/rules/schema.js';
import { LOG_SOURCES } from '../../src/rules/sources.js';
import { readCases } from '../../src/rules/test-cases.js';
import { runCase } from '../../src/rules/test-runner.js';
import { caseSchema } from '../../src/rules/test-schema.js';
import { folder } from './support/build.js';

const text = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');

/** Keys of the table under a heading of the page. */
function documented(heading: string): string[] {
  const section = text.split(`\n### ${heading}\n`)[1]!.split('\n#')[0]!;
  return [...section.matchAll(/^\| `([a-z_]+)`/gm)].map((match) => match[1]!);
}

function keysOf(schema: Schema | undefined): string[] {
  const found = (schema?.['properties'] ?? (schema?.['then'] as Schema)['properties']) as object;
  return Object.keys(found);
}

const definitions = ruleFileSchema['definitions'] as Record<string, Schema>;

/** Code blocks of the page. */
const blocks = [...text.matchAll(/```yaml\n([^]*?)```/g)].map((match) => match[1]!);

describe('docs/rules.md', () => {
  it.each([
    ['Rule', definitions['rule']],
    ['Fact condition', definitions['factCondition']],
    ['Test', definitions['test']],
    ['Log condition', definitions['logCondition']],
    ['Recovery', definitions['recovery']],
    ['Companion', definitions['companion']],
    ['Judgement', definitions['judgement']],
    ['Weakening', definitions['weakening']],
    ['Override', definitions['override']],
    ['Switch', definitions['switch']],
    ['Case', caseSchema],
  ])('names the keys of %s as the schema does', (heading, schema) => {
    expect(documented(heading)).toEqual(keysOf(schema));
  });

  it('names every log source', () => {
    const paragraph = /\nSources: ([^]*?)\.\n/.exec(text)![1]!;
    expect([...paragraph.matchAll(/`([^`]+)`/g)].map((match) => match[1])).toEqual([...LOG_SOURCES]);
  });

  it('names only needs that are known', () => {
    const row = /^\| `needs` .*$/m.exec(text)![0];
    const named = [...row.matchAll(/`([a-z_]+)`/g)]
      .map((match) => match[1]!)
      .filter((name) => name !== 'needs');
    expect(named.filter((name) => !KNOWN_NEEDS.includes(name))).toEqual([]);
    expect(named).toContain('iptables');
  });

  it('holds a rule and cases that work as they stand', async () => {
    const dir = await folder({ 'disk-full.yaml': blocks[0]!, 'disk-full.test.yaml': blocks[1]! });
    const rules = await loadRules([{ dir, builtin: false }], []);
    const { cases, problems } = await readCases([{ dir, builtin: false }], []);
    expect(problems).toEqual([]);
    expect(cases.map((one) => one.case.kind)).toEqual(['positive', 'negative', 'near-miss']);
    expect(cases.flatMap((one) => runCase(one.rule, one.case, rules, []).failures)).toEqual([]);
  });

  it('holds rules on facts and on two records that load and find what they say', async () => {
    const { allFacts } = await import('./support/all-facts.js');
    const facts = await allFacts();
    const dir = await folder({ 'udp-loss.yaml': blocks[3]!, 'killed-and-stuck.yaml': blocks[4]! });
    const rules = await loadRules([{ dir, builtin: false }], facts);
    const loss = {
      segment: 'vpc',
      direction: 'forward',
      sent: 100,
      lost: 20,
      percent_low: 13,
      protocol: 'udp',
    };
    const found = runCase(
      'udp-loss',
      {
        name: 'loss',
        kind: 'positive',
        facts: { trace_loss: [loss], ena_allowance: [] },
        expect: ['udp-loss'],
      },
      rules,
      facts,
    );
    expect(found.failures).toEqual([]);
    const allowance = { counter: 'pps_allowance_exceeded', value: 7 };
    const explained = runCase(
      'udp-loss',
      {
        name: 'explained',
        kind: 'near-miss',
        facts: { trace_loss: [loss], ena_allowance: [allowance] },
        expect: [],
        refuted: ['udp-loss'],
      },
      rules,
      facts,
    );
    expect(explained.failures).toEqual([]);
    const killed =
      'Nov 20 22:20:00 ip-10-0-1-5 kubelet[3001]: I1120 22:20:00.1 3001 x.go:8] "Killing container with a grace period" pod="prod/web-1"';
    const stuck = (pod: string): string =>
      `{"level":"error","ts":"2026-11-20T22:21:00Z","msg":"failed to unassign address of ${pod}"}`;
    for (const [pod, expected] of [
      ['prod/web-1', ['killed-and-stuck']],
      ['prod/web-2', []],
    ] as const) {
      const { failures } = runCase(
        'killed-and-stuck',
        {
          name: pod,
          kind: expected.length > 0 ? 'positive' : 'near-miss',
          collected_at: '2026-11-20T23:00:00Z',
          logs: [
            { source: 'kubelet', lines: killed },
            { source: 'ipamd', lines: stuck(pod) },
          ],
          expect: [...expected],
        },
        rules,
        facts,
      );
      expect(failures).toEqual([]);
    }
  });

  it('shows overrides that fit the built-in rules', async () => {
    const { allFacts } = await import('./support/all-facts.js');
    const dir = await folder({ 'mine.yaml': blocks[2]! });
    const rules = await loadRules(
      [
        { dir: new URL('../../rules', import.meta.url).pathname, builtin: true },
        { dir, builtin: false },
      ],
      await allFacts(),
    );
    expect(rules.some(({ id }) => id === 'service-mesh-errors')).toBe(false);
    expect(rules.find(({ id }) => id === 'conntrack-exhausted')).toMatchObject({
      severity: 'high',
      params: { full_percent: 90 },
    });
  });
});
