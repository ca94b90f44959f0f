/** Bytes of a direction that were not seen, and the packet that showed it. */
export interface Gap {
  from: number;
  to: number;
  /** Packet after the gap, or the acknowledgement of bytes in it. */
  readonly row: number;
  readonly time: number;
  /** Timestamp and IP identification of the packet after the gap; 0: unknown. */
  readonly tsval: number;
  readonly ipId: number;
}

/** Gaps kept of one direction; older ones are final. */
const MAX_GAPS = 64;

/** Gaps in the sequence space, per direction (flow × 2 + way); most directions have none. */
export class Gaps {
  private readonly lists = new Map<number, Gap[]>();

  /** Adds a gap; gives the one that had to make room for it. */
  add(direction: number, gap: Gap): Gap | null {
    const list = this.lists.get(direction);
    if (list === undefined) {
      this.lists.set(direction, [gap]);
      return null;
    }
    list.push(gap);
    return list.length > MAX_GAPS ? list.shift()! : null;
  }

  /** Takes the bytes `[from, to)` out of the gaps. The gap they were in, as it was found; null when in none. */
  fill(direction: number, from: number, to: number): Gap | null {
    const list = this.lists.get(direction);
    if (list === undefined) return null;
    let found: Gap | null = null;
    for (let i = 0; i < list.length; i++) {
      const gap = list[i]!;
      if (((to - gap.from) | 0) <= 0 || ((gap.to - from) | 0) <= 0) continue;
      found ??= { ...gap };
      const before = (from - gap.from) | 0;
      const after = (gap.to - to) | 0;
      if (before > 0 && after > 0) {
        if (list.length < MAX_GAPS) list.push({ ...gap, from: to });
        gap.to = from;
      } else if (before > 0) gap.to = from;
      else if (after > 0) gap.from = to;
      else list.splice(i--, 1);
    }
    if (list.length === 0) this.lists.delete(direction);
    return found;
  }

  /** Removes and gives the gaps that are left of a direction. */
  take(direction: number): readonly Gap[] {
    const list = this.lists.get(direction);
    if (list === undefined) return [];
    this.lists.delete(direction);
    return list;
  }

  directions(): number[] {
    return [...this.lists.keys()];
  }
}
