import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { CaptureTable } from '../../src/model/capture.js';
import { pcapFile } from '../support/pcap-writer.js';

/** Reads a file as `readBytes` does, with another set of modules. */
type Read = (content: Uint8Array) => Promise<CaptureTable>;

/** With the short way for plain TCP, counted, and without it. */
let short: Read;
let general: Read;
let taken = 0;

beforeAll(async () => {
  const original =
    await vi.importActual<typeof import('../../src/capture/tcp4.js')>('../../src/capture/tcp4.js');
  vi.doMock('../../src/capture/tcp4.js', () => ({
    decodeTcp4: (...of: Parameters<typeof original.decodeTcp4>) => {
      const done = original.decodeTcp4(...of);
      if (done) taken++;
      return done;
    },
  }));
  short = (await import('../support/read-bytes.js')).readBytes;
  vi.resetModules();
  vi.doMock('../../src/capture/tcp4.js', () => ({ decodeTcp4: () => false }));
  general = (await import('../support/read-bytes.js')).readBytes;
});

const byte = fc.integer({ min: 0, max: 255 });
const word = fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 305_419_896);
const TIMESTAMPS = [1, 1, 8, 10, 0x80, 0, 0, 1, 0, 0, 0, 2];
const options = fc.constantFrom(
  [],
  TIMESTAMPS,
  [...TIMESTAMPS, 1, 1, 5, 10, 0, 0, 0, 9, 0, 0, 0, 12],
  [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 0, 1, 3, 3, 7],
  [2, 4, 2, 0x18],
  [1, 1, 8, 10],
  [8, 99, 1, 1],
  [0, 0, 0, 0],
);
const payload = fc.oneof(
  fc.array(byte, { maxLength: 80 }),
  fc.constantFrom(
    [...Buffer.from('GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n')],
    [...Buffer.from('HTTP/1.1 503 Service Unavailable\r\n\r\n')],
    [21, 3, 3, 0, 2, 2, 40],
    new Array<number>(300).fill(7),
  ),
);

/** Mostly plain TCP; now and then one byte is changed, so that any header may be another kind or contradict itself. */
const frame = fc
  .record({
    ends: fc.constantFrom([10, 200], [200, 10], [10, 10]),
    ports: fc.constantFrom([40_000, 80], [80, 40_000], [80, 80], [0, 0], [40_000, 53]),
    seq: word,
    ack: word,
    flags: fc.constantFrom(2, 18, 16, 24, 17, 4, 20, 0, 0x1ff),
    window: fc.constantFrom(0, 501, 65535),
    ttl: byte,
    id: fc.constantFrom(0, 1, 65535),
    fragment: fc.constantFrom(0x4000, 0x4000, 0, 0x2000, 0x00b9, 0x8000),
    options,
    payload,
    trailer: fc.constantFrom(0, 0, 0, 6),
    shorter: fc.constantFrom(0, 0, 0, 1, 40, -1),
    change: fc.option(fc.tuple(fc.integer({ min: 0, max: 60 }), byte), { nil: null, freq: 4 }),
    kept: fc.option(fc.integer({ min: 0, max: 140 }), { nil: null, freq: 4 }),
  })
  .map((f) => {
    const header = 20 + f.options.length;
    const length = 20 + header + f.payload.length;
    const out = Buffer.alloc(14 + length + f.trailer);
    out.writeUInt16BE(f.ends[0]!, 4);
    out.writeUInt16BE(f.ends[1]!, 10);
    out.writeUInt16BE(0x0800, 12);
    out[14] = 0x45;
    out.writeUInt16BE(Math.max(0, length - f.shorter), 16);
    out.writeUInt16BE(f.id, 18);
    out.writeUInt16BE(f.fragment, 20);
    out[22] = f.ttl;
    out[23] = 6;
    out.writeUInt32BE((f.ends[0]! << 24) >>> 0, 26);
    out.writeUInt32BE((f.ends[1]! << 24) >>> 0, 30);
    out.writeUInt16BE(f.ports[0]!, 34);
    out.writeUInt16BE(f.ports[1]!, 36);
    out.writeUInt32BE(f.seq, 38);
    out.writeUInt32BE(f.ack, 42);
    out.writeUInt16BE(((header / 4) << 12) | f.flags, 46);
    out.writeUInt16BE(f.window, 48);
    out.set(f.options, 54);
    out.set(f.payload, 34 + header);
    if (f.change !== null) out[f.change[0] % out.length] = f.change[1];
    return { data: out.subarray(0, f.kept ?? out.length), originalLength: out.length };
  });

describe('The short way for plain TCP over IPv4 and Ethernet', () => {
  it('gives the same table as the general one, whatever the frames are', async () => {
    let frames = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 40 }), async (packets) => {
        frames += packets.length;
        const file = pcapFile(packets);
        expect(await short(file)).toEqual(await general(file));
      }),
      { numRuns: 150 },
    );
    // Both ways were compared: neither is taken always.
    expect(taken).toBeGreaterThan(frames / 10);
    expect(taken).toBeLessThan(frames);
  });
});
