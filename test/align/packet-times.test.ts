import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_REPEATS, PacketTimes } from '../../src/align/packet-times.js';

const word = fc.constantFrom(0, 1, -1, 7);
const packets = fc.array(fc.tuple(word, word, word, word, fc.integer({ min: 0, max: 1000 })), {
  maxLength: 60,
});
type Packets = readonly (readonly [number, number, number, number, number])[];

function filled(list: Packets): PacketTimes {
  const times = new PacketTimes();
  for (const p of list) times.add(...p);
  return times;
}

function byKey(list: Packets): Map<string, number[]> {
  const out = new Map<string, number[]>();
  for (const [a, b, c, d, t] of list) {
    const key = [a, b, c, d].join();
    out.set(key, [...(out.get(key) ?? []), t]);
  }
  return out;
}

describe('PacketTimes', () => {
  it('keeps the times of each key, in order of arrival, and finds the keys of another table', () => {
    fc.assert(
      fc.property(packets, packets, (x, y) => {
        const [a, b] = [filled(x), filled(y)];
        const keys = [...byKey(x).keys()];
        expect([...byKey(x).values()]).toEqual(Array.from({ length: a.count }, (_, i) => a.times(i)));
        [...byKey(y)].forEach(([key, times], i) => {
          expect(a.find(b, i)).toBe(keys.indexOf(key));
          expect(b.repeats(i)).toBe(times.length);
          expect(b.firstTime(i)).toBe(times[0]);
          expect(b.lastWord(i)).toBe(Number(key.split(',')[3]));
        });
      }),
    );
  });

  it('joins what two taps show of one interface: times of the same moment once', () => {
    const a = filled([
      [1, 2, 3, 4, 100],
      [5, 6, 7, 8, 300],
    ]);
    a.join(
      filled([
        [1, 2, 3, 4, 104],
        [1, 2, 3, 4, 50],
        [9, 9, 9, 9, 400],
      ]),
      5,
    );
    expect([a.times(0), a.times(1), a.times(2)]).toEqual([[50, 100], [300], [400]]);
    expect(a.firstTime(0)).toBe(50);
  });

  it('stops counting repeats, and begins anew when cleared', () => {
    const a = new PacketTimes();
    for (let t = 0; t < MAX_REPEATS + 10; t++) a.add(1, 1, 1, 1, t);
    expect(a.repeats(0)).toBe(MAX_REPEATS);
    a.clear();
    expect(a.count).toBe(0);
    a.add(0, 0, 0, 0, 9);
    expect(a.times(0)).toEqual([9]);
  });
});
