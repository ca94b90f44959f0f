import { describe, expect, it } from 'vitest';
import { icmpErrorPacket, ip, tcp, udp, udpPacket, dnsMessage } from '../support/pcap-writer.js';
import { alarms, at, check, inspect, parts, Talk } from './support.js';

/** What other tools of this kind get wrong. */
describe('mistakes not to make', () => {
  it('counts nothing of parallel connections with equal sequence numbers as a retransmission', async () => {
    const talks = [0, 1, 2, 3].map((n) => new Talk({ sport: 40000 + n }));
    const records = talks.flatMap((t, n) => [
      ...t.handshake(n * 10),
      t.c(n * 10 + 1, { flags: 'PA', payload: 100 }),
      t.s(n * 10 + 2, { flags: 'PA', payload: 200, ack: 101 }),
    ]);
    const report = await inspect(records);
    const result = check(report, 'retransmission');
    expect([result.count, result.of, result.class]).toEqual([0, 16, 'normal']);
    expect(alarms(report)).toEqual([]);
  });

  it("does not call a reset's window of 0 a stalled receiver", async () => {
    const t = new Talk();
    const records = [
      ...t.handshake(),
      t.c(1, { flags: 'PA', payload: 100 }),
      t.s(2, { flags: 'PA', payload: 50, ack: 101 }),
      t.s(3, { flags: 'RA', seq: 51, ack: 101, window: 0 }),
      t.s(4, { flags: 'R', seq: 51, window: 0 }),
    ];
    const report = await inspect(records);
    expect(check(report, 'zero-window').count).toBe(0);
    expect(parts(check(report, 'tcp-reset'))).toEqual({ 'by the server after data': 1 });
  });

  it("never calls 'fragmentation needed' normal, heeded or not", async () => {
    const quoted = (seq: number): Uint8Array =>
      ip(
        6,
        { src: '10.0.1.7', dst: '10.0.2.9', df: true },
        tcp({ src: '10.0.1.7', dst: '10.0.2.9', sport: 40000, dport: 8080, seq, payload: 'x'.repeat(1400) }),
      );
    const tooBig = (ms: number): ReturnType<typeof at> =>
      at(
        ms,
        icmpErrorPacket({
          src: '10.0.9.1',
          dst: '10.0.1.7',
          type: 3,
          code: 4,
          mtu: 1400,
          quoted: quoted(1001).subarray(0, 28),
        }),
      );
    const t = new Talk();
    const begin = [...t.handshake(), t.c(1, { flags: 'PA', payload: 1448 }), tooBig(2)];
    const heeded = await inspect([
      ...begin,
      t.c(3, { seq: 1, payload: 1300 }),
      t.c(3.1, { flags: 'PA', seq: 1301, payload: 148 }),
      t.s(4, { ack: 1449 }),
    ]);
    const result = check(heeded, 'path-mtu');
    expect([parts(result), result.class]).toEqual([{ heeded: 1 }, 'information']);
    const ignored = await inspect([
      ...begin,
      t.c(300, { flags: 'PA', payload: 1448 }),
      tooBig(301),
      t.c(1400, { flags: 'PA', payload: 1448 }),
      tooBig(1401),
    ]);
    const bad = check(ignored, 'path-mtu');
    expect([parts(bad), bad.class]).toEqual([{ 'not heeded': 1 }, 'fault']);
    expect(bad.examples[0]!.text).toContain('MTU 1400 told 3 times for tcp 10.0.1.7:40000 → 10.0.2.9:8080');
    const open = check(await inspect(begin), 'path-mtu');
    expect([parts(open), open.class]).toEqual([{ undecided: 1 }, 'suspicious']);
  });

  it('does not call pure acknowledgements keep-alives', async () => {
    const t = new Talk();
    const records = [
      ...t.handshake(),
      t.c(1, { flags: 'PA', payload: 100 }),
      t.s(2, { ack: 101 }),
      t.s(3, { flags: 'PA', payload: 300, ack: 101 }),
      t.c(4, { seq: 101, ack: 301 }),
      t.c(5, { seq: 101, ack: 301 }),
      t.s(6, { seq: 301, ack: 101 }),
    ];
    expect(check(await inspect(records), 'keep-alive').count).toBe(0);
    const probed = [...records, t.c(30_000, { seq: 100, ack: 301 }), t.s(30_001, { seq: 301, ack: 101 })];
    const report = await inspect(probed);
    expect(parts(check(report, 'keep-alive'))).toEqual({ 'keep-alives': 1 });
    expect(check(report, 'keep-alive').class).toBe('normal');
    expect(check(report, 'retransmission').count).toBe(0);
  });

  it('analyses IPv6 as it does IPv4', async () => {
    const six = { client: '2600:1f13::7', server: '2600:1f13::9' };
    const good = new Talk(six);
    const dead = new Talk({ ...six, sport: 40001, dport: 9090 });
    const refused = new Talk({ ...six, sport: 40002, dport: 9091 });
    const question = dnsMessage({ id: 7, name: 'shop.example', qtype: 28 });
    const report = await inspect([
      ...good.handshake(),
      good.c(1, { flags: 'PA', payload: 100 }),
      good.c(250, { flags: 'PA', payload: 100 }),
      good.s(251, { ack: 101 }),
      refused.syn(300),
      refused.s(301, { flags: 'RA', seq: -5000, ack: 1 }),
      dead.syn(400),
      dead.syn(1400),
      at(1500, udpPacket({ src: six.client, dst: six.server, sport: 5555, dport: 53, payload: question })),
      good.c(4000, { seq: 101 }),
    ]);
    expect(parts(check(report, 'retransmission'))).toEqual({ SYN: 1, timeout: 1 });
    expect(check(report, 'connection-refused').examples[0]).toMatchObject({
      src: '[2600:1f13::9]:9091',
      dst: '[2600:1f13::7]:40002',
    });
    expect(check(report, 'handshake-unanswered').flows).toEqual([
      { protocol: 'tcp', src: '2600:1f13::7', dst: '[2600:1f13::9]:9090', count: 1 },
    ]);
    expect(check(report, 'dns-unanswered').count).toBe(1);
    expect(report.checks).toHaveLength(32);
  });

  it("calls one client's repeated SYN one attempt, and no flood", async () => {
    const t = new Talk();
    const report = await inspect([
      ...[0, 1000, 3000, 7000, 15_000].map((ms) => t.syn(ms)),
      ...new Talk({ sport: 1234, dport: 81 }).handshake(17_000),
    ]);
    const result = check(report, 'handshake-unanswered');
    expect([result.count, result.of, result.class]).toEqual([1, 2, 'fault']);
    expect(result.examples[0]!.text).toBe(
      'SYN sent 5 times within 15.0 s, no answer in the 17.0 s that follow',
    );
    expect(parts(check(report, 'retransmission'))).toEqual({ SYN: 4 });
    expect(JSON.stringify(report.checks.map((c) => [c.id, c.title, c.parts, c.examples]))).not.toMatch(
      /flood/i,
    );
  });

  it('takes crossing SYNs for one connection, without attempts or retransmissions', async () => {
    const t = new Talk();
    const report = await inspect([
      t.syn(0),
      t.s(40, { flags: 'S', seq: 0 }),
      t.c(40.1, { flags: 'SA', seq: 0, ack: 1 }),
      t.s(80, { flags: 'SA', seq: 0, ack: 1 }),
      t.c(80.1),
      t.c(81, { flags: 'PA', payload: 4 }),
      t.s(82, { ack: 5 }),
      t.c(3000, { seq: 5 }),
    ]);
    expect(alarms(report)).toEqual([]);
    expect(check(report, 'retransmission').count).toBe(0);
    expect(check(report, 'handshake-unanswered').of).toBe(1);
  });

  it('misses no byte where a keep-alive is the first packet of a connection that it sees', async () => {
    const t = new Talk();
    const idle = [
      t.c(0, { seq: 100 }),
      t.s(1, { seq: 300, ack: 101 }),
      t.c(1000, { seq: 100 }),
      t.s(1001, { seq: 300, ack: 101 }),
    ];
    for (const records of [
      [...idle, t.c(1500, { flags: 'PA', seq: 101, payload: 10 }), t.s(1501, { seq: 300, ack: 111 })],
      // The answers take another way.
      [t.c(0, { seq: 100 }), t.c(1000, { seq: 100 }), t.c(1500, { flags: 'PA', seq: 101, payload: 10 })],
    ])
      expect(check(await inspect(records), 'capture-gaps').count).toBe(0);
    // A byte that is really missing.
    const lost = [t.c(0, { seq: 101 }), t.s(1, { seq: 300, ack: 101 }), t.s(2, { seq: 300, ack: 102 })];
    expect(parts(check(await inspect(lost), 'capture-gaps'))).toEqual({ 'acknowledged but never seen': 1 });
  });

  it('counts neither needless repetitions nor those a router asked for as losses', async () => {
    const t = new Talk({ stamps: true });
    const records = [...t.handshake()];
    for (let n = 0; n < 40; n++) {
      const seq = 1 + n * 100;
      records.push(t.c(10 + n * 10, { flags: 'PA', seq, payload: 100 }));
      records.push(t.s(11 + n * 10, { ack: seq + 100 }));
      if (n % 3 === 0) records.push(t.c(12 + n * 10, { flags: 'PA', seq, payload: 100 }));
    }
    const result = check(await inspect(records), 'retransmission');
    expect([parts(result), result.class]).toEqual([{ needless: 14 }, 'information']);
  });

  it('takes the end of a traceroute for no fault, and the same from elsewhere for one', async () => {
    const unreachable = (src: string, dport: number): ReturnType<typeof at> =>
      at(
        10,
        icmpErrorPacket({
          ...{ src, dst: '10.0.1.7', type: 3, code: 3 },
          quoted: ip(
            17,
            { src: '10.0.1.7', dst: '10.0.2.9' },
            udp({ src: '10.0.1.7', dst: '10.0.2.9', sport: 5000, dport, payload: 'x'.repeat(20) }),
          ),
        }),
      );
    expect(parts(check(await inspect([unreachable('10.0.2.9', 33440)]), 'icmp-error'))).toEqual({
      'end of a traceroute': 1,
    });
    for (const record of [unreachable('10.0.1.1', 33440), unreachable('10.0.2.9', 9999)])
      expect(parts(check(await inspect([record]), 'icmp-error'))).toEqual({ 'port unreachable': 1 });
  });

  it('takes an answer to a socket that is closed for no fault, and a server that is gone for one', async () => {
    const datagram = (ms: number, back: boolean): ReturnType<typeof at> => {
      const [src, dst, sport, dport] = back
        ? (['10.0.2.9', '10.0.1.7', 9125, 40000] as const)
        : (['10.0.1.7', '10.0.2.9', 40000, 9125] as const);
      return at(ms, udpPacket({ src, dst, sport, dport, payload: 'x'.repeat(20) }));
    };
    const unreachable = (ms: number, ofAnswer: boolean): ReturnType<typeof at> => {
      const [src, dst, sport, dport] = ofAnswer
        ? (['10.0.2.9', '10.0.1.7', 9125, 40000] as const)
        : (['10.0.1.7', '10.0.2.9', 40000, 9125] as const);
      const quoted = ip(17, { src, dst }, udp({ src, dst, sport, dport, payload: 'x'.repeat(20) }));
      return at(ms, icmpErrorPacket({ src: dst, dst: src, type: 3, code: 3, quoted }));
    };
    const both = [datagram(0, false), datagram(1, true)];
    const late = await inspect([...both, datagram(2, true), unreachable(2.1, true)]);
    expect(parts(check(late, 'icmp-error'))).toEqual({ 'answer to a closed socket': 1 });
    const gone = await inspect([...both, datagram(2, false), unreachable(2.1, false)]);
    expect(parts(check(gone, 'icmp-error'))).toEqual({ 'port unreachable': 1 });
  });

  it('raises no alarm over a single answer that is absent where the capture missed packets itself', async () => {
    const t = new Talk();
    const question = (id: number, ms: number): ReturnType<typeof at> =>
      at(
        ms,
        udpPacket({
          ...{ src: '10.0.1.7', dst: '172.20.0.10', sport: 5000 + id, dport: 53 },
          payload: dnsMessage({ id, name: `a${id}.example`, qtype: 1 }),
        }),
      );
    const reply = (id: number, ms: number): ReturnType<typeof at> =>
      at(
        ms,
        udpPacket({
          ...{ src: '172.20.0.10', dst: '10.0.1.7', sport: 53, dport: 5000 + id },
          payload: dnsMessage({ id, name: `a${id}.example`, qtype: 1, response: true, rcode: 0 }),
        }),
      );
    const upload = (missing: boolean): ReturnType<typeof at>[] => [
      ...t.handshake(),
      ...[0, 1, 2, 3, 4, 5].flatMap((n) =>
        n === 3 && missing ? [] : [t.c(n + 1, { flags: 'PA', seq: 1 + n * 100, payload: 100 })],
      ),
      t.s(8, { ack: 601 }),
    ];
    const rest = [question(1, 10), reply(1, 11), question(2, 20), t.c(3000, { seq: 601 })];
    const result = check(await inspect([...upload(true), ...rest]), 'dns-unanswered');
    expect([parts(result), result.class]).toEqual([{ 'never answered': 1 }, 'information']);
    expect(result.explanation).toContain('The capture itself missed packets');
    expect(check(await inspect([...upload(false), ...rest]), 'dns-unanswered').class).toBe('fault');
  });
});
