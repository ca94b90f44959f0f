import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../src/model/node.js';
import type { LogFileSummary } from '../../src/model/logs.js';
import { availability, KNOWN_NEEDS } from '../../src/rules/needs.js';
import { logQueries } from '../../src/rules/queries.js';
import { ruleFileSchema } from '../../src/rules/schema.js';
import { rule } from './support/build.js';

describe('log queries', () => {
  it('name every log condition of a rule, those of judgements and recoveries too', () => {
    const one = rule({
      when: {
        any: [
          { log: 'ipamd', pattern: 'a', recovered_by: { log: 'kubelet', pattern: 'b' } },
          { all: [{ fact: 'x' }, { not: { log: ['kernel', 'messages'], pattern: 'c', level: ['error'] } }] },
        ],
      },
      refute: [{ when: { log: 'ipamd', pattern: 'd' }, because: '' }],
      weaken: [
        { when: { fact: 'x' }, because: '' },
        { when: { log: 'ipamd', pattern: 'e' }, because: '' },
      ],
      strengthen: [{ when: { any: [{ log: 'ipamd', pattern: 'f' }] }, because: '' }],
    });
    expect(logQueries([one])).toEqual([
      { id: 'a-rule/when.any[0]', sources: ['ipamd'], pattern: 'a' },
      { id: 'a-rule/when.any[0].recovered_by', sources: ['kubelet'], pattern: 'b' },
      {
        id: 'a-rule/when.any[1].all[1].not',
        sources: ['kernel', 'messages'],
        pattern: 'c',
        levels: ['error'],
      },
      { id: 'a-rule/refute[0].when', sources: ['ipamd'], pattern: 'd' },
      { id: 'a-rule/weaken[1].when', sources: ['ipamd'], pattern: 'e' },
      { id: 'a-rule/strengthen[0].when.any[0]', sources: ['ipamd'], pattern: 'f' },
    ]);
  });
});

describe('availability', () => {
  const collected = (state: string): unknown => ({ state, file: 'networking/x.txt', value: [] });
  const node = (id: string, fields: Record<string, unknown>): NodeFacts =>
    ({ id, ...fields }) as unknown as NodeFacts;
  const log = (name: string, source: string, lines: number): LogFileSummary =>
    ({ node: name, source, lines }) as unknown as LogFileSummary;
  const ask = availability({
    nodes: [
      node('n1', { routes: collected('ok'), iptables: collected('empty'), rules: collected('truncated') }),
      node('n2', { routes: collected('missing'), iptables: collected('unreadable'), rules: collected('ok') }),
    ],
    logFiles: [log('n1', 'ipamd', 3), log('n1', 'kubelet', 0)],
    captures: 0,
    traced: false,
  });

  it.each([
    ['routes', 'n1', null],
    ['routes', 'n2', 'networking/x.txt is missing'],
    ['routes', null, null],
    ['iptables', 'n1', 'networking/x.txt is empty'],
    ['iptables', null, 'networking/x.txt is empty'],
    ['ip_rules', 'n1', null],
    ['log:ipamd', 'n1', null],
    ['log:ipamd', 'n2', 'no ipamd log was collected'],
    ['log:ipamd', null, null],
    ['log:kubelet', 'n1', 'no kubelet log was collected'],
    ['bundle', 'n1', null],
    ['bundle', 'n9', 'there is no bundle of this node'],
    ['captures', null, 'no capture was given'],
    ['trace', 'n1', 'no captures were aligned'],
  ])('%s on %s: %s', (need, on, reason) => {
    expect(ask(need, on)).toEqual(reason === null ? { ok: true } : { ok: false, reason });
  });

  it('answers every need a rule may name', () => {
    const none = availability({ nodes: [], logFiles: [], captures: 2, traced: true });
    expect(KNOWN_NEEDS.filter((need) => none(need, null).ok)).toEqual(['trace', 'captures']);
  });
});

describe('the schema of rule files', () => {
  const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(
    ruleFileSchema,
  );

  it('takes one rule, or a list with changes of others', () => {
    const one = Object.fromEntries(
      Object.entries(rule({ when: { log: 'ipamd', pattern: 'x' } })).filter(([key]) => key !== 'file'),
    );
    expect(validate(one)).toBe(true);
    expect(validate([one, { id: 'b', enabled: false }, { id: 'c', override: { severity: 'low' } }])).toBe(
      true,
    );
    expect(validate([])).toBe(false);
    expect(validate({ ...one, when: { log: 'ipamd' } })).toBe(false);
    expect(validate('text')).toBe(false);
  });
});
