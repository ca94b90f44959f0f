import { describe, expect, it } from 'vitest';
import { fourPoints, handshake, trace, twoNodes, ACK, PSH_ACK, SYN, type Sent } from './rows.js';
import type { CaptureTable } from '../../src/model/capture.js';

const topology = twoNodes();

function shifted(tables: readonly CaptureTable[], ns: bigint, drift = 0): CaptureTable[] {
  return tables.map((t) =>
    t.file.startsWith('dst')
      ? {
          ...t,
          baseNs: t.baseNs + ns,
          columns: { ...t.columns, time: t.columns.time.map((x) => Math.round(x * (1 + drift))) },
        }
      : t,
  );
}

const talk = (n: number, gap: number): Sent[] =>
  Array.from({ length: n }, (_, i): Sent[] => [
    { t: 5 + i * gap, flags: PSH_ACK, seq: 1001 + i * 100, ack: 501, payload: 100 },
    { t: 6 + i * gap, back: true, flags: ACK, seq: 501, ack: 1101 + i * 100 },
  ]).flat();

describe('clocks of two nodes', () => {
  it('bounds the offset from both sides', () => {
    const t = trace(shifted(fourPoints([...handshake(0), ...talk(20, 50)]), 61_000_000_000n), { topology });
    expect(t.clocks).toEqual([
      {
        a: 'node-a',
        b: 'node-b',
        offsetNs: 61_000_000_000,
        boundNs: 100_000,
        oneSided: false,
        driftPpm: 0,
        matches: 47,
      },
    ]);
    expect(t.summary.verdict).toBe('delivered');
  });

  it('says when traffic one way bounds it from one side only', () => {
    const sent = [0, 300, 600].map((t): Sent => ({
      t,
      protocol: 17,
      ends: '10.0.1.5:1 > 10.0.2.7:2',
      payload: 9,
      hash: t + 1,
    }));
    const tables = fourPoints(sent).map((t) => ({
      ...t,
      columns: {
        ...t.columns,
        flow: t.columns.flow.map((f) => (t.flows[f]?.protocol === 1 ? 0xffffffff : f)),
      },
    }));
    const [clock] = trace(shifted(tables, -2_000_000_000n), { topology }).clocks;
    expect(clock).toMatchObject({ oneSided: true, boundNs: null, matches: 3 });
    expect(Math.abs(clock!.offsetNs! + 2_000_000_000)).toBeLessThan(200_000);
  });

  it('follows a drift of 50 ppm', () => {
    const t = trace(shifted(fourPoints([...handshake(0), ...talk(300, 1000)]), 5_000_000n, 50e-6), {
      topology,
    });
    expect(t.clocks[0]!.driftPpm).toBeGreaterThan(45);
    expect(t.clocks[0]!.driftPpm).toBeLessThan(55);
    expect(t.summary.verdict).toBe('delivered');
  });

  it('says that nothing matched', () => {
    const tables = fourPoints(
      [0, 1000, 2000].map((t): Sent => ({ t, flags: SYN, seq: 1, reach: 1 })),
      ['src_veth', 'dst_veth'],
    ).map((t) => (t.file.startsWith('dst') ? { ...t, packets: 0 } : t));
    expect(trace(tables, { topology }).clocks).toEqual([
      expect.objectContaining({ a: 'node-a', b: 'node-b', offsetNs: null, boundNs: null, matches: 0 }),
    ]);
  });
});
