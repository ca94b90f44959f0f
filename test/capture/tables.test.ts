import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlowTable } from '../../src/capture/flow-table.js';
import { WordTable } from '../../src/capture/word-table.js';
import { arpPacket, address, concat, pcapFile } from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';

describe('WordTable', () => {
  it('numbers keys as a map would, through every growth', () => {
    const word = fc.integer({ min: -3, max: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, word, word), { maxLength: 400 }), (keys) => {
        const table = new WordTable(1e6);
        const map = new Map<string, number>();
        for (const key of keys) {
          const text = key.join();
          if (!map.has(text)) map.set(text, map.size);
          expect(table.intern(...key)).toBe(map.get(text));
        }
        expect(table.count).toBe(map.size);
      }),
      { numRuns: 50 },
    );
    const big = new WordTable(1e6);
    for (let i = 0; i < 20_000; i++) expect(big.intern(i, -i, i * 7, 1)).toBe(i);
    for (let i = 0; i < 20_000; i++) expect(big.intern(i, -i, i * 7, 1)).toBe(i);
  });

  it('finds what was added, in any order, and nothing after it was cleared', () => {
    for (const expected of [0, 5000]) {
      const table = new WordTable(1e6, expected);
      for (let i = 0; i < 3000; i++) table.intern(i, 0, -i, 2);
      for (let i = 2999; i >= 0; i -= 7) expect(table.find(i, 0, -i, 2)).toBe(i);
      for (let i = 0; i < 3000; i++) expect(table.find(i, 0, -i, 2)).toBe(i);
      expect(table.find(3000, 0, 0, 2)).toBe(-1);
      table.clear();
      expect([table.count, table.find(0, 0, 0, 2), table.find(1, 0, -1, 2)]).toEqual([0, -1, -1]);
      expect(table.intern(1, 0, -1, 2)).toBe(0);
    }
  });

  it('refuses new keys beyond its limit and still finds the old ones', () => {
    const table = new WordTable(2);
    expect([table.intern(1, 0, 0, 0), table.intern(2, 0, 0, 0), table.intern(3, 0, 0, 0)]).toEqual([
      0, 1, -1,
    ]);
    expect(table.intern(2, 0, 0, 0)).toBe(1);
  });
});

describe('FlowTable', () => {
  it('gives both directions one index, and the ends in order', () => {
    const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });
    const port = fc.integer({ min: 0, max: 65535 });
    fc.assert(
      fc.property(octets, octets, port, port, fc.boolean(), (a, b, p, q, six) => {
        const pad = six ? new Array<number>(12).fill(0xfd) : [];
        const size = six ? 16 : 4;
        const buf = Uint8Array.from([...pad, ...a, ...pad, ...b]);
        const table = new FlowTable();
        const there = table.intern(buf, 0, size, six, 6, p, q);
        const way = table.way;
        expect(table.intern(buf, size, 0, six, 6, q, p)).toBe(there);
        const same = a.join() === b.join() && p === q;
        expect(table.way).toBe(same ? 0 : 1 - way);
        const end = (bytes: number[], n: number): Buffer => Buffer.from([...bytes, n >> 8, n & 255]);
        expect(way).toBe(Buffer.compare(end(a, p), end(b, q)) <= 0 ? 0 : 1);
        const flow = table.list()[0]!;
        expect([flow.aPort, flow.bPort]).toEqual(way === 0 ? [p, q] : [q, p]);
      }),
    );
  });

  it('counts what has no place any more', () => {
    const table = new FlowTable(1);
    const buf = concat(address('10.0.0.1'), address('10.0.0.2'));
    expect(table.intern(buf, 0, 4, false, 6, 1, 1)).toBe(0);
    expect(table.intern(buf, 0, 4, false, 6, 1, 2)).toBe(-1);
    expect(table.intern(buf, 0, 4, false, 6, 1, 1)).toBe(0);
    expect(table.leftOut).toBe(1);
  });
});

describe('ARP', () => {
  it('is summed up per sender and target, with first and last time', async () => {
    const request = arpPacket({ op: 'request', senderIp: '10.0.1.7', targetIp: '10.0.1.1' });
    const reply = arpPacket({
      op: 'reply',
      senderIp: '10.0.1.1',
      targetIp: '10.0.1.7',
      srcMac: '02:00:00:00:00:0b',
      padTo: 60,
    });
    const table = await readBytes(pcapFile([request, request, reply, request]));
    expect(table.arp).toEqual([
      {
        iface: 0,
        op: 'request',
        senderMac: '02:00:00:00:00:0a',
        senderIp: '10.0.1.7',
        targetIp: '10.0.1.1',
        packets: 3,
        firstNs: 0,
        lastNs: 3_000_000,
      },
      {
        iface: 0,
        op: 'reply',
        senderMac: '02:00:00:00:00:0b',
        senderIp: '10.0.1.1',
        targetIp: '10.0.1.7',
        packets: 1,
        firstNs: 2_000_000,
        lastNs: 2_000_000,
      },
    ]);
    expect(table).toMatchObject({ otherFrames: 0, malformed: 0, flows: [], macs: [] });
  });

  it('is bounded, and counted when cut', async () => {
    const frames = Array.from({ length: 1100 }, (_, i) =>
      arpPacket({ op: 'request', senderIp: '10.0.1.7', targetIp: `10.1.${i >> 8}.${i & 255}` }),
    );
    const cut = { data: frames[0]!.subarray(0, 41), originalLength: 42 };
    const table = await readBytes(pcapFile([...frames, cut]));
    expect(table.arp).toHaveLength(1024);
    expect(table.leftOut?.arp).toBe(76);
    expect(table.malformed).toBe(1);
  });
});
