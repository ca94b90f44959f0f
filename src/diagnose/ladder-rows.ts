/** Pairs the packets of one flow at several points: pure arithmetic on times and sequence numbers. */

/** A packet of the flow at one point. Times in nanoseconds on the ladder's clock. */
export interface LadderPacket {
  readonly time: number;
  readonly back: boolean;
  /** The same for copies of one packet at all points. */
  readonly key: string;
  /** TCP sequence number and payload bytes; null where packets cannot be split or joined on the way. */
  readonly range: { readonly seq: number; readonly length: number } | null;
  readonly label: string;
}

export interface LadderRow {
  readonly packet: LadderPacket;
  /** Time at each point, null where it was not seen. */
  readonly at: (number | null)[];
}

/**
 * One row per packet. A packet is followed in its own direction from the first point that saw it: by its key
 * and, where offloads cut segments differently, by any segment that covers its bytes. With aligned clocks a copy
 * belongs to the last one sent before it, so that a lost first copy is not taken for a retransmission's.
 */
export function ladderRows(points: readonly (readonly LadderPacket[])[], aligned = true): LadderRow[] {
  const rows: LadderRow[] = [];
  for (const back of [false, true]) {
    const order = points.map((_, i) => i);
    if (back) order.reverse();
    const lists = points.map((list) => list.filter((p) => p.back === back));
    const queues = lists.map(queuesOf);
    for (const [step, i] of order.entries()) {
      for (const p of lists[i]!) {
        if (!take(queues[i]!, p)) continue;
        const at = points.map((): number | null => null);
        at[i] = p.time;
        const before = aligned ? nextCopy(lists[i]!, p) : Infinity;
        for (const j of order.slice(step + 1))
          at[j] = (next(queues[j]!, p.key, before) ?? covering(lists[j]!, p, before))?.time ?? null;
        // Its bytes were sent in other pieces: they have their rows.
        if (order.slice(0, step).some((j) => lists[j]!.some((q) => overlaps(q, p)))) continue;
        rows.push({ packet: p, at });
      }
    }
  }
  const start = (r: LadderRow): number => Math.min(...r.at.filter((t) => t !== null));
  return rows.sort((x, y) => start(x) - start(y));
}

type Queues = Map<string, LadderPacket[]>;

function queuesOf(list: readonly LadderPacket[]): Queues {
  const queues: Queues = new Map();
  for (const p of list) {
    const q = queues.get(p.key);
    if (q) q.push(p);
    else queues.set(p.key, [p]);
  }
  return queues;
}

/** Copies seen elsewhere before this time are copies of `p`: a tenth of the pause is left for the clocks' error. */
function nextCopy(list: readonly LadderPacket[], p: LadderPacket): number {
  const later = list.find((q) => q.time > p.time && q.key === p.key);
  return later === undefined ? Infinity : later.time - (later.time - p.time) / 10;
}

function next(queues: Queues, key: string, before: number): LadderPacket | null {
  const q = queues.get(key);
  return q?.[0] !== undefined && q[0].time < before ? q.shift()! : null;
}

/** False when a row of an earlier point has taken the packet already. */
function take(queues: Queues, p: LadderPacket): boolean {
  const q = queues.get(p.key);
  const at = q?.indexOf(p) ?? -1;
  if (at < 0) return false;
  q!.splice(at, 1);
  return true;
}

function covering(list: readonly LadderPacket[], p: LadderPacket, before: number): LadderPacket | null {
  const { range } = p;
  if (range === null || range.length === 0) return null;
  return (
    list.find((q) => {
      if (q === p || q.range === null || q.range.length === 0 || q.time >= before) return false;
      const from = (range.seq - q.range.seq) >>> 0;
      return from < q.range.length && from + range.length <= q.range.length;
    }) ?? null
  );
}

function overlaps(x: LadderPacket, y: LadderPacket): boolean {
  if (x.range === null || y.range === null || x.range.length === 0 || y.range.length === 0) return false;
  return (
    (x.range.seq - y.range.seq) >>> 0 < y.range.length || (y.range.seq - x.range.seq) >>> 0 < x.range.length
  );
}
