import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Test } from '../../src/model/rule.js';
import { passes } from '../../src/rules/where.js';
import { instance } from './support/build.js';

const REFERENCES = { params: { limit: 10, name: 'b' }, subject: { pod: 'cart-0', port: 80 } };
const test = (value: string | number | boolean | null, expected: Test): boolean =>
  passes(instance({ f: value }), { f: expected }, REFERENCES);

describe('where', () => {
  it.each<[string | number | boolean | null, Test, boolean]>([
    ['a', 'a', true],
    ['a', 'A', false],
    [1, '1', false],
    [true, true, true],
    [null, null, true],
    ['a', null, false],
    ['b', ['a', 'b'], true],
    ['c', ['a', 'b'], false],
    ['b', '$name', true],
    ['b', ['a', '$name'], true],
    ['cart-0', '$.pod', true],
    [80, { eq: '$.port' }, true],
    [81, { ne: '$.port' }, true],
    [5, { gt: 4 }, true],
    [5, { gt: 5 }, false],
    [5, { gte: 5 }, true],
    [5, { lt: 5 }, false],
    [5, { lte: 5 }, true],
    [11, { gt: '$limit' as unknown as number }, true],
    [10, { gt: '$limit' as unknown as number }, false],
    [5, { gt: 1, lt: 4 }, false],
    ['5', { gt: 1 }, false],
    ['a', { in: ['a'] }, true],
    ['a', { not_in: ['a'] }, false],
    ['a', { not_in: ['b'] }, true],
    ['eni123', { matches: '^eni\\d+$' }, true],
    ['vlan1', { matches: 'eni' }, false],
    [5000, { matches: '00$' }, true],
    ['a', { exists: true }, true],
    ['a', { exists: false }, false],
    [null, { exists: false }, true],
    [null, { exists: true }, false],
    [null, { eq: null }, true],
    // Not known: nothing is concluded from it.
    [null, { ne: 'a' }, false],
    [null, { not_in: ['a'] }, false],
    [null, { lt: 5 }, false],
    [null, { matches: '' }, false],
  ])('%j passes %j: %s', (value, expected, result) => {
    expect(test(value, expected)).toBe(result);
  });

  it('all fields must pass, an absent field is null, inherited names are no fields', () => {
    const one = instance({ a: 1, b: 2 });
    expect(passes(one, { a: 1, b: 2 }, REFERENCES)).toBe(true);
    expect(passes(one, { a: 1, b: 3 }, REFERENCES)).toBe(false);
    expect(passes(one, { c: { exists: false } }, REFERENCES)).toBe(true);
    expect(passes(one, { toString: { exists: true } }, REFERENCES)).toBe(false);
    expect(passes(one, undefined, REFERENCES)).toBe(true);
  });

  it('an order and its opposite never both hold, and one holds for numbers', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (value, limit) => {
        expect(test(value, { gt: limit })).toBe(!test(value, { lte: limit }));
        expect(test(value, { lt: limit })).toBe(!test(value, { gte: limit }));
        expect(test(value, { eq: limit })).toBe(!test(value, { ne: limit }));
      }),
    );
  });
});
