import { describe, expect, it } from 'vitest';
import type { FactCondition } from '../../src/model/rule.js';
import { deadTests } from '../../src/rules/dead-tests.js';

const dead = (test: unknown, params: Record<string, number> = {}): string[] =>
  deadTests({ fact: 'x', where: { n: test } } as FactCondition, params);

describe('tests that nothing can pass', () => {
  it.each([
    [{ gte: 5, lt: 3 }, '`n` can never pass: it must be at least 5 and less than 3'],
    [{ gt: 5, lte: 5 }, '`n` can never pass: it must be greater than 5 and at most 5'],
    [{ gt: 1, gte: 9, lt: 9 }, '`n` can never pass: it must be at least 9 and less than 9'],
    [{ eq: 3, gt: 3 }, '`n` can never pass: 3 fails the other tests'],
    [{ eq: 'a', ne: 'a' }, '`n` can never pass: "a" fails the other tests'],
    [{ in: [1, 2], not_in: [2, 1, 7] }, '`n` can never pass: 1, 2 fails the other tests'],
    [{ exists: false, gt: 2 }, '`n` can never pass: what is not known passes no other test'],
  ])('%j', (test, why) => {
    expect(dead(test)).toEqual([why]);
  });

  it('are looked for with the values of parameters', () => {
    expect(dead({ gte: '$low', lt: 10 }, { low: 10 })).toHaveLength(1);
    expect(dead({ gte: '$low', lt: 10 }, { low: 9 })).toEqual([]);
    expect(dead({ gte: '$.other', lt: 10 })).toEqual([]);
  });

  it.each([
    [5],
    [null],
    [['a', 'b']],
    [{ gte: 5, lte: 5 }],
    [{ eq: 3, gte: 3, ne: 4 }],
    [{ in: [1, 2], not_in: [2] }],
    [{ exists: true, gt: 2 }],
    [{ eq: '$.other', ne: 'a' }],
  ])('are not seen in %j', (test) => {
    expect(dead(test)).toEqual([]);
  });
});
