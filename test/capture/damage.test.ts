import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaptureTable } from '../../src/model/capture.js';
import { concat, data, pcapFile, pcapngFile, tcpPacket, udpPacket } from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';

const pair = { src: '10.0.1.7', dst: '10.0.2.9', sport: 40000, dport: 8080 } as const;
const frames = Array.from({ length: 6 }, (_, i) =>
  i % 2 === 0
    ? tcpPacket({ ...pair, seq: 1000 + i, payload: 'x'.repeat(i * 9) })
    : udpPacket({ ...pair, payload: 'y'.repeat(i * 7) }),
);
const SIZES = frames.map((frame) => frame.length);

/** Offsets at which the records of a file end, given the size around each frame. */
function ends(header: number, around: (size: number) => number): number[] {
  let o = header;
  return SIZES.map((size) => (o += around(size)));
}

function codes(table: CaptureTable): string[] {
  return table.problems.map((p) => p.code);
}

async function cutEverywhere(file: Uint8Array, header: number, boundaries: readonly number[]): Promise<void> {
  for (let n = 0; n <= file.length; n++) {
    const table = await readBytes(file.subarray(0, n));
    const complete = boundaries.filter((end) => end <= n).length;
    const whole = n >= header && (n === header || boundaries.includes(n));
    expect({ n, packets: table.packets }).toEqual({ n, packets: complete });
    if (n >= 4)
      expect({ n, truncated: table.truncated, corrupt: table.corrupt }).toEqual({
        n,
        truncated: !whole,
        corrupt: false,
      });
    if (n >= 4) expect(codes(table)).toEqual(whole ? [] : ['E_CAPTURE_TRUNCATED']);
  }
}

describe('a file that is cut', () => {
  it('gives the complete records of classic pcap, wherever it is cut', async () => {
    await cutEverywhere(
      pcapFile(frames),
      24,
      ends(24, (size) => 16 + size),
    );
  });

  it('gives the complete blocks of pcapng, wherever it is cut', async () => {
    const file = pcapngFile(frames);
    const boundaries = ends(48, (size) => 32 + Math.ceil(size / 4) * 4);
    for (let n = 0; n <= file.length; n++) {
      const table = await readBytes(file.subarray(0, n));
      expect({ n, packets: table.packets }).toEqual({
        n,
        packets: boundaries.filter((end) => end <= n).length,
      });
      const whole = n === 28 || n === 48 || boundaries.includes(n);
      expect(table.truncated).toBe(!whole && (n < 1 || n >= 4));
    }
  });

  it('is told with the number of bytes', async () => {
    const file = pcapFile(frames);
    const table = await readBytes(file.subarray(0, file.length - 3));
    expect(table.problems).toEqual([
      { code: 'E_CAPTURE_TRUNCATED', message: `The file ends ${16 + SIZES[5]! - 3} bytes into a record.` },
    ]);
  });

  it('is told when it is empty, and when ingest had cut it', async () => {
    const empty = await readBytes(new Uint8Array(0));
    expect(empty).toMatchObject({ packets: 0, truncated: true });
    expect(empty.problems).toEqual([{ code: 'E_CAPTURE_TRUNCATED', message: 'The file is empty.' }]);
  });
});

describe('a damaged record', () => {
  const at = (k: number): number => 24 + SIZES.slice(0, k).reduce((sum, size) => sum + 16 + size, 0);
  const damaged = (k: number, field: number, value: number): Uint8Array => {
    const file = pcapFile([...frames, ...frames]);
    new DataView(file.buffer).setUint32(at(k) + field, value, true);
    return file;
  };

  it.each([
    ['captured length of 4 GiB', 8, 0xffffffff],
    ['captured length of 64 MiB', 8, 64 * 1024 * 1024],
    ['captured length above the snap length', 8, 300_000],
    ['fraction beyond everything', 4, 0xfffffff0],
  ])('with a %s is passed over', async (_, field, value) => {
    const table = await readBytes(damaged(2, field, value));
    expect(table).toMatchObject({ packets: 11, corrupt: true, truncated: false });
    expect(table.problems).toEqual([
      { code: 'E_CAPTURE_CORRUPT', message: `${16 + SIZES[2]!} bytes skipped at 1 damaged place.` },
    ]);
    expect([...table.columns.seq].filter((seq) => seq !== 0)).toEqual([1000, 1004, 1000, 1002, 1004]);
  });

  it('with a length that swallows the next headers is found out at the next record', async () => {
    const table = await readBytes(damaged(2, 8, SIZES[2]! + 5));
    expect(table).toMatchObject({ corrupt: true, truncated: false });
    expect(table.packets).toBe(11);
  });

  it('with a length beyond the end is told from a file that is cut', async () => {
    const table = await readBytes(damaged(2, 8, 60_000));
    expect(table).toMatchObject({ packets: 11, corrupt: true, truncated: false });
  });

  it('at the end leaves what came before', async () => {
    const file = pcapFile(frames);
    new DataView(file.buffer).setUint32(at(5) + 8, 0xffffffff, true);
    const table = await readBytes(file);
    expect(table).toMatchObject({ packets: 5, corrupt: true, truncated: true });
    expect(codes(table)).toEqual(['E_CAPTURE_CORRUPT']);
  });

  it('of megabytes of zeros ends the reading', async () => {
    const table = await readBytes(concat(pcapFile(frames), new Uint8Array(3 * 1024 * 1024)));
    expect(table).toMatchObject({ packets: 6, corrupt: true, truncated: true });
    expect(table.problems[0]!.message).toContain(`after byte ${pcapFile(frames).length};`);
  });

  it('of some noise is passed over', async () => {
    const noise = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) >> 3);
    const more = pcapFile(frames).subarray(24);
    const table = await readBytes(concat(pcapFile(frames), noise, more));
    expect(table).toMatchObject({ packets: 12, corrupt: true, truncated: false });
    expect(table.problems[0]!.message).toBe('100000 bytes skipped at 1 damaged place.');
  });

  it('is looked for across reads of the file', async () => {
    const big = Array.from({ length: 40 }, () =>
      tcpPacket({ ...pair, payload: new Uint8Array(60_000).fill(0xee) }),
    );
    const file = pcapFile(big);
    for (const k of [5, 17, 18, 30])
      new DataView(file.buffer).setUint32(24 + k * 60_070 + 8, 0xffffffff, true);
    const table = await readBytes(file);
    expect(table).toMatchObject({ packets: 36, corrupt: true, truncated: false });
  });
});

describe('a capture that went through a terminal', () => {
  const throughTerminal = (file: Uint8Array): Uint8Array =>
    Uint8Array.from([...file].flatMap((byte) => (byte === 0x0a ? [0x0d, 0x0a] : [byte])));
  const crlf = tcpPacket({ ...pair, payload: 'GET / HTTP/1.1\r\n\r\r\n\n\r' });

  it.each([
    ['pcap', pcapFile([...frames, crlf])],
    ['pcapng', pcapngFile([...frames, crlf])],
  ])('is told, and read with the damage undone (%s)', async (_, file) => {
    const plain = await readBytes(file);
    const table = await readBytes(throughTerminal(file));
    expect(table).toMatchObject({ packets: 7, corrupt: false, truncated: false });
    expect(codes(table)).toEqual(['E_CAPTURE_NOT_BINARY']);
    expect(table.columns).toEqual(plain.columns);
  });

  it('is not suspected where CR LF is in the data, even when it is cut', async () => {
    const http = { src: '172.31.1.7', dst: '172.31.2.9', sport: 40000, dport: 80, flags: 'PA' } as const;
    const file = pcapFile(
      Array.from({ length: 20 }, () =>
        tcpPacket({ ...http, payload: 'a\r\nb\r\n', srcMac: '02:00:00:00:00:01' }),
      ),
    );
    const table = await readBytes(file.subarray(0, file.length - 5));
    expect(codes(table)).toEqual(['E_CAPTURE_TRUNCATED']);
    expect(table.packets).toBe(19);
  });
});

describe('something else', () => {
  it('before the header is skipped and told', async () => {
    const text = data(
      'tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n',
    );
    for (const file of [pcapFile(frames), pcapngFile(frames)]) {
      const table = await readBytes(concat(text, file));
      expect(table).toMatchObject({ packets: 6, corrupt: true, truncated: false });
      expect(table.problems).toEqual([
        {
          code: 'E_CAPTURE_CORRUPT',
          message: `${text.length} bytes of something else precede the capture's header.`,
        },
      ]);
    }
  });

  it.each([
    ['E_UNKNOWN_FORMAT', data('10:00:00.000000 IP 10.0.1.7.40000 > 10.0.2.9.8080: Flags [S]\n')],
    ['E_UNSUPPORTED_COMPRESSION', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0)],
    ['E_UNSUPPORTED_COMPRESSION', Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0, 0, 0)],
  ])('is no capture: %s', async (code, content) => {
    const table = await readBytes(content);
    expect(table).toMatchObject({ packets: 0, corrupt: true });
    expect(codes(table)).toEqual([code]);
  });
});

describe('any bytes', () => {
  const mutation = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 12 });

  it('damaged at random give a table whose columns agree', async () => {
    const files = [
      pcapFile(frames),
      pcapFile(frames, { bigEndian: true, ns: true, linkType: 276 }),
      pcapngFile(frames),
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), mutation, async (file, changes) => {
        const copy = file.slice();
        for (const [o, value] of changes) copy[o % copy.length] = value;
        const table = await readBytes(copy);
        for (const column of Object.values(table.columns)) expect(column).toHaveLength(table.packets);
        for (const flow of table.columns.flow)
          expect(flow === 0xffffffff || flow < table.flows.length).toBe(true);
        for (const iface of table.columns.iface) expect(iface).toBeLessThan(table.interfaces.length);
        expect(table.interfaces.reduce((sum, i) => sum + i.packets, 0)).toBe(table.packets);
      }),
      { numRuns: 400 },
    );
  });

  it('behind a header of any kind end', async () => {
    const headers = [pcapFile([]), pcapFile([], { linkType: 101 }), pcapngFile([])];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...headers),
        fc.uint8Array({ maxLength: 400 }),
        async (header, rest) => {
          const table = await readBytes(concat(header, rest));
          expect(table.packets).toBeLessThan(40);
        },
      ),
      { numRuns: 200 },
    );
  });
});
