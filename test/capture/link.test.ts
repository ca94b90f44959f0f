import { describe, expect, it } from 'vitest';
import {
  bytes,
  concat,
  ethernet,
  hex,
  ip,
  pcapFile,
  sll,
  sll2,
  tcp,
  tcpPacket,
  u16be,
  u32be,
} from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { row, rowFlows } from '../support/rows.js';

const four = { src: '10.0.1.7', dst: '10.0.2.9', sport: 40000, dport: 8080, seq: 5 } as const;
const six = { src: 'fd00::7', dst: 'fd00::9', sport: 40000, dport: 8080, seq: 6 } as const;
const ip4 = ip(6, four, tcp(four));
const ip6 = ip(6, six, tcp(six));
const FLOW4 = '6 10.0.1.7:40000 10.0.2.9:8080';
const FLOW6 = '6 [fd00::7]:40000 [fd00::9]:8080';

describe('Ethernet', () => {
  it('reads plain, tagged and doubly tagged frames', async () => {
    const frames = [
      ethernet(0x0800, ip4),
      ethernet(0x86dd, ip6),
      ethernet(0x0800, ip4, { vlan: 12 }),
      ethernet(0x86dd, ip6, { vlan: [100, 12] }),
      ethernet(0x9100, concat(u16be(7), u16be(0x0800), ip4)),
      ethernet(0x0800, ip4, { vlan: [1, 2, 3, 4] }),
    ];
    const table = await readBytes(pcapFile(frames));
    expect(rowFlows(table)).toEqual([FLOW4, FLOW6, FLOW4, FLOW6, FLOW4, FLOW4]);
    expect(table.malformed + table.otherFrames).toBe(0);
  });

  it('counts five tags as another frame', async () => {
    const table = await readBytes(pcapFile([ethernet(0x0800, ip4, { vlan: [1, 2, 3, 4, 5] })]));
    expect(table).toMatchObject({ otherFrames: 1, malformed: 0, packets: 1 });
    expect(rowFlows(table)).toEqual([null]);
  });

  it('reads IP in SNAP, and leaves other 802.3 frames', async () => {
    const snap = concat(hex('aaaa03 000000 0800'), ip4);
    const stp = hex('424203 0000 00 00 00');
    const frames = [ethernet(snap.length, snap), ethernet(stp.length, stp), ethernet(0x88cc, bytes(1, 2))];
    const table = await readBytes(pcapFile(frames));
    expect(rowFlows(table)).toEqual([FLOW4, null, null]);
    expect(table).toMatchObject({ otherFrames: 2, malformed: 0 });
  });

  it('counts pairs of MAC addresses on IP only', async () => {
    const there = { srcMac: '02:00:00:00:00:01', dstMac: '02:00:00:00:00:02' };
    const back = { srcMac: '02:00:00:00:00:02', dstMac: '02:00:00:00:00:01' };
    const frames = [
      ethernet(0x0800, ip4, there),
      ethernet(0x86dd, ip6, there),
      ethernet(0x0800, ip4, back),
      ethernet(0x88cc, bytes(1), there),
    ];
    expect((await readBytes(pcapFile(frames))).macs).toEqual([
      { iface: 0, src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02', packets: 2 },
      { iface: 0, src: '02:00:00:00:00:02', dst: '02:00:00:00:00:01', packets: 1 },
    ]);
  });

  it('bounds the pairs and says how many packets they leave out', async () => {
    const frames = Array.from({ length: 300 }, (_, i) =>
      ethernet(0x0800, ip4, { srcMac: `02:00:00:00:${(i >> 8).toString(16)}:${(i & 255).toString(16)}` }),
    );
    const table = await readBytes(pcapFile(frames));
    expect(table.macs).toHaveLength(256);
    expect(table.leftOut).toEqual({ macPairs: 44, arp: 0, dns: 0 });
  });
});

describe('Linux cooked', () => {
  it('reads version 1: one interface, directions by packet type', async () => {
    const frames = [0, 1, 2, 3, 4].map((type) => sll(0x0800, type, ip4));
    const table = await readBytes(pcapFile(frames, { linkType: 113 }));
    expect([...table.columns.dir]).toEqual([1, 1, 1, 1, 2]);
    expect(table.interfaces).toHaveLength(1);
    expect(rowFlows(table)).toEqual(Array<string>(5).fill(FLOW4));
    expect(table.macs).toEqual([]);
  });

  it('learns from version 1 which MAC handed in the packets of an address', async () => {
    const frames = [
      sll(0x0800, 0, ip4, '02:00:00:00:00:07'),
      sll(0x0800, 4, ip4, '02:00:00:00:00:08'),
      sll(0x86dd, 0, ip6, '02:00:00:00:00:09'),
      sll(0x0800, 0, ip4, '02:00:00:00:00:0a'),
    ];
    const table = await readBytes(pcapFile(frames, { linkType: 113 }));
    expect(table.senders?.map((s) => s.mac)).toEqual(['02:00:00:00:00:07', '02:00:00:00:00:09']);
    expect(rowFlows(table).map((f) => f?.includes(table.senders![0]!.ip))).toEqual([true, true, false, true]);
  });

  it('reads a VLAN tag and IPv6 behind version 1', async () => {
    const table = await readBytes(
      pcapFile([sll(0x8100, 0, concat(u16be(5), u16be(0x0800), ip4)), sll(0x86dd, 4, ip6)], {
        linkType: 113,
      }),
    );
    expect(rowFlows(table)).toEqual([FLOW4, FLOW6]);
  });

  it('splits version 2 by interface index and learns their MAC addresses from what goes out', async () => {
    const frames = [
      sll2(0x0800, 3, 0, ip4, '02:00:00:00:00:99'),
      sll2(0x0800, 2, 4, ip4, '02:00:00:00:00:02'),
      sll2(0x86dd, 3, 4, ip6, '02:00:00:00:00:03'),
      sll2(0x0800, 2, 4, ip4, '02:00:00:00:00:02'),
    ];
    const table = await readBytes(pcapFile(frames, { linkType: 276 }));
    expect([...table.columns.iface]).toEqual([0, 1, 0, 1]);
    expect([...table.columns.dir]).toEqual([1, 2, 2, 2]);
    expect(table.interfaces.map((i) => [i.ifIndex, i.mac, i.packets, i.linkType])).toEqual([
      [3, '02:00:00:00:00:03', 2, 276],
      [2, '02:00:00:00:00:02', 2, 276],
    ]);
    expect(rowFlows(table)).toEqual([FLOW4, FLOW4, FLOW6, FLOW4]);
  });

  it('bounds the indexes of version 2', async () => {
    const frames = Array.from({ length: 4200 }, (_, i) => sll2(0x0800, i, 0, ip4));
    const table = await readBytes(pcapFile(frames, { linkType: 276 }));
    expect(table.interfaces).toHaveLength(4096);
    expect(table.problems.map((p) => p.code)).toEqual(['E_CAPTURE_CORRUPT']);
  });
});

describe('frames without a link header', () => {
  it.each([12, 14, 101])('reads raw IP of either version (%i)', async (linkType) => {
    const table = await readBytes(pcapFile([ip4, ip6, bytes(0x20, 1, 2, 3)], { linkType }));
    expect(rowFlows(table)).toEqual([FLOW4, FLOW6, null]);
    expect(table.malformed).toBe(1);
  });

  it('reads IPv4 (228) and IPv6 (229), and only those', async () => {
    const v4 = await readBytes(pcapFile([ip4, ip6], { linkType: 228 }));
    expect([rowFlows(v4), v4.malformed]).toEqual([[FLOW4, null], 1]);
    const v6 = await readBytes(pcapFile([ip6, ip4], { linkType: 229 }));
    expect([rowFlows(v6), v6.malformed]).toEqual([[FLOW6, null], 1]);
  });

  it('reads NULL in both byte orders and with the IPv6 families of every system', async () => {
    const frames = [
      concat(bytes(2, 0, 0, 0), ip4),
      concat(bytes(0, 0, 0, 2), ip4),
      ...[10, 24, 28, 30].flatMap((f) => [concat(bytes(f, 0, 0, 0), ip6), concat(u32be(f), ip6)]),
      concat(bytes(7, 0, 0, 0), ip4),
    ];
    const table = await readBytes(pcapFile(frames, { linkType: 0 }));
    expect(rowFlows(table)).toEqual([FLOW4, FLOW4, ...Array<string>(8).fill(FLOW6), null]);
    expect(table.otherFrames).toBe(1);
  });

  it('reads LOOP in network order only', async () => {
    const frames = [concat(u32be(2), ip4), concat(u32be(30), ip6), concat(bytes(2, 0, 0, 0), ip4)];
    expect(rowFlows(await readBytes(pcapFile(frames, { linkType: 108 })))).toEqual([FLOW4, FLOW6, null]);
  });
});

describe('other link types', () => {
  it('are counted, with one problem per type', async () => {
    const table = await readBytes(pcapFile([tcpPacket(four), tcpPacket(four)], { linkType: 252 }));
    expect(table).toMatchObject({ packets: 2, otherFrames: 2, malformed: 0, corrupt: false });
    expect(table.problems).toEqual([
      {
        code: 'E_CAPTURE_LINKTYPE',
        message: 'Link type 252 is not supported: 2 packets could not be decoded.',
      },
    ]);
    expect(row(table, 0)).toMatchObject({ flow: null, ipLength: 0 });
  });
});
