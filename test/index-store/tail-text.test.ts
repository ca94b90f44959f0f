/** What is gathered of lines whose patterns tell only their beginning. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from '../../src/index-store/classes.js';
import { mayHold, WordSet } from '../../src/index-store/filter.js';
import { gramsIn, mayHoldGram, type GramFilter } from '../../src/index-store/grams.js';
import { hasPair, KIND, PAIRS_SIZE, pointsIn } from '../../src/index-store/pairs.js';
import { TailText } from '../../src/index-store/tail-text.js';

/** The filter and the pairs of some lines. */
function gathered(lines: readonly string[], room = 1e6): { tail: GramFilter; pairs: Uint8Array } {
  const tails = new TailText();
  const bytes = Buffer.from(lines.join('\n'));
  let start = 0;
  for (const line of lines) {
    const end = start + Buffer.byteLength(line);
    tails.see(bytes, start, end);
    start = end + 1;
  }
  const { tail } = tails.end(bytes.length, room);
  return { tail: tail!, pairs: tails.finish() };
}

const text = fc
  .array(
    fc.constantFrom('refused', 'Not', 'a', 'is', '10.0.1.9', '_x', 'é', 'ſ', ' ', '-', '.', '\t', 'v4', 'K'),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('strings of four characters', () => {
  it('of any part of a line are known of the line', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.nat(),
        fc.constantFrom(4, 20, 1e6),
        (lines, a, b, room) => {
          const line = foldCase(lines[a % lines.length]!);
          const start = b % line.length;
          const part = line.slice(start, start + 1 + (a % 9));
          const { tail } = gathered(lines, room);
          // A word ends where a sign of ASCII or the line does.
          const isSign = (char: string | undefined): boolean =>
            char === undefined || /[^0-9a-z_\x80-\uffff]/.test(char);
          const keys = gramsIn(part, isSign(line[start - 1]), isSign(line[start + part.length]));
          expect(keys.filter((key) => !mayHoldGram(tail, key))).toEqual([]);
        },
      ),
    );
  });

  it('are told of letters and the signs around them', () => {
    const count = (of: string, first = false, last = false): number => gramsIn(of, first, last).length;
    expect(count('refused')).toBe(4);
    expect(count('refused', true, true)).toBe(6);
    expect(count('not', true, true)).toBe(2);
    expect(count('no', true, true)).toBe(0);
    expect(count('no-route')).toBe(count('no route'));
    expect(count('a1b2c3')).toBe(0);
    expect(count('éref')).toBe(0);
    expect(gramsIn('disk refused', false, false, 'sk')).toEqual(gramsIn(' refu', false, false));
  });

  it('tell what is missing, in any letter case', () => {
    const { tail } = gathered(['Connection REFUSED by peer']);
    const mayHoldAll = (word: string): boolean =>
      gramsIn(word, true, true).every((key) => mayHoldGram(tail, key));
    expect(['connection', 'refused', 'by', 'peer'].map(mayHoldAll)).toEqual([true, true, true, true]);
    expect(['refuse', 'unrefused', 'connections', 'timeout'].map(mayHoldAll)).toEqual(Array(4).fill(false));
  });

  it('belong to one block', () => {
    const tails = new TailText();
    const line = Buffer.from('refused');
    tails.see(line, 0, line.length);
    expect(tails.end(line.length, 100).tail).not.toBeNull();
    expect(tails.end(1000, 100)).toEqual({ tail: null, group: 0 });
    tails.see(line, 0, 4);
    const { tail } = tails.end(4, 100);
    const known = gramsIn('refused', false, false).map((key) => mayHoldGram(tail!, key));
    expect(known[0]).toBe(true);
    expect(known).toContain(false);
  });

  it('keep to their room', () => {
    const many = Array.from({ length: 5000 }, (_, i) => `w${(i * 7919).toString(36).replace(/\d/g, 'q')}x`);
    for (const room of [8, 50, 1000]) expect(gathered(many, room).tail.bits.length).toBeLessThanOrEqual(room);
  });
});

describe('pairs of bytes', () => {
  it('are those that stand beside each other in a line', () => {
    const { pairs } = gathered(['ab\u00e9', 'c\tD', '']);
    const has = (a: string, b: string): boolean =>
      hasPair(pairs, KIND[a.charCodeAt(0)]!, KIND[b.charCodeAt(0)]!);
    expect([has('a', 'b'), has('c', '\t'), has('\t', 'D'), has('b', '\u00ff')]).toEqual(Array(4).fill(true));
    expect([has('b', 'c'), has('A', 'b'), has('\t', 'd'), has('b', 'a')]).toEqual(Array(4).fill(false));
  });

  it.each([
    ['no numbers. none', 0],
    ['at 1.5 and 2.25', 1],
    ['10.0.1.9', 3],
    ['v4.1.2.3x.4', 3],
    ['1..2.3', 1],
    ['1.2.', 1],
    ['.1.2', 1],
    ['1.2 3.4.5', 2],
  ])('know how many points join numbers in %j', (line, points) => {
    expect(pointsIn(gathered([line]).pairs)).toBe(points);
    expect(pointsIn(gathered(['x', line, 'y.z']).pairs)).toBe(points);
  });

  it('are shared by the blocks of a megabyte', () => {
    const tails = new TailText();
    const line = Buffer.from('refused');
    const groups = Array.from({ length: 5 }, () => {
      tails.see(line, 0, line.length);
      return tails.end(400_000, 100).group;
    });
    expect(groups).toEqual([0, 0, 0, 1, 1]);
    expect(tails.finish()).toHaveLength(2 * PAIRS_SIZE);
    expect(new TailText().finish()).toHaveLength(0);
  });
});

describe('filters of words', () => {
  it('hold every word, however little room they have', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer(), { maxLength: 300 }),
        fc.integer({ min: 1, max: 400 }),
        (all, room) => {
          const words = new WordSet();
          for (const hash of all) words.add(hash);
          const filter = words.filter(room)!;
          expect(filter.bytes.length).toBeLessThanOrEqual(Math.max(8, room));
          expect(all.filter((hash) => !mayHold(filter, hash))).toEqual([]);
        },
      ),
    );
  });
});
