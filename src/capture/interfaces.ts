import type { CaptureInterface } from '../model/capture.js';

/** Interfaces kept apart; a hostile file can name a new one in every packet. */
export const MAX_INTERFACES = 4096;

type MutableInterface = { -readonly [K in keyof CaptureInterface]: CaptureInterface[K] };

/** A source of packets with one link type: the one of a pcap file, or one interface block of pcapng. */
export interface Link {
  readonly linkType: number;
  /** Trailing checksum bytes that the capture says it holds. */
  readonly fcs: number;
  /** Index into the interfaces. */
  readonly iface: number;
  /** With SLL2: interface per kernel index, filled as they are seen. */
  readonly byIndex: Map<number, number>;
}

export class InterfaceTable {
  readonly list: MutableInterface[] = [];
  /** True when some interfaces had to share the last entry. */
  overflow = false;

  /** Adds the interface a link stands for. */
  link(given: {
    linkType: number;
    snapLength: number;
    fcs?: number;
    name?: string | null;
    mac?: string | null;
    filter?: string | null;
  }): Link {
    const iface = this.add({
      name: given.name ?? null,
      ifIndex: null,
      mac: given.mac ?? null,
      linkType: given.linkType,
      snapLength: given.snapLength,
      filter: given.filter ?? null,
      droppedByKernel: null,
      packets: 0,
    });
    return { linkType: given.linkType, fcs: given.fcs ?? 0, iface, byIndex: new Map() };
  }

  /** The interface with kernel index `ifIndex` within a cooked link; the first one takes over the link's own. */
  ofIndex(link: Link, ifIndex: number): number {
    const known = link.byIndex.get(ifIndex);
    if (known !== undefined) return known;
    const own = this.list[link.iface]!;
    let iface = link.iface;
    if (link.byIndex.size > 0) {
      if (this.list.length >= MAX_INTERFACES) {
        this.overflow = true;
        return link.iface;
      }
      iface = this.add({ ...own, ifIndex, mac: null, droppedByKernel: null, packets: 0 });
    } else {
      own.ifIndex = ifIndex;
    }
    link.byIndex.set(ifIndex, iface);
    return iface;
  }

  private add(entry: MutableInterface): number {
    if (this.list.length >= MAX_INTERFACES) {
      this.overflow = true;
      return MAX_INTERFACES - 1;
    }
    this.list.push(entry);
    return this.list.length - 1;
  }
}
