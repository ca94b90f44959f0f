import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { sureTexts } from '../../../src/logs/prefilter/sure-texts.js';

describe('sureTexts', () => {
  it.each([
    ['table full, dropping packet', ['table full, dropping packet'], true],
    ['(nf|ip)_conntrack: full', ['nf_conntrack: full', 'ip_conntrack: full'], true],
    ['addresses?', ['addresse', 'addresses'], true],
    ['[Ff]ailed to watch', ['Failed to watch', 'failed to watch'], true],
    ['IP pool stats|reply: .*(ok|done)', ['IP pool stats'], false],
    ['a\\.b\\|c', ['a.b|c'], true],
  ])('of %s', (pattern, texts, complete) => {
    const sure = sureTexts(pattern);
    expect(new Set(sure.texts)).toEqual(new Set(texts));
    expect(sure.complete).toBe(complete);
  });

  it.each(['^panic: ', 'end$', '\\bword', '(?i)any case', 'ab+', 'x{2}', 'x{0}', 'a.c', '[a-c]x', '\\pL+'])(
    'has none to offer for %s',
    (pattern) => expect(sureTexts(pattern)).toEqual({ texts: [], complete: false }),
  );

  it('never contradicts the expression', () => {
    const atom = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'ab', ' ', '\\.', '\\|') },
      fc.constantFrom(
        '.',
        '^',
        '$',
        '\\b',
        '[ab]',
        '[^a]',
        '(a|b)',
        '(?:a|b?)',
        '(a|^b)',
        '(?i)',
        '(?i:b)',
        '',
      ),
    );
    const piece = fc.tuple(atom, fc.constantFrom('', '', '', '?', '*', '{1}', '{0}', '{0,1}', '{2}'));
    const branch = fc.array(piece, { maxLength: 4 }).map((all) => all.map((p) => p.join('')).join(''));
    const pattern = fc.array(branch, { minLength: 1, maxLength: 3 }).map((all) => all.join('|'));
    const text = fc.array(fc.constantFrom('a', 'b', 'A', 'B', '.', '|', ' ', '\n'), { maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (source, letters) => {
        let expression;
        try {
          expression = RE2JS.compile(source);
        } catch {
          return;
        }
        const line = letters.join('');
        const sure = sureTexts(source);
        const found = sure.texts.some((one) => line.includes(one));
        if (found) expect(expression.test(line)).toBe(true);
        else if (sure.complete) expect(expression.test(line)).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });
});
