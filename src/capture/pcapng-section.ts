import type { TableBuilder } from './builder.js';
import { u16, u32, u64 } from './bytes.js';
import { MAX_INTERFACES, type Link } from './interfaces.js';
import { InterfaceClock, type TimeBase } from './pcapng-clock.js';
import { counterOption, findOption, optionLength } from './pcapng-options.js';
import { macText, optionText } from './text.js';
import type { ByteWindow } from './window.js';

const INTERFACE = 1;
const PACKET = 2;
const SIMPLE_PACKET = 3;
const STATISTICS = 5;
const ENHANCED_PACKET = 6;

interface SectionInterface {
  readonly link: Link;
  readonly clock: InterfaceClock;
  readonly snapLength: number;
  /** Drops as the statistics block tells them, and as summed up from the packets. */
  told: number;
  summed: number;
}

/** The interfaces of one section, and the blocks that refer to them. */
export class PcapngSection {
  private readonly interfaces: SectionInterface[] = [];

  constructor(
    readonly bigEndian: boolean,
    private readonly base: TimeBase,
    private readonly builder: TableBuilder,
  ) {}

  isPacket(buf: Uint8Array, o: number): boolean {
    const type = u32(buf, o, this.bigEndian);
    return type === ENHANCED_PACKET || type === SIMPLE_PACKET || type === PACKET;
  }

  /** Takes in the complete block at the window's start. False when its content contradicts itself. */
  block(w: ByteWindow, total: number): boolean {
    const o = w.start;
    const to = o + total - 4;
    switch (u32(w.buf, o, this.bigEndian)) {
      case ENHANCED_PACKET:
        return total >= 32 && this.enhanced(w, o, to, false);
      case PACKET:
        return total >= 32 && this.enhanced(w, o, to, true);
      case SIMPLE_PACKET:
        return total >= 16 && this.simple(w, o, to);
      case INTERFACE:
        return total >= 20 && this.interface(w.buf, o, to);
      case STATISTICS:
        return total >= 24 && this.statistics(w.buf, o, to);
      default:
        return true;
    }
  }

  /** Link type 2, reserved 2, snap length 4, options. */
  private interface(buf: Uint8Array, o: number, to: number): boolean {
    const { bigEndian, builder, interfaces } = this;
    const last = interfaces[interfaces.length - 1];
    if (last !== undefined && builder.interfaces.list.length >= MAX_INTERFACES) {
      builder.interfaces.overflow = true;
      if (interfaces.length < 0x10000) interfaces.push(last);
      return true;
    }
    const at = (code: number, least: number): number => findOption(buf, o + 16, to, bigEndian, code, least);
    const text = (from: number): string => optionText(buf, from, from + optionLength(buf, from, bigEndian));
    const name = at(2, 1);
    const mac = at(6, 6);
    // The first byte tells the kind of filter: 0 is text.
    const filter = at(11, 2);
    const resolution = at(9, 1);
    const offset = at(14, 8);
    const snapLength = u32(buf, o + 12, bigEndian);
    const link = builder.interfaces.link({
      linkType: u16(buf, o + 8, bigEndian),
      snapLength,
      name: name < 0 ? null : text(name),
      mac: mac < 0 ? null : macText(buf, mac),
      filter:
        filter < 0 || buf[filter] !== 0
          ? null
          : optionText(buf, filter + 1, filter + optionLength(buf, filter, bigEndian)),
    });
    const seconds = offset < 0 ? 0n : BigInt.asIntN(64, u64(buf, offset, bigEndian));
    const clock = new InterfaceClock(resolution < 0 ? 6 : buf[resolution]!, seconds, this.base);
    interfaces.push({ link, clock, snapLength, told: 0, summed: 0 });
    return true;
  }

  /**
   * Interface 4 (obsolete form: interface 2, drops 2), time 4 + 4, captured 4, original 4, data padded to 4,
   * options.
   */
  private enhanced(w: ByteWindow, o: number, to: number, obsolete: boolean): boolean {
    const { bigEndian } = this;
    const { buf } = w;
    const id = obsolete ? u16(buf, o + 8, bigEndian) : u32(buf, o + 8, bigEndian);
    const source = this.interfaces[id];
    const captured = u32(buf, o + 20, bigEndian);
    const data = o + 28;
    if (source === undefined || captured > to - data) return false;
    const options = data + ((captured + 3) & ~3);
    let direction = 0;
    if (options + 4 <= to) {
      const flags = findOption(buf, options, to, bigEndian, 2, 4);
      const bits = flags < 0 ? 0 : u32(buf, flags, bigEndian) & 3;
      direction = bits === 3 ? 0 : bits;
      if (!obsolete) this.noteDrops(source, counterOption(buf, options, to, bigEndian, 4));
    }
    if (obsolete) {
      const drops = u16(buf, o + 10, bigEndian);
      this.noteDrops(source, drops === 0xffff ? null : drops);
    }
    const ns = source.clock.relative(u32(buf, o + 12, bigEndian), u32(buf, o + 16, bigEndian));
    this.builder.packet(w, data, captured, u32(buf, o + 24, bigEndian), source.link, ns, direction);
    return true;
  }

  /** Original length 4, data; interface 0, no time: it gets the time of the packet before it. */
  private simple(w: ByteWindow, o: number, to: number): boolean {
    const source = this.interfaces[0];
    if (source === undefined) return false;
    const original = u32(w.buf, o + 8, this.bigEndian);
    const data = o + 12;
    const captured = Math.min(original, to - data, source.snapLength === 0 ? original : source.snapLength);
    this.builder.packet(w, data, captured, original, source.link, this.builder.now, 0);
    return true;
  }

  /** Interface 4, time 4 + 4, options: 5 dropped by the interface, 7 by the operating system, since the start. */
  private statistics(buf: Uint8Array, o: number, to: number): boolean {
    const source = this.interfaces[u32(buf, o + 8, this.bigEndian)];
    if (source === undefined) return false;
    const byInterface = counterOption(buf, o + 20, to, this.bigEndian, 5);
    const bySystem = counterOption(buf, o + 20, to, this.bigEndian, 7);
    if (byInterface === null && bySystem === null) return true;
    source.told = Math.max(source.told, (byInterface ?? 0) + (bySystem ?? 0));
    this.publishDrops(source);
    return true;
  }

  private noteDrops(source: SectionInterface, drops: number | null): void {
    if (drops === null) return;
    source.summed += drops;
    this.publishDrops(source);
  }

  private publishDrops(source: SectionInterface): void {
    const entry = this.builder.interfaces.list[source.link.iface]!;
    entry.droppedByKernel = Math.max(source.told, source.summed);
  }
}
