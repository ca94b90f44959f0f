import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bitsOf, bytesOf, PrefixTree } from '../../src/redact/prefix-tree.js';

const address = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });

function common(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((bit, i) => bit !== b[i]);
  return at < 0 ? a.length : at;
}

it('keeps the length of the prefix that any two addresses share', () => {
  fc.assert(
    fc.property(fc.array(address, { minLength: 2, maxLength: 20 }), (list) => {
      const tree = new PrefixTree();
      const before = list.map(bitsOf);
      const after = before.map((bits) => tree.renumber(bits, 32));
      for (let i = 1; i < list.length; i++)
        expect(common(after[i]!, after[0]!)).toBe(common(before[i]!, before[0]!));
    }),
  );
});

it('gives the first address nothing but zeros', () => {
  fc.assert(fc.property(address, (a) => new PrefixTree().renumber(bitsOf(a), 32).every((bit) => bit === 0)));
});

it('turns bytes into bits and back', () => {
  fc.assert(
    fc.property(address, (a) => {
      expect(bytesOf(bitsOf(a), 4)).toEqual(a);
    }),
  );
});
