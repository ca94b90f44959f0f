import type { TableBuilder } from './builder.js';
import { be32, u16 } from './bytes.js';
import { count, type Notes } from './notes.js';
import { PCAP_HEADER, PcapReader, pcapVariant } from './pcap.js';
import { PcapngReader, isSectionHeader } from './pcapng.js';
import type { RecordReader } from './record-reader.js';
import type { ByteWindow } from './window.js';

/** Bytes within which a header is looked for: a pipe may have put messages before it. */
const SEARCHED = 4096;

/**
 * The reader for what the window begins with. 'wait': more bytes are needed to tell; null: no capture, which
 * the notes then say.
 */
export function detect(
  w: ByteWindow,
  eof: boolean,
  builder: TableBuilder,
  notes: Notes,
): RecordReader | 'wait' | null {
  const have = w.end - w.start;
  if (have < SEARCHED && !eof) return 'wait';
  if (have === 0) {
    notes.stopped('The file is empty.');
    return null;
  }
  const last = Math.min(w.end, w.start + SEARCHED);
  for (let o = w.start; o + 4 <= last; o++) {
    const reader = readerAt(w, o, builder, notes);
    if (reader !== null) return reader;
  }
  const variant = have >= 4 ? pcapVariant(w.buf, w.start) : null;
  if (variant !== null || (have >= 4 && have < 12 && be32(w.buf, w.start) === 0x0a0d0d0a)) {
    notes.cut(have);
    return null;
  }
  unknown(w, notes);
  return null;
}

function readerAt(w: ByteWindow, o: number, builder: TableBuilder, notes: Notes): RecordReader | null {
  const before = o - w.start;
  if (w.end - o >= 12 && isSectionHeader(w.buf, o)) {
    w.start = o;
    preceded(before, notes);
    return new PcapngReader(builder, notes);
  }
  const variant = w.end - o >= PCAP_HEADER ? pcapVariant(w.buf, o) : null;
  // Elsewhere than at the beginning the version must be right too.
  if (variant === null || (before > 0 && u16(w.buf, o + 4, variant.bigEndian) !== 2)) return null;
  w.start = o;
  preceded(before, notes);
  return new PcapReader(w, variant, builder, notes);
}

function preceded(bytes: number, notes: Notes): void {
  if (bytes > 0) notes.damaged(`${count(bytes, 'byte')} of something else precede the capture's header.`);
}

function unknown(w: ByteWindow, notes: Notes): void {
  notes.corrupt = true;
  const magic = w.end - w.start >= 4 ? be32(w.buf, w.start) : 0;
  if (magic === (0x28b52ffd | 0)) {
    notes.add('E_UNSUPPORTED_COMPRESSION', 'The file is compressed with zstd.');
  } else if (magic === (0x04224d18 | 0)) {
    notes.add('E_UNSUPPORTED_COMPRESSION', 'The file is compressed with lz4.');
  } else {
    notes.add('E_UNKNOWN_FORMAT', 'The file begins with no header of pcap or pcapng.');
  }
}
