import { describe, expect, it } from 'vitest';
import {
  EPOCH_NS,
  bytes,
  concat,
  data,
  epb,
  block,
  idb,
  isb,
  option,
  pb,
  pcapngFile,
  shb,
  sll,
  spb,
  tcpPacket,
  u32,
  u64,
} from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { row } from '../support/rows.js';

const frame = tcpPacket({ src: '10.0.1.7', dst: '10.0.2.9', sport: 40000, dport: 8080, flags: 'S', seq: 7 });
const raw = frame.subarray(14);
const US = EPOCH_NS / 1000n;

describe('pcapng', () => {
  for (const bigEndian of [false, true]) {
    it(`reads what dumpcap writes, ${bigEndian ? 'big' : 'little'} endian`, async () => {
      const table = await readBytes(pcapngFile([frame, frame], { bigEndian, tsresol: 9, name: 'eth0' }));
      expect(table).toMatchObject({ format: 'pcapng', packets: 2, baseNs: EPOCH_NS, problems: [] });
      expect([...table.columns.time]).toEqual([0, 1_000_000]);
      expect(row(table, 1)).toMatchObject({
        flow: '6 10.0.1.7:40000 10.0.2.9:8080',
        seq: 7,
        iface: 0,
        dir: 0,
      });
    });

    it(`reads the options of an interface, ${bigEndian ? 'big' : 'little'} endian`, async () => {
      const given = {
        name: 'eni18582a65b10',
        filter: 'host 10.0.2.9',
        mac: bytes(2, 0, 0, 0, 0, 1),
        snapLength: 96,
      };
      const table = await readBytes(concat(shb(bigEndian), idb(given, bigEndian)));
      expect(table.interfaces).toEqual([
        {
          name: 'eni18582a65b10',
          filter: 'host 10.0.2.9',
          mac: '02:00:00:00:00:01',
          snapLength: 96,
          linkType: 1,
          ifIndex: null,
          droppedByKernel: null,
          packets: 0,
        },
      ]);
    });

    it(`reads the obsolete packet block, ${bigEndian ? 'big' : 'little'} endian`, async () => {
      const file = concat(
        shb(bigEndian),
        idb({}, bigEndian),
        pb({ data: frame, units: US, drops: 3 }, bigEndian),
        pb({ data: frame, units: US + 5n }, bigEndian),
      );
      const table = await readBytes(file);
      expect([...table.columns.time]).toEqual([0, 5000]);
      expect(table.interfaces[0]).toMatchObject({ packets: 2, droppedByKernel: 3 });
    });
  }

  it('reads several sections of different byte order; interface ids begin again', async () => {
    const table = await readBytes(
      concat(
        shb(),
        idb({ name: 'a' }),
        idb({ name: 'b', linkType: 101, tsresol: 3 }),
        epb({ data: frame, units: US }),
        epb({ data: raw, units: EPOCH_NS / 1_000_000n + 2n, iface: 1 }),
        shb(true),
        idb({ name: 'c', tsresol: 9 }, true),
        epb({ data: frame, units: EPOCH_NS + 77n }, true),
      ),
    );
    expect([...table.columns.time]).toEqual([0, 2_000_000, 77]);
    expect([...table.columns.iface]).toEqual([0, 1, 2]);
    expect(table.interfaces.map((i) => [i.name, i.linkType, i.packets])).toEqual([
      ['a', 1, 1],
      ['b', 101, 1],
      ['c', 1, 1],
    ]);
    expect(table.flows).toHaveLength(1);
  });

  it('reads binary and very fine resolutions, and adds the offset', async () => {
    const table = await readBytes(
      concat(
        shb(),
        idb({ tsresol: 0x80 | 20, tsoffset: 1_795_132_800n }),
        idb({ tsresol: 12, tsoffset: 1_795_132_800n }),
        idb({ tsresol: 0, tsoffset: -10n }),
        epb({ data: frame, units: 0n }),
        epb({ data: frame, units: 1n << 19n }),
        epb({ data: frame, units: 1_234_567n, iface: 1 }),
        epb({ data: frame, units: 1_795_132_811n, iface: 2 }),
        epb({ data: frame, units: 1_795_132_813n, iface: 2 }),
      ),
    );
    expect(table.baseNs).toBe(EPOCH_NS);
    expect([...table.columns.time]).toEqual([0, 500_000_000, 1234, 1_000_000_000, 3_000_000_000]);
  });

  it('keeps nanoseconds exact over weeks', async () => {
    const weeks = 70n * 86_400n * 1_000_000_000n + 1n;
    const table = await readBytes(
      concat(
        shb(),
        idb({ tsresol: 9 }),
        ...[0n, 1n, weeks].map((t) => epb({ data: frame, units: EPOCH_NS + t })),
      ),
    );
    expect(row(table, 2)['epochNs']).toBe(EPOCH_NS + weeks);
  });

  it('gives simple packets the time of the packet before them, cut to the snap length', async () => {
    const table = await readBytes(
      concat(
        shb(),
        idb({ snapLength: 54 }),
        epb({ data: frame, units: US }),
        spb(frame.subarray(0, 54), 1514),
      ),
    );
    expect(table).toMatchObject({ packets: 2, wireBytes: frame.length + 1514, problems: [] });
    expect(row(table, 1)).toMatchObject({ time: 0, seq: 7, flow: '6 10.0.1.7:40000 10.0.2.9:8080' });
  });

  it('tells directions from the flags of packets', async () => {
    const flags = (value: number): Uint8Array => option(2, u32(value, false));
    const file = concat(
      shb(),
      idb(),
      ...[1, 2, 0, 3, 0x201].map((f) => epb({ data: frame, units: US, options: [flags(f), option(0, '')] })),
      epb({ data: frame, units: US, options: [option(1, 'a comment'), flags(2)] }),
    );
    const table = await readBytes(file);
    expect([...table.columns.dir]).toEqual([1, 2, 0, 0, 1, 2]);
  });

  it('counts kernel drops from statistics, or from the packets', async () => {
    const dropped = (n: bigint): Uint8Array => option(4, u64(n, false));
    const file = (...more: Uint8Array[]): Uint8Array =>
      concat(shb(), idb(), idb({ name: 'quiet' }), epb({ data: frame, units: US }), ...more);
    const drops = async (...more: Uint8Array[]): Promise<(number | null)[]> =>
      (await readBytes(file(...more))).interfaces.map((i) => i.droppedByKernel);
    expect(await drops()).toEqual([null, null]);
    expect(await drops(isb({ osdrop: 4n, ifdrop: 2n }))).toEqual([6, null]);
    expect(await drops(isb({}))).toEqual([null, null]);
    expect(await drops(isb({ osdrop: 0n, iface: 1 }))).toEqual([null, 0]);
    // Statistics are totals since the start: a later block replaces an earlier one.
    expect(await drops(isb({ osdrop: 4n }), isb({ osdrop: 9n }))).toEqual([9, null]);
    const packets = [2n, 5n].map((n) => epb({ data: frame, units: US, options: [dropped(n)] }));
    expect(await drops(...packets)).toEqual([7, null]);
    expect(await drops(...packets, isb({ osdrop: 8n }))).toEqual([8, null]);
  });

  it('skips blocks that it does not know', async () => {
    const file = concat(
      shb(),
      block(4, bytes(1, 2, 3)),
      idb(),
      block(0x0a, data('secrets')),
      block(0xbad, bytes(0, 0, 0, 0)),
      block(0x12345678, new Uint8Array(5000)),
      epb({ data: frame, units: US }),
    );
    expect(await readBytes(file)).toMatchObject({ packets: 1, problems: [] });
  });

  it('passes over blocks that contradict themselves, and counts their bytes', async () => {
    const lying = epb({ data: frame, units: US });
    new DataView(lying.buffer, lying.byteOffset).setUint32(20, 5000, true);
    const nobody = epb({ data: frame, units: US, iface: 9 });
    const table = await readBytes(concat(shb(), idb(), lying, nobody, epb({ data: frame, units: US })));
    expect(table).toMatchObject({ packets: 1, corrupt: true, truncated: false });
    const skipped = lying.length + nobody.length;
    expect(table.problems).toEqual([
      { code: 'E_CAPTURE_CORRUPT', message: `${skipped} bytes skipped at 2 damaged places.` },
    ]);
  });

  it('finds the next block after damage', async () => {
    const good = epb({ data: frame, units: US });
    const bad = epb({ data: frame, units: US });
    new DataView(bad.buffer, bad.byteOffset).setUint32(4, 0xfffffff0, true);
    const table = await readBytes(concat(shb(), idb(), good, bad, good, good));
    expect(table).toMatchObject({ packets: 3, corrupt: true, truncated: false });
    expect(table.problems[0]!.message).toBe(`${bad.length} bytes skipped at 1 damaged place.`);
  });

  it('makes control characters of names harmless', async () => {
    const table = await readBytes(concat(shb(), idb({ name: 'e\u001b[31mth', filter: 'tcp\n' })));
    expect(table.interfaces[0]).toMatchObject({ name: 'e\\x1b[31mth', filter: 'tcp\\x0a' });
  });

  it('mixes cooked and Ethernet interfaces', async () => {
    const table = await readBytes(
      concat(
        shb(),
        idb({ name: 'any', linkType: 113 }),
        idb({ name: 'eth0' }),
        epb({ data: sll(0x0800, 4, raw), units: US }),
        epb({ data: frame, units: US, iface: 1 }),
      ),
    );
    expect([...table.columns.dir]).toEqual([2, 0]);
    expect([...table.columns.seq]).toEqual([7, 7]);
  });

  it('bounds the interfaces that a file may name', async () => {
    const many = Array.from({ length: 5000 }, () => idb());
    const table = await readBytes(concat(shb(), ...many, epb({ data: frame, units: US, iface: 4999 })));
    expect(table.interfaces).toHaveLength(4096);
    expect(table.interfaces[4095]!.packets).toBe(1);
    expect(table.problems.map((p) => p.code)).toEqual(['E_CAPTURE_CORRUPT']);
  });
});
