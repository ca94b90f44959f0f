import { describe, expect, it } from 'vitest';
import {
  rulesFacts,
  rulesLint,
  rulesList,
  rulesSchema,
  rulesShow,
  rulesTest,
} from '../../src/commands/rules.js';
import type { RulesInput } from '../../src/commands/rules.js';
import { folder } from './support/build.js';
import { fact } from './support/facts.js';

const RULE = `id: disk-full
title: The disk is full
category: unknown
severity: high
confidence: high
source: a test
needs: ['log:ipamd']
when: { log: ipamd, pattern: 'no space left on (?P<device>\\S+)' }
diagnosis: '{{ device }} is full.'
resolution: Make room.
safety: green
`;

const CASES = `- name: it is full
  kind: positive
  logs:
    - source: ipamd
      lines: |
        {"level":"error","ts":"2026-11-20T22:20:00.100Z","msg":"no space left on /dev/a"}
  expect: [{ id: disk-full, diagnosis: /dev/a is full }]
- name: it is not
  kind: negative
  logs: [{ source: ipamd, lines: all is well }]
  expect: []
- name: somebody says so
  kind: near-miss
  logs: [{ source: kubelet, lines: no space left on /dev/a }]
  expect: []
  skipped: [disk-full]
`;

async function input(files: Record<string, string>): Promise<RulesInput> {
  return {
    dirs: [{ dir: await folder(files), builtin: true }],
    facts: [fact('disk', { device: 'string', size: 'number' })],
  };
}

const BOTH = { 'disk-full.yaml': RULE, 'disk-full.test.yaml': CASES };

describe('rules list', () => {
  it('prints a table, and the same as data', async () => {
    const { text, data, exitCode } = await rulesList(await input(BOTH));
    expect(exitCode).toBe(0);
    expect(text).toBe(
      'ID         SEVERITY  CATEGORY  NEEDS      TITLE\ndisk-full  high      unknown   log:ipamd  The disk is full\n',
    );
    expect(data).toMatchObject({
      rules: [{ id: 'disk-full', severity: 'high', builtin: true, enabled: true }],
    });
  });

  it('fails with all errors of the rules', async () => {
    const broken = await input({ 'a.yaml': RULE.replace('high', 'hot') });
    await expect(rulesList(broken)).rejects.toMatchObject({ code: 'E_RULE_INVALID' });
  });
});

describe('rules show', () => {
  it('prints the YAML, its place and where its cases are', async () => {
    const { text, data } = await rulesShow(await input(BOTH), 'disk-full');
    expect(text).toBe(`# rules/disk-full.yaml:1\n# 3 test cases in rules/disk-full.test.yaml\n${RULE}`);
    expect(data).toMatchObject({ tests: [{ kind: 'positive', name: 'it is full', line: 1 }, {}, {}] });
  });

  it('knows the nearest id', async () => {
    await expect(rulesShow(await input(BOTH), 'disk-ful')).rejects.toMatchObject({
      code: 'E_USAGE',
      message: 'there is no rule "disk-ful"; did you mean "disk-full"?',
    });
  });
});

describe('rules lint', () => {
  it('is content with a good rule', async () => {
    expect(await rulesLint(await input(BOTH))).toEqual({
      text: '1 rule, 0 errors, 0 warnings\n',
      data: { rules: 1, errors: [], warnings: [] },
      exitCode: 0,
    });
  });

  it('warns of what is legal and most likely wrong', async () => {
    const odd = RULE.replace('source: a test\n', '')
      .replace('needs:', 'params: { unused: 1, used: 1h }\nneeds:')
      .replace(
        /when: .*/,
        `when:
  any:
    - { log: ipamd, pattern: 'a*(?P<device>b?)', within: $used }
    - { log: ipamd, pattern: '"msg":"x' }
    - { log: kube-proxy, pattern: '^E\\d+ x' }
    - { log: coredns, pattern: 'stdout F x' }
    - { log: ipamd, pattern: 'x\\ny' }
    - { log: ipamd, pattern: 'x', recovered_by: { log: ipamd, pattern: 'x' } }
    - { log: ipamd, pattern: '(?i)\\bErrors?\\b' }
    - { log: ipamd, pattern: '.+' }
    - { fact: disk, where: { size: { gt: 9, lt: 3 } } }
    - { log: ipamd, pattern: 'xyz', beside: { log: kernel, pattern: '.*', within: 1m } }`,
      );
    const { text, exitCode } = await rulesLint(await input({ 'disk-full.yaml': odd }));
    expect(exitCode).toBe(0);
    expect(
      text.split('\n').map((line) => line.replace('warning: rules/disk-full.yaml:1: disk-full: ', '')),
    ).toEqual([
      'it does not say which document it comes from (`source`)',
      'parameter "unused" is not used',
      'when.any[0]: the pattern matches every line',
      'when.any[1]: the pattern never matches, it asks for keys of the JSON line: the message is what stands behind "msg"',
      'when.any[2]: the pattern never matches, it asks for the header of klog, journal or syslog',
      'when.any[3]: the pattern never matches, it asks for the prefix of the container runtime',
      'when.any[4]: the pattern asks for a line end, and messages are single lines',
      'when.any[5]: it recovers by what it looks for',
      'when.any[6]: the pattern matches the mere word "error", which harmless lines hold too: ask for the words around it',
      'when.any[7]: the pattern matches nearly every line',
      'when.any[8]: no value passes the tests of "size"',
      'when.any[9].beside: the pattern matches every line',
      'it has no cases: write disk-full.test.yaml beside it',
      '1 rule, 0 errors, 13 warnings',
      '',
    ]);
  });

  it('lists errors of rules and cases with exit code 2', async () => {
    const { text, exitCode } = await rulesLint(
      await input({
        'a.yaml': RULE.replace('safety', 'safty'),
        'a.test.yaml': `- { name: x, kind: positiv, expect: [] }
- name: y
  kind: negative
  facts: { disk: [{ devic: a }], disc: [] }
  expect: []
- { name: z, kind: negative, facts: { disk: [{ device: 1 }] }, expect: [] }
`,
      }),
    );
    expect(exitCode).toBe(2);
    expect(text.split('\n')).toEqual([
      'error: rules/a.test.yaml:1:20: "positiv" is not allowed in "kind"; did you mean "positive"? (positive, negative, near-miss)',
      'error: rules/a.test.yaml:4:21: fact disk has no field "devic"; did you mean "device"?',
      'error: rules/a.test.yaml:4:34: unknown fact "disc"; did you mean "disk"?',
      'error: rules/a.test.yaml:6:48: "device" is a string, not a number',
      'error: rules/a.yaml:1:1: missing key "safety"',
      'error: rules/a.yaml:11:1: unknown key "safty"; did you mean "safety"?',
      '0 rules, 6 errors, 0 warnings',
      '',
    ]);
  });
});

describe('rules test', () => {
  it('prints pass and fail for each case', async () => {
    const { text, exitCode } = await rulesTest(await input(BOTH));
    expect(exitCode).toBe(0);
    expect(text).toBe(
      'pass  disk-full  positive  it is full\npass  disk-full  negative  it is not\npass  disk-full  near-miss  somebody says so\n3 cases, 0 failed\n',
    );
  });

  it.each([
    ['a miss', 'no space left on /dev/a"', 'room left"', 'disk-full is expected and was not found'],
    [
      'another text',
      '/dev/a is full }',
      '/dev/b is full }',
      'disk-full: the diagnosis does not say "/dev/b is full": /dev/a is full.',
    ],
    [
      'a false alarm',
      'all is well',
      'no space left on /dev/b',
      'disk-full was found and is not expected: /dev/b is full.',
    ],
    ['a wrong kind', 'kind: positive', 'kind: near-miss', 'a near-miss case must not expect disk-full'],
    [
      'a rule that is not skipped',
      'source: kubelet, lines: no',
      'source: ipamd, lines: some',
      'disk-full is not skipped',
    ],
  ])('fails on %s', async (_name, from, to, failure) => {
    expect(CASES).toContain(from);
    const { text, exitCode } = await rulesTest(
      await input({ 'disk-full.yaml': RULE, 'disk-full.test.yaml': CASES.replace(from, to) }),
    );
    expect(exitCode).toBe(1);
    expect(text).toMatch(/\nFAIL |^FAIL /);
    expect(text).toContain(failure);
    expect(text).toContain('3 cases, 1 failed');
  });

  it('tests rules of a later folder, and built-in ones as it changes them, on their own', async () => {
    const builtin = await input(BOTH);
    const mine = await folder({
      'mine.yaml': '{ id: disk-full, override: { severity: low } }',
      'disk-full.test.yaml': CASES.replace('id: disk-full,', 'id: disk-full, severity: low,').split(
        '- name: it is not',
      )[0]!,
    });
    const both = { ...builtin, dirs: [...builtin.dirs, { dir: mine, builtin: false }] };
    expect((await rulesTest(both)).text).toBe('pass  disk-full  positive  it is full\n1 case, 0 failed\n');
    expect((await rulesShow(both, 'disk-full')).text).toContain(
      '# in force: {"severity":"low","confidence":"high","params":{}}\n',
    );
  });

  it('runs the cases of the rules asked for', async () => {
    const { text } = await rulesTest({ ...(await input(BOTH)), ids: ['disk-full'] });
    expect(text).toContain('3 cases, 0 failed');
    await expect(rulesTest({ ...(await input(BOTH)), ids: ['disk-ful'] })).rejects.toThrow(
      'there is no rule "disk-ful"; did you mean "disk-full"?',
    );
  });

  it('says what each condition met where a rule is expected and not found', async () => {
    const hints = async (from: string, to: string, rule = RULE): Promise<string> => {
      const { text } = await rulesTest(
        await input({ 'disk-full.yaml': rule, 'disk-full.test.yaml': CASES.replace(from, to) }),
      );
      return text
        .split('\n')
        .filter((line) => line.startsWith('        '))
        .map((line) => line.slice(8))
        .join('\n');
    };
    expect(await hints('no space left on /dev/a"', 'room left"')).toBe(
      'when: 0 of 1 lines of ipamd match\n  read as: 2026-11-20T22:20:00.100Z, error, room left',
    );
    expect(await hints('source: ipamd\n', 'source: kubelet\n')).toBe(
      'it was skipped: the case gives no log of ipamd',
    );
    const recent = RULE.replace("device>\\S+)'", "device>\\S+)', within: 1h");
    expect(await hints(',"ts":"2026-11-20T22:20:00.100Z"', '', recent)).toBe(
      'it was skipped: the matching log lines have no usable time\n' +
        'give the case `collected_at`: a line without a year has no time without it',
    );
    const refuted = `${RULE}refute: [{ when: { log: ipamd, pattern: left }, because: it is known }]\n`;
    expect(await hints('', '', refuted)).toBe('it was refuted: it is known');
    const factual = RULE.replace(/when: .*/, 'when: { fact: disk, where: { size: { gt: 5 } } }');
    expect(
      await hints('kind: positive', 'kind: positive\n  facts: { disk: [{ size: 3 }, { size: 4 }] }', factual),
    ).toBe('when: 0 of 2 instances of disk pass');
  });
});

describe('rules facts and schema', () => {
  it('print the facts with their fields', () => {
    const { text, data } = rulesFacts([fact('disk', { device: 'string', size: 'number' })]);
    expect(text).toBe('disk\n  disk, for tests\n  device  string  device\n  size    number  size\n');
    expect(data).toMatchObject({ facts: [{ name: 'disk' }] });
    const two = [fact('disk', { size: 'number' }), fact('memory', { size: 'number' })];
    expect(rulesFacts(two, ['memory']).data).toMatchObject({ facts: [{ name: 'memory' }] });
    expect(() => rulesFacts(two, ['memry'])).toThrow('there is no fact "memry"; did you mean "memory"?');
  });

  it('print a JSON Schema', () => {
    const { text, data } = rulesSchema();
    expect(JSON.parse(text)).toEqual(data);
    expect(data).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
  });
});
