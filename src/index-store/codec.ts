/**
 * The index as bytes on disk:
 *
 *     "ENCINDEX" · format · bytes of the head · its CRC-32 · bytes of the columns · their CRC-32 · head · columns
 *
 * The head is deflated JSON of everything but the columns, which follow as raw little-endian arrays. Nothing of a file
 * is used before its checksum was found right.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { LogLevel } from '../model/logs.js';
import type { Problem } from '../model/source.js';
import { packageVersion } from '../version.js';
import { DamagedIndex } from './text-part.js';
import { INDEX_FORMAT, type Blocks, type FileIndex, type Pattern, type SkippedFile } from './types.js';

/** What is known of one input. */
export interface StoredIndex {
  readonly bundles: readonly {
    readonly id: string;
    readonly collectedAt: number | null;
    readonly files: number;
  }[];
  readonly files: readonly FileIndex[];
  readonly skipped: readonly SkippedFile[];
  readonly problems: readonly Problem[];
}

/** The index was written by another version of the program. */
export class OtherFormat extends Error {
  override readonly name = 'OtherFormat';
}

const MAGIC = Buffer.from('ENCINDEX');
const HEADER = MAGIC.length + 5 * 4;
/** Heads larger than this were not written by this program. */
const MAX_HEAD = 1 << 30;

type Column = Float64Array | Uint32Array | Uint16Array | Uint8Array;
const COLUMNS = [
  ['line', Float64Array],
  ['at', Float64Array],
  ['min', Float64Array],
  ['max', Float64Array],
  ['above', Float64Array],
  ['packed', Uint32Array],
  ['size', Uint32Array],
  ['crc', Uint32Array],
  ['filterEnd', Uint32Array],
  ['turns', Uint16Array],
  ['monthDay', Uint16Array],
  ['untimed', Uint8Array],
  ['unfiltered', Uint8Array],
] as const;

/** A pattern as a row of JSON; levels that may differ are 0. */
type Row = [
  string,
  number,
  number | null,
  number | null,
  number,
  LogLevel | 0,
  number,
  number,
  number,
  number,
];

const toRow = (p: Pattern): Row => [
  p.template,
  p.count,
  p.first,
  p.last,
  (p.untimed ? 1 : 0) + (p.special ? 2 : 0),
  p.level === undefined ? 0 : p.level,
  p.bits,
  p.run,
  p.line,
  p.length,
];

function fromRows(rows: readonly Row[]): Pattern[] {
  let from = 0;
  return rows.map(([template, count, first, last, flags, level, bits, run, line, length]) => {
    const pattern: Pattern = {
      template,
      count,
      first,
      last,
      untimed: (flags & 1) !== 0,
      special: (flags & 2) !== 0,
      level: level === 0 ? undefined : level,
      bits,
      run,
      line,
      from,
      length,
    };
    from += length;
    return pattern;
  });
}

export function encodeIndex(index: StoredIndex): Buffer[] {
  const columns: Buffer[] = [];
  const put = (column: Column): void => {
    // Of no bytes at all zlib makes a checksum of its own.
    if (column.byteLength > 0) columns.push(Buffer.from(column.buffer, column.byteOffset, column.byteLength));
  };
  const files = index.files.map(({ blocks, postings, filters, patterns, ...rest }) => {
    for (const [name] of COLUMNS) put(blocks[name]);
    put(postings);
    put(filters);
    const sizes = [blocks.line.length, postings.length, filters.length];
    return { ...rest, sizes, patterns: patterns.map(toRow) };
  });
  const head = deflateRawSync(JSON.stringify({ ...index, version: packageVersion(), files }), { level: 6 });
  let crc = 0;
  let length = 0;
  for (const column of columns) {
    crc = crc32(column, crc);
    length += column.length;
  }
  const header = Buffer.alloc(HEADER);
  MAGIC.copy(header);
  for (const [i, value] of [INDEX_FORMAT, head.length, crc32(head), length, crc].entries())
    header.writeUInt32LE(value, MAGIC.length + i * 4);
  return [header, head, ...columns];
}

/** Throws DamagedIndex or OtherFormat. */
export function decodeIndex(bytes: Buffer): StoredIndex {
  if (bytes.length < HEADER || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new DamagedIndex('it is no index');
  const [format, headLength, headCrc, length, crc] = [0, 1, 2, 3, 4].map((i) =>
    bytes.readUInt32LE(MAGIC.length + i * 4),
  ) as [number, number, number, number, number];
  if (format !== INDEX_FORMAT) throw new OtherFormat(`format ${format}`);
  if (bytes.length !== HEADER + headLength + length) throw new DamagedIndex('its length is wrong');
  const head = bytes.subarray(HEADER, HEADER + headLength);
  const columns = bytes.subarray(HEADER + headLength);
  if (crc32(head) !== headCrc || (length > 0 && crc32(columns) !== crc))
    throw new DamagedIndex('its checksum is wrong');
  const json = JSON.parse(inflateRawSync(head, { maxOutputLength: MAX_HEAD }).toString()) as Omit<
    StoredIndex,
    'files'
  > & {
    version: string;
    files: (Omit<FileIndex, 'blocks' | 'postings' | 'filters' | 'patterns'> & {
      sizes: [number, number, number];
      patterns: Row[];
    })[];
  };
  // Another version may read bundles in another way.
  if (json.version !== packageVersion()) throw new OtherFormat(`version ${json.version}`);
  let at = 0;
  const take = <T extends Column>(
    type: { new (buffer: ArrayBuffer): T; BYTES_PER_ELEMENT: number },
    count: number,
  ): T => {
    const size = count * type.BYTES_PER_ELEMENT;
    // A copy: arrays of larger numbers must be aligned.
    const copy = new Uint8Array(size);
    copy.set(columns.subarray(at, at + size));
    at += size;
    return new type(copy.buffer);
  };
  const files = json.files.map(({ sizes, patterns, ...rest }): FileIndex => {
    const blocks = {} as Record<string, Column>;
    for (const [name, type] of COLUMNS) blocks[name] = take<Column>(type, sizes[0]);
    const postings = take(Uint8Array, sizes[1]);
    const filters = take(Uint8Array, sizes[2]);
    return { ...rest, patterns: fromRows(patterns), blocks: blocks as unknown as Blocks, postings, filters };
  });
  return { ...json, files };
}
