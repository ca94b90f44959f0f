import { describe, expect, it } from 'vitest';
import { rulesLint } from '../../src/commands/rules.js';
import { oneOf, number } from '../../src/facts/support/define.js';
import { folder } from './support/build.js';
import { fact } from './support/facts.js';

const FACTS = [
  fact('disk', { percent: 'number' }),
  {
    ...fact('route', {}),
    fields: { type: oneOf(['blackhole', 'prohibit'], 'kind'), metric: number('metric') },
  },
];

/** What `rules lint` says of one rule, without the file's name and the line of totals. */
async function lint(when: string, change: (text: string) => string = (text) => text): Promise<string[]> {
  const text = change(`id: mine
title: Mine
category: dns
severity: low
confidence: low
source: us
when: ${when}
diagnosis: 'It is so.'
resolution: Mend it.
safety: green
`);
  const dir = await folder({ 'mine.yaml': text });
  const out = await rulesLint({ dirs: [{ dir, builtin: true }], facts: FACTS });
  return out.text
    .split('\n')
    .filter((line) => /^(error|warning): /.test(line) && !line.includes('it has no cases'))
    .map((line) => line.replace(/^(error|warning): rules\/mine\.yaml:[\d:]+ (?:mine: )?/, ''));
}

describe('mistakes of a first rule', () => {
  it.each([
    ['{ fact: disk, where: { percent: { ge: 5 } } }', 'did you mean "gte"?'],
    ['{ fact: disk, where: { percent: "> 5" } }', 'write it as { gt: a number }'],
    ['{ fact: route, where: { type: blackhol } }', '"type" is never "blackhol"; did you mean "blackhole"?'],
    ['{ fact: route, where: { type: { not_in: [sink] } } }', '"type" is never "sink" (blackhole, prohibit)'],
    ['{ fact: route, where: { weight: 1 } }', 'no field "weight" (type, metric)'],
    ["{ log: ipamd, pattern: 'a b', within: 10 }", 'expected string in "within": a duration such as 90s'],
    ["{ log: ipamd, pattern: 'a b', level: [] }", 'the list in "level" is empty'],
    ["{ log: ipamd, pattern: 'a(?=b)' }", 'look-around cannot be matched in linear time'],
    ['{ log: ipamd, pattern: "a\\d" }', 'write patterns between single quotes'],
    ['\n  fact: disk\n   where: { percent: 3 }', 'a line is indented too far'],
    ['\n\tfact: disk', 'indent by blanks'],
  ])('%s', async (when, message) => {
    expect((await lint(when)).join('\n')).toContain(message);
  });

  it('names the quotes that a message with a value in front needs', async () => {
    const found = await lint('{ fact: disk }', (text) => text.replace("'It is so.'", '{{ node }} is so'));
    expect(found.join('\n')).toContain('a text that begins with `{{` needs quotes around it');
  });

  it('lists the names a message may print when none is near', async () => {
    const found = await lint('{ fact: disk }', (text) => text.replace('It is so.', '{{ zzzzzzzz }}'));
    expect(found).toEqual(['unknown field "zzzzzzzz" in a message (count, node, first, last, percent)']);
  });
});

describe('conditions that never hold', () => {
  it.each([
    '{ fact: disk, where: { percent: { gt: 90, lt: 50 } } }',
    '{ fact: disk, where: { percent: { gt: 5, lte: 5 } } }',
    '{ fact: disk, where: { percent: { eq: 5, gt: 10 } } }',
    '{ fact: disk, where: { percent: { exists: false, gt: 3 } } }',
    '{ fact: route, where: { type: { in: [prohibit], not_in: [prohibit] } } }',
  ])('%s', async (when) => {
    expect((await lint(when)).join('\n')).toMatch(/no value passes the tests of "(percent|type)"/);
  });

  it('sees opposites, windows that are too short and anchors in the middle', async () => {
    expect(await lint('{ all: [{ fact: disk }, { not: { fact: disk } }] }')).toEqual([
      'when: one part is the opposite of another',
    ]);
    expect(await lint("{ log: ipamd, pattern: 'no eni', min: 2, within: 10m, spread: 1h }")).toEqual([
      'when: matches within `within` never lie as far apart as `spread` asks',
    ]);
    expect(await lint("{ log: ipamd, pattern: 'a b$c' }")).toEqual([
      'when: the pattern never matches, `$` stands before other text',
    ]);
    expect(await lint("{ log: ipamd, pattern: 'a b^c' }")).toEqual([
      'when: the pattern never matches, `^` stands behind other text',
    ]);
  });

  it.each([
    '{ fact: disk, where: { percent: { gte: 5, lte: 5 } } }',
    '{ fact: disk, where: { percent: { eq: 5, gte: 5 } } }',
    '{ fact: route, where: { type: { exists: false, eq: null } } }',
    "{ log: ipamd, pattern: '(^a|b) \\$c [$^] d$|x y$' }",
  ])('says nothing of %s', async (when) => {
    expect(await lint(when)).toEqual([]);
  });
});

describe('patterns that match too much', () => {
  it.each(["'.*'", "'foo|'", "'a*'"])('%s: every line', async (pattern) => {
    expect(await lint(`{ log: ipamd, pattern: ${pattern} }`)).toEqual([
      'when: the pattern matches every line',
    ]);
  });

  it.each(["'.+'", "'[a-z]+'", "'\\w'"])('%s: nearly every line', async (pattern) => {
    expect(await lint(`{ log: ipamd, pattern: ${pattern} }`)).toEqual([
      'when: the pattern matches nearly every line',
    ]);
  });

  it.each(["'error'", "'(?i)fail|oom'", "'a b|Timeout|timeout'"])('%s: a mere word', async (pattern) => {
    expect((await lint(`{ log: ipamd, pattern: ${pattern} }`)).join()).toContain('matches the mere word');
  });

  it('is content with words around it', async () => {
    expect(await lint("{ log: ipamd, pattern: 'failed to attach eni' }")).toEqual([]);
  });
});
