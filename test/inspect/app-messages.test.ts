import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseApp } from '../../src/capture/app.js';
import { concat, data, hex, pcapFile } from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { Talk } from './support.js';
import { clientHello, serverHello } from './tls-bytes.js';

const parse = (payload: string | Uint8Array): ReturnType<typeof parseApp> => {
  const raw = data(payload);
  return parseApp(raw, 0, raw.length);
};

describe('the first data of a direction', () => {
  it('is read as TLS', () => {
    expect(parse(clientHello('shop.example'))).toEqual({ kind: 'tls-client-hello', text: 'shop.example' });
    expect(parse(clientHello(null))).toEqual({ kind: 'tls-client-hello', text: '' });
    expect(parse(serverHello(true))).toEqual({ kind: 'tls-server-hello', text: 'TLS 1.3' });
    expect(parse(serverHello(false))).toEqual({ kind: 'tls-server-hello', text: 'TLS 1.2' });
    expect(parse(hex('15 0303 0002 02 28'))).toEqual({ kind: 'tls-alert', text: 'fatal handshake_failure' });
    expect(parse(hex('15 0301 0002 01 00'))).toEqual({ kind: 'tls-alert', text: 'warning close_notify' });
    expect(parse(hex('15 0303 0002 02 c8'))).toEqual({ kind: 'tls-alert', text: 'fatal alert 200' });
  });

  it('is read as HTTP/1, without paths and with hosts made printable', () => {
    expect(parse('GET /a?token=secret HTTP/1.1\r\nAccept: */*\r\nhost:  shop.example:8080 \r\n\r\n')).toEqual(
      {
        kind: 'http-request',
        text: 'GET shop.example:8080',
      },
    );
    expect(parse('POST / HTTP/1.1\r\nHost: a\u001b[31m\r\n\r\n')).toEqual({
      kind: 'http-request',
      text: 'POST a\\x1b[31m',
    });
    expect(parse('CONNECT shop.example:443 HTTP/1.1\r\n\r\n')?.text).toBe('CONNECT shop.example:443');
    expect(parse('HEAD / HTTP/1.0\n\n')).toEqual({ kind: 'http-request', text: 'HEAD' });
    expect(parse('HTTP/1.1 503 Service Unavailable\r\n')).toEqual({ kind: 'http-response', text: '503' });
    expect(parse('HTTP/1.0 200')).toEqual({ kind: 'http-response', text: '200' });
  });

  it('is left alone when it only looks like it', () => {
    for (const near of [
      'GETTER / HTTP/1.1\r\n\r\n',
      'get / HTTP/1.1\r\n\r\n',
      'OPTIONS rtsp://x RTSP/1.0\r\n\r\n',
      'HTTP/1.1 2000 no\r\n',
      'HTTP/2 200\r\n\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'SSH-2.0-OpenSSH_9.6\r\n',
      '220 mail.example ESMTP\r\n',
      hex('17 0303 0020') /* application data */,
      hex('16 0303 4fff 01') /* longer than a record may be */,
      hex('16 0203 0040 01 00003c 0303') /* SSL 2 */,
      hex('15 0303 001a 1122334455') /* an encrypted alert */,
      hex('15 0303 0002 07 28') /* no such level */,
    ])
      expect(parse(near)).toBeNull();
  });

  it('is read as far as the snap length goes', () => {
    const hello = clientHello('shop.example');
    expect(parseApp(hello, 0, 60)).toEqual({ kind: 'tls-client-hello', text: '' });
    const request = data('GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n');
    expect(parseApp(request, 0, 27)).toEqual({ kind: 'http-request', text: 'GET' });
    expect(parseApp(request, 0, 4)).toBeNull();
  });

  it('never makes the decoder read beyond its end or give unprintable text', () => {
    const start = fc.constantFrom(
      'GET ',
      'HTTP/1.1 ',
      '\x16\x03\x01\x00\x40\x01',
      '\x15\x03\x03\x00\x02',
      'CONNECT ',
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 200 }), fc.nat(220), (head, tail, cut) => {
        const raw = concat(
          Uint8Array.from(head, (ch) => ch.charCodeAt(0)),
          tail,
        );
        const to = Math.min(raw.length, cut);
        const whole = parseApp(raw, 0, to);
        expect(whole).toEqual(parseApp(raw.slice(0, to), 0, to));
        if (whole !== null) expect(whole.text).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });
});

describe('the reader', () => {
  it('notes the first data of each direction, later failures only, and begins anew with a SYN', async () => {
    const t = new Talk();
    const again = new Talk({ isn: 90_000, sisn: 95_000 });
    const table = await readBytes(
      pcapFile([
        ...t.handshake(),
        t.c(1, { flags: 'PA', payload: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' }),
        t.s(2, { flags: 'PA', payload: 'HTTP/1.1 200 OK\r\n\r\n' }),
        t.c(3, { flags: 'PA', seq: 27, payload: 'GET / HTTP/1.1\r\nHost: b\r\n\r\n' }),
        t.s(4, { flags: 'PA', seq: 20, payload: 'HTTP/1.1 404 no\r\n\r\n' }),
        t.s(5, { flags: 'PA', seq: 39, payload: 'HTTP/1.1 502 no\r\n\r\n' }),
        t.c(6, { flags: 'PA', seq: 53, payload: hex('15 0303 0002 02 30') }),
        t.c(7, { flags: 'PA', seq: 60, payload: hex('15 0303 001a 1122334455') }),
        ...again.handshake(10),
        again.c(11, { flags: 'PA', payload: clientHello('c') }),
      ]),
    );
    expect(table.app).toEqual([
      { packet: 3, kind: 'http-request', text: 'GET a' },
      { packet: 4, kind: 'http-response', text: '200' },
      { packet: 7, kind: 'http-response', text: '502' },
      { packet: 8, kind: 'tls-alert', text: 'fatal unknown_ca' },
      { packet: 13, kind: 'tls-client-hello', text: 'c' },
    ]);
  });

  it('does not take a keep-alive byte for the first data, and other data for a message later', async () => {
    const t = new Talk();
    const mid = new Talk({ sport: 50000 });
    const table = await readBytes(
      pcapFile([
        ...t.handshake(),
        t.c(1, { seq: 0, payload: '\0' }),
        t.c(2, { flags: 'PA', payload: 'GET / HTTP/1.1\r\n\r\n' }),
        mid.c(3, { flags: 'PA', payload: 'in the middle' }),
        mid.c(4, { flags: 'PA', seq: 14, payload: 'GET / HTTP/1.1\r\n\r\n' }),
      ]),
    );
    expect(table.app.map((m) => m.packet)).toEqual([4]);
  });
});
