import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines, readText } from '../../src/node/read.js';
import { bundleOf } from './support.js';

const file = (content: string | Buffer) => bundleOf({ f: content }).files.get('f')!;
const linesOf = (content: string | Buffer, maxLineLength = 100) => {
  const stats = { longLines: 0, bytes: 0 };
  return { lines: [...readLines(file(content), { maxLineLength }, stats)], stats };
};

describe('reading text', () => {
  it('understands UTF-8 and UTF-16 with their marks, and line ends of Windows', () => {
    expect(readText(file('\ufeffa\r\nb')).text).toBe('a\nb');
    expect(readText(file(Buffer.from('\ufeffa\r\nb', 'utf16le'))).text).toBe('a\nb');
    expect(readText(file(Buffer.from('\ufeffab', 'utf16le').swap16())).text).toBe('ab');
  });

  it('says that it is binary, or cut', () => {
    expect(readText(file(Buffer.from([1, 0, 2])))).toMatchObject({ binary: true, cut: false });
    expect(readText(file('abcdef'), 3)).toEqual({ text: 'abc', binary: false, cut: true });
  });
});

describe('reading lines', () => {
  it('gives the lines that a split gives, whatever their length', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ -~]{0,60}$/), { minLength: 1, maxLength: 30 }), (wanted) => {
        const { lines, stats } = linesOf(wanted.join('\n') + '\n');
        expect(lines).toEqual(wanted);
        expect(stats.longLines).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('cuts long lines, also those longer than a chunk, and counts them', () => {
    const { lines, stats } = linesOf(`a\n${'x'.repeat(3_000_000)}\nb\r\nlast`);
    expect(lines).toEqual(['a', 'x'.repeat(100), 'b', 'last']);
    expect(stats).toEqual({ longLines: 1, bytes: 3_000_000 + 10 });
  });

  it('stops after the bytes it may read', () => {
    const lines = readLines(file('line\n'.repeat(600_000)), { maxLineLength: 100, maxBytes: 1 });
    expect([...lines].length).toBeLessThan(300_000);
  });
});
