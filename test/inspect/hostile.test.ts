import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectCapture } from '../../src/inspect/index.js';
import {
  arpPacket,
  dnsMessage,
  ethernet,
  icmpErrorPacket,
  ip,
  pcapFile,
  tcp,
  tcpPacket,
  udp,
  udpPacket,
} from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { at, check, inspect, Talk } from './support.js';

const few = fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2');
const ends = fc.tuple(few, few).filter(([a, b]) => a.includes(':') === b.includes(':'));
const near = fc.oneof(fc.nat(40), fc.constantFrom(0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff));
const flags = fc.constantFrom('S', 'SA', 'A', 'PA', 'FA', 'R', 'RA', 'SFR', 'U', '');
const payload = fc.constantFrom(
  '',
  'x',
  'GET / HTTP/1.1\r\n\r\n',
  'HTTP/1.1 503 x\r\n',
  '\x16\x03\x01\x00\x40\x01\x00\x00\x3c\x03\x03',
);

const segment = fc
  .record({
    ends,
    flags,
    payload,
    seq: near,
    ack: near,
    window: fc.constantFrom(0, 1, 500),
    ttl: fc.integer({ min: 60, max: 64 }),
    id: fc.nat(3),
    tsval: fc.nat(3),
  })
  .map(({ ends: [src, dst], ...o }) => ({
    ...o,
    src,
    dst,
    sport: src.endsWith('1') ? 40000 : 80,
    dport: dst.endsWith('1') ? 40000 : 80,
  }));
const frame = fc.oneof(
  { weight: 6, arbitrary: segment.map((o) => tcpPacket(o)) },
  segment.map((o) =>
    icmpErrorPacket({
      src: o.src,
      dst: o.dst,
      type: 3,
      code: o.seq % 16,
      mtu: o.ack,
      quoted: ip(6, o, tcp(o)),
    }),
  ),
  segment.map((o) =>
    udpPacket({
      ...o,
      sport: 53,
      payload: dnsMessage({ id: o.id, name: 'a.b', response: o.ttl > 62, rcode: o.id }),
    }),
  ),
  segment.map((o) => udpPacket({ ...o, dport: 53, payload: dnsMessage({ id: o.id, name: 'a.b' }) })),
  segment.map((o) =>
    ethernet(
      o.src.includes(':') ? 0x86dd : 0x0800,
      ip(17, { ...o, more: o.id > 1, offset: o.tsval * 8 }, udp(o)),
    ),
  ),
  fc
    .nat(3)
    .map((n) =>
      arpPacket({ op: n > 2 ? 'reply' : 'request', senderIp: '10.0.0.1', targetIp: `10.0.0.${n}` }),
    ),
);
const records = fc.array(fc.tuple(fc.nat(4000), frame), { maxLength: 60 });

describe('whatever a capture holds', () => {
  it('every check answers within its bounds, and the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (list) => {
        const table = await readBytes(pcapFile(list.map(([ms, data]) => at(ms, data))));
        const report = inspectCapture(table);
        expect(inspectCapture(table)).toEqual(report);
        for (const c of report.checks) {
          expect(c.parts.reduce((sum, p) => sum + p.count, 0)).toBe(c.count);
          expect(c.parts.every((p) => p.count > 0)).toBe(true);
          if (c.parts.length > 0) expect(c.class).toBe(c.parts[0]!.class);
          expect(c.count > 0 && c.of === 0).toBe(false);
          expect(c.examples.length).toBeLessThanOrEqual(5);
          expect((c.flows ?? []).length).toBeLessThanOrEqual(10);
          expect(Number.isSafeInteger(c.count) && Number.isSafeInteger(c.of)).toBe(true);
          expect(c.explanation).not.toMatch(/NaN|undefined|Infinity/);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('does not depend on where in the sequence space a connection is', async () => {
    const plan = fc.array(
      fc.record({ way: fc.nat(1), seq: fc.nat(60), ack: fc.nat(60), size: fc.nat(12), gap: fc.nat(400) }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(plan, fc.nat(0xffffffff), fc.nat(0xffffffff), async (steps, isn, sisn) => {
        const marks = async (t: Talk): Promise<unknown> => {
          let ms = 1;
          const list = steps.map((s) =>
            t[s.way === 0 ? 'c' : 's']((ms += s.gap), { seq: 1 + s.seq, ack: 1 + s.ack, payload: s.size }),
          );
          const report = await inspect([...t.handshake(), ...list]);
          return report.checks.map((c) => [c.id, c.count, c.of, c.parts]);
        };
        expect(await marks(new Talk({ isn, sisn }))).toEqual(
          await marks(new Talk({ isn: 1000, sisn: 5000 })),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('keeps its lists short when every packet is a finding of its own', async () => {
    const list = Array.from({ length: 3000 }, (_, n) => {
      const src = `10.${n >> 8}.${n & 255}.7`;
      return at(
        n / 10,
        tcpPacket({ src, dst: '10.0.2.9', sport: 1024 + n, dport: 1 + n, flags: 'S', seq: n }),
      );
    });
    const report = await inspect([...list, new Talk().c(5000)]);
    expect(check(report, 'handshake-unanswered')).toMatchObject({
      count: 3000,
      of: 3000,
      class: 'suspicious',
    });
    expect(JSON.stringify(report).length).toBeLessThan(40_000);
  });

  it('prints nothing that a terminal would obey', async () => {
    const t = new Talk();
    const report = await inspect([
      ...t.handshake(),
      t.c(1, { flags: 'PA', payload: 'GET / HTTP/1.1\r\nHost: a\u001b]0;x\u0007\r\n\r\n' }),
      t.s(2, { flags: 'PA', payload: 'HTTP/1.1 500 \u001b[31m\r\n' }),
      at(
        3,
        udpPacket({
          src: '10.0.1.7',
          dst: '10.0.2.9',
          sport: 9,
          dport: 53,
          payload: dnsMessage({ id: 1, name: 'a\u001b[2J.b' }),
        }),
      ),
      t.c(9000),
    ]);
    expect(check(report, 'dns-unanswered').count).toBe(1);
    expect(JSON.stringify(report)).not.toMatch(/\\u00[01]|\u001b/);
  });
});
