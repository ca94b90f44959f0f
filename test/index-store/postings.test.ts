import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachPosting, PostingsWriter } from '../../src/index-store/postings.js';

const bytesOf = (lines: readonly number[]): Uint8Array => {
  const writer = new PostingsWriter();
  for (const line of lines) writer.add(line);
  expect(writer.count).toBe(lines.length);
  return writer.written();
};

const linesOf = (bytes: Uint8Array): number[] => {
  const lines: number[] = [];
  eachPosting(bytes, (line) => lines.push(line));
  return lines;
};

describe('postings', () => {
  it('give the lines back that were put in', () => {
    const runs = fc.array(
      fc.tuple(
        fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1e9 })),
        fc.integer({ min: 1, max: 400 }),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(runs, (all) => {
        let line = 0;
        const lines = all.flatMap(([step, times]) => Array.from({ length: times }, () => (line += step)));
        expect(linesOf(bytesOf(lines))).toEqual(lines);
      }),
    );
  });

  it('take a few bytes for lines at one distance', () => {
    expect([...bytesOf([1, 2, 3])]).toEqual([1, 1, 1]);
    expect([...bytesOf([1, 2, 3, 4])]).toEqual([1, 0, 3]);
    expect(bytesOf(Array.from({ length: 1e6 }, (_, i) => 4 * i + 3)).length).toBe(6);
    expect(bytesOf([])).toHaveLength(0);
  });
});
