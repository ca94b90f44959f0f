import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/rules/duration.js';
import { compilePattern } from '../../src/rules/pattern.js';
import { cut, evidenceLine, isoTime, oneLine } from '../../src/rules/text.js';

describe('text', () => {
  it('cuts with an ellipsis and never within a surrogate pair', () => {
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('ab😀cd', 4)).toBe('ab…');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 50 }),
        fc.integer({ min: 2, max: 50 }),
        (text, max) => {
          const result = cut(text, max);
          expect(result.length).toBeLessThanOrEqual(max);
          // A lone surrogate would come back as U+FFFD.
          expect(Buffer.from(result).toString()).toBe(result);
        },
      ),
    );
  });

  it('keeps a line as evidence verbatim but for control characters, tabs aside', () => {
    expect(evidenceLine('  a\tb \u001b[0m ')).toBe('a\tb \ufffd[0m');
    expect(evidenceLine('y'.repeat(600))).toBe(`${'y'.repeat(499)}…`);
  });

  it('makes one line of any text', () => {
    expect(oneLine(' a \n\n b\u200b ')).toBe('a b');
  });

  it('prints times in UTC and none that cannot be', () => {
    expect(isoTime(Date.UTC(2026, 10, 20, 22, 30))).toBe('2026-11-20T22:30:00Z');
    expect(isoTime(Date.UTC(2026, 10, 20, 22, 30) + 5)).toBe('2026-11-20T22:30:00.005Z');
    expect(isoTime(null)).toBeNull();
    expect(isoTime(9e15)).toBeNull();
  });
});

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['10', null],
    ['1.5h', null],
    ['', null],
    ['-1s', null],
    ['10 m', null],
  ])('%s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});

describe('patterns', () => {
  it('find anywhere and give their named groups', () => {
    const compiled = compilePattern('pod (?P<pod>\\S+)( in (?P<ns>\\S+))?');
    if (!compiled.ok) throw new Error(compiled.message);
    expect(compiled.pattern.groups).toEqual(['pod', 'ns']);
    expect({ ...compiled.pattern.match('the pod cart-0 in shop') }).toEqual({ pod: 'cart-0', ns: 'shop' });
    expect({ ...compiled.pattern.match('the pod cart-0') }).toEqual({ pod: 'cart-0' });
    expect(compiled.pattern.match('nothing')).toBeNull();
  });

  it.each([
    ['a(b', 0],
    ['ab[z-a]', 3],
    ['x(?=y)', 1],
    ['*a', 0],
  ])('refuse %s and tell where', (source, position) => {
    const compiled = compilePattern(source);
    expect(compiled).toMatchObject({ ok: false, at: position });
  });

  it('refuse expressions that explode', () => {
    expect(compilePattern('(?:a{0,1000}){0,1000}')).toMatchObject({ ok: false });
    expect(compilePattern('a'.repeat(5000))).toMatchObject({
      ok: false,
      message: 'longer than 4000 characters',
    });
  });
});
