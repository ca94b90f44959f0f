import { describe, expect, it } from 'vitest';
import { hex } from '../support/pcap-writer.js';
import { check, inspect, parts, Talk } from './support.js';
import { clientHello, serverHello } from './tls-bytes.js';

const LATE = new Talk({ sport: 60000, dport: 60001 }).c(60_000);
const talk = (n: number): Talk => new Talk({ sport: 43000 + n, dport: 443 });

describe('TLS', () => {
  it('tells what came instead of a server hello', async () => {
    const t = [0, 1, 2, 3, 4, 5].map(talk);
    const hello = clientHello('shop.example');
    const open = (n: number): ReturnType<Talk['handshake']> => [
      ...t[n]!.handshake(n * 10),
      t[n]!.c(n * 10 + 1, { flags: 'PA', payload: hello }),
    ];
    const report = await inspect([
      ...open(0),
      t[0]!.s(2, { flags: 'PA', payload: serverHello(true) }),
      ...open(1),
      t[1]!.s(12, { flags: 'PA', payload: hex('15 0303 0002 02 70') }),
      ...open(2),
      t[2]!.s(22, { flags: 'RA', ack: hello.length + 1 }),
      ...open(3),
      t[3]!.s(32, { flags: 'PA', payload: 'HTTP/1.1 400 Bad Request\r\n\r\n' }),
      ...open(4),
      t[4]!.s(42, { ack: hello.length + 1 }),
      LATE,
      ...[
        t[5]!.syn(59_800),
        t[5]!.synAck(59_801),
        t[5]!.c(59_802),
        t[5]!.c(59_803, { flags: 'PA', payload: hello }),
      ],
    ]);
    const result = check(report, 'tls-handshake');
    expect(parts(result)).toEqual({
      'answered with an alert': 1,
      'reset or closed': 1,
      'answered otherwise': 1,
      'no answer': 1,
    });
    expect([result.of, result.class]).toEqual([5, 'fault']);
    expect(result.examples.map((e) => e.text).join()).toContain('client hello for shop.example: no answer');
    expect(parts(check(report, 'tls-alert'))).toEqual({ fatal: 1 });
    expect(check(report, 'tls-alert').examples[0]!.text).toBe('alert fatal unrecognized_name');
  });

  it('is not judged where the capture sees one direction only', async () => {
    const t = talk(0);
    const report = await inspect([
      t.syn(0),
      t.c(1),
      t.c(2, { flags: 'PA', payload: clientHello('a') }),
      LATE,
    ]);
    expect(check(report, 'tls-handshake')).toMatchObject({ of: 0, class: 'information' });
  });
});

describe('HTTP', () => {
  it('counts answers by class, and requests without one', async () => {
    const answers = ['200 OK', '302 Found', '404 Not Found', '503 Service Unavailable'];
    const report = await inspect([
      ...answers.flatMap((status, n) => {
        const t = talk(n);
        return [
          ...t.handshake(n * 10),
          t.c(n * 10 + 1, { flags: 'PA', payload: 'GET /secret HTTP/1.1\r\nHost: shop.example\r\n\r\n' }),
          t.s(n * 10 + 2, { flags: 'PA', payload: `HTTP/1.1 ${status}\r\n\r\n` }),
        ];
      }),
      ...talk(8).handshake(100),
      talk(8).c(101, { flags: 'PA', payload: 'POST / HTTP/1.1\r\nHost: slow.example\r\n\r\n' }),
      LATE,
    ]);
    const result = check(report, 'http-status');
    expect(parts(result)).toEqual({ '5xx': 1, 'no response': 1, '4xx': 1, '1xx to 3xx': 2 });
    expect(result.examples[0]!.text).toBe('503 to GET shop.example');
    expect(JSON.stringify(report)).not.toContain('secret');
  });
});
