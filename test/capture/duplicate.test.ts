import { describe, expect, it } from 'vitest';
import { BIT_DUPLICATE } from '../../src/model/capture.js';
import { EPOCH_NS, ip, pcapFile, sll2, tcp, tcpPacket } from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';

const packet = {
  src: '10.0.1.7',
  dst: '10.0.2.9',
  sport: 40000,
  dport: 8080,
  id: 5,
  seq: 1,
  tsval: 9,
} as const;
const payload = new Uint8Array(600).fill(1);
const frame = tcpPacket({ ...packet, payload });

async function duplicates(
  list: readonly (readonly [Uint8Array, number])[],
  linkType = 1,
): Promise<boolean[]> {
  const records = list.map(([data, us]) => ({ data, timeNs: EPOCH_NS + BigInt(us) * 1000n }));
  const table = await readBytes(pcapFile(records, { linkType }));
  return [...table.columns.bits].map((bits) => (bits & BIT_DUPLICATE) !== 0);
}

describe('duplicates', () => {
  it('are equal frames within 50 microseconds', async () => {
    expect(
      await duplicates([
        [frame, 0],
        [frame, 50],
        [frame, 101],
        [frame, 102],
      ]),
    ).toEqual([false, true, false, true]);
  });

  it('are told from retransmissions and other packets by any byte', async () => {
    const others = [
      tcpPacket({ ...packet, id: 6, payload }),
      tcpPacket({ ...packet, tsval: 10, payload }),
      tcpPacket({ ...packet, ttl: 63, payload }),
      tcpPacket({ ...packet, payload, srcMac: '02:00:00:00:00:ff' }),
      tcpPacket({ ...packet, payload: payload.map((b, i) => (i === 599 ? 2 : b)) }),
      frame.subarray(0, 100),
    ];
    for (const other of others)
      expect(
        await duplicates([
          [frame, 0],
          [other, 1],
        ]),
      ).toEqual([false, false]);
  });

  it('are told apart by interface and direction', async () => {
    const bare = ip(6, packet, tcp(packet));
    const at = (ifIndex: number, type: number): Uint8Array => sll2(0x0800, ifIndex, type, bare);
    const seen = [at(3, 0), at(2, 0), at(3, 4), at(2, 0)].map((data, i) => [data, i] as const);
    expect(await duplicates(seen, 276)).toEqual([false, false, false, true]);
  });

  it('are looked for behind packets of other interfaces', async () => {
    const bare = ip(6, packet, tcp(packet));
    const seen = [sll2(0x0800, 3, 0, bare), sll2(0x0800, 2, 0, bare), sll2(0x0800, 3, 0, bare)];
    expect(
      await duplicates(
        seen.map((data, i) => [data, i] as const),
        276,
      ),
    ).toEqual([false, false, true]);
  });
});
