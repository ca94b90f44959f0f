import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/model/logs.js';
import type { LogCondition } from '../../src/model/rule.js';
import type { Scope } from '../../src/rules/context.js';
import { decideLog, type LogOutcome } from '../../src/rules/log-condition.js';
import { at, context, matches, record, rule } from './support/build.js';

const CONDITION: LogCondition = { log: 'ipamd', pattern: 'failed' };

interface Given {
  collectedAt?: number | null;
  params?: Record<string, string>;
  missing?: readonly string[];
  recovery?: readonly LogRecord[];
  beside?: readonly LogRecord[];
  nodes?: readonly string[];
}

/** Decides a condition for node n1, collected at minute 60 unless given. */
function decide(
  condition: Partial<LogCondition>,
  records: readonly LogRecord[],
  given: Given = {},
): LogOutcome {
  const full = { ...CONDITION, ...condition };
  const base = context({
    nodes: (given.nodes ?? ['n1']).map((id) => ({
      id,
      collectedAt: given.collectedAt === undefined ? at(60) : given.collectedAt,
    })),
    logs: {
      when: records,
      'when.recovered_by': given.recovery ?? [],
      'when.beside': given.beside ?? [],
    },
    missing: given.missing ?? [],
  });
  const scope: Scope = {
    rule: rule({ when: full, params: given.params ?? {} }),
    context: base,
    node: 'n1',
    wide: false,
    subject: null,
  };
  return decideLog(full, 'when', 'n1', scope);
}

const failed = (...minutes: (number | null)[]): LogRecord[] =>
  minutes.map((minute) => record('failed', minute));

describe('a log condition', () => {
  it('holds when it matched, in order of time', () => {
    const outcome = decide({}, failed(30, 10, 20));
    expect(outcome).toMatchObject({ value: true, count: 3 });
    expect(outcome.value === true && outcome.records.map(({ time }) => time)).toEqual([
      at(10),
      at(20),
      at(30),
    ]);
    expect(decide({}, [])).toEqual({ value: false });
  });

  it('is about one node', () => {
    expect(decide({}, [record('failed', 10, { node: 'n2' })])).toEqual({ value: false });
  });

  it('asks for min matches', () => {
    expect(decide({ min: 3 }, failed(1, 2))).toEqual({ value: false });
    expect(decide({ min: 2 }, failed(1, 2)).value).toBe(true);
  });

  it('is unknown without any of its logs, and decided by those that are there', () => {
    const both = { log: ['ipamd', 'kubelet'] as const };
    expect(decide(both, [], { missing: ['log:ipamd', 'log:kubelet'] })).toEqual({
      value: 'unknown',
      reason: 'no log:ipamd, no log:kubelet',
    });
    expect(decide(both, [], { missing: ['log:ipamd'] })).toEqual({ value: false });
  });

  it('counts a line once that stands in two files of the bundle', () => {
    const copy = record('failed', 10, { file: 'copy.log' });
    expect(decide({ min: 2 }, [...failed(10), copy])).toEqual({ value: false });
    const repeated = record('failed', 10, { line: 7 });
    expect(decide({ min: 2 }, [...failed(10), repeated]).value).toBe(true);
  });

  it('counts the last part before the collection alone', () => {
    expect(decide({ within: '30m', min: 2 }, failed(5, 31, 59))).toMatchObject({ value: true, count: 2 });
    expect(decide({ within: '30m' }, failed(5, 29))).toEqual({ value: false });
    expect(decide({ within: '$w' }, failed(5), { params: { w: '1h' } }).value).toBe(true);
  });

  it('counts back from the last line of the log where the collection time is not known', () => {
    expect(decide({ within: '30m', min: 2 }, failed(5, 31, 40), { collectedAt: null })).toMatchObject({
      count: 2,
    });
  });

  it('is unknown when lines without time would have to be in the window', () => {
    expect(decide({ within: '30m' }, failed(null)).value).toBe('unknown');
    expect(decide({ within: '30m', min: 3 }, failed(null)).value).toBe(false);
    expect(decide({ within: '30m' }, failed(null, 50)).value).toBe(true);
    expect(decide({}, failed(null)).value).toBe(true);
  });

  it('asks first and last match to lie apart', () => {
    expect(decide({ spread: '2m' }, failed(10, 11.9))).toEqual({ value: false });
    expect(decide({ spread: '2m' }, failed(10, 12)).value).toBe(true);
    expect(decide({ spread: '2m' }, failed(10))).toEqual({ value: false });
    expect(decide({ spread: '2m' }, failed(10, null)).value).toBe('unknown');
    // The window is cut first: the spread of what is left counts.
    expect(decide({ spread: '10m', within: '30m' }, failed(5, 35, 40))).toEqual({ value: false });
  });

  it('is dismissed by a recovery after the last match', () => {
    const by = { recovered_by: { log: 'ipamd', pattern: 'works' } } as const;
    const works = (minute: number): LogRecord[] => [record('works', minute)];
    expect(decide(by, failed(10, 20), { recovery: works(21) })).toEqual({ value: false });
    expect(decide(by, failed(10, 20), { recovery: works(15) }).value).toBe(true);
    expect(decide(by, failed(10, 20)).value).toBe(true);
  });

  it('orders lines of the same time or none by their place in the file', () => {
    const by = { recovered_by: { log: 'ipamd', pattern: 'works' } } as const;
    const recovery = [record('works', 20, { line: 500 })];
    expect(decide(by, [record('failed', 20, { line: 499 })], { recovery })).toEqual({ value: false });
    expect(decide(by, [record('failed', 20, { line: 501 })], { recovery }).value).toBe(true);
    expect(decide(by, [record('failed', 20, { file: 'other.log', line: 1 })], { recovery }).value).toBe(true);
    const untimed = [record('works', null, { line: 9 })];
    expect(decide(by, [record('failed', null, { line: 8 })], { recovery: untimed })).toEqual({
      value: false,
    });
  });

  it('is dismissed by a lasting recovery when it has to last', () => {
    const by = { recovered_by: { log: 'ipamd', pattern: 'works', lasting: '10m' } } as const;
    expect(decide(by, failed(20), { recovery: [record('works', 21)] }).value).toBe(true);
    expect(decide(by, failed(20), { recovery: [record('works', 21), record('works', 30)] })).toEqual({
      value: false,
    });
  });

  it('dismisses match by match where the recovery must be of the same', () => {
    const by = {
      pattern: 'failed (?P<pod>\\S+)',
      recovered_by: { log: 'ipamd', pattern: 'attached (?P<pod>\\S+)', same: 'pod' },
    } as const;
    const records = [record('failed a', 10), record('failed b', 11)];
    const recovery = [record('attached a', 12), record('attached c', 13)];
    const outcome = decide(by, records, { recovery });
    expect(outcome).toMatchObject({ value: true, count: 1 });
    expect(outcome.value === true && outcome.records.map(({ message }) => message)).toEqual(['failed b']);
    expect(decide(by, records, { recovery: [...recovery, record('attached b', 14)] })).toEqual({
      value: false,
    });
    expect(decide(by, records, { recovery: [record('attached b', 10.5)] })).toMatchObject({ count: 2 });
  });

  describe('beside another record', () => {
    const by = {
      pattern: 'failed (?P<pod>\\S+)',
      beside: { log: 'kernel', pattern: 'killed (?P<pod>\\S+)', same: 'pod' },
    } as const;
    const killed = (pod: string, minute: number | null, more: Partial<LogRecord> = {}): LogRecord =>
      record(`killed ${pod}`, minute, { source: 'kernel', file: 'dmesg', ...more });
    const records = [record('failed a', 10), record('failed b', 11), record('failed c', 12)];

    it('counts what shares a group with it, and gives both', () => {
      const outcome = decide(by, records, { beside: [killed('b', 2), killed('x', 11)] });
      expect(outcome).toMatchObject({
        value: true,
        count: 1,
        records: [{ message: 'failed b' }],
        companions: [{ message: 'killed b' }],
      });
      expect(decide(by, records, { beside: [killed('x', 11)] })).toEqual({ value: false });
      expect(decide({ ...by, min: 2 }, records, { beside: [killed('b', 2)] })).toEqual({ value: false });
    });

    it('asks how near, and on which side', () => {
      const near = { ...by, beside: { ...by.beside, within: '1m' } };
      expect(decide(near, records, { beside: [killed('a', 8), killed('b', 12)] })).toMatchObject({
        count: 1,
      });
      const before = { ...near, beside: { ...near.beside, order: 'before' as const } };
      expect(decide(before, records, { beside: [killed('b', 12)] })).toEqual({ value: false });
      expect(decide(before, records, { beside: [killed('c', 11.5)] })).toMatchObject({ count: 1 });
      const after = { ...near, beside: { ...near.beside, order: 'after' as const } };
      expect(decide(after, records, { beside: [killed('c', 11.5)] })).toEqual({ value: false });
      const timeOnly = { ...by, beside: { log: 'kernel', pattern: 'killed', within: '1m' } } as const;
      expect(decide(timeOnly, records, { beside: [killed('x', 12)] })).toMatchObject({ count: 2 });
    });

    it('is unknown where times are missing to tell, or the other log was not collected', () => {
      const near = { ...by, beside: { ...by.beside, within: '1m' } };
      expect(decide(near, records, { beside: [killed('a', null)] }).value).toBe('unknown');
      expect(decide(by, records, { beside: [killed('a', null)] })).toMatchObject({ count: 1 });
      expect(decide(by, records, { missing: ['log:kernel'] })).toEqual({
        value: 'unknown',
        reason: 'no log:kernel',
      });
    });

    it('looks on the same node, unless any will do', () => {
      const given = { beside: [killed('b', 11, { node: 'n2' })], nodes: ['n1', 'n2'] };
      expect(decide(by, records, given)).toEqual({ value: false });
      expect(decide({ ...by, beside: { ...by.beside, on: 'any' } }, records, given)).toMatchObject({
        count: 1,
      });
    });

    it('never takes a record for its own companion', () => {
      const self = { pattern: 'failed', beside: { log: 'ipamd', pattern: 'failed', within: '1m' } } as const;
      expect(decide(self, failed(10), { beside: failed(10) })).toEqual({ value: false });
      expect(decide(self, failed(10, 10.5), { beside: failed(10, 10.5) })).toMatchObject({ count: 2 });
    });
  });

  it('trusts the count of a scan that kept only some records', () => {
    const base = context();
    const scope: Scope = {
      rule: rule({ when: { ...CONDITION, min: 900 } }),
      context: {
        ...base,
        matches: new Map([
          ['a-rule/when', [matches('a-rule/when', failed(10, 20), { count: 1000, cut: true })]],
        ]),
      },
      node: 'n1',
      wide: false,
      subject: null,
    };
    expect(decideLog({ ...CONDITION, min: 900 }, 'when', 'n1', scope)).toMatchObject({
      value: true,
      count: 1000,
    });
    expect(decideLog({ ...CONDITION, min: 900, within: '45m' }, 'when', 'n1', scope).value).toBe(false);
  });
});
