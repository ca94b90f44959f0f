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

  it.each([2, 3, 4])('shows parts of rules that load with the facts there are: block %i', async (index) => {
    const { allFacts } = await import('./support/all-facts.js');
    const frame = [
      'id: mine',
      'title: Mine',
      'category: dns',
      'severity: low',
      'confidence: low',
      'source: us',
    ];
    const rest = ['resolution: Mend it.', 'safety: green'];
    const diagnosis = blocks[index]!.includes('diagnosis:') ? [] : ['diagnosis: It is so.'];
    const rule = [...frame, blocks[index]!.trimEnd(), ...diagnosis, ...rest].join('\n');
    const dir = await folder({ 'mine.yaml': rule });
    expect(await loadRules([{ dir, builtin: true }], await allFacts())).toHaveLength(1);
  });

  it('shows overrides that fit the built-in rules', async () => {
    const { allFacts } = await import('./support/all-facts.js');
    const dir = await folder({ 'mine.yaml': blocks[5]! });
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
