import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActivityCounter } from '../../src/logs/activity.js';

const times = fc.array(fc.integer({ min: 0, max: 4e12 }), { minLength: 1, maxLength: 2000 });

function counted(list: readonly number[]): ActivityCounter {
  const counter = new ActivityCounter();
  for (const t of list) counter.add(t);
  return counter;
}

describe('activity', () => {
  it('counts by the minute', () => {
    expect(counted([60_000, 119_999, 120_000]).result()).toEqual({
      width: 60_000,
      counts: [
        [60_000, 2],
        [120_000, 1],
      ],
    });
    expect(new ActivityCounter().result()).toBeNull();
  });

  it('loses no match, keeps few steps, and puts each into its own', () => {
    fc.assert(
      fc.property(times, (list) => {
        const { width, counts } = counted(list).result()!;
        expect(counts.length).toBeLessThanOrEqual(1024);
        for (const [from, count] of counts)
          expect(list.filter((t) => t >= from && t < from + width)).toHaveLength(count);
        expect(counts.reduce((n, [, c]) => n + c, 0)).toBe(list.length);
      }),
      { numRuns: 40 },
    );
  });

  it('merges to what counting all would give in the same width', () => {
    fc.assert(
      fc.property(times, times, (a, b) => {
        const merged = counted(a);
        merged.merge(counted(b).result()!);
        const { width, counts } = merged.result()!;
        for (const [from, count] of counts)
          expect([...a, ...b].filter((t) => t >= from && t < from + width)).toHaveLength(count);
      }),
      { numRuns: 40 },
    );
  });
});
