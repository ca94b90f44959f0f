import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { NetcheckError } from '../../src/errors.js';
import { loadRules, loadRuleSet } from '../../src/rules/load.js';
import { folder } from './support/build.js';
import { fact } from './support/facts.js';

const FACTS = [fact('pod_veth', { pod: 'string', missing: 'boolean', age_seconds: 'number' })];

const VALID = `id: a-rule
title: A title
category: cni_health
severity: high
confidence: medium
when: { fact: pod_veth, where: { missing: true } }
diagnosis: Pod {{ pod }} has no veth.
resolution: Delete it.
safety: yellow
`;

/** Messages of the errors of one file, `line:column message`. */
async function errorsOf(text: string): Promise<string[]> {
  const dir = await folder({ 'r.yaml': text });
  const { problems } = await loadRuleSet([{ dir, builtin: true }], FACTS);
  expect(problems.every((problem) => problem.file === path.join('rules', 'r.yaml'))).toBe(true);
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

const replaced = (from: string, to: string): string => {
  expect(VALID).toContain(from);
  return VALID.replace(from, to);
};

describe('loading rules', () => {
  it('reads one rule or a list, in folders below, and fills in what may be left out', async () => {
    const dir = await folder({
      'b/one.yaml': VALID,
      'a.yml': `- ${VALID.replaceAll('\n', '\n  ').replace('a-rule', 'b-rule')}`,
      'a.test.yaml': 'not: a rule',
      'notes.txt': 'nothing',
      'empty.yaml': '# nothing yet\n',
    });
    const rules = await loadRules([{ dir, builtin: true }], FACTS);
    expect(rules.map(({ id, file }) => [id, file])).toEqual([
      ['a-rule', path.join('rules', 'b', 'one.yaml')],
      ['b-rule', path.join('rules', 'a.yml')],
    ]);
    expect(rules[0]).toMatchObject({
      needs: [],
      params: {},
      per: 'node',
      refute: [],
      next_steps: [],
      source: '',
    });
  });

  it('lists all errors of all files in one error', async () => {
    const dir = await folder({
      'x.yaml': replaced('severity', 'sevrity'),
      'y.yaml': replaced('high', 'hihg'),
    });
    const error = await loadRules([{ dir, builtin: true }], FACTS).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NetcheckError);
    const { code, exitCode, message } = error as NetcheckError;
    expect([code, exitCode]).toEqual(['E_RULE_INVALID', 2]);
    expect(message).toBe(
      [
        'the rules have 3 errors:',
        '  rules/x.yaml:1:1: missing key "severity"',
        '  rules/x.yaml:4:1: unknown key "sevrity"; did you mean "severity"?',
        '  rules/y.yaml:4:11: "hihg" is not allowed in "severity"; did you mean "high"? (critical, high, medium, low, info)',
      ].join('\n'),
    );
  });

  it.each([
    ['fact', 'fact: pod_veth', 'fact: pod_vet', '6:15 unknown fact "pod_vet"; did you mean "pod_veth"?'],
    [
      'field',
      'missing: true',
      'misssing: true',
      '6:34 fact pod_veth has no field "misssing"; did you mean "missing"?',
    ],
    ['value type', 'missing: true', 'missing: "yes"', '6:43 "yes" is a string, but "missing" is a boolean'],
    [
      'order of text',
      'missing: true',
      'pod: { gt: 3 }',
      '6:45 only numbers can be compared, but "pod" is a string',
    ],
    [
      'pattern on a number',
      'missing: true',
      'age_seconds: { matches: x }',
      '6:47 `matches` tests text, but "age_seconds" is a number',
    ],
    [
      'broken pattern',
      'missing: true',
      'pod: { matches: "a(b" }',
      '6:50 the pattern does not compile at character 1: missing closing ): a(b',
    ],
    ['operator', 'missing: true', 'age_seconds: { gtt: 3 }', '6:49 unknown key "gtt"; did you mean "gt"?'],
    ['parameter', 'missing: true', 'age_seconds: { gt: $age }', '6:53 unknown parameter "age"'],
    [
      'reference without instance',
      'missing: true',
      'pod: $.pod',
      '6:39 "$.pod" needs `per: instance`: it is a field of the instance the finding is about',
    ],
    [
      'template field',
      '{{ pod }}',
      '{{ pdo }}',
      '7:12 unknown field "pdo" in a message; did you mean "pod"?',
    ],
    ['template syntax', '{{ pod }}', '{{ pod', '7:12 `{{` is not closed'],
    ['category', 'cni_health', 'cni', '3:11 "cni" is not allowed in "category"'],
    ['id', 'id: a-rule', 'id: A_rule', '1:5 "A_rule" is not lower-case words joined by single dashes'],
    [
      'condition',
      '{ fact: pod_veth, where: { missing: true } }',
      '{ facts: pod_veth }',
      '6:7 expected one of the keys all, any, not, fact, log in "when"',
    ],
    [
      'per',
      'safety: yellow',
      'safety: yellow\nper: instance\nneeds: [iptable]',
      '11:9 unknown need "iptable"; did you mean "iptables"?',
    ],
    ['hostile key', 'safety: yellow', 'safety: yellow\n__proto__: { x: 1 }', '10:1 unknown key "__proto__"'],
  ])('refuses a wrong %s with its place', async (_name, from, to, expected) => {
    const errors = await errorsOf(replaced(from, to));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(expected);
  });

  it.each([
    ['source', 'log: ipam', '6:14 "ipam" is not allowed in "log"; did you mean "ipamd"?'],
    [
      'pattern',
      'log: ipamd, pattern: "x("',
      '6:30 the pattern does not compile at character 1: missing closing ): x(',
    ],
    ['missing pattern', 'log: ipamd', '6:7 missing key "pattern"'],
    ['duration', 'log: ipamd, pattern: x, within: 10minutes', '6:41 "10minutes" is not a duration'],
    ['parameter', 'log: ipamd, pattern: x, within: $window', '6:41 unknown parameter "window"'],
    ['key of another kind', 'log: ipamd, pattern: x, where: {}', '6:33 unknown key "where"'],
    [
      'group',
      'log: ipamd, pattern: "(?P<pod>x)", recovered_by: { log: ipamd, pattern: y, same: pod }',
      '6:90 "pod" is not a named group of the pattern "y"',
    ],
    [
      'companion',
      'log: ipamd, pattern: "(?P<pod>x)", beside: { log: kernel, pattern: y, order: after, on: any }',
      '6:52 it needs `same` or `within`',
    ],
  ])('refuses a log condition with a wrong %s', async (_name, condition, expected) => {
    const errors = await errorsOf(
      replaced('{ fact: pod_veth, where: { missing: true } }', `{ ${condition} }`).replace('{{ pod }}', 'x'),
    );
    expect(errors.filter((error) => error.startsWith(expected))).toHaveLength(1);
  });

  it('refuses the same id twice in one folder and names the first', async () => {
    const dir = await folder({ 'a.yaml': VALID, 'b.yaml': VALID });
    const { problems } = await loadRuleSet([{ dir, builtin: true }], FACTS);
    expect(problems.map(({ file, message }) => `${file} ${message}`)).toEqual([
      'rules/b.yaml "a-rule" is defined before, at rules/a.yaml:1',
    ]);
  });

  it('says what is not there', async () => {
    await expect(loadRules([{ dir: '/does/not/exist', builtin: false }], FACTS)).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      exitCode: 2,
    });
  });
});

describe('later folders', () => {
  const PARAMS = replaced('when:', 'params: { age: 60, window: 1h }\nwhen:').replace(
    'missing: true',
    'missing: true, age_seconds: { gte: $age }',
  );

  async function load(text: string): Promise<Awaited<ReturnType<typeof loadRuleSet>>> {
    const builtin = await folder({ 'a.yaml': PARAMS });
    const dir = await folder({ 'mine.yaml': text });
    return loadRuleSet(
      [
        { dir: builtin, builtin: true },
        { dir, builtin: false },
      ],
      FACTS,
    );
  }

  it('replace a rule by its id', async () => {
    const { loaded, problems } = await load(VALID.replace('A title', 'Another title'));
    expect(problems).toEqual([]);
    expect(loaded.map(({ rule, directory }) => [rule.title, directory.builtin])).toEqual([
      ['Another title', false],
    ]);
  });

  it('change severity, confidence and parameters', async () => {
    const { loaded } = await load(
      '{ id: a-rule, override: { severity: low, confidence: low, params: { age: 5 } } }',
    );
    expect(loaded[0]!.rule).toMatchObject({
      severity: 'low',
      confidence: 'low',
      params: { age: 5, window: '1h' },
    });
  });

  it('switch a rule off and on', async () => {
    expect((await load('- { id: a-rule, enabled: false }')).loaded[0]!.enabled).toBe(false);
    const both = await load('- { id: a-rule, enabled: false }\n- { id: a-rule, enabled: true }');
    expect(both.loaded[0]!.enabled).toBe(true);
  });

  it.each([
    ['{ id: a-rul, enabled: false }', 'there is no rule "a-rul" to change; did you mean "a-rule"?'],
    ['{ id: a-rule, override: { params: { agee: 5 } } }', 'unknown parameter "agee"; did you mean "age"?'],
    ['{ id: a-rule, override: { params: { age: old } } }', 'parameter "age" is a number'],
    [
      '{ id: a-rule, override: { params: { window: soon } } }',
      'parameter "window" is a duration such as 10m',
    ],
    ['{ id: a-rule, override: { title: x } }', 'unknown key "title"'],
    ['{ id: a-rule, override: {} }', 'must NOT have fewer than 1 properties in "override"'],
    ['{ id: a-rule, enabled: off }', 'expected boolean in "enabled"'],
  ])('%s', async (text, expected) => {
    const { problems } = await load(text);
    expect(problems.map(({ message }) => message)).toEqual([expected]);
  });
});
