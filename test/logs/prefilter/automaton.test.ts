import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineScanner, type ScannedLine } from '../../../src/logs/lines.js';
import { buildAutomaton } from '../../../src/logs/prefilter/automaton.js';

interface Seen {
  readonly number: number;
  readonly text: string;
  readonly ids: readonly number[];
  readonly cut: boolean;
}

function scan(
  needles: readonly string[],
  chunks: readonly Buffer[],
  maxLength = 1000,
  every = true,
): [LineScanner, Seen[]] {
  const seen: Seen[] = [];
  const sink = {
    every,
    line({ chunk, start, end, number, ids, cut }: ScannedLine): void {
      seen.push({
        number,
        text: chunk.toString('latin1', start, end),
        ids: [...ids].sort((a, b) => a - b),
        cut,
      });
    },
  };
  const scanner = new LineScanner(buildAutomaton(needles.map((text, id) => ({ text, id }))), maxLength, sink);
  for (const chunk of chunks) scanner.push(chunk);
  scanner.end();
  return [scanner, seen];
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'c', ' '), maxLength: 30 });
const needle = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), minLength: 1, maxLength: 4 });

describe('LineScanner', () => {
  it('finds in every line exactly the needles it contains, wherever the chunks end', () => {
    fc.assert(
      fc.property(
        fc.array(needle, { maxLength: 8 }),
        fc.array(letters, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
        (needles, lines, sizes) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const chunks: Buffer[] = [];
          for (let at = 0, n = 0; at < bytes.length; n++) {
            const size = sizes[n % sizes.length]!;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          const [scanner, seen] = scan(needles, chunks);
          expect(scanner.lines).toBe(lines.length);
          expect(seen).toEqual(
            lines.map((text, index) => ({
              number: index + 1,
              text,
              ids: needles.flatMap((one, id) => (text.toLowerCase().includes(one) ? [id] : [])),
              cut: false,
            })),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds what begins with a line end at the start of a line only, the first and those behind others too', () => {
    const needles = ['\ne05', 'e05', '\ne0', 'x\ne'.slice(2)];
    const [, seen] = scan(needles, [
      Buffer.from('E0517 a\nx E0517\n'),
      Buffer.from('E'),
      Buffer.from('0517'),
    ]);
    expect(seen.map(({ ids }) => ids)).toEqual([
      [0, 1, 2, 3],
      [1, 3],
      [0, 1, 2, 3],
    ]);
    expect(() => buildAutomaton([{ text: 'a\nb', id: 0 }])).toThrow('line end');
  });

  it('tells only of lines with a needle unless all are wanted', () => {
    const [scanner, seen] = scan(['needle'], [Buffer.from('hay\nthe Needle\nhay\n')], 1000, false);
    expect(seen).toEqual([{ number: 2, text: 'the Needle', ids: [0], cut: false }]);
    expect([scanner.lines, scanner.bytes]).toEqual([3, 19]);
  });

  it('cuts long lines and goes on behind them', () => {
    const long = Buffer.from(`${'x'.repeat(5000)}needle`);
    const [scanner, seen] = scan(
      ['needle'],
      [Buffer.from('ab'), long, long, Buffer.from('\nneedle\r\nlast')],
      10,
    );
    expect(seen).toEqual([
      { number: 1, text: 'abxxxxxxxx', ids: [0], cut: true },
      { number: 2, text: 'needle', ids: [0], cut: false },
      { number: 3, text: 'last', ids: [], cut: false },
    ]);
    expect([scanner.lines, scanner.longLines]).toEqual([3, 1]);
  });

  it('counts empty lines, and none after the last line end', () => {
    expect(scan([], [Buffer.from('\n\r\n\n')])[1].map((line) => line.text)).toEqual(['', '', '']);
    expect(scan([], [Buffer.from('')])[0].lines).toBe(0);
  });

  it('finds bytes of any value', () => {
    const [, seen] = scan(['\u212a', '\0\u0001'], [Buffer.from([0xe2, 0x84, 0xaa, 10, 0xff, 0, 1, 10])]);
    expect(seen.map((line) => line.ids)).toEqual([[0], [1]]);
  });
});
