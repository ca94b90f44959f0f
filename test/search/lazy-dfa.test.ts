/** What the bytes of an expression rule out, the expression itself does not match. */
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { LazyDfa, MATCHED, START } from '../../src/search/lazy-dfa.js';
import { RegexFinder } from '../../src/search/regex-finder.js';
import { statesOf } from '../../src/search/regex-states.js';
import { skeletonOf } from '../../src/search/skeleton.js';

function dfaOf(source: string, flags = 0): LazyDfa {
  const states = statesOf(RE2JS.compile(source, flags));
  if (states === null || states.start === null) throw new Error(`${source} has no states`);
  return new LazyDfa(states.steps, states.start);
}

const find = (source: string, text: string | Buffer): number => dfaOf(source).find(Buffer.from(text), 0);

/** Numbers of the lines in which something is found, from 0. */
function linesFound(finder: { find(text: Buffer, from: number): number }, text: Buffer): number[] {
  const found: number[] = [];
  for (let at = finder.find(text, 0); at >= 0;) {
    found.push(text.subarray(0, at).filter((byte) => byte === 10).length);
    const end = text.indexOf(10, at);
    at = end < 0 ? -1 : finder.find(text, end + 1);
  }
  return found;
}

describe('the bytes of an expression', () => {
  it.each([
    ['[a-f]{3}\\d', 'xabc1', 4],
    ['[a-f]{3}\\d', 'ab1 abx1', -1],
    ['abc|\\d\\d', 'ab\ncd\n12\n', 7],
    ['a.c', 'a\nc', -1],
    ['(?i)kelvin', 'KELVIN', 5],
    ['^x$', 'axb', 1],
    ['é+z', 'aéz', 3],
    ['[^a-z]z', 'a日z', 4],
    ['\\d[^b]\\d', '2日2', 4],
  ])('%s in %j ends at %i', (source, text, at) => {
    expect(find(source, text)).toBe(at);
  });

  it('goes on from any place, with the states it made before', () => {
    const dfa = dfaOf('\\d{3}ms');
    const text = Buffer.from('took 123ms\ntook 12ms\ntook 4567ms\n');
    expect([dfa.find(text, 0), dfa.find(text, 11), dfa.find(text, 30)]).toEqual([9, 31, -1]);
  });

  it('takes bytes that are no UTF-8 as characters, as the engine does', () => {
    const text = Buffer.from([0x61, 0xff, 0x62]);
    expect(RE2JS.compile('a.b').test(text.toString('utf8'))).toBe(true);
    expect(find('a.b', text)).toBe(2);
  });

  it('says nothing where the empty text matches, or where there is no end of states', () => {
    expect(statesOf(RE2JS.compile('a*'))?.start).toBe(null);
    expect(statesOf(RE2JS.compile('^$'))?.start).toBe(null);
    expect(statesOf(RE2JS.compile('(?:abcdef){200}'))).toBe(null);
    // Each of the last fourteen characters counts: there would be more states than are kept.
    const dfa = dfaOf('[ab]*a[ab]{14}c');
    let seed = 1;
    const next = (): string => 'ab'[(seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 31]!;
    const bits = Array.from({ length: 60_000 }, next).join('');
    expect(dfa.find(Buffer.from(bits), 0)).toBeGreaterThan(0);
    expect(dfa.gaveUp).toBe(true);
  });

  it('knows what a mask can hide', () => {
    const dfa = dfaOf('[a-f]{3}\\d+z');
    const letters = (text: string): number =>
      [...text].reduce((bits, c) => bits | (1 << (c.charCodeAt(0) - 97)), 0);
    const any = { bits: letters('abcdefz'), run: Infinity, dots: Infinity };
    expect(dfa.after(START, any)).toBe(MATCHED);
    expect(dfa.after(START, { ...any, run: 2 })).not.toBe(MATCHED);
    expect(dfa.after(START, { ...any, bits: letters('abcdef') })).not.toBe(MATCHED);
    // The mask may end within the match.
    const within = dfa.after(START, { ...any, bits: letters('abcdef') });
    expect(dfa.next(within, 'z'.charCodeAt(0))).toBe(MATCHED);
    const quad = dfaOf('\\d\\.\\d\\.\\d');
    const points = 1 << 27;
    expect(quad.after(START, { bits: points, run: 0, dots: 1 })).not.toBe(MATCHED);
    expect(quad.after(START, { bits: points, run: 0, dots: 2 })).toBe(MATCHED);
  });

  it.each([
    [
      'e.r.o.r',
      '[\\x65-\\x65][\\x00-\\x7f][\\x72-\\x72][\\x00-\\x7f][\\x6f-\\x6f][\\x00-\\x7f][\\x72-\\x72]',
    ],
    ['[a-c]{2,9}z', '[\\x61-\\x63][\\x61-\\x63][\\x61-\\x63\\x7a-\\x7a]'],
    ['ab?c', '[\\x61-\\x61][\\x62-\\x63]'],
    ['x.*', '[\\x78-\\x78]'],
    ['é', '[]'],
    ['.*x', null],
  ])('%s begins like %s', (source, skeleton) => {
    const { steps, start } = statesOf(RE2JS.compile(source))!;
    expect(skeletonOf(steps, start!)?.ascii.source ?? null).toBe(skeleton);
  });

  it('never passes over a line that the engine matches', () => {
    const atom = fc.constantFrom(
      '[a-c]',
      '\\d',
      '.',
      'é',
      '[^b]',
      'a|b',
      '(?:ab)+',
      'c{2}',
      '\\b',
      '\\pL',
      'k?',
    );
    fc.assert(
      fc.property(
        fc.array(atom, { minLength: 1, maxLength: 5 }).map((atoms) => atoms.join('')),
        fc.constantFrom(0, RE2JS.CASE_INSENSITIVE),
        fc.array(fc.stringMatching(/^[a-c12éKſ \u212a日]{0,12}$/), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (source, flags, some, ascii) => {
          const lines = ascii ? some.map((line) => line.replaceAll(/[^\0-\x7f]/g, '')) : some;
          const expression = RE2JS.compile(source, flags);
          const states = statesOf(expression);
          if (states === null || states.start === null) return;
          const dfa = new LazyDfa(states.steps, states.start);
          const text = Buffer.from(lines.join('\n'));
          const found = linesFound(dfa, text);
          const finder = new RegexFinder(dfa, skeletonOf(states.steps, states.start));
          expect(linesFound(finder, text)).toEqual(found);
          const matched = [...lines.keys()].filter((i) => expression.test(lines[i]!));
          expect(found).toEqual(expect.arrayContaining(matched));
          if (ascii && states.exact) expect(found).toEqual(matched);
        },
      ),
      { numRuns: 500 },
    );
  });
});
