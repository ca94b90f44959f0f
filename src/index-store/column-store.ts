/**
 * The columns of one file of a kept index, as raw little-endian arrays, one section after the other. A section is read
 * when something of it is asked for, since most searches need few; and used only when its checksum is right.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { DamagedIndex } from './text-part.js';
import type { Blocks, FileColumns } from './types.js';

type Column = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** The wider numbers first: each column is aligned where the one before ends. */
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
  ['tailEnd', Uint32Array],
  ['tailGroup', Uint32Array],
  ['turns', Uint16Array],
  ['monthDay', Uint16Array],
  ['untimed', Uint8Array],
  ['probes', Uint8Array],
  ['tailRate', Uint8Array],
] as const;

/** Bytes and CRC-32 of a section. */
type Section = readonly [bytes: number, crc: number];
/** The sections of a file: its blocks, and those named in `BYTES`. */
export type Sections = readonly Section[];

/** Sections that are bytes, in their order. */
const BYTES = ['postings', 'filters', 'tails', 'pairs', 'names', 'places'] as const;
type Bytes = (typeof BYTES)[number];

export function encodeColumns(of: FileColumns): {
  sections: Sections;
  bytes: Buffer[];
} {
  const bytes: Buffer[] = [];
  const section = (columns: readonly Column[]): Section => {
    let length = 0;
    let crc = 0;
    for (const column of columns) {
      // Of no bytes at all zlib makes a checksum of its own.
      if (column.byteLength === 0) continue;
      const buffer = Buffer.from(column.buffer, column.byteOffset, column.byteLength);
      bytes.push(buffer);
      crc = crc32(buffer, crc);
      length += buffer.length;
    }
    return [length, crc];
  };
  return {
    sections: [
      section(COLUMNS.map(([name]) => of.blocks[name])),
      ...BYTES.map((name) => section([of[name]])),
    ],
    bytes,
  };
}

/** Columns on disk. Each throws DamagedIndex when it cannot be read or is not what was written. */
export class KeptColumns implements FileColumns {
  private read: Blocks | null = null;
  private readonly bytes = new Map<Bytes, Uint8Array>();

  constructor(
    private readonly path: string,
    /** Where the first section starts. */
    private readonly at: number,
    private readonly sections: Sections,
  ) {}

  get blocks(): Blocks {
    return (this.read ??= toBlocks(this.section(0)));
  }

  get postings(): Uint8Array {
    return this.named('postings');
  }

  get filters(): Uint8Array {
    return this.named('filters');
  }

  get tails(): Uint8Array {
    return this.named('tails');
  }

  get pairs(): Uint8Array {
    return this.named('pairs');
  }

  get names(): Uint8Array {
    return this.named('names');
  }

  get places(): Uint8Array {
    return this.named('places');
  }

  private named(name: Bytes): Uint8Array {
    let bytes = this.bytes.get(name);
    if (bytes === undefined) this.bytes.set(name, (bytes = this.section(1 + BYTES.indexOf(name))));
    return bytes;
  }

  private section(number: number): Uint8Array {
    const [length, crc] = this.sections[number]!;
    if (length === 0) return new Uint8Array();
    const at = this.sections.slice(0, number).reduce((sum, [bytes]) => sum + bytes, this.at);
    // With memory of its own, as the wider numbers need it, and not filled with zeros first.
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    readAt(this.path, bytes, at);
    if (crc32(bytes) !== crc) throw new DamagedIndex('its checksum is wrong');
    return bytes;
  }
}

function readAt(path: string, bytes: Uint8Array, at: number): void {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw new DamagedIndex('it is incomplete', { cause });
  }
  try {
    for (let done = 0; done < bytes.length;) {
      const count = readSync(fd, bytes, done, bytes.length - done, at + done);
      if (count === 0) throw new DamagedIndex('its length is wrong');
      done += count;
    }
  } finally {
    closeSync(fd);
  }
}

function toBlocks(bytes: Uint8Array): Blocks {
  const row = COLUMNS.reduce((sum, [, type]) => sum + type.BYTES_PER_ELEMENT, 0);
  const count = bytes.length / row;
  if (!Number.isInteger(count)) throw new DamagedIndex('its length is wrong');
  const blocks: Record<string, Column> = {};
  let at = 0;
  for (const [name, type] of COLUMNS) {
    blocks[name] = new type(bytes.buffer as ArrayBuffer, at, count);
    at += count * type.BYTES_PER_ELEMENT;
  }
  return blocks as unknown as Blocks;
}
