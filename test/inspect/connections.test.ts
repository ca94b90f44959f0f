import { describe, expect, it } from 'vitest';
import { icmpErrorPacket, ip, tcp } from '../support/pcap-writer.js';
import { alarms, at, check, inspect, parts, Talk } from './support.js';

const LATE = new Talk({ sport: 60000, dport: 60001 }).c(20_000);

describe('handshakes', () => {
  it('tells unanswered attempts apart by client and server port, and what the server does for others', async () => {
    const blocked = [1, 2].map((n) => new Talk({ client: '10.0.1.8', sport: 40000 + n, isn: n * 1000 }));
    const works = new Talk();
    const report = await inspect([
      ...works.handshake(),
      works.c(1, { flags: 'PA', payload: 10 }),
      ...blocked.flatMap((t, n) => [t.syn(10 + n), t.syn(1010 + n)]),
      LATE,
    ]);
    const result = check(report, 'handshake-unanswered');
    expect([result.count, result.of, parts(result)]).toEqual([2, 3, { 'sent again': 2 }]);
    expect(result.flows).toEqual([{ protocol: 'tcp', src: '10.0.1.8', dst: '10.0.2.9:8080', count: 2 }]);
    expect(result.explanation).toContain('1 server port of these answered other attempts');
    expect(result.examples[0]).toEqual({
      time: '2026-11-20T00:00:00.010000Z',
      src: '10.0.1.8:40001',
      dst: '10.0.2.9:8080',
      text: 'SYN sent 2 times within 1.00 s, no answer in the 20.0 s that follow',
    });
  });

  it('does not judge attempts within the last second of the capture', async () => {
    const t = new Talk();
    const report = await inspect([t.syn(0), new Talk({ sport: 2, dport: 1 }).c(900)]);
    expect([check(report, 'handshake-unanswered').of, check(report, 'handshake-unanswered').class]).toEqual([
      0,
      'information',
    ]);
  });

  it('takes a final ACK for an answer where the capture sees one direction only', async () => {
    const t = new Talk();
    const report = await inspect([t.syn(0), t.c(1), t.c(2, { flags: 'PA', payload: 100 }), LATE]);
    expect(check(report, 'handshake-unanswered').count).toBe(0);
    expect(check(report, 'http-status').of).toBe(0);
  });

  it('names who refused: a reset or an ICMP error', async () => {
    const reset = new Talk();
    const icmp = new Talk({ sport: 40001 });
    const syn = { src: '10.0.1.7', dst: '10.0.2.9' };
    const quoted = ip(6, syn, tcp({ ...syn, sport: 40001, dport: 8080, flags: 'S', seq: 1000 }));
    const report = await inspect([
      reset.syn(0),
      reset.s(1, { flags: 'RA', seq: -5000, ack: 1, ttl: 63, window: 0 }),
      icmp.syn(10),
      at(11, icmpErrorPacket({ src: '10.0.9.1', dst: '10.0.1.7', type: 3, code: 1, quoted })),
      LATE,
    ]);
    const result = check(report, 'connection-refused');
    expect([parts(result), result.of]).toEqual([{ 'by reset': 1, 'by ICMP error': 1 }, 2]);
    expect(result.examples.map((e) => e.text)).toEqual([
      'host unreachable for a SYN to 10.0.2.9:8080',
      'reset 1.0 ms after the SYN, TTL 63',
    ]);
    expect(alarms(report)).toEqual(['connection-refused', 'icmp-error']);
  });

  it('sees that the SYN-ACK does not reach the client', async () => {
    const lost = new Talk();
    const scan = new Talk({ sport: 40001 });
    const report = await inspect([
      lost.syn(0),
      lost.synAck(1),
      lost.syn(1000),
      lost.synAck(1001),
      scan.syn(2000),
      scan.synAck(2001),
      scan.c(2002, { flags: 'R', seq: 1 }),
      LATE,
    ]);
    expect(parts(check(report, 'handshake-unfinished'))).toEqual({
      'answer lost on the way back': 1,
      'reset by the client': 1,
    });
    expect(check(report, 'handshake-unanswered').count).toBe(0);
    expect(check(report, 'tcp-reset').count).toBe(0);
  });
});

describe('resets', () => {
  it('are told apart by who sent them and when', async () => {
    const talk = (n: number): Talk => new Talk({ sport: 41000 + n });
    const t = Array.from({ length: 7 }, (_, n) => talk(n));
    const report = await inspect([
      // 0: health check
      ...t[0]!.handshake(0),
      t[0]!.c(1, { flags: 'RA' }),
      // 1: after FIN
      ...t[1]!.handshake(10),
      t[1]!.c(11, { flags: 'PA', payload: 10 }),
      t[1]!.c(12, { flags: 'FA', seq: 11 }),
      t[1]!.s(13, { flags: 'R', ack: 12 }),
      // 2: the request is answered by a reset
      ...t[2]!.handshake(20),
      t[2]!.c(21, { flags: 'PA', payload: 10 }),
      t[2]!.s(22, { flags: 'RA', ack: 11 }),
      // 3: after data, by the client
      ...t[3]!.handshake(30),
      t[3]!.c(31, { flags: 'PA', payload: 10 }),
      t[3]!.s(32, { flags: 'PA', payload: 10, ack: 11 }),
      t[3]!.c(33, { flags: 'RA', seq: 11, ack: 11 }),
      t[3]!.c(34, { flags: 'R', seq: 11 }),
      // 4: accepted and reset
      ...t[4]!.handshake(40),
      t[4]!.s(41, { flags: 'RA' }),
      // 5: after a long silence
      ...t[5]!.handshake(50),
      t[5]!.c(51, { flags: 'PA', payload: 10 }),
      t[5]!.s(52, { flags: 'PA', payload: 10, ack: 11 }),
      t[5]!.s(70_000, { flags: 'RA', seq: 11, ack: 11 }),
      // 6: nothing else of it is here
      t[6]!.s(70_001, { flags: 'R', seq: 777 }),
    ]);
    const result = check(report, 'tcp-reset');
    expect(parts(result)).toEqual({
      'by the server without an answer': 1,
      'by the client after data': 1,
      'by the server before data': 1,
      'after silence': 1,
      'of an older connection': 1,
      'after FIN': 1,
      'by the client before data': 1,
    });
    expect([result.of, result.class]).toEqual([7, 'fault']);
  });

  it('of health checks alone are normal', async () => {
    const t = [0, 1, 2].map((n) => new Talk({ sport: 42000 + n }));
    const report = await inspect(
      t.flatMap((talk, n) => [...talk.handshake(n * 1000), talk.c(n * 1000 + 1, { flags: 'RA' })]),
    );
    expect(check(report, 'tcp-reset').class).toBe('normal');
    expect(check(report, 'no-data-after-handshake')).toMatchObject({ class: 'normal', count: 3 });
    expect(alarms(report)).toEqual([]);
  });
});

describe('connections without data, and ports used again', () => {
  it('suspects a handshake that nothing follows for five seconds', async () => {
    const silent = new Talk();
    const busy = new Talk({ sport: 40001 });
    const recent = new Talk({ sport: 40002 });
    const report = await inspect([
      ...silent.handshake(0),
      ...busy.handshake(10),
      busy.s(11, { flags: 'PA', payload: '220 mail.example' }),
      ...recent.handshake(17_000),
      LATE,
    ]);
    const result = check(report, 'no-data-after-handshake');
    expect([parts(result), result.of]).toEqual([{ silent: 1 }, 2]);
    expect(result.examples[0]!.text).toBe('no data for 20.0 s after the handshake');
  });

  it('tells how long after its end a five-tuple came again', async () => {
    const closed = (t: Talk, ms: number): ReturnType<typeof at>[] => [
      ...t.handshake(ms),
      t.c(ms + 1, { flags: 'FA' }),
      t.s(ms + 2, { flags: 'FA', ack: 2 }),
      t.c(ms + 3, { seq: 2, ack: 2 }),
    ];
    const first = new Talk();
    const second = new Talk({ isn: 700_000, sisn: 800_000 });
    const third = new Talk({ isn: 1_700_000, sisn: 1_800_000 });
    const fourth = new Talk({ isn: 2_700_000, sisn: 2_800_000 });
    const report = await inspect([
      ...closed(first, 0),
      ...closed(second, 2000),
      ...third.handshake(70_000),
      third.c(70_001, { flags: 'PA', payload: 5 }),
      fourth.syn(80_000),
      third.s(80_001, { ack: 6 }),
      new Talk({ sport: 2, dport: 1 }).c(90_000),
    ]);
    const result = check(report, 'port-reuse');
    expect(parts(result)).toEqual({
      'within 60 s of the close': 1,
      'later than 60 s after the close': 1,
      'taken for the old connection': 1,
    });
    expect(check(report, 'retransmission').count).toBe(0);
    expect(check(report, 'capture-gaps').count).toBe(0);
  });
});
