import { describe, expect, it } from 'vitest';
import { BIT_ICMP_ERROR, BIT_SNAPPED, TCP_ACK, TCP_SYN } from '../../src/model/capture.js';
import {
  bytes,
  concat,
  echoPacket,
  ethernet,
  icmp,
  icmpErrorPacket,
  ip,
  pcapFile,
  tcp,
  tcpPacket,
  u16be,
  udp,
  udpPacket,
} from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { row, rowFlows } from '../support/rows.js';
import { flowKeyText } from '../../src/capture/columns.js';

const there = { src: '10.0.1.7', dst: '10.0.2.9', sport: 40000, dport: 8080 } as const;
const back = { src: '10.0.2.9', dst: '10.0.1.7', sport: 8080, dport: 40000 } as const;
const six = { src: 'fd00::7', dst: 'fd00::9', sport: 40000, dport: 8080 } as const;

describe('TCP', () => {
  it('reads a handshake with its options', async () => {
    const table = await readBytes(
      pcapFile([
        tcpPacket({ ...there, flags: 'S', seq: 0xfffffff0, mss: 8961, tsval: 0xf0000001, window: 62727 }),
        tcpPacket({ ...back, flags: 'SA', seq: 100, ack: 0xfffffff1, mss: 1460, tsval: 5 }),
        tcpPacket({ ...there, flags: 'A', seq: 0xfffffff1, ack: 101, mss: 1200, tsval: 0xf0000002 }),
      ]),
    );
    expect([...table.columns.seq]).toEqual([0xfffffff0, 100, 0xfffffff1]);
    expect([...table.columns.ack]).toEqual([0, 0xfffffff1, 101]);
    expect([...table.columns.tsval]).toEqual([0xf0000001, 5, 0xf0000002]);
    // An MSS outside of a SYN has no meaning.
    expect([...table.columns.aux]).toEqual([8961, 1460, 0]);
    expect([...table.columns.flags]).toEqual([TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK]);
    expect([...table.columns.way]).toEqual([0, 1, 0]);
    expect(table.columns.window[0]).toBe(62727);
  });

  it('survives broken options and options cut by the snap length', async () => {
    const frame = tcpPacket({ ...there, flags: 'S', mss: 1460, tsval: 77 });
    const zero = frame.slice();
    zero[14 + 20 + 20 + 1] = 0;
    const beyond = frame.slice();
    beyond[14 + 20 + 20 + 1] = 200;
    const cut = { data: frame.subarray(0, 14 + 20 + 20 + 8), originalLength: frame.length };
    const table = await readBytes(pcapFile([zero, beyond, cut]));
    expect(table.malformed).toBe(0);
    expect([...table.columns.aux]).toEqual([0, 0, 1460]);
    expect([...table.columns.tsval]).toEqual([0, 0, 0]);
  });
});

describe('UDP', () => {
  it('goes by its own length where that fits', async () => {
    const packet = (own: number): Uint8Array => {
      const datagram = udp({ ...there, payload: 'abcdef' });
      datagram.set(u16be(own), 4);
      return ethernet(0x0800, ip(17, there, datagram));
    };
    const table = await readBytes(pcapFile([packet(14), packet(10), packet(0), packet(999), packet(7)]));
    expect([...table.columns.payload]).toEqual([6, 2, 6, 6, 0]);
    expect(table.malformed).toBe(1);
  });

  it('keeps an empty datagram', async () => {
    const table = await readBytes(pcapFile([udpPacket(there)]));
    expect(row(table, 0)).toMatchObject({ flow: '17 10.0.1.7:40000 10.0.2.9:8080', payload: 0, hash: 0 });
  });
});

describe('SCTP and other protocols', () => {
  it('reads SCTP ports', async () => {
    const message = concat(u16be(40000), u16be(38412), new Uint8Array(8), bytes(1, 2, 3, 4));
    const table = await readBytes(pcapFile([ethernet(0x0800, ip(132, there, message))]));
    expect(row(table, 0)).toMatchObject({ flow: '132 10.0.1.7:40000 10.0.2.9:38412', payload: 4 });
  });

  it('gives protocols without ports a flow of their own', async () => {
    const table = await readBytes(
      pcapFile([ethernet(0x0800, ip(50, there, bytes(1, 2, 3))), ethernet(0x0800, ip(2, there, bytes(1)))]),
    );
    expect(rowFlows(table)).toEqual(['50 10.0.1.7:0 10.0.2.9:0', '2 10.0.1.7:0 10.0.2.9:0']);
    expect([...table.columns.payload]).toEqual([3, 1]);
  });
});

describe('ICMP', () => {
  it('uses the identifier of an echo as both ports', async () => {
    const table = await readBytes(
      pcapFile([
        echoPacket({ ...there, echoId: 26369, sequence: 3 }),
        echoPacket({ ...back, echoId: 26369, sequence: 3, reply: true }),
        echoPacket({ ...six, echoId: 9, sequence: 0xfffe }),
        echoPacket({ src: six.dst, dst: six.src, echoId: 9, sequence: 0xfffe, reply: true }),
      ]),
    );
    expect(rowFlows(table)).toEqual([
      '1 10.0.1.7:26369 10.0.2.9:26369',
      '1 10.0.1.7:26369 10.0.2.9:26369',
      '58 [fd00::7]:9 [fd00::9]:9',
      '58 [fd00::7]:9 [fd00::9]:9',
    ]);
    expect([...table.columns.way]).toEqual([0, 1, 0, 1]);
    expect([...table.columns.seq]).toEqual([3, 3, 0xfffe, 0xfffe]);
    expect([...table.columns.flags]).toEqual([8 << 8, 0, 128 << 8, 129 << 8]);
    expect([...table.columns.payload]).toEqual([8, 8, 8, 8]);
  });

  it('names the flow, way, sequence number and MTU of what an error quotes', async () => {
    const segment = tcpPacket({ ...back, seq: 0xdeadbeef, df: true, payload: new Uint8Array(1400) });
    const quoted = segment.subarray(14, 14 + 28);
    const error = { src: '10.0.1.1', dst: '10.0.2.9', type: 3, code: 4, mtu: 1400, quoted };
    const table = await readBytes(pcapFile([segment, icmpErrorPacket(error)]));
    expect(row(table, 1)).toMatchObject({
      flow: '1 10.0.1.1:0 10.0.2.9:0',
      flags: (3 << 8) | 4,
      bits: BIT_ICMP_ERROR,
      ack: 1400,
      seq: 0xdeadbeef,
      aux: table.columns.flow[0]! + 1,
      window: 1,
      payload: 28,
    });
  });

  it('attributes errors about UDP, echoes, fragments and packets with options', async () => {
    const from = { src: '10.0.2.9', dst: '10.0.1.7' };
    const options = { ...there, ipOptions: bytes(1, 1, 1, 0) };
    const later = ip(17, { ...there, offset: 1480 }, new Uint8Array(64));
    const errors = [
      { type: 3, code: 3, quoted: ip(17, there, udp({ ...there, payload: 'abc' })) },
      { type: 11, code: 0, quoted: ip(1, there, icmp(8, 0, (77 << 16) | 1)) },
      { type: 11, code: 1, quoted: later },
      { type: 3, code: 13, quoted: ip(6, options, tcp({ ...options, seq: 5 })) },
    ].map((error) => icmpErrorPacket({ ...from, ...error }));
    const table = await readBytes(pcapFile(errors));
    const quoted = [...table.columns.aux].map((index) => flowKeyText(table.flows[index - 1]!));
    expect(quoted).toEqual([
      '17 10.0.1.7:40000 10.0.2.9:8080',
      '1 10.0.1.7:77 10.0.2.9:77',
      '17 10.0.1.7:0 10.0.2.9:0',
      '6 10.0.1.7:40000 10.0.2.9:8080',
    ]);
    expect([...table.columns.seq]).toEqual([0, 0, 0, 5]);
    expect([...table.columns.ack]).toEqual([0, 0, 0, 0]);
    expect([...table.columns.window]).toEqual([0, 0, 0, 0]);
  });

  it('reads ICMPv6 errors with the MTU of packet too big', async () => {
    const quoted = ip(6, six, tcp({ ...six, seq: 42 }));
    const error = { src: 'fd00::1', dst: 'fd00::7', type: 2, code: 0, mtu: 1280, quoted };
    const table = await readBytes(pcapFile([icmpErrorPacket(error)]));
    expect(row(table, 0)).toMatchObject({ ack: 1280, seq: 42, flags: 2 << 8, bits: BIT_ICMP_ERROR });
    expect(flowKeyText(table.flows[table.columns.aux[0]! - 1]!)).toBe('6 [fd00::7]:40000 [fd00::9]:8080');
  });

  it('says nothing of a quoted packet that is cut or no packet', async () => {
    const whole = icmpErrorPacket({ ...back, type: 3, code: 1, quoted: ip(6, there, tcp(there)) });
    const cut = [42, 61, 64].map((n) => ({ data: whole.subarray(0, n), originalLength: whole.length }));
    const nonsense = icmpErrorPacket({ ...back, type: 3, code: 1, quoted: new Uint8Array(40) });
    const table = await readBytes(pcapFile([...cut, nonsense]));
    expect([...table.columns.aux]).toEqual([0, 0, 0, 0]);
    expect([...table.columns.bits].map((b) => b & ~BIT_SNAPPED)).toEqual(
      Array<number>(4).fill(BIT_ICMP_ERROR),
    );
    expect(table.malformed).toBe(0);
  });

  it('does not take redirects and neighbour discovery for errors', async () => {
    const redirect = icmpErrorPacket({ ...back, type: 5, code: 1, quoted: ip(6, there, tcp(there)) });
    const neighbour = ethernet(0x86dd, ip(58, six, icmp(135, 0, 0, new Uint8Array(16))));
    const table = await readBytes(pcapFile([redirect, neighbour]));
    expect([...table.columns.bits]).toEqual([0, 0]);
    expect(rowFlows(table)).toEqual(['1 10.0.1.7:0 10.0.2.9:0', '58 [fd00::7]:0 [fd00::9]:0']);
  });

  it('counts a header that is cut', async () => {
    const frame = echoPacket({ ...there, echoId: 1, sequence: 1 });
    const table = await readBytes(pcapFile([{ data: frame.subarray(0, 41), originalLength: frame.length }]));
    expect(table).toMatchObject({ malformed: 1, flows: [] });
  });
});
