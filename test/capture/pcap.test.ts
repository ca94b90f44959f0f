import { describe, expect, it } from 'vitest';
import { EPOCH_NS, concat, hex, pcapFile, tcpPacket } from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { row } from '../support/rows.js';

const syn = tcpPacket({ src: '10.0.1.7', dst: '10.0.2.9', sport: 40000, dport: 8080, flags: 'S', seq: 7 });
const times = [0n, 1_500n, 2_000_000_123n].map((t) => EPOCH_NS + t);
const records = times.map((timeNs) => ({ data: syn, timeNs }));

describe('classic pcap', () => {
  for (const bigEndian of [false, true]) {
    for (const ns of [false, true]) {
      it(`reads ${ns ? 'nanoseconds' : 'microseconds'}, ${bigEndian ? 'big' : 'little'} endian`, async () => {
        const table = await readBytes(pcapFile(records, { bigEndian, ns }));
        const expected = ns ? times : times.map((t) => t - (t % 1000n));
        expect([0, 1, 2].map((i) => row(table, i)['epochNs'])).toEqual(expected);
        expect(table).toMatchObject({
          format: 'pcap',
          packets: 3,
          baseNs: EPOCH_NS,
          wireBytes: 3 * syn.length,
          truncated: false,
          corrupt: false,
          problems: [],
          malformed: 0,
          otherFrames: 0,
        });
        expect(row(table, 1)).toMatchObject({
          flow: '6 10.0.1.7:40000 10.0.2.9:8080',
          way: 0,
          seq: 7,
          flags: 2,
        });
      });
    }

    it(`reads record headers of 24 bytes, ${bigEndian ? 'big' : 'little'} endian`, async () => {
      const table = await readBytes(pcapFile(records, { bigEndian, modified: true }));
      expect(table.packets).toBe(3);
      expect(table.problems).toEqual([]);
      expect(row(table, 2)).toMatchObject({ seq: 7, time: 2_000_000_000 });
    });
  }

  it('reads bytes as tcpdump wrote them', async () => {
    const table = await readBytes(
      hex(`d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000
           2a9e1c69 40420f00 2a000000 2a000000
           ffffffffffff 0a58a9feacfe 0806 0001 0800 06 04 0001 0a58a9feacfe 0a000107 000000000000 0a000201`)
        // 0x000f4240 = 1,000,000 microseconds would be odd: make it 999,999.
        .map((b, i) => (i === 28 ? 0x3f : b)),
    );
    expect(table.baseNs).toBe(0x691c9e2an * 1_000_000_000n + 999_999_000n);
    expect(table.arp).toEqual([
      {
        iface: 0,
        op: 'request',
        senderMac: '0a:58:a9:fe:ac:fe',
        senderIp: '10.0.1.7',
        targetIp: '10.0.2.1',
        packets: 1,
        firstNs: 0,
        lastNs: 0,
      },
    ]);
  });

  it('keeps the link type apart from the checksum length beside it', async () => {
    const frame = concat(syn, hex('deadbeef'));
    const table = await readBytes(pcapFile([frame], { fcsBytes: 4 }));
    expect(table.interfaces[0]).toMatchObject({ linkType: 1, packets: 1 });
    expect(row(table, 0)).toMatchObject({ payload: 0, ipLength: 40 });
  });

  it('is valid and empty when there is only a header', async () => {
    const table = await readBytes(pcapFile([], { linkType: 276, snapLength: 96 }));
    expect(table).toMatchObject({
      packets: 0,
      flows: [],
      truncated: false,
      corrupt: false,
      problems: [],
      baseNs: 0n,
    });
    expect(table.columns.time).toHaveLength(0);
    expect(table.interfaces).toEqual([
      {
        name: null,
        ifIndex: null,
        mac: null,
        linkType: 276,
        snapLength: 96,
        filter: null,
        droppedByKernel: null,
        packets: 0,
      },
    ]);
  });

  it('does not care about a snap length of 0 or 4 GiB', async () => {
    for (const snapLength of [0, 0xffffffff]) {
      const table = await readBytes(pcapFile(records, { snapLength }));
      expect(table).toMatchObject({ packets: 3, problems: [] });
      expect(table.interfaces[0]!.snapLength).toBe(snapLength);
    }
  });

  it('keeps packets that are out of order, with times before the first one', async () => {
    const table = await readBytes(pcapFile([records[2]!, records[0]!]));
    expect([...table.columns.time]).toEqual([0, -2_000_000_000]);
    expect(row(table, 1)['epochNs']).toBe(EPOCH_NS);
  });

  it('keeps a jump of years when the records go on after it', async () => {
    const late = { data: syn, timeNs: EPOCH_NS - 5n * 365n * 86_400n * 1_000_000_000n };
    const table = await readBytes(pcapFile([records[0]!, late, records[2]!]));
    expect(table).toMatchObject({ packets: 3, corrupt: false, problems: [] });
    expect(row(table, 1)['epochNs']).toBe(late.timeNs);
  });

  it('takes a fraction beyond a second as written by broken tools', async () => {
    const file = pcapFile([records[0]!, records[0]!]);
    new DataView(file.buffer).setUint32(24 + 4, 1_500_000, true);
    const table = await readBytes(file);
    expect(table).toMatchObject({ packets: 2, corrupt: false });
    expect(table.columns.time[1]).toBe(-1_500_000_000);
  });

  it('stops at the bound on packets, and says so', async () => {
    const table = await readBytes(pcapFile(records), { maxPackets: 2 });
    expect(table).toMatchObject({ packets: 2, truncated: true, corrupt: false });
    expect(table.problems).toEqual([
      { code: 'E_CAPTURE_TRUNCATED', message: 'More than 2 packets; the rest was not read.' },
    ]);
    const exact = await readBytes(pcapFile(records), { maxPackets: 3 });
    expect(exact).toMatchObject({ packets: 3, truncated: false, problems: [] });
  });

  it('grows the columns without losing rows', async () => {
    const many = Array.from({ length: 9000 }, (_, i) =>
      tcpPacket({ src: '10.0.1.7', dst: '10.0.2.9', sport: 1000 + i, dport: 80, seq: i }),
    );
    const table = await readBytes(pcapFile(many));
    expect(table.packets).toBe(9000);
    expect(table.flows).toHaveLength(9000);
    for (const column of Object.values(table.columns)) expect(column).toHaveLength(9000);
    for (const i of [0, 4095, 4096, 8191, 8192, 8999]) {
      expect(row(table, i)).toMatchObject({ seq: i, flow: `6 10.0.1.7:${1000 + i} 10.0.2.9:80` });
    }
  });

  it('reads a file that is larger than its window, with records of 60 KB', async () => {
    const big = Array.from({ length: 80 }, (_, i) =>
      tcpPacket({
        src: '10.0.1.7',
        dst: '10.0.2.9',
        sport: 1,
        dport: 80,
        seq: i,
        payload: new Uint8Array(60_000),
      }),
    );
    const table = await readBytes(pcapFile(big));
    expect(table).toMatchObject({ packets: 80, problems: [] });
    expect([...table.columns.seq]).toEqual(big.map((_, i) => i));
    expect(table.columns.payload[79]).toBe(60_000);
  });
});
