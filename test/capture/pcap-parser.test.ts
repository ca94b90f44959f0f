import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BIT_SNAPPED } from '../../src/model/capture.js';
import { bytes, concat, pcapFile, u16be } from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { payloadHash } from '../support/rows.js';

interface ParserPacket {
  readonly header: {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  };
  readonly data: Buffer;
}

/** All records as the package `pcap-parser` sees them. */
async function secondOpinion(file: Uint8Array): Promise<ParserPacket[]> {
  const { default: library } = (await import('pcap-parser' as string)) as {
    default: { parse(input: NodeJS.ReadableStream): NodeJS.EventEmitter };
  };
  return new Promise((resolve, reject) => {
    const packets: ParserPacket[] = [];
    const parser = library.parse(Readable.from([Buffer.from(file)]));
    parser.on('packet', (packet: ParserPacket) => packets.push(packet));
    parser.on('end', () => {
      resolve(packets);
    });
    parser.on('error', reject);
  });
}

/** A raw IPv4 packet of an unassigned protocol: its data shows in payload length and hash. */
function raw(payload: Uint8Array): Uint8Array {
  return concat(
    bytes(0x45, 0),
    u16be(20 + payload.length),
    new Uint8Array(5),
    bytes(253),
    new Uint8Array(10),
    payload,
  );
}

const START = 1_795_132_800_000_000;

it('agrees with pcap-parser on every record of a random capture', async () => {
  const record = fc.record({
    payload: fc.uint8Array({ maxLength: 200 }),
    step: fc.integer({ min: -1000, max: 2_000_000 }),
    cut: fc.nat(240),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 40 }), fc.boolean(), async (records, bigEndian) => {
      let us = START;
      const file = pcapFile(
        records.map(({ payload, step, cut }) => {
          us += step;
          const data = raw(payload);
          const kept = data.subarray(0, Math.max(20, Math.min(cut, data.length)));
          return { data: kept, originalLength: data.length, timeNs: BigInt(us) * 1000n };
        }),
        { bigEndian, linkType: 228 },
      );
      const theirs = await secondOpinion(file);
      const table = await readBytes(file);
      expect(table.packets).toBe(theirs.length);
      expect(table.wireBytes).toBe(theirs.reduce((sum, p) => sum + p.header.originalLength, 0));
      const base = Number(table.baseNs / 1000n);
      theirs.forEach((packet, i) => {
        const { timestampSeconds, timestampMicroseconds, originalLength, capturedLength } = packet.header;
        expect(base + table.columns.time[i]! / 1000).toBe(timestampSeconds * 1e6 + timestampMicroseconds);
        expect(table.columns.payload[i]).toBe(originalLength - 20);
        const data = packet.data.subarray(20, 84);
        expect(table.columns.hash[i]).toBe(data.length === 0 ? 0 : payloadHash(data));
        const snapped = capturedLength - 20 < Math.min(64, originalLength - 20);
        expect((table.columns.bits[i]! & BIT_SNAPPED) !== 0).toBe(snapped);
      });
    }),
    { numRuns: 100 },
  );
});
