import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteRuns } from '../../src/align/byte-runs.js';

interface Run {
  start: number;
  end: number;
  time: number;
  segments: number;
  largest: number;
  smallest: number;
  dontFragment: boolean;
  mark: number;
}

const packet = fc.record({
  gap: fc.constantFrom(0, 0, 0, 5, -10),
  bytes: fc.integer({ min: 1, max: 3000 }),
  wire: fc.integer({ min: 40, max: 1500 }),
  dontFragment: fc.boolean(),
  mark: fc.constantFrom(-1, 2, 2, 2, 3),
});

function plain(runs: ByteRuns, marks: Int32Array): Run[] {
  return Array.from({ length: runs.count }, (_, i) => ({
    start: runs.start(i),
    end: runs.end(i),
    time: runs.time(i),
    segments: runs.segments(i),
    largest: runs.largest(i),
    smallest: runs.smallest(i),
    dontFragment: runs.dontFragment(i),
    mark: marks[i]!,
  }));
}

/** The same with objects, one packet after the other. */
function mergedPlainly(packets: readonly Run[]): Run[] {
  const out: Run[] = [];
  for (const p of packets) {
    const last = out[out.length - 1];
    if (last === undefined || last.end !== p.start || last.mark !== p.mark) {
      out.push({ ...p });
      continue;
    }
    last.end = p.end;
    last.time = p.time;
    last.segments += p.segments;
    last.largest = Math.max(last.largest, p.largest);
    last.smallest = Math.min(last.smallest, p.smallest);
  }
  return out;
}

describe('ByteRuns', () => {
  it('gives back what was added, and puts neighbours with one mark together', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 60 }), (packets) => {
        const runs = new ByteRuns(packets.length);
        const marks = Int32Array.from(packets, (p) => p.mark);
        let at = 0;
        packets.forEach((p, i) => {
          at += p.gap;
          runs.add(at, at + p.bytes, i * 10, Math.ceil(p.bytes / 1448), p.wire, p.dontFragment);
          at += p.bytes;
        });
        const all = plain(runs, marks);
        expect(all.map((r) => r.end - r.start)).toEqual(packets.map((p) => p.bytes));
        const merged = runs.merged(marks);
        expect(plain(merged.runs, merged.marks)).toEqual(mergedPlainly(all));
        expect(plain(runs, marks)).toEqual(all);
      }),
    );
  });
});
