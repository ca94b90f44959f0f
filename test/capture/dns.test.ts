import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDns } from '../../src/capture/dns.js';
import {
  bytes,
  concat,
  data,
  dnsMessage,
  hex,
  pcapFile,
  tcpPacket,
  u16be,
  udpPacket,
} from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';

const client = { src: '10.0.1.7', dst: '172.20.0.10', sport: 40000, dport: 53 } as const;
const server = { src: '172.20.0.10', dst: '10.0.1.7', sport: 53, dport: 40000 } as const;
const parse = (message: Uint8Array): ReturnType<typeof parseDns> => parseDns(message, 0, message.length, 0);

describe('DNS messages', () => {
  it('reads questions and answers over UDP, and the first message over TCP', async () => {
    const name = 'orders-api.shop.svc.cluster.local';
    const query = dnsMessage({ id: 0x1a2b, name, qtype: 28 });
    const answer = dnsMessage({ id: 0x1a2b, name, qtype: 28, response: true, rcode: 3 });
    const tcp = concat(u16be(query.length), query);
    const table = await readBytes(
      pcapFile([
        udpPacket({ ...client, payload: query }),
        udpPacket({ ...server, payload: answer }),
        tcpPacket({ ...client, flags: 'S' }),
        tcpPacket({ ...client, flags: 'PA', payload: tcp }),
      ]),
    );
    const common = { id: 0x1a2b, qname: name, qtype: 28 };
    expect(table.dns).toEqual([
      { packet: 0, ...common, response: false, rcode: 0 },
      { packet: 1, ...common, response: true, rcode: 3 },
      { packet: 3, ...common, response: false, rcode: 0 },
    ]);
  });

  it('takes nothing else on these ports for DNS', async () => {
    const payloads = [
      'heartbeat 17 of a service that likes port 5353',
      new Uint8Array(100),
      'x',
      bytes(0, 1, 1, 0),
    ];
    const frames = payloads.map((payload) => udpPacket({ ...client, dport: 5353, payload }));
    const other = udpPacket({ ...client, dport: 54, payload: dnsMessage({ id: 1, name: 'a.b' }) });
    expect((await readBytes(pcapFile([...frames, other]))).dns).toEqual([]);
  });

  it('escapes what is not printable', () => {
    const label = concat(bytes(9), data('a.\\'), bytes(0x1b, 0xff, 0x20), data('ok_'), bytes(0));
    const message = concat(hex('0001 0100 0001 0000 0000 0000'), label, hex('0001 0001'));
    expect(parse(message)?.qname).toBe('a\\.\\\\\\027\\255\\032ok_');
  });

  it('reads the root name', () => {
    expect(parse(dnsMessage({ id: 1, name: '.', qtype: 2 }))).toMatchObject({ qname: '.', qtype: 2 });
  });

  it('ends on pointers in a circle and names without end', () => {
    const header = hex('0001 0100 0001 0000 0000 0000');
    expect(parse(concat(header, hex('c00c 0001 0001')))).toBeNull();
    expect(parse(concat(header, hex('0161 c00c 0001 0001')))).toBeNull();
    expect(parse(concat(header, hex('c0ff 0001 0001')))).toBeNull();
    expect(parse(concat(header, bytes(63), new Uint8Array(40)))).toBeNull();
    const long = concat(
      ...Array.from({ length: 60 }, () => bytes(4, 97, 97, 97, 97)),
      bytes(0),
      hex('0001 0001'),
    );
    expect(parse(concat(header, long))).toBeNull();
  });

  it('keeps answers that leave the question out only when they carry something else', () => {
    expect(parse(hex('0001 8181 0000 0000 0000 0000'))).toMatchObject({ rcode: 1, qname: '', qtype: 0 });
    expect(parse(hex('0000 8400 0000 0001 0000 0000 00'))).toMatchObject({ response: true, qname: '' });
    expect(parse(hex('0000 0000 0000 0000 0000 0000'))).toBeNull();
  });

  it('never throws and never reads beyond the message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(90), (raw, cut) => {
        const to = Math.min(cut, raw.length);
        expect(parseDns(raw, 0, to, 0)).toEqual(parseDns(raw.slice(0, to), 0, to, 0));
      }),
    );
  });
});
