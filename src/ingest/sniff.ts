/**
 * What a file is, by its first bytes. Names are never looked at: a bundle may be called `download`, a capture
 * `trace.txt`, and a text file `x.pcap`.
 */
export type Format =
  | 'empty'
  | 'gzip'
  | 'tar'
  | 'zip'
  | 'pcap'
  | 'pcapng'
  /** A pcapng file whose line feeds a terminal turned into CR LF. */
  | 'pcapng-crlf'
  /** The text that tcpdump prints, its error output included, not the packets. */
  | 'tcpdump-text'
  | 'zstd'
  | 'lz4'
  | 'xz'
  | 'bzip2'
  | '7z'
  | 'rar'
  | 'other';

/** Bytes to hand to `sniff`: one tar header, and enough of a gzip file to inflate one. */
export const SNIFF_BYTES = 4096;

/** Compressions that are named in the error, for want of a decoder. */
export const UNSUPPORTED: ReadonlySet<Format> = new Set<Format>(['zstd', 'lz4', 'xz', 'bzip2', '7z', 'rar']);

const MAGICS: readonly (readonly [Format, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]], // an archive without entries
  ['pcap', [0xd4, 0xc3, 0xb2, 0xa1]], // little-endian, microseconds
  ['pcap', [0xa1, 0xb2, 0xc3, 0xd4]], // big-endian, microseconds
  ['pcap', [0x4d, 0x3c, 0xb2, 0xa1]], // little-endian, nanoseconds
  ['pcap', [0xa1, 0xb2, 0x3c, 0x4d]], // big-endian, nanoseconds
  ['pcap', [0x34, 0xcd, 0xb2, 0xa1]], // little-endian, "modified"
  ['pcap', [0xa1, 0xb2, 0xcd, 0x34]], // big-endian, "modified"
  ['pcapng-crlf', [0x0d, 0x0a, 0x0d, 0x0d, 0x0d, 0x0a]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
];

/** Decide by the first bytes; `head` should hold SNIFF_BYTES, or the whole file when it is shorter. */
export function sniff(head: Buffer): Format {
  if (head.length === 0) return 'empty';
  for (const [format, magic] of MAGICS) if (startsWith(head, magic)) return format;
  if (isPcapng(head)) return 'pcapng';
  if (/^BZh[1-9](1AY&SY|\x17rE8P\x90)/.test(head.toString('latin1', 0, 10))) return 'bzip2';
  if (isTar(head)) return 'tar';
  if (/^tcpdump: |^\d\d:\d\d:\d\d\.\d{6} (IP6?|ARP) /.test(head.toString('latin1', 0, 32)))
    return 'tcpdump-text';
  return 'other';
}

function startsWith(head: Buffer, magic: readonly number[]): boolean {
  return head.length >= magic.length && magic.every((byte, i) => head[i] === byte);
}

/** Section header block: type, length, byte-order magic `1A2B3C4D` in either order (when the file is that long). */
function isPcapng(head: Buffer): boolean {
  if (!startsWith(head, [0x0a, 0x0d, 0x0d, 0x0a])) return false;
  if (head.length < 12) return true;
  const order = head.readUInt32LE(8);
  return order === 0x1a2b3c4d || order === 0x4d3c2b1a;
}

/** `ustar` at 257, or (formats before POSIX) a header whose checksum is right. An all-zero block is no tar. */
function isTar(head: Buffer): boolean {
  if (head.length < 262) return false;
  if (head.toString('latin1', 257, 262) === 'ustar') return true;
  if (head.length < 512 || head[0] === 0) return false;
  const stored = /^[ \0]*([0-7]{1,7})[ \0]*$/.exec(head.toString('latin1', 148, 156))?.[1];
  if (stored === undefined) return false;
  let sum = 8 * 0x20; // the checksum's own field counts as blanks
  for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) sum += head[i]!;
  return sum === Number.parseInt(stored, 8);
}
