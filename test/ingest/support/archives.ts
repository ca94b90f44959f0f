import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';

export interface TestEntry {
  readonly name: string;
  readonly data?: string | Buffer;
  readonly type?: Header['type'];
  readonly linkname?: string;
  readonly mtime?: Date;
}

const MTIME = new Date('2024-05-17T09:31:22Z');

/** A tar of the entries, in order. */
export async function tarOf(entries: readonly TestEntry[]): Promise<Buffer> {
  const tar = pack();
  const chunks: Buffer[] = [];
  tar.on('data', (chunk) => chunks.push(chunk as Buffer));
  const ended = new Promise<void>((resolve) => tar.on('end', resolve));
  for (const { name, data = '', type = 'file', linkname, mtime = MTIME } of entries) {
    const header = { name, type, mtime, ...(linkname === undefined ? {} : { linkname }) };
    if (type === 'file') tar.entry(header, data);
    else tar.entry(header);
  }
  tar.finalize();
  await ended;
  return Buffer.concat(chunks);
}

export async function tgzOf(entries: readonly TestEntry[]): Promise<Buffer> {
  return gzipSync(await tarOf(entries));
}

/** Entries for `tarOf` from a map of paths to contents. */
export function entriesOf(files: Readonly<Record<string, string | Buffer>>): TestEntry[] {
  return Object.entries(files).map(([name, data]) => ({ name, data }));
}

export interface TestZipEntry {
  readonly name: string | Buffer;
  readonly data?: string | Buffer;
  readonly stored?: boolean;
  /** General purpose flags: bit 0 encrypted, bit 11 UTF-8 name. */
  readonly flags?: number;
  readonly method?: number;
  /** Unix mode, as Info-ZIP writes it. */
  readonly mode?: number;
  /** Replaces the true checksum. */
  readonly crc?: number;
}

/** A zip of the entries, written by hand so that it can hold what no tool would write. */
export function zipOf(entries: readonly TestZipEntry[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name as string);
    const data = Buffer.from((entry.data ?? '') as string);
    const body = entry.stored === true ? data : deflateRawSync(data);
    const method = entry.method ?? (entry.stored === true ? 0 : 8);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(entry.flags ?? 0, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt16LE((9 << 11) | (31 << 5) | 11, 6); // 09:31:22
    common.writeUInt16LE(((2024 - 1980) << 9) | (5 << 5) | 17, 8); // 2024-05-17
    common.writeUInt32LE(entry.crc ?? crc32(data), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, body]);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6);
    attributes.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, entry.mode === undefined ? 0 : 3]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), madeBy, common, attributes, name]));
    bodies.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, central, end]);
}
