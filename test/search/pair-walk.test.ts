import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { TailText } from '../../src/index-store/tail-text.js';
import { PairWalk } from '../../src/search/pair-walk.js';
import { statesOf } from '../../src/search/regex-states.js';

function pairsOf(lines: readonly string[]): Uint8Array {
  const tails = new TailText();
  for (const line of lines) {
    const bytes = Buffer.from(line);
    tails.see(bytes, 0, bytes.length);
    tails.end(bytes.length, 1000);
  }
  return tails.finish();
}

/** Null where the empty text matches: then there is nothing to follow. */
function canMatch(source: string, lines: readonly string[], ignoreCase = false): boolean | null {
  const { steps, start } = statesOf(RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0))!;
  return start === null ? null : new PairWalk(steps, start).canMatch(pairsOf(lines));
}

describe('an expression among pairs of bytes', () => {
  it.each([
    ['\\d{3}ms', ['took 123 ms', 'ms 12']],
    ['\\d{3}ms', ['comms', '20:00:00.123Z']],
    ['[a-f]{5}\\d+z', ['abcdef 12Z', 'z1']],
    ['(\\d+\\.){3}\\d+:\\d+', ['2024-05-17T20:00:00.123Z', '1.2.3']],
    ['1\\.2\\.3', ['1.2 2.3']],
    ['éa', ['e', 'a']],
    ['a\\tb', ['a b']],
  ])('/%s/ is ruled out', (source, lines) => {
    expect(canMatch(source, lines)).toBe(false);
  });

  it.each([
    ['\\d{3}ms', ['1212', '2ms']],
    ['(\\d+\\.){3}\\d+:\\d+', ['1.2.3.5', 'a 5:6']],
    ['1\\.2\\.3', ['x1.2.3']],
    ['\\.\\.3', ['1..3']],
    ['é.x', ['日本x']],
    ['(?i)refused', ['REFUSED']],
    ['disk', ['disk']],
  ])('/%s/ is not ruled out', (source, lines) => {
    expect(canMatch(source, lines)).toBe(true);
  });

  it('is never ruled out where it matches', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '1',
      '23',
      '.',
      '..',
      ':',
      ' ',
      'é',
      'ſ',
      'K',
      '\t',
      '\u0001',
      'z',
      '1.2.3.4',
    );
    const line = fc.array(piece, { maxLength: 10 }).map((parts) => parts.join(''));
    const atom = fc
      .tuple(
        fc.constantFrom(
          '[a-f]',
          '\\d',
          '\\.',
          '.',
          'é',
          '\\s',
          '[^a]',
          '(?i:k)',
          '(?:\\d+\\.)',
          '\\W',
          'z',
          '[.:]',
          '(?:a|1\\.2)',
        ),
        fc.constantFrom('', '', '+', '*', '?', '{2}', '{3}'),
      )
      .map((parts) => parts.join(''));
    const regex = fc.array(atom, { minLength: 1, maxLength: 5 }).map((atoms) => atoms.join(''));
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 4 }),
        regex,
        fc.boolean(),
        (lines, source, ignoreCase) => {
          const expression = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
          if (lines.some((text) => expression.test(text)))
            expect(canMatch(source, lines, ignoreCase)).not.toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});
