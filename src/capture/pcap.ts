import type { TableBuilder } from './builder.js';
import { u32 } from './bytes.js';
import type { Link } from './interfaces.js';
import { count, type Notes } from './notes.js';
import { MAX_RECORD, NO, USUAL_SNAP, WAIT, YES, type Answer, type RecordReader } from './record-reader.js';
import { Resync } from './resync.js';
import type { ByteWindow } from './window.js';

export const PCAP_HEADER = 24;
const SANE = 0;
const ODD = 1;
const INSANE = 2;
const DAY = 86_400;
/** Original lengths above are no packets. */
const MAX_ORIGINAL = 16 * 1024 * 1024;

interface Variant {
  readonly bigEndian: boolean;
  /** Nanoseconds per unit of the fraction. */
  readonly unit: number;
  readonly recordHeader: number;
}

/** The variants by their magic number, read as big endian. */
const VARIANTS = new Map<number, Variant>([
  [0xd4c3b2a1, { bigEndian: false, unit: 1000, recordHeader: 16 }],
  [0xa1b2c3d4, { bigEndian: true, unit: 1000, recordHeader: 16 }],
  [0x4d3cb2a1, { bigEndian: false, unit: 1, recordHeader: 16 }],
  [0xa1b23c4d, { bigEndian: true, unit: 1, recordHeader: 16 }],
  // 'Modified' pcap: interface index, protocol and packet type follow in each record header.
  [0x34cdb2a1, { bigEndian: false, unit: 1000, recordHeader: 24 }],
  [0xa1b2cd34, { bigEndian: true, unit: 1000, recordHeader: 24 }],
]);

/** Whether a classic pcap header may begin at `o` (four bytes are there). */
export function pcapVariant(buf: Uint8Array, o: number): Variant | null {
  return VARIANTS.get(u32(buf, o, true)) ?? null;
}

/**
 * Classic pcap: a header of 24 bytes (magic 4, version 2 + 2, reserved 8, snap length 4, link type 4), then per
 * record seconds 4, fraction 4, captured length 4, original length 4 and the bytes, without padding.
 */
export class PcapReader implements RecordReader {
  readonly format = 'pcap';
  baseNs: bigint | null = null;
  private readonly link: Link;
  private readonly maxCaptured: number;
  private readonly resync: Resync;
  private baseSeconds = 0;
  private baseFraction = 0;
  private lastSeconds = -1;

  /** `w` is at the header, all of which is there. */
  constructor(
    w: ByteWindow,
    private readonly variant: Variant,
    private readonly builder: TableBuilder,
    private readonly notes: Notes,
  ) {
    const { bigEndian } = variant;
    const snapLength = u32(w.buf, w.start + 16, bigEndian);
    const field = u32(w.buf, w.start + 20, bigEndian);
    // Bit 26: the frames end with their checksum; its length is in the top four bits, in units of 16 bits.
    const fcs = (field & 0x04000000) !== 0 ? (field >>> 28) * 2 : 0;
    this.link = builder.interfaces.link({ linkType: field & 0xffff, snapLength, fcs });
    this.maxCaptured = Math.max(USUAL_SNAP, Math.min(snapLength, MAX_RECORD - 1));
    this.resync = new Resync(notes, (view, o, eof) => this.chain(view, o, eof, 3, true));
    w.start += PCAP_HEADER;
  }

  run(w: ByteWindow, eof: boolean): boolean {
    const { builder, link } = this;
    const { recordHeader, unit } = this.variant;
    const littleEndian = !this.variant.bigEndian;
    for (;;) {
      if (this.resync.active) {
        const answer = this.resync.search(w, eof);
        if (answer !== YES) return answer === WAIT;
      }
      const { view, start, end } = w;
      if (end - start < recordHeader) {
        if (eof && end > start) this.notes.cut(end - start);
        return true;
      }
      const seconds = view.getUint32(start, littleEndian);
      const fraction = view.getUint32(start + 4, littleEndian);
      const captured = view.getUint32(start + 8, littleEndian);
      const original = view.getUint32(start + 12, littleEndian);
      const verdict = this.judge(seconds, fraction, captured, original);
      const at = start + recordHeader;
      const next = at + captured;
      if (verdict === INSANE) {
        this.resync.begin(w, false);
        continue;
      }
      if (next > end) {
        if (!eof) return true;
        this.resync.begin(w, true);
        continue;
      }
      if (verdict === ODD) {
        const answer = this.chain(w, next, eof, 2, false);
        if (answer === WAIT) return true;
        if (answer === NO) {
          this.resync.begin(w, false);
          continue;
        }
      }
      if (builder.full) {
        this.notes.stopped(`More than ${count(builder.maxPackets, 'packet')}; the rest was not read.`);
        return false;
      }
      if (this.baseNs === null) {
        this.baseNs = BigInt(seconds) * 1_000_000_000n + BigInt(fraction * unit);
        this.baseSeconds = seconds;
        this.baseFraction = fraction;
      }
      const ns = (seconds - this.baseSeconds) * 1e9 + (fraction - this.baseFraction) * unit;
      builder.packet(w, at, captured, original, link, ns, 0);
      this.lastSeconds = seconds;
      w.start = next;
    }
  }

  /** ODD headers are believed when the record after them makes sense. */
  private judge(seconds: number, fraction: number, captured: number, original: number): number {
    if (captured > this.maxCaptured || fraction >= 1e9 || original >= MAX_RECORD * 4) return INSANE;
    if (original === 0 && captured === 0 && seconds === 0 && fraction === 0) return INSANE;
    if (captured > original || captured > USUAL_SNAP || original > MAX_ORIGINAL) return ODD;
    if (fraction * this.variant.unit >= 1e9) return ODD;
    const { lastSeconds } = this;
    return lastSeconds >= 0 && Math.abs(seconds - lastSeconds) > 400 * DAY ? ODD : SANE;
  }

  /**
   * Whether `depth` records follow one another from `o` on; fewer where the file ends with one of them.
   * @param strict nothing about them is unusual, and their times are near those before
   */
  private chain(w: ByteWindow, o: number, eof: boolean, depth: number, strict: boolean): Answer {
    const { bigEndian, recordHeader, unit } = this.variant;
    let before = this.lastSeconds;
    // Without a time to compare with, one record that ends where the file does may be chance.
    const enough = before >= 0 ? 1 : 2;
    for (let n = 0; n < depth; n++) {
      const left = w.end - o;
      if (left < recordHeader) {
        if (!eof) return WAIT;
        // Strict chains must end exactly where the file does, or with a record that was cut after two others.
        return !strict || (left === 0 ? n >= enough : n >= 2) ? YES : NO;
      }
      const seconds = u32(w.buf, o, bigEndian);
      const fraction = u32(w.buf, o + 4, bigEndian);
      const captured = u32(w.buf, o + 8, bigEndian);
      const original = u32(w.buf, o + 12, bigEndian);
      if (this.judge(seconds, fraction, captured, original) === INSANE) return NO;
      if (strict) {
        if (captured > original || original > MAX_ORIGINAL || fraction * unit >= 1e9) return NO;
        if (captured === 0 || (before >= 0 && Math.abs(seconds - before) > DAY)) return NO;
      }
      before = seconds;
      o += recordHeader + captured;
      if (o > w.end) {
        if (!eof) return WAIT;
        return !strict || n >= 2 ? YES : NO;
      }
    }
    return YES;
  }
}
