import { describe, expect, it } from 'vitest';
import {
  BIT_DF,
  BIT_FRAG_FIRST,
  BIT_FRAG_LAST,
  BIT_FRAG_LATER,
  BIT_SNAPPED,
} from '../../src/model/capture.js';
import {
  bytes,
  concat,
  data,
  ethernet,
  extension,
  ip,
  pcapFile,
  tcp,
  tcpPacket,
  udp,
  u32be,
} from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { payloadHash, row, rowFlows } from '../support/rows.js';

const four = { src: '10.0.2.9', dst: '10.0.1.7', sport: 8080, dport: 40000 } as const;
const six = { src: 'fd00::9', dst: 'fd00::7', sport: 8080, dport: 40000 } as const;
const FLOW4 = '6 10.0.1.7:40000 10.0.2.9:8080';
const FLOW6 = '6 [fd00::7]:40000 [fd00::9]:8080';

describe('IPv4', () => {
  it('fills the columns of the IP header', async () => {
    const frame = tcpPacket({ ...four, ttl: 63, id: 0xbeef, df: true, payload: 'hello', seq: 1, ack: 2 });
    const table = await readBytes(pcapFile([frame]));
    expect(row(table, 0)).toEqual({
      time: 0,
      epochNs: table.baseNs,
      iface: 0,
      dir: 0,
      flow: FLOW4,
      way: 1,
      ttl: 63,
      ipId: 0xbeef,
      bits: BIT_DF,
      ipLength: 45,
      payload: 5,
      hash: payloadHash(data('hello')),
      flags: 0x10,
      seq: 1,
      ack: 2,
      window: 64240,
      tsval: 0,
      aux: 0,
    });
  });

  it('skips options', async () => {
    const ipOptions = bytes(7, 7, 4, 0, 0, 0, 0, 0);
    const table = await readBytes(pcapFile([tcpPacket({ ...four, ipOptions, seq: 9, payload: 'x' })]));
    expect(row(table, 0)).toMatchObject({ flow: FLOW4, seq: 9, ipLength: 49, payload: 1 });
  });

  it('does not count the padding of short frames as payload', async () => {
    const table = await readBytes(pcapFile([tcpPacket({ ...four, padTo: 60 })]));
    expect(row(table, 0)).toMatchObject({ ipLength: 40, payload: 0, hash: 0, bits: 0 });
  });

  it('takes the frame length for a total length of 0 (segments beyond 64 KB)', async () => {
    const payload = new Uint8Array(100_000).fill(7);
    const frame = tcpPacket({ ...four, length: 0, payload });
    const whole = await readBytes(pcapFile([frame]));
    expect(row(whole, 0)).toMatchObject({ ipLength: 100_040, payload: 100_000, flow: FLOW4 });
    const cut = await readBytes(
      pcapFile([{ data: frame.subarray(0, 96), originalLength: frame.length }], { snapLength: 96 }),
    );
    expect(row(cut, 0)).toMatchObject({ ipLength: 100_040, payload: 100_000, bits: BIT_SNAPPED });
  });

  it('hashes at most 64 bytes, and only captured ones', async () => {
    const payload = Uint8Array.from({ length: 200 }, (_, i) => i);
    const frame = tcpPacket({ ...four, payload });
    const table = await readBytes(
      pcapFile(
        [54, 64, 54 + 63, 54 + 64, frame.length].map((n) => ({
          data: frame.subarray(0, n),
          originalLength: frame.length,
        })),
      ),
    );
    expect([...table.columns.payload]).toEqual([200, 200, 200, 200, 200]);
    expect([...table.columns.hash]).toEqual(
      [0, 10, 63, 64, 64].map((n) => (n === 0 ? 0 : payloadHash(payload.subarray(0, n)))),
    );
    expect([...table.columns.bits]).toEqual([BIT_SNAPPED, BIT_SNAPPED, BIT_SNAPPED, 0, 0]);
  });

  it('orders ends by address as unsigned bytes, then by port', async () => {
    const packets = [
      tcpPacket({ src: '192.168.0.1', dst: '10.0.0.1', sport: 1, dport: 2 }),
      tcpPacket({ src: '9.0.0.1', dst: '200.0.0.1', sport: 1, dport: 2 }),
      tcpPacket({ src: '127.0.0.1', dst: '127.0.0.1', sport: 9, dport: 5 }),
      tcpPacket({ src: '127.0.0.1', dst: '127.0.0.1', sport: 5, dport: 9 }),
      tcpPacket({ src: '127.0.0.1', dst: '128.0.0.1', sport: 65535, dport: 1 }),
    ];
    const table = await readBytes(pcapFile(packets));
    expect(rowFlows(table)).toEqual([
      '6 10.0.0.1:2 192.168.0.1:1',
      '6 9.0.0.1:1 200.0.0.1:2',
      '6 127.0.0.1:5 127.0.0.1:9',
      '6 127.0.0.1:5 127.0.0.1:9',
      '6 127.0.0.1:65535 128.0.0.1:1',
    ]);
    expect([...table.columns.way]).toEqual([1, 0, 1, 0, 0]);
    expect(table.flows).toHaveLength(4);
  });

  it('counts headers that are cut or contradict themselves, and keeps their rows', async () => {
    const good = ip(6, four, tcp(four));
    const broken = (o: number, value: number): Uint8Array => {
      const copy = good.slice();
      copy[o] = value;
      return ethernet(0x0800, copy);
    };
    const frames = [
      broken(0, 0x65), // version 6 under the IPv4 type
      broken(0, 0x44), // header of 16 bytes
      broken(0, 0x4f), // header beyond the packet
      broken(3, 19), // total length below the header
      broken(32, 0x40), // TCP header of 16 bytes
      broken(32, 0xf0), // TCP header beyond the packet
      ethernet(0x0800, good.subarray(0, 19)),
      ethernet(0x0800, good.subarray(0, 39)),
      new Uint8Array(13),
      new Uint8Array(0),
    ].map((frame) => ({ data: frame, originalLength: 54 }));
    const table = await readBytes(pcapFile(frames));
    expect(table).toMatchObject({ packets: 10, malformed: 10, otherFrames: 0, corrupt: false, flows: [] });
    expect(rowFlows(table)).toEqual(Array<null>(10).fill(null));
  });
});

describe('IPv4 fragments', () => {
  const datagram = udp({ ...four, payload: new Uint8Array(3000).fill(3) });
  const fragment = (id: number, offset: number, more: boolean): Uint8Array =>
    ethernet(0x0800, ip(17, { ...four, id, offset, more }, datagram.subarray(offset, offset + 1480)));
  const FLOW = '17 10.0.1.7:40000 10.0.2.9:8080';

  it('gives later fragments the flow of the first one', async () => {
    const table = await readBytes(
      pcapFile([fragment(5, 0, true), fragment(5, 1480, true), fragment(5, 2960, false)]),
    );
    expect(rowFlows(table)).toEqual([FLOW, FLOW, FLOW]);
    expect([...table.columns.way]).toEqual([1, 1, 1]);
    expect([...table.columns.payload]).toEqual([1472, 1480, 48]);
    expect([...table.columns.flags]).toEqual([0, 185, 370]);
    expect([...table.columns.bits]).toEqual([BIT_FRAG_FIRST, BIT_FRAG_LATER, BIT_FRAG_LATER | BIT_FRAG_LAST]);
    expect(table.columns.hash[1]).toBe(payloadHash(datagram.subarray(1480, 1544)));
  });

  it('gives a fragment that comes before its first one a flow without ports', async () => {
    const table = await readBytes(
      pcapFile([fragment(5, 1480, true), fragment(5, 0, true), fragment(5, 2960, false)]),
    );
    expect(rowFlows(table)).toEqual(['17 10.0.1.7:0 10.0.2.9:0', FLOW, FLOW]);
    expect(table.columns.way[0]).toBe(1);
  });

  it('does not mix identifications, protocols or datagrams that are long gone', async () => {
    const late = { data: fragment(5, 1480, false), timeNs: 1_795_132_800_000_000_000n + 31_000_000_000n };
    const table = await readBytes(pcapFile([fragment(5, 0, true), fragment(6, 1480, false), late]));
    expect(rowFlows(table)).toEqual([FLOW, '17 10.0.1.7:0 10.0.2.9:0', '17 10.0.1.7:0 10.0.2.9:0']);
  });

  it('remembers a bounded number of datagrams', async () => {
    const frames = [];
    for (let id = 1; id <= 5000; id++) frames.push(fragment(id, 0, true));
    frames.push(fragment(1, 2960, false), fragment(5000, 2960, false));
    const flows = rowFlows(await readBytes(pcapFile(frames)));
    expect(flows.slice(-2)).toEqual(['17 10.0.1.7:0 10.0.2.9:0', FLOW]);
  });
});

describe('IPv6', () => {
  const segment = tcp({ ...six, seq: 11, payload: 'data' });

  it('fills the columns and counts no identification', async () => {
    const table = await readBytes(pcapFile([tcpPacket({ ...six, ttl: 62, payload: 'data', padTo: 90 })]));
    expect(row(table, 0)).toMatchObject({
      flow: FLOW6,
      way: 1,
      ttl: 62,
      ipId: 0,
      bits: 0,
      ipLength: 64,
      payload: 4,
      hash: payloadHash(data('data')),
    });
  });

  it('follows hop-by-hop, routing, destination and authentication headers', async () => {
    const auth = concat(bytes(6, 4, 0, 0), new Uint8Array(20), segment);
    const body = extension(
      43,
      bytes(1, 4, 0, 0, 0, 0),
      extension(60, bytes(), extension(51, bytes(1, 0), auth)),
    );
    const table = await readBytes(pcapFile([ethernet(0x86dd, ip(0, six, body))]));
    expect(row(table, 0)).toMatchObject({ flow: FLOW6, seq: 11, payload: 4 });
  });

  it('reads fragments', async () => {
    const datagram = udp({ ...six, payload: new Uint8Array(2000) });
    const options = { ...six, id: 0x12345678 };
    const frames = [
      ethernet(0x86dd, ip(17, { ...options, more: true }, datagram.subarray(0, 1448))),
      ethernet(0x86dd, ip(17, { ...options, offset: 1448 }, datagram.subarray(1448))),
    ];
    const table = await readBytes(pcapFile(frames));
    expect(rowFlows(table)).toEqual(Array<string>(2).fill('17 [fd00::7]:40000 [fd00::9]:8080'));
    expect([...table.columns.payload]).toEqual([1440, 560]);
    expect([...table.columns.ipId]).toEqual([0x5678, 0x5678]);
    expect([...table.columns.flags]).toEqual([0, 181]);
    expect([...table.columns.bits]).toEqual([BIT_FRAG_FIRST, BIT_FRAG_LATER | BIT_FRAG_LAST]);
  });

  it('takes an atomic fragment for a whole packet', async () => {
    const table = await readBytes(pcapFile([ethernet(0x86dd, ip(6, { ...six, offset: 0 }, segment))]));
    expect(row(table, 0)).toMatchObject({ flow: FLOW6, bits: 0, payload: 4 });
  });

  it('reads jumbo payloads, with and without their option', async () => {
    const big = tcp({ ...six, payload: new Uint8Array(70_000) });
    const jumbo = extension(6, concat(bytes(0xc2, 4), u32be(big.length + 8)), big);
    const frames = [
      ethernet(0x86dd, ip(0, { ...six, length: 0 }, jumbo)),
      ethernet(0x86dd, ip(6, { ...six, length: 0 }, big)),
    ];
    const table = await readBytes(pcapFile(frames));
    expect([...table.columns.payload]).toEqual([70_000, 70_000]);
    expect([...table.columns.ipLength]).toEqual([70_068, 70_060]);
  });

  it('counts headers that are cut', async () => {
    const whole = ethernet(0x86dd, ip(0, six, extension(6, bytes(), segment)));
    const frames = [14 + 39, 14 + 41, 14 + 47, 14 + 67].map((n) => ({
      data: whole.subarray(0, n),
      originalLength: whole.length,
    }));
    expect(await readBytes(pcapFile(frames))).toMatchObject({ malformed: 4, flows: [] });
  });

  it('keeps many addresses apart and prints them in canonical form', async () => {
    const frames = [];
    for (let i = 0; i < 3000; i++) {
      frames.push(tcpPacket({ ...six, src: `2001:db8:0:0:1::${i.toString(16)}`, sport: i }));
    }
    const table = await readBytes(pcapFile([...frames, ...frames]));
    expect(table.flows).toHaveLength(3000);
    expect(table.flows[0x1a]).toEqual({
      protocol: 6,
      a: '2001:db8::1:0:0:1a',
      b: 'fd00::7',
      aPort: 0x1a,
      bPort: 40000,
    });
    expect(table.columns.flow.subarray(3000)).toEqual(table.columns.flow.subarray(0, 3000));
  });
});
