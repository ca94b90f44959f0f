import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sniff } from '../../src/ingest/sniff.js';
import { entriesOf, tarOf, zipOf } from './support/archives.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('sniff', () => {
  it.each([
    ['pcap', 'd4c3b2a1 0200 0400'],
    ['pcap', 'a1b2c3d4 0002 0004'],
    ['pcap', '4d3cb2a1'],
    ['pcap', 'a1b23c4d'],
    ['pcap', '34cdb2a1'],
    ['pcap', 'a1b2cd34'],
    ['pcapng', '0a0d0d0a 1c000000 4d3c2b1a'],
    ['pcapng', '0a0d0d0a 0000001c 1a2b3c4d'],
    ['pcapng', '0a0d0d0a'],
    ['other', '0a0d0d0a 1c000000 00000000'],
    ['pcapng-crlf', '0d0a0d0d0d0a 1c000000'],
    ['zip', '504b0304'],
    ['zip', '504b0506'],
    ['gzip', '1f8b08'],
    ['other', '1f8b'],
    ['other', 'd4c3b2'],
    ['zstd', '28b52ffd'],
    ['lz4', '04224d18'],
    ['xz', 'fd377a585a00'],
    ['bzip2', '425a6839 314159265359'],
    ['other', '425a6839 20697320 6e6f7468 696e67'], // "BZh9 is nothing"
    ['7z', '377abcaf271c'],
    ['rar', '526172211a07'],
    ['empty', ''],
  ])('%s: %s', (format, bytes) => {
    expect(sniff(hex(bytes))).toBe(format);
  });

  it('knows archives that were really made', async () => {
    expect(sniff(await tarOf(entriesOf({ a: 'x' })))).toBe('tar');
    expect(sniff(zipOf(entriesOf({ a: 'x' })))).toBe('zip');
    expect(sniff(gzipSync('x'))).toBe('gzip');
  });

  it('knows an old tar by its checksum alone, and no text by it', async () => {
    const tar = Buffer.from((await tarOf(entriesOf({ abc: 'x' }))).subarray(0, 512));
    tar.fill(0, 257, 512);
    expect(sniff(tar)).toBe('other');
    let sum = 256;
    for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) sum += tar[i]!;
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(sniff(tar)).toBe('tar');
    expect(sniff(Buffer.alloc(512))).toBe('other');
    expect(sniff(Buffer.from('0'.repeat(512)))).toBe('other');
  });

  it('knows what tcpdump prints', () => {
    expect(sniff(Buffer.from('tcpdump: verbose output suppressed\n'))).toBe('tcpdump-text');
    expect(sniff(Buffer.from('09:31:22.123456 IP 10.0.1.5.443 > 10.0.2.7.5: Flags [S]\n'))).toBe(
      'tcpdump-text',
    );
    expect(sniff(Buffer.from('09:31:22.123456 restarting\n'))).toBe('other');
  });
});
