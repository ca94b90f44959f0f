import { describe, expect, it } from 'vitest';
import {
  arpPacket,
  icmp,
  icmpErrorPacket,
  ethernet,
  ip,
  tcpPacket,
  udp,
  udpPacket,
} from '../support/pcap-writer.js';
import { alarms, at, check, inspect, parts } from './support.js';

const A = '10.0.1.7';
const B = '10.0.2.9';
const END = at(60_000, udpPacket({ src: A, dst: B, sport: 1, dport: 2, payload: 'end' }));

describe('ICMP errors', () => {
  const error = (
    ms: number,
    type: number,
    code: number,
    quoted: Uint8Array,
    dst = A,
  ): ReturnType<typeof at> => at(ms, icmpErrorPacket({ src: '10.0.9.1', dst, type, code, quoted }));
  const datagram = (sport: number, dport: number, src = A, dst = B): Uint8Array =>
    ip(17, { src, dst }, udp({ src, dst, sport, dport, payload: 'x' }));

  it('are told by kind, with the flow that they speak of', async () => {
    const report = await inspect([
      error(0, 3, 1, datagram(1000, 9000)),
      error(1, 3, 13, datagram(1000, 9001)),
      error(2, 3, 3, datagram(1000, 9002)),
      error(3, 3, 3, datagram(53, 40000, B, A), B),
      error(4, 11, 0, datagram(1000, 33440)),
      error(5, 11, 0, datagram(1000, 9003)),
      error(6, 12, 0, datagram(1000, 9004)),
      at(7, ethernet(0x0800, ip(1, { src: A, dst: B }, icmp(8, 0, 0x00010001, 'ping')))),
      END,
    ]);
    const result = check(report, 'icmp-error');
    expect(parts(result)).toEqual({
      unreachable: 1,
      prohibited: 1,
      'port unreachable': 1,
      'answer to a closed socket': 1,
      'TTL exceeded for traceroute': 1,
      'TTL exceeded': 1,
      other: 1,
    });
    expect([result.of, result.class]).toEqual([8, 'fault']);
    expect(result.examples.map((e) => e.text)).toContain(
      'port unreachable for udp 10.0.1.7:1000 → 10.0.2.9:9002',
    );
    expect(check(report, 'path-mtu').of).toBe(0);
  });

  it('are judged for UDP too when packets are too big', async () => {
    const quoted = ip(
      17,
      { src: A, dst: B, df: true },
      udp({ src: A, dst: B, sport: 7, dport: 8, payload: 'x'.repeat(1400) }),
    );
    const tooBig = at(
      1,
      icmpErrorPacket({
        src: '10.0.9.1',
        dst: A,
        type: 3,
        code: 4,
        mtu: 1300,
        quoted: quoted.subarray(0, 28),
      }),
    );
    const send = (ms: number, size: number): ReturnType<typeof at> =>
      at(ms, udpPacket({ src: A, dst: B, sport: 7, dport: 8, df: true, payload: 'x'.repeat(size) }));
    expect(parts(check(await inspect([send(0, 1400), tooBig, send(2, 1200)]), 'path-mtu'))).toEqual({
      heeded: 1,
    });
    expect(
      parts(check(await inspect([send(0, 1400), tooBig, send(2, 1400), send(1500, 1400)]), 'path-mtu')),
    ).toEqual({
      'not heeded': 1,
    });
    const six = { src: 'fd00::1', dst: 'fd00::2' };
    const quoted6 = ip(17, six, udp({ ...six, sport: 7, dport: 8, payload: 'x'.repeat(1400) })).subarray(
      0,
      48,
    );
    const report = await inspect([
      at(
        0,
        icmpErrorPacket({ src: 'fd00::9', dst: 'fd00::1', type: 2, code: 0, mtu: 1280, quoted: quoted6 }),
      ),
    ]);
    expect(parts(check(report, 'path-mtu'))).toEqual({ undecided: 1 });
    expect(check(report, 'path-mtu').class).toBe('suspicious');
  });
});

describe('fragments', () => {
  const fragment = (
    ms: number,
    id: number,
    offset: number,
    size: number,
    more: boolean,
  ): ReturnType<typeof at> => {
    const o = { src: A, dst: B, id, offset, more };
    const body =
      offset === 0
        ? udp({ src: A, dst: B, sport: 7, dport: 8, payload: 'x'.repeat(size - 8) })
        : new Uint8Array(size);
    return at(ms, ethernet(0x0800, ip(17, o, body)));
  };

  it('are complete in any order, or miss the first or a later one', async () => {
    const report = await inspect([
      fragment(0, 1, 0, 1480, true),
      fragment(0.1, 1, 1480, 1480, true),
      fragment(0.2, 1, 2960, 100, false),
      fragment(1, 2, 1480, 100, false),
      fragment(1.1, 2, 0, 1480, true),
      fragment(0.3, 9, 1480, 100, false) /* its first one may be older than the capture */,
      fragment(102, 3, 1480, 100, false),
      fragment(3, 4, 0, 1480, true),
      fragment(3.1, 4, 2960, 100, false),
      END,
      fragment(59_800, 5, 0, 1480, true),
    ]);
    const result = check(report, 'fragments');
    expect(parts(result)).toEqual({ complete: 2, 'first fragment missing': 1, 'later fragment missing': 1 });
    expect(result.of).toBe(4);
  });
});

describe('ARP', () => {
  const ask = (ms: number, targetIp: string, senderIp = A): ReturnType<typeof at> =>
    at(ms, arpPacket({ op: 'request', senderIp, targetIp, srcMac: '02:00:00:00:00:0a' }));

  it('is a fault when an asker that talks here gets no reply', async () => {
    const report = await inspect([
      ...[0, 1000, 2000].flatMap((ms) => [ask(ms, '10.0.1.99'), ask(ms + 1, '10.0.1.1')]),
      at(2002, arpPacket({ op: 'reply', senderIp: '10.0.1.1', targetIp: A, srcMac: '02:00:00:00:00:0b' })),
      ...[0, 1, 2].map((n) => ask(3000 + n, A)),
      ...[0, 1, 2].map((n) => ask(4000 + n, '10.0.1.98', '0.0.0.0')),
      ask(5000, '10.0.1.97'),
      END,
    ]);
    const result = check(report, 'arp-unanswered');
    expect([parts(result), result.of]).toEqual([{ unanswered: 1 }, 3]);
    expect(result.flows).toEqual([{ protocol: 'arp', src: A, dst: '10.0.1.99', count: 3 }]);
    expect(result.examples[0]!.text).toBe('02:00:00:00:00:0a asked 3 times who has 10.0.1.99');
  });

  it('is one too when the asker goes on asking until the capture ends', async () => {
    const report = await inspect([0, 1000, 2000, 3000].map((ms) => ask(ms, '10.0.1.99')));
    expect(parts(check(report, 'arp-unanswered'))).toEqual({ 'unanswered here': 1 });
    const soon = await inspect([0, 100, 200, 300].map((ms) => ask(ms, '10.0.1.99')));
    expect(check(soon, 'arp-unanswered').count).toBe(0);
  });
});

describe('packets that come round', () => {
  const packet = (ms: number, ttl: number, id: number): ReturnType<typeof at> =>
    at(ms, tcpPacket({ src: A, dst: B, sport: 40000, dport: 80, flags: 'S', seq: 9, ttl, id }));

  it('are a loop from the third sighting on, and no retransmissions', async () => {
    const report = await inspect([
      ...[64, 62, 60, 58].map((ttl, n) => packet(n / 10, ttl, 77)),
      packet(1000, 64, 78),
      packet(1000.1, 63, 78),
      END,
    ]);
    const result = check(report, 'ttl-loop');
    expect(parts(result)).toEqual({ loop: 1, 'sent out again': 1 });
    expect(result.examples[0]!.text).toBe('seen 4 times, TTL 64 down to 58');
    expect(parts(check(report, 'retransmission'))).toEqual({ SYN: 1 });
    expect(alarms(report)).toContain('ttl-loop');
  });
});

describe('figures', () => {
  it('name who talks most, the client without its port', async () => {
    const send = (ms: number, sport: number, size: number, dport = 9000): ReturnType<typeof at> =>
      at(ms, udpPacket({ src: A, dst: B, sport, dport, payload: 'x'.repeat(size) }));
    const report = await inspect([send(0, 40000, 72), send(1, 40001, 72), send(2, 40002, 472, 9001)]);
    const result = check(report, 'top-talkers');
    expect(result.examples.map((e) => `${e.dst} ${e.text}`)).toEqual([
      '10.0.2.9:9001 udp: 500 bytes (71 %), 1 packets',
      '10.0.2.9:9000 udp: 200 bytes (29 %), 2 packets',
    ]);
    expect(result.flows?.map((f) => [f.dst, f.count])).toEqual([
      ['10.0.2.9:9000', 2],
      ['10.0.2.9:9001', 1],
    ]);
  });

  it('find the stretch that stands out', async () => {
    const send = (ms: number, size: number): ReturnType<typeof at> =>
      at(ms, udpPacket({ src: A, dst: B, sport: 7, dport: 8, payload: 'x'.repeat(size) }));
    const calm = Array.from({ length: 20 }, (_, n) => send(n * 100, 100));
    const burst = Array.from({ length: 20 }, (_, n) => send(1000 + n, 8000));
    const result = check(await inspect([...calm, ...burst]), 'bursts');
    expect([result.count, result.of, result.class]).toEqual([1, 20, 'information']);
    expect(result.examples[0]!.time).toBe('2026-11-20T00:00:01.000000Z');
  });
});
