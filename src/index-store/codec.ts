/**
 * The index as bytes on disk:
 *
 *     "ENCINDEX" · format · bytes of the head · its CRC-32 · head · columns
 *
 * The head is deflated JSON of everything but the columns, which follow file by file: see `column-store.ts`. Nothing
 * is used before its checksum was found right.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Problem } from '../model/source.js';
import { packageVersion } from '../version.js';
import { encodeColumns, KeptColumns, type Sections } from './column-store.js';
import { packPatterns, unpackPatterns, type PatternColumns } from './kept-patterns.js';
import { DamagedIndex } from './text-part.js';
import { INDEX_FORMAT, type FileIndex, type SkippedFile } from './types.js';

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
const HEADER = MAGIC.length + 3 * 4;
/** Heads larger than this were not written by this program. */
const MAX_HEAD = 1 << 30;

/** The head in JSON. */
interface Head extends Omit<StoredIndex, 'files'> {
  readonly version: string;
  readonly files: readonly (Omit<FileIndex, 'columns' | 'patterns'> & {
    readonly sections: Sections;
    readonly patterns: PatternColumns;
  })[];
}

export function encodeIndex(index: StoredIndex): Buffer[] {
  const all: Buffer[] = [];
  const files = index.files.map(({ columns, patterns, ...rest }) => {
    const { sections, bytes } = encodeColumns(columns);
    all.push(...bytes);
    return { ...rest, sections, patterns: packPatterns(patterns) };
  });
  const json: Head = { ...index, version: packageVersion(), files };
  const head = deflateRawSync(JSON.stringify(json), { level: 6 });
  const header = Buffer.alloc(HEADER);
  MAGIC.copy(header);
  for (const [i, value] of [INDEX_FORMAT, head.length, crc32(head)].entries())
    header.writeUInt32LE(value, MAGIC.length + i * 4);
  return [header, head, ...all];
}

/** Reads all but the columns. Throws DamagedIndex, OtherFormat, or what reading throws. */
export function readIndex(path: string): StoredIndex {
  const { head, columnsAt, size } = readHead(path);
  const json = JSON.parse(head) as Head;
  // Another version may read bundles in another way.
  if (json.version !== packageVersion()) throw new OtherFormat(`version ${json.version}`);
  let at = columnsAt;
  const files = json.files.map(({ sections, patterns, ...rest }): FileIndex => {
    const columns = new KeptColumns(path, at, sections);
    for (const [bytes] of sections) at += bytes;
    return { ...rest, patterns: unpackPatterns(patterns), columns };
  });
  if (at !== size) throw new DamagedIndex('its length is wrong');
  return { ...json, files };
}

function readHead(path: string): { head: string; columnsAt: number; size: number } {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const header = Buffer.alloc(HEADER);
    if (readSync(fd, header, 0, HEADER, 0) < HEADER || !header.subarray(0, MAGIC.length).equals(MAGIC))
      throw new DamagedIndex('it is no index');
    const [format, length, crc] = [0, 1, 2].map((i) => header.readUInt32LE(MAGIC.length + i * 4)) as [
      number,
      number,
      number,
    ];
    if (format !== INDEX_FORMAT) throw new OtherFormat(`format ${format}`);
    if (HEADER + length > size) throw new DamagedIndex('its length is wrong');
    const packed = Buffer.allocUnsafe(length);
    if (readSync(fd, packed, 0, length, HEADER) < length) throw new DamagedIndex('its length is wrong');
    if (crc32(packed) !== crc) throw new DamagedIndex('its checksum is wrong');
    const head = inflateRawSync(packed, { maxOutputLength: MAX_HEAD, chunkSize: HEAD_CHUNK }).toString();
    return { head, columnsAt: HEADER + length, size };
  } finally {
    closeSync(fd);
  }
}

/** Room to inflate into: most heads fit. */
const HEAD_CHUNK = 1 << 19;
