import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../src/ingest/line-splitter.js';
import { readLines, readText, type Line } from '../../src/ingest/read-text.js';
import type { SourceFile } from '../../src/model/source.js';
import { Workspace } from './support/workspace.js';

const space = new Workspace();

function source(data: string | Buffer, truncated = false): SourceFile {
  const spool = space.write('file', data);
  return { path: 'file', name: 'file', spool, size: Buffer.byteLength(data), mtime: null, truncated };
}

async function linesOf(data: string | Buffer, maxLineLength = 100): Promise<[string, number, boolean][]> {
  const lines: [string, number, boolean][] = [];
  for await (const { line, number, cut } of readLines(source(data), { maxLineLength }))
    lines.push([line, number, cut]);
  return lines;
}

/** UTF-16 with a byte order mark, as Windows PowerShell writes. */
function utf16(text: string, bigEndian = false): Buffer {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
}

describe('readText', () => {
  it.each([
    ['UTF-8', Buffer.from('Grüße')],
    ['UTF-8 with a mark', Buffer.from('\ufeffGrüße')],
    ['UTF-16LE', utf16('Grüße')],
    ['UTF-16BE', utf16('Grüße', true)],
  ])('reads %s', async (_, data) => {
    expect(await readText(source(data), 1000)).toEqual({ text: 'Grüße', truncated: false });
  });

  it('reads the beginning of what is longer, and says so', async () => {
    expect(await readText(source('abcdef'), 3)).toEqual({ text: 'abc', truncated: true });
    expect(await readText(source('abc'), 3)).toEqual({ text: 'abc', truncated: false });
    expect(await readText(source('abc', true), 3)).toEqual({ text: 'abc', truncated: true });
    expect(await readText(source(''), 3)).toEqual({ text: '', truncated: false });
  });

  it('takes bytes that are no text leniently', async () => {
    expect(await readText(source(Buffer.from([0x61, 0xff, 0x62])), 10)).toEqual({
      text: 'a\ufffdb',
      truncated: false,
    });
  });
});

describe('readLines', () => {
  it('gives lines without their endings, numbered from 1', async () => {
    expect(await linesOf('a\n\nb\r\nc')).toEqual([
      ['a', 1, false],
      ['', 2, false],
      ['b', 3, false],
      ['c', 4, false],
    ]);
    expect(await linesOf('')).toEqual([]);
    expect(await linesOf('\n')).toEqual([['', 1, false]]);
    expect(await linesOf('a\rb\n')).toEqual([['a\rb', 1, false]]);
  });

  it('cuts long lines and goes on with the next', async () => {
    const text = `${'x'.repeat(10)}\n${'y'.repeat(11)}\n${'z'.repeat(10)}\r\nend`;
    expect(await linesOf(text, 10)).toEqual([
      ['x'.repeat(10), 1, false],
      ['y'.repeat(10), 2, true],
      ['z'.repeat(10), 3, false],
      ['end', 4, false],
    ]);
  });

  it('keeps little of a line of many megabytes', async () => {
    const text = `a\n${'x'.repeat(3_000_000)}\nb\n`;
    const lines = await linesOf(text, 1000);
    expect(lines.map(([line, number, cut]) => [line.length, number, cut])).toEqual([
      [1, 1, false],
      [1000, 2, true],
      [1, 3, false],
    ]);
  });

  it('does not divide a character when it cuts', async () => {
    expect(await linesOf('aaé€\n', 3)).toEqual([['aa', 1, true]]);
    expect(await linesOf('aaé€\n', 4)).toEqual([['aaé', 1, true]]);
    expect(await linesOf('aaé€\n', 6)).toEqual([['aaé', 1, true]]);
    expect(await linesOf('aaé€\n', 7)).toEqual([['aaé€', 1, false]]);
  });

  it('reads UTF-16 and the UTF-8 mark', async () => {
    const expected = [
      ['Grüße', 1, false],
      ['zwei', 2, false],
    ];
    expect(await linesOf(utf16('Grüße\r\nzwei'))).toEqual(expected);
    expect(await linesOf(utf16('Grüße\r\nzwei', true))).toEqual(expected);
    expect(await linesOf('\ufeffGrüße\nzwei\n')).toEqual(expected);
  });

  it('crosses the pieces it reads: numbers and text of 60,000 lines', async () => {
    const text = Array.from({ length: 60_000 }, (_, i) => `line ${i + 1} ü`).join('\n');
    const lines = await linesOf(text);
    expect(lines).toHaveLength(60_000);
    expect(lines.every(([line, number]) => line === `line ${number} ü`)).toBe(true);
  });
});

describe('LineSplitter', () => {
  it('gives the same lines however the bytes are divided', () => {
    const piece = fc.oneof(fc.constantFrom('\n', '\r\n', '\r', 'é', '€', '😀'), fc.string({ maxLength: 12 }));
    fc.assert(
      fc.property(
        fc.array(piece),
        fc.array(fc.nat(40)),
        fc.integer({ min: 4, max: 20 }),
        (parts, cuts, max) => {
          const bytes = Buffer.from(parts.join(''));
          const whole = split([bytes], max);
          const places = [0, ...cuts.map((c) => c % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
          const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
          expect(split(pieces, max)).toEqual(whole);
          const expected = bytes.toString().split('\n');
          if (expected.at(-1) === '') expected.pop();
          expect(whole.map((l) => l.number)).toEqual(expected.map((_, i) => i + 1));
          for (const { line, number, cut } of whole) {
            const full = expected[number - 1]!.replace(/\r$/, '');
            expect(cut ? full.startsWith(line) && line.length < full.length : line === full).toBe(true);
            expect(Buffer.byteLength(line)).toBeLessThanOrEqual(max);
          }
        },
      ),
    );
  });
});

function split(pieces: readonly Buffer[], max: number): Line[] {
  const splitter = new LineSplitter(max);
  const lines = pieces.flatMap((piece) => splitter.push(piece, false));
  const last = splitter.finish();
  return last === null ? lines : [...lines, last];
}
