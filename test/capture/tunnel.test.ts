import { describe, expect, it } from 'vitest';
import { BIT_ENCAPSULATED, BIT_SNAPPED } from '../../src/model/capture.js';
import {
  arpPacket,
  bytes,
  concat,
  ethernet,
  ip,
  pcapFile,
  tcp,
  tcpPacket,
  u16be,
  u32be,
  udpPacket,
  vxlanPacket,
} from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { row, rowFlows } from '../support/rows.js';

const outer = { src: '192.168.0.1', dst: '192.168.0.2', ttl: 99, id: 7, df: true } as const;
const pods = { src: '10.0.1.7', dst: '10.0.2.9', sport: 40000, dport: 8080, seq: 5, ttl: 63, id: 1 } as const;
const pods6 = { src: 'fd00::7', dst: 'fd00::9', sport: 40000, dport: 8080, seq: 5, ttl: 63 } as const;
const frame = tcpPacket({ ...pods, payload: 'hi', srcMac: '02:aa:00:00:00:01' });
const packet = ip(6, pods, tcp(pods));
const packet6 = ip(6, pods6, tcp(pods6));
const FLOW = '6 10.0.1.7:40000 10.0.2.9:8080';
const FLOW6 = '6 [fd00::7]:40000 [fd00::9]:8080';

describe('tunnels', () => {
  it.each([4789, 8472])('describes what is in VXLAN on port %i', async (port) => {
    const table = await readBytes(pcapFile([vxlanPacket({ ...outer, port, inner: frame })]));
    expect(row(table, 0)).toMatchObject({
      flow: FLOW,
      seq: 5,
      ttl: 63,
      ipId: 1,
      bits: BIT_ENCAPSULATED,
      ipLength: 42,
      payload: 2,
    });
    // The MAC addresses tell the tapped interface: those of the outer frame.
    expect(table.macs.map((m) => m.src)).toEqual(['02:00:00:00:00:0a']);
    expect(table.flows).toHaveLength(1);
  });

  it('describes what is in Geneve, with options, as Ethernet or IP', async () => {
    const geneve = (options: number, type: number, inner: Uint8Array): Uint8Array =>
      udpPacket({
        ...outer,
        sport: 1,
        dport: 6081,
        payload: concat(bytes(options, 0), u16be(type), u32be(0x100), new Uint8Array(options * 4), inner),
      });
    const frames = [geneve(0, 0x6558, frame), geneve(8, 0x6558, frame), geneve(2, 0x0800, packet)];
    const table = await readBytes(pcapFile(frames));
    expect(rowFlows(table)).toEqual([FLOW, FLOW, FLOW]);
  });

  it('describes what is in IPIP, 6in4 and GRE with every optional field', async () => {
    const gre = (flags: number, type: number, inner: Uint8Array): Uint8Array => {
      const fields = [0x8000, 0x2000, 0x1000].filter((bit) => (flags & bit) !== 0).length;
      return concat(u16be(flags), u16be(type), new Uint8Array(fields * 4), inner);
    };
    const frames = [
      ip(4, outer, packet),
      ip(41, outer, packet6),
      ip(47, outer, gre(0, 0x0800, packet)),
      ip(47, outer, gre(0xb000, 0x86dd, packet6)),
      ip(47, outer, gre(0x2000, 0x6558, frame)),
    ].map((p) => ethernet(0x0800, p));
    const table = await readBytes(pcapFile(frames));
    expect(rowFlows(table)).toEqual([FLOW, FLOW6, FLOW, FLOW6, FLOW]);
    expect([...table.columns.bits]).toEqual(Array<number>(5).fill(BIT_ENCAPSULATED));
  });

  it('unwraps tunnels in tunnels, to a bound', async () => {
    let inner: Uint8Array = frame;
    const frames = [];
    for (let depth = 1; depth <= 5; depth++) {
      inner = vxlanPacket({ ...outer, inner });
      frames.push(inner);
    }
    const flows = rowFlows(await readBytes(pcapFile(frames)));
    expect(flows).toEqual([FLOW, FLOW, FLOW, FLOW, '17 192.168.0.1:40000 192.168.0.2:4789']);
  });

  it('falls back to the outer packet on anything else, and leaves no trace of the attempt', async () => {
    const OUTER = '17 192.168.0.1:40000 192.168.0.2:4789';
    const damaged = frame.slice();
    damaged[14 + 20 + 12] = 0x10; // TCP header of 4 bytes
    const tooLong = frame.slice();
    tooLong.set(u16be(9000), 16); // inner packet longer than the outer one
    const frames = [
      vxlanPacket({ ...outer, inner: damaged }),
      vxlanPacket({ ...outer, inner: tooLong }),
      vxlanPacket({
        ...outer,
        inner: arpPacket({ op: 'request', senderIp: '10.0.0.1', targetIp: '10.0.0.2' }),
      }),
      vxlanPacket({ ...outer, inner: new Uint8Array(60) }),
      udpPacket({ ...outer, sport: 40000, dport: 4789, payload: new Uint8Array(80) }),
      udpPacket({ ...outer, sport: 40000, dport: 4789, payload: 'x' }),
    ];
    const table = await readBytes(pcapFile(frames));
    expect(rowFlows(table)).toEqual(Array<string>(6).fill(OUTER));
    expect(table.malformed).toBe(0);
    expect(table.flows).toHaveLength(1);
    expect(row(table, 0)).toMatchObject({
      ttl: 99,
      ipId: 7,
      bits: 1,
      seq: 0,
      flags: 0,
      payload: 8 + damaged.length,
    });
  });

  it('falls back when the snap length cuts the inner header', async () => {
    const whole = vxlanPacket({ ...outer, inner: tcpPacket({ ...pods, payload: 'x'.repeat(100) }) });
    const cut = (n: number): { data: Uint8Array; originalLength: number } => ({
      data: whole.subarray(0, n),
      originalLength: whole.length,
    });
    const table = await readBytes(pcapFile([cut(96), cut(50 + 54)]));
    expect(rowFlows(table)).toEqual(['17 192.168.0.1:40000 192.168.0.2:4789', FLOW]);
    expect([...table.columns.bits]).toEqual([1 | BIT_SNAPPED, BIT_ENCAPSULATED | BIT_SNAPPED]);
  });

  it('does not look into other GRE versions and protocols', async () => {
    const frames = [concat(u16be(0x3001), u16be(0x880b), bytes(1)), concat(u16be(0), u16be(0x88be), frame)];
    const table = await readBytes(pcapFile(frames.map((f) => ethernet(0x0800, ip(47, outer, f)))));
    expect(rowFlows(table)).toEqual(Array<string>(2).fill('47 192.168.0.1:0 192.168.0.2:0'));
  });
});
