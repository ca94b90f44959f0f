import { createHash } from 'node:crypto';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { concat, pcapFile, pcapngFile, tcpPacket } from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';

/** 960 bytes that do not compress. */
function noise(seed: number): Uint8Array {
  return Buffer.concat(
    Array.from({ length: 30 }, (_, k) => createHash('sha256').update(`${seed} ${k}`).digest()),
  );
}

// Payloads that do not compress, so that a cut falls within the data.
const frames = Array.from({ length: 300 }, (_, i) =>
  tcpPacket({
    src: '10.0.1.7',
    dst: '10.0.2.9',
    sport: 40000,
    dport: 8080,
    seq: i,
    payload: noise(i),
  }),
);
const file = pcapFile(frames);

describe('gzip', () => {
  it.each([
    ['pcap', file],
    ['pcapng', pcapngFile(frames)],
  ])('reads %s', async (format, plain) => {
    const table = await readBytes(gzipSync(plain));
    expect(table).toMatchObject({ format, packets: 300, problems: [] });
    expect(table.columns).toEqual((await readBytes(plain)).columns);
  });

  it('reads several members, cut within a record', async () => {
    const members = [file.subarray(0, 10), file.subarray(10, 5000), file.subarray(5000)];
    const table = await readBytes(concat(...members.map((m) => gzipSync(m))));
    expect(table).toMatchObject({ packets: 300, problems: [] });
  });

  it('keeps what was read of a stream that is cut', async () => {
    const packed = gzipSync(file);
    const half = packed.subarray(0, packed.length >> 1);
    const table = await readBytes(half);
    expect(table).toMatchObject({ truncated: true, corrupt: false });
    const inflated = gunzipSync(half, { finishFlush: constants.Z_SYNC_FLUSH });
    expect(table.packets).toBe(Math.floor((inflated.length - 24) / (16 + frames[0]!.length)));
    expect(table.packets).toBeGreaterThan(140);
    expect([...table.columns.seq]).toEqual(Array.from({ length: table.packets }, (_, i) => i));
    expect(table.problems[0]).toEqual({
      code: 'E_CAPTURE_TRUNCATED',
      message: 'The gzip stream ends early.',
    });
  });

  it('tells of a stream that lacks only its end', async () => {
    const packed = gzipSync(file);
    const table = await readBytes(packed.subarray(0, packed.length - 4));
    expect(table).toMatchObject({ packets: 300, truncated: true, corrupt: false });
  });

  it('keeps what was read of a stream that is damaged', async () => {
    const packed = gzipSync(file);
    packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 50);
    const table = await readBytes(packed);
    expect(table).toMatchObject({ truncated: true, corrupt: true });
    expect(table.problems.map((p) => p.code)).toContain('E_CAPTURE_CORRUPT');
    expect(table.packets).toBeGreaterThan(50);
  });

  it('ignores zeros after the last member', async () => {
    const table = await readBytes(concat(gzipSync(file), new Uint8Array(512)));
    expect(table).toMatchObject({ packets: 300, problems: [] });
  });

  it('stops at the limits on what it may inflate to', async () => {
    const size = await readBytes(gzipSync(file), {
      sharedLimits: { ...DEFAULT_LIMITS, maxEntrySize: 100_000 },
    });
    expect(size.problems.map((p) => p.code)).toEqual(['E_LIMIT_ENTRY_SIZE']);
    expect(size).toMatchObject({ truncated: true });
    const zeros = pcapFile(
      Array.from({ length: 240 }, () => ({ data: new Uint8Array(64_000), originalLength: 64_000 })),
    );
    const ratio = await readBytes(gzipSync(zeros), { sharedLimits: { ...DEFAULT_LIMITS, maxRatio: 50 } });
    expect(ratio.problems.map((p) => p.code)).toEqual(['E_LIMIT_RATIO']);
    expect(ratio.truncated).toBe(true);
    expect((await readBytes(gzipSync(file), { maxPackets: 7 })).packets).toBe(7);
  });
});
