import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECKS, inspectCapture } from '../../src/inspect/index.js';
import { timeOrder } from '../../src/inspect/order.js';
import { isoMicros } from '../../src/inspect/text.js';
import {
  concat,
  idb,
  isb,
  epb,
  pcapFile,
  shb,
  sll,
  sll2,
  tcp,
  ip,
  tcpPacket,
  EPOCH_NS,
} from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { alarms, at, check, inspect, parts, Talk } from './support.js';

describe('order of time', () => {
  it('is what a stable sort gives', () => {
    const time = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -1e12, max: 1e15 }));
    fc.assert(
      fc.property(fc.array(time, { maxLength: 60 }), (times) => {
        const { rows } = timeOrder(Float64Array.from(times));
        const wanted = times.map((_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b);
        expect([...(rows ?? times.keys())]).toEqual(wanted);
      }),
    );
  });

  it('decides, not the order of the file', async () => {
    const t = new Talk();
    const inOrder = [
      ...t.handshake(),
      t.c(1, { seq: 1, payload: 10 }),
      t.c(2, { seq: 11, payload: 10 }),
      t.s(3, { ack: 21 }),
    ];
    const mixed = [3, 0, 2, 1, 5, 4].map((i) => inOrder[i]!);
    const report = await inspect(mixed);
    expect(alarms(report)).toEqual([]);
    expect(parts(check(report, 'capture-clock'))).toEqual({ 'time goes back': 3 });
    expect(report.first).toBe('2026-11-20T00:00:00.000000Z');
    const strip = (r: typeof report): unknown => r.checks.filter((c) => c.id !== 'capture-clock');
    expect(strip(report)).toEqual(strip(await inspect(inOrder)));
  });
});

describe('the clock', () => {
  it('is suspicious when it goes back far, or was never set', async () => {
    const t = new Talk();
    const back = check(await inspect([t.syn(1000), t.synAck(500)]), 'capture-clock');
    expect([back.class, back.examples[0]!.text]).toEqual([
      'suspicious',
      '500 ms before the packet in front of it',
    ]);
    const unset = await inspect([
      { data: tcpPacket({ src: '10.0.0.1', dst: '10.0.0.2', sport: 1, dport: 2 }), timeNs: 5_000_000_000n },
    ]);
    expect(parts(check(unset, 'capture-clock'))).toEqual({ 'no plausible date': 1 });
    expect(isoMicros(-1n)).toBe('1969-12-31T23:59:59.999999Z');
    expect(isoMicros(10n ** 30n)).toBeNull();
  });
});

describe('copies', () => {
  const one = { src: '10.0.1.7', dst: '10.0.2.9', sport: 40000, dport: 80 };
  const segment = (o: object): Uint8Array =>
    ip(6, { ...one, ...o }, tcp({ ...one, flags: 'PA', seq: 1, payload: 'data', tsval: 5, ...o }));

  it('of forwarded packets in a capture of all interfaces are no retransmissions, by interface or by direction', async () => {
    const records = (wrap: (hop: number, packet: Uint8Array) => Uint8Array): ReturnType<typeof at>[] => [
      at(0, wrap(0, segment({ id: 7, ttl: 64 }))),
      at(0.01, wrap(1, segment({ id: 7, ttl: 63 }))),
      at(250, wrap(0, segment({ id: 8, ttl: 64, tsval: 255 }))),
      at(250.01, wrap(1, segment({ id: 8, ttl: 63, tsval: 255 }))),
    ];
    for (const [linkType, wrap] of [
      [276, (hop: number, p: Uint8Array) => sll2(0x0800, 5 + hop, hop === 0 ? 0 : 4, p)],
      [113, (hop: number, p: Uint8Array) => sll(0x0800, hop === 0 ? 0 : 4, p)],
    ] as const) {
      const report = await inspect(records(wrap), { linkType });
      expect(parts(check(report, 'retransmission'))).toEqual({ timeout: 1 });
      expect(parts(check(report, 'capture-copies'))).toEqual({
        'at another interface or in the other direction': 2,
      });
      expect(check(report, 'ttl-loop').count).toBe(0);
      expect(check(report, 'top-talkers').of).toBe(2);
    }
  });

  it('at one interface are known by the IP identification; a SYN-ACK without one may be two', async () => {
    const t = new Talk();
    const report = await inspect([
      t.c(0, { flags: 'S', seq: 0, id: 9 }),
      t.c(0.2, { flags: 'S', seq: 0, id: 9 }),
      t.s(0.4, { flags: 'SA', seq: 0, tsval: 7 }),
      t.c(0.5, { flags: 'S', seq: 0, id: 10 }),
      t.s(0.6, { flags: 'SA', seq: 0, tsval: 7 }),
      t.c(1, { id: 11 }),
      t.c(2, { flags: 'PA', payload: 5, id: 12 }),
      t.c(2.1, { flags: 'PA', payload: 5, id: 12 }),
    ]);
    expect(parts(check(report, 'capture-copies'))).toEqual({ 'twice at one interface': 2 });
    expect(parts(check(report, 'retransmission'))).toEqual({ SYN: 1, 'SYN-ACK': 1 });
  });
});

describe('what the file tells of itself', () => {
  it('is reported: drops, names, snap length', async () => {
    const frame = new Talk().c(0, { flags: 'PA', payload: 500 }) as { data: Uint8Array };
    const units = EPOCH_NS / 1000n;
    const ng = concat(
      shb(),
      idb({ name: 'eth0', snapLength: 96 }),
      epb({ data: frame.data.subarray(0, 96), units, originalLength: frame.data.length }),
      isb({ osdrop: 17n, ifdrop: 3n }),
    );
    const report = inspectCapture(await readBytes(ng));
    expect(report.interfaces).toEqual([{ name: 'eth0', packets: 1 }]);
    expect([report.format, report.dropped_by_kernel, report.link_types]).toEqual(['pcapng', 20, ['EN10MB']]);
    expect(check(report, 'capture-drops')).toMatchObject({ count: 20, of: 21, class: 'suspicious' });
    expect(check(report, 'capture-snap-length')).toMatchObject({ count: 1, of: 1, class: 'information' });
    expect(check(report, 'capture-snap-length').explanation).toContain(
      'Snap length as told by the file: 96.',
    );
  });

  it('is not guessed where it does not tell: an empty capture has nothing to judge, and is not clean', async () => {
    const report = inspectCapture(await readBytes(pcapFile([])));
    expect(report).toMatchObject({ packets: 0, bytes: 0, first: null, last: null, dropped_by_kernel: null });
    expect(report.checks.map((c) => [c.class, c.count, c.of])).toEqual(
      CHECKS.map(() => ['information', 0, 0]),
    );
    expect(check(report, 'capture-drops').explanation).toContain('The file does not tell');
  });

  it('comes with words for every check', () => {
    expect(new Set(CHECKS.map((c) => c.id)).size).toBe(CHECKS.length);
    for (const c of CHECKS)
      for (const words of [c.title, c.unit, c.threshold, c.normal]) expect(words.length).toBeGreaterThan(4);
  });
});
