import { describe, expect, it } from 'vitest';
import { dnsMessage, udpPacket, type RecordInput } from '../support/pcap-writer.js';
import { alarms, at, check, inspect, parts, Talk } from './support.js';
import { clientHello } from './tls-bytes.js';

const t = new Talk();
const idle = new Talk({ sport: 40001 });
const tls = new Talk({ sport: 40002 });
const hello = clientHello('shop.example');

/** A download, an idle connection with keep-alives, and TLS: all healthy. */
const client: RecordInput[] = [
  t.syn(0),
  t.c(1),
  t.c(2, { flags: 'PA', payload: 50 }),
  t.c(3, { seq: 51, ack: 1001 }),
  t.c(4, { seq: 51, ack: 2001 }),
  t.c(5, { flags: 'FA', seq: 51, ack: 2002 }),
  idle.syn(10),
  idle.c(11),
  ...[1, 2, 3, 4].map((s) => idle.c(s * 10_000, { seq: 0 })),
  tls.syn(20),
  tls.c(21),
  tls.c(22, { flags: 'PA', payload: hello }),
  tls.c(23, { flags: 'PA', seq: hello.length + 1, ack: 3001, payload: 100 }),
];
const server: RecordInput[] = [
  t.synAck(0.5),
  t.s(2.1, { flags: 'PA', ack: 51, payload: 1000 }),
  t.s(2.2, { flags: 'FPA', seq: 1001, ack: 51, payload: 1000 }),
  idle.synAck(10.5),
  tls.synAck(20.5),
  tls.s(22.5, {
    flags: 'PA',
    ack: hello.length + 1,
    payload: `\x16\x03\x03\x00\x40\x02\x00\x00\x3c\x03\x03${'x'.repeat(2989)}`,
  }),
  new Talk({ sport: 2, dport: 1 }).c(60_000),
];
const byTime = (list: RecordInput[]): RecordInput[] =>
  [...list].sort((a, b) => Number((a as { timeNs: bigint }).timeNs - (b as { timeNs: bigint }).timeNs));

describe('a capture of one direction only', () => {
  it("raises no alarm about healthy connections, be it the client's or the server's", async () => {
    expect(alarms(await inspect(byTime(client)))).toEqual([]);
    expect(alarms(await inspect(byTime(server)))).toEqual([]);
  });

  it('still proves what copies prove', async () => {
    const syns = await inspect([...[0, 1000, 3000].map((ms) => t.syn(ms)), ...server.slice(-1)]);
    expect(check(syns, 'handshake-unanswered').class).toBe('fault');
    const answers = await inspect([...[0, 1000, 3000].map((ms) => t.synAck(ms)), ...server.slice(-1)]);
    expect(parts(check(answers, 'handshake-unfinished'))).toEqual({ 'answer lost on the way back': 1 });
  });

  it('does not prove that DNS is dead until somebody asks twice', async () => {
    const ask = (ms: number, id: number, name: string): RecordInput =>
      at(
        ms,
        udpPacket({
          src: '10.0.1.7',
          dst: '172.20.0.10',
          sport: 4000 + id,
          dport: 53,
          payload: dnsMessage({ id, name }),
        }),
      );
    const once = await inspect([ask(0, 1, 'a.example'), ask(1, 2, 'b.example'), ...server.slice(-1)]);
    expect(check(once, 'dns-unanswered')).toMatchObject({ class: 'suspicious', count: 2 });
    const twice = await inspect([ask(0, 1, 'a.example'), ask(5000, 2, 'a.example'), ...server.slice(-1)]);
    expect(parts(check(twice, 'dns-unanswered'))).toEqual({ 'never answered': 2 });
  });
});

describe('two taps in one file', () => {
  it('are no routing loop: both directions are there before and after routing', async () => {
    const twice = (ms: number, side: 'c' | 's', g: Parameters<Talk['c']>[1]): RecordInput[] => [
      t[side](ms, { ...g, ttl: 64 }),
      t[side](ms + 0.01, { ...g, ttl: 63 }),
    ];
    const report = await inspect([
      ...twice(0, 'c', { flags: 'S', seq: 0, id: 1 }),
      ...twice(1, 's', { flags: 'SA', seq: 0 }),
      ...twice(2, 'c', { id: 2 }),
      ...twice(3, 'c', { flags: 'PA', payload: 10, id: 3 }),
    ]);
    expect(parts(check(report, 'ttl-loop'))).toEqual({ 'before and after routing': 4 });
    expect(check(report, 'retransmission').count).toBe(0);
    expect(alarms(report)).toEqual([]);
  });
});
