import type { TableBuilder } from './builder.js';
import { u32 } from './bytes.js';
import { count, type Notes } from './notes.js';
import { PcapngSection } from './pcapng-section.js';
import { MAX_RECORD, NO, WAIT, YES, type Answer, type RecordReader } from './record-reader.js';
import { Resync } from './resync.js';
import type { ByteWindow } from './window.js';

const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const MIN_BLOCK = 12;
const MAX_BLOCK = MAX_RECORD + 0x10000;
/** After damage only ordinary blocks are believed. */
const MAX_PLAUSIBLE = 1024 * 1024;
/** Interface, packet (obsolete), simple packet, names, statistics, enhanced packet, secrets, custom (two). */
const KNOWN = new Set([1, 2, 3, 4, 5, 6, 0x0a, 0xbad, 0x40000bad]);

/** Whether a section header block may begin at `o` (twelve bytes are there). */
export function isSectionHeader(buf: Uint8Array, o: number): boolean {
  return u32(buf, o, true) === SECTION && byteOrder(buf, o) !== null;
}

/** True for big endian, null when the byte-order magic of the section header at `o` is none. */
function byteOrder(buf: Uint8Array, o: number): boolean | null {
  if (u32(buf, o + 8, true) === BYTE_ORDER) return true;
  return u32(buf, o + 8, false) === BYTE_ORDER ? false : null;
}

/**
 * pcapng: blocks of type 4, total length 4, body padded to 4 bytes, total length again; in the byte order of
 * their section. A file may hold several sections.
 */
export class PcapngReader implements RecordReader {
  readonly format = 'pcapng';
  private readonly base: { ns: bigint | null } = { ns: null };
  private readonly resync: Resync;
  private section: PcapngSection;

  constructor(
    private readonly builder: TableBuilder,
    private readonly notes: Notes,
  ) {
    this.section = new PcapngSection(false, this.base, builder);
    this.resync = new Resync(notes, (view, o, eof) => this.beginsAt(view, o, eof));
  }

  get baseNs(): bigint | null {
    return this.base.ns;
  }

  run(w: ByteWindow, eof: boolean): boolean {
    for (;;) {
      if (this.resync.active) {
        const answer = this.resync.search(w, eof);
        if (answer !== YES) return answer === WAIT;
      }
      const { buf, start, end } = w;
      if (end - start < MIN_BLOCK) {
        if (eof && end > start) this.notes.cut(end - start);
        return true;
      }
      const total = this.totalAt(buf, start);
      if (total === 0) {
        this.resync.begin(w, false);
        continue;
      }
      if (start + total > end) {
        if (!eof) return true;
        this.resync.begin(w, true);
        continue;
      }
      const header = u32(buf, start, true) === SECTION;
      const bigEndian = header ? byteOrder(buf, start) === true : this.section.bigEndian;
      if (u32(buf, start + total - 4, bigEndian) !== total) {
        this.resync.begin(w, false);
        continue;
      }
      if (header) {
        this.section = new PcapngSection(bigEndian, this.base, this.builder);
      } else if (this.builder.full && this.section.isPacket(buf, start)) {
        this.notes.stopped(`More than ${count(this.builder.maxPackets, 'packet')}; the rest was not read.`);
        return false;
      } else if (!this.section.block(w, total)) {
        this.notes.resynchronised(total);
      }
      w.start = start + total;
    }
  }

  /** Total length of the block at `o`, 0 when it makes no sense. */
  private totalAt(buf: Uint8Array, o: number): number {
    let { bigEndian } = this.section;
    if (u32(buf, o, true) === SECTION) {
      const order = byteOrder(buf, o);
      if (order === null) return 0;
      bigEndian = order;
    }
    const total = u32(buf, o + 4, bigEndian);
    return total < MIN_BLOCK || total > MAX_BLOCK || total % 4 !== 0 ? 0 : total;
  }

  private beginsAt(w: ByteWindow, o: number, eof: boolean): Answer {
    if (w.end - o < MIN_BLOCK) return eof ? NO : WAIT;
    const header = u32(w.buf, o, true) === SECTION;
    if (!header && !KNOWN.has(u32(w.buf, o, this.section.bigEndian))) return NO;
    const total = this.totalAt(w.buf, o);
    if (total === 0 || total > MAX_PLAUSIBLE) return NO;
    const next = o + total;
    if (next > w.end) return eof ? NO : WAIT;
    const bigEndian = header ? byteOrder(w.buf, o) === true : this.section.bigEndian;
    if (u32(w.buf, next - 4, bigEndian) !== total) return NO;
    if (w.end - next < MIN_BLOCK) return eof ? YES : WAIT;
    return header || this.totalAt(w.buf, next) !== 0 ? YES : NO;
  }
}
