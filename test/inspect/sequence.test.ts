import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gaps } from '../../src/inspect/tcp/gaps.js';
import { check, inspect, parts, Talk } from './support.js';

const begin = (t: Talk): ReturnType<Talk['handshake']> => [
  ...t.handshake(),
  t.c(1, { flags: 'PA', payload: 100 }),
  t.s(2, { ack: 101 }),
];

describe('retransmissions', () => {
  it('are fast after three duplicate acknowledgements, timeouts after a silence, early otherwise', async () => {
    const t = new Talk();
    const report = await inspect([
      ...begin(t),
      ...[0, 1, 2, 3, 4].map((n) => t.c(3 + n / 10, { seq: 101 + n * 1000, payload: 1000 })),
      ...[0, 1, 2, 3].map((n) => t.s(4 + n / 10, { ack: 101 })),
      t.c(5, { seq: 101, payload: 1000 }),
      t.s(6, { ack: 5101 }),
      t.c(7, { flags: 'PA', seq: 5101, payload: 50 }),
      t.c(30, { flags: 'PA', seq: 5101, payload: 50 }),
      t.c(300, { flags: 'PA', seq: 5101, payload: 50 }),
      t.s(301, { ack: 5151 }),
      t.c(302, { flags: 'PA', seq: 5101, payload: 50 }),
    ]);
    expect(parts(check(report, 'retransmission'))).toEqual({ fast: 1, early: 1, timeout: 1, needless: 1 });
    expect(check(report, 'duplicate-ack').count).toBe(4);
    expect(check(report, 'sent-in-vain').count).toBe(0);
  });

  it('may overlap new data and wrap around the end of the sequence space', async () => {
    const t = new Talk({ isn: 0xffffffff - 50, sisn: 0xfffffff0 });
    const report = await inspect([
      ...t.handshake(),
      t.c(1, { flags: 'PA', payload: 100 }),
      t.c(300, { flags: 'PA', payload: 150 }),
      t.s(301, { ack: 151 }),
      t.c(302, { flags: 'PA', seq: 151, payload: 10 }),
    ]);
    const result = check(report, 'retransmission');
    expect([parts(result), result.of]).toEqual([{ timeout: 1 }, 5]);
    expect(check(report, 'capture-gaps').count).toBe(0);
  });

  it('of the last byte are no keep-alive while it is not acknowledged', async () => {
    const t = new Talk();
    const open = [
      ...begin(t),
      t.c(3, { flags: 'PA', seq: 101, payload: 'x' }),
      t.c(400, { flags: 'PA', seq: 101, payload: 'x' }),
    ];
    expect(parts(check(await inspect(open), 'retransmission'))).toEqual({ timeout: 1 });
    const acked = [
      ...open,
      t.s(401, { ack: 102 }),
      t.c(9000, { seq: 101, payload: 'x' }),
      t.s(9001, { ack: 102 }),
    ];
    const report = await inspect(acked);
    expect(check(report, 'keep-alive').count).toBe(1);
    expect(check(report, 'retransmission').count).toBe(1);
  });

  it('that never arrive are told with their size', async () => {
    const t = new Talk();
    const report = await inspect([
      ...begin(t),
      ...[3, 250, 700, 1600].map((ms) => t.c(ms, { seq: 101, payload: 1400 })),
    ]);
    const result = check(report, 'sent-in-vain');
    expect(parts(result)).toEqual({ 'large packets': 1 });
    expect(result.examples[0]!.text).toBe('packet of 1440 bytes sent again 3 times, never acknowledged');
  });

  it('below one in a hundred are normal', async () => {
    const t = new Talk();
    const many = Array.from({ length: 300 }, (_, n) =>
      t.c(3 + n, { flags: 'PA', seq: 101 + n * 10, payload: 10 }),
    );
    const report = await inspect([...begin(t), ...many, t.c(600, { flags: 'PA', seq: 3091, payload: 10 })]);
    const result = check(report, 'retransmission');
    expect([result.count, result.of, result.class]).toEqual([1, 304, 'normal']);
  });

  it('stay apart from packets that others overtook, by timestamp, identification and time', async () => {
    const stamped = new Talk();
    const numbered = new Talk({ sport: 40001 });
    const bare = new Talk({ sport: 40002 });
    const report = await inspect([
      ...stamped.handshake(0),
      stamped.c(1, { seq: 101, payload: 100, tsval: 900 }),
      stamped.c(9, { seq: 1, payload: 100, tsval: 899 }),
      stamped.c(10, { seq: 301, payload: 100, tsval: 905 }),
      stamped.c(10.1, { seq: 201, payload: 100, tsval: 907 }),
      ...numbered.handshake(20),
      numbered.c(21, { seq: 101, payload: 100, id: 52 }),
      numbered.c(29, { seq: 1, payload: 100, id: 51 }),
      numbered.c(30, { seq: 301, payload: 100, id: 53 }),
      numbered.c(30.1, { seq: 201, payload: 100, id: 54 }),
      ...bare.handshake(40),
      bare.c(41, { seq: 101, payload: 100 }),
      bare.c(42, { seq: 1, payload: 100 }),
      bare.c(50, { seq: 301, payload: 100 }),
      bare.c(58, { seq: 201, payload: 100 }),
    ]);
    expect(check(report, 'out-of-order').count).toBe(3);
    expect(parts(check(report, 'retransmission'))).toEqual({ 'lost before this tap': 3 });
    expect(check(report, 'capture-gaps').count).toBe(0);
  });
});

describe('bytes that were never seen', () => {
  it('are the fault of the capture when they are acknowledged', async () => {
    const t = new Talk();
    const report = await inspect([
      ...begin(t),
      t.c(3, { seq: 301, payload: 100 }),
      t.s(4, { ack: 401 }),
      t.s(5, { ack: 451 }),
      t.c(6, { seq: 551, payload: 100 }),
      t.s(1500, { ack: 451 }),
      t.c(1600, { seq: 751, payload: 100 }),
    ]);
    const result = check(report, 'capture-gaps');
    expect(parts(result)).toEqual({
      'acknowledged but never seen': 2,
      'never seen and not acknowledged': 1,
      'open at the end': 1,
    });
    expect(result.explanation).toContain(
      '250 bytes acknowledged but never seen, 200 bytes neither seen nor acknowledged.',
    );
  });

  it('are none when the capture stored the acknowledgement before the data', async () => {
    const t = new Talk();
    const report = await inspect([...begin(t), t.s(3, { ack: 201 }), t.c(3.05, { seq: 101, payload: 100 })]);
    expect(check(report, 'capture-gaps').count).toBe(0);
    expect(check(report, 'retransmission').count).toBe(0);
  });

  it('are none before the first packet of a capture that begins in the middle', async () => {
    const t = new Talk();
    const report = await inspect([
      t.c(0, { seq: 5001, payload: 100 }),
      t.c(1, { seq: 4001, payload: 100 }),
      t.s(2, { ack: 5101 }),
    ]);
    expect(check(report, 'capture-gaps').count).toBe(0);
    expect(check(report, 'retransmission').count).toBe(0);
  });
});

describe('closed windows', () => {
  it('last until the window is open again; probes of them are no keep-alives', async () => {
    const t = new Talk();
    const report = await inspect([
      ...begin(t),
      t.s(3, { ack: 101, window: 0 }),
      t.c(300, { seq: 100 }),
      t.s(301, { ack: 101, window: 0 }),
      t.s(1503, { ack: 101, window: 1000 }),
      t.c(1504, { seq: 101, payload: 10 }),
      t.s(1505, { ack: 111, window: 0 }),
      t.s(1550, { ack: 111, window: 1000 }),
      t.s(2000, { ack: 111, window: 0 }),
      t.s(9000, { ack: 111, window: 0 }),
    ]);
    const result = check(report, 'zero-window');
    expect(parts(result)).toEqual({
      'closed for 2 s or longer': 1,
      'closed for 200 ms or longer': 1,
      'closed briefly': 1,
    });
    expect(result.examples[0]!.text).toBe(
      'the sender of this packet closed its window for 7.00 s; it was not seen open again',
    );
    expect(result.explanation).toContain('5 packets told a window of 0.');
    expect(parts(check(report, 'keep-alive'))).toEqual({ 'window probes': 1 });
  });

  it('of a SYN or FIN mean nothing', async () => {
    const t = new Talk();
    const report = await inspect([
      t.c(0, { flags: 'S', seq: 0, window: 0 }),
      t.synAck(1),
      t.c(2),
      t.c(3, { flags: 'FA', window: 0 }),
      t.c(9000, { seq: 2 }),
    ]);
    expect(check(report, 'zero-window').count).toBe(0);
  });
});

describe('unanswered keep-alives', () => {
  it('are suspicious from three on', async () => {
    const t = new Talk();
    const report = await inspect([...begin(t), ...[10, 20, 30].map((s) => t.c(s * 1000, { seq: 100 }))]);
    expect(check(report, 'keep-alive')).toMatchObject({ class: 'suspicious', count: 3 });
  });
});

describe('Gaps', () => {
  it('hold exactly the bytes that were not filled', () => {
    const range = fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(
        range,
        fc.array(range, { maxLength: 20 }),
        fc.nat(0xffffffff),
        ([from, size], fills, base) => {
          const gaps = new Gaps();
          const at = (n: number): number => (base + n) >>> 0;
          gaps.add(7, { from: at(from), to: at(from + size), row: 0, time: 0, tsval: 0, ipId: 0 });
          const left = new Set(Array.from({ length: size }, (_, n) => from + n));
          for (const [start, length] of fills) {
            const hit = Array.from({ length }, (_, n) => start + n).filter((n) => left.delete(n)).length > 0;
            expect(gaps.fill(7, at(start), at(start + length)) !== null).toBe(hit);
          }
          const bytes = gaps.take(7).reduce((sum, g) => sum + ((g.to - g.from) >>> 0), 0);
          expect(bytes).toBe(left.size);
          expect(gaps.directions()).toEqual([]);
        },
      ),
    );
  });

  it('are bounded per direction', () => {
    const gaps = new Gaps();
    const gap = (n: number): Parameters<Gaps['add']>[1] => ({
      from: n * 10,
      to: n * 10 + 5,
      row: n,
      time: 0,
      tsval: 0,
      ipId: 0,
    });
    for (let n = 0; n < 64; n++) expect(gaps.add(0, gap(n))).toBeNull();
    expect(gaps.add(0, gap(64))?.row).toBe(0);
    expect(gaps.take(0)).toHaveLength(64);
  });
});
