import { BIT_DUPLICATE } from '../model/capture.js';
import { AppTable } from './app-table.js';
import { ColumnStore, NO_FLOW } from './columns.js';
import { FlowTable } from './flow-table.js';
import { FragmentCache } from './fragments.js';
import { InterfaceTable, MAX_INTERFACES, type Link } from './interfaces.js';
import { decodeFrame } from './link.js';
import { ArpTable, DnsTable, MacTable, SenderTable } from './side-tables.js';
import { MALFORMED, OK, UNSUPPORTED, type Status } from './status.js';
import { decodeTcp4 } from './tcp4.js';
import { HISTORY, type ByteWindow } from './window.js';

const LINKTYPE_ETHERNET = 1;
/** Two equal frames on one interface within this time are one packet seen twice. */
const DUPLICATE_NS = 50_000;
/** Larger original lengths are nonsense; the bound keeps arithmetic in small integers. */
const MAX_WIRE = 0x10000000;

/** Collects the rows of one capture. Decoders write into the columns of row `row` through it. */
export class TableBuilder {
  readonly store = new ColumnStore();
  readonly columns = this.store.columns;
  readonly flows = new FlowTable();
  readonly fragments = new FragmentCache();
  readonly interfaces = new InterfaceTable();
  readonly macs = new MacTable();
  /** Filled by cooked v1 captures only. */
  readonly senders = new SenderTable();
  readonly arp = new ArpTable();
  readonly dns = new DnsTable();
  readonly app = new AppTable();
  /** Packets per link type that cannot be decoded. */
  readonly unsupported = new Map<number, number>();
  rows = 0;
  malformed = 0;
  otherFrames = 0;
  wireBytes = 0;

  /** The row being filled, and its time. */
  row = 0;
  now = 0;

  /** The IP packet being decoded: one past its captured bytes, one past its bytes by its own length, version. */
  cap = 0;
  end = 0;
  six = false;
  /** Where its addresses are. */
  src = 0;
  dst = 0;

  /** Last frame per interface: time, offset in the stream, captured and original length, direction. */
  private readonly last = new Float64Array(MAX_INTERFACES * 4);

  /** @param fileSize bytes of the stream, 0 when not known (compressed) */
  constructor(
    readonly maxPackets: number,
    private readonly fileSize = 0,
  ) {
    this.last.fill(-1);
  }

  get full(): boolean {
    return this.rows >= this.maxPackets;
  }

  /** Rows of the whole capture, if the rest of the stream is like what was read of it. */
  private expected(w: ByteWindow, at: number): number {
    const read = w.base + at;
    return read > 0 && this.fileSize > read ? (this.rows * this.fileSize) / read : 0;
  }

  /**
   * Adds the packet whose captured bytes are `w.buf[at, at + captured)`.
   * @param ns nanoseconds since the base time
   */
  packet(
    w: ByteWindow,
    at: number,
    captured: number,
    original: number,
    link: Link,
    ns: number,
    dir: number,
  ): void {
    const row = this.rows;
    if (row >= this.store.capacity) this.store.grow(this.maxPackets, this.expected(w, at));
    const c = this.columns;
    c.time[row] = ns;
    c.flow[row] = NO_FLOW;
    // Rows begin as zeros; what is never written takes no memory.
    if (link.iface !== 0) c.iface[row] = link.iface;
    this.row = row;
    this.now = ns;
    this.wireBytes += original;
    const plain = link.linkType === LINKTYPE_ETHERNET && link.fcs === 0;
    if (!plain || !decodeTcp4(this, w.view, w.buf, at, captured, link.iface)) {
      const wire = at + Math.min(Math.max(original, captured), MAX_WIRE);
      const status = decodeFrame(this, link, w.buf, at, at + captured, wire);
      if (status !== OK) this.count(status, link);
    }
    // pcapng flags are the capturing program's word; without them the cooked header may have told.
    if (dir !== 0) c.dir[row] = dir;
    const iface = c.iface[row]!;
    this.interfaces.list[iface]!.packets++;
    this.markDuplicate(w, at, captured, original, iface);
    this.rows = row + 1;
  }

  /** Notes the flow of the packet being decoded. */
  setFlow(buf: Uint8Array, protocol: number, sport: number, dport: number): void {
    const flow = this.flows.intern(buf, this.src, this.dst, this.six, protocol, sport, dport);
    if (flow < 0) return;
    this.columns.flow[this.row] = flow;
    this.columns.way[this.row] = this.flows.way;
  }

  /** Empties what a decoder wrote before it gave up, so that an outer header can be described instead. */
  clearRow(): void {
    const { row, columns: c } = this;
    c.flow[row] = NO_FLOW;
    c.way[row] = c.ttl[row] = c.ipId[row] = c.bits[row] = c.ipLength[row] = 0;
    c.payload[row] = c.hash[row] = c.flags[row] = c.seq[row] = c.ack[row] = 0;
    c.window[row] = c.tsval[row] = c.aux[row] = 0;
  }

  private count(status: Status, link: Link): void {
    if (status === MALFORMED) {
      this.malformed++;
      return;
    }
    this.otherFrames++;
    if (status === UNSUPPORTED) {
      this.unsupported.set(link.linkType, (this.unsupported.get(link.linkType) ?? 0) + 1);
    }
  }

  private markDuplicate(w: ByteWindow, at: number, captured: number, original: number, iface: number): void {
    const { last, columns: c, row, now } = this;
    const k = iface * 4;
    const position = w.base + at;
    const before = last[k + 1]!;
    if (
      before >= 0 &&
      now - last[k]! <= DUPLICATE_NS &&
      now >= last[k]! &&
      last[k + 2] === captured &&
      last[k + 3] === original * 4 + c.dir[row]! &&
      captured > 0 &&
      position - before <= HISTORY - 64 &&
      sameBytes(w.buf, before - w.base, at, captured)
    ) {
      c.bits[row]! |= BIT_DUPLICATE;
    }
    last[k] = now;
    last[k + 1] = position;
    last[k + 2] = captured;
    last[k + 3] = original * 4 + c.dir[row]!;
  }
}

function sameBytes(buf: Uint8Array, a: number, b: number, length: number): boolean {
  // Frames of one size mostly differ in the IP id: look there first.
  for (let i = length > 18 ? 18 : 0; i < length; i++) if (buf[a + i] !== buf[b + i]) return false;
  for (let i = 0; i < length && i < 18; i++) if (buf[a + i] !== buf[b + i]) return false;
  return true;
}
