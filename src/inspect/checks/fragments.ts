import { BIT_FRAG_FIRST, BIT_FRAG_LAST, BIT_FRAG_LATER } from '../../model/capture.js';
import type { InspectContext } from '../context.js';
import { Tally } from '../tally.js';
import type { Check, CheckMeta } from '../types.js';

const WAIT_NS = 1e9;
/** Fragments of one datagram follow each other within this time. */
const TOGETHER_NS = 20e6;
const IPV4_HEADER = 20;
/** With the fragment header. */
const IPV6_HEADERS = 48;
const MAX_OPEN = 50_000;
/** RFC 791 and Linux: a receiver gives up after at most 30 s, then an identification may be in use again. */
const LIFETIME_NS = 30e9;

const META: CheckMeta = {
  id: 'fragments',
  title: 'Fragmented datagrams',
  unit: 'fragmented datagrams',
  threshold: 'a fragment missing although the capture goes on for 1 s or more after the others',
  normal: 'Complete datagrams of several fragments; they work, but cost time and are easily lost.',
};

const PARTS = {
  'first fragment missing': {
    class: 'fault',
    means: 'only later fragments came: the first was lost, or dropped by a filter.',
  },
  'later fragment missing': {
    class: 'fault',
    means:
      'later fragments carry no ports: security groups, filters and load balancers may drop them, or they were lost.',
  },
  complete: { class: 'normal', means: 'all fragments were seen.' },
} as const;

interface Datagram {
  readonly row: number;
  /** Bytes up to where the first fragment reaches (a few more when the IP header has options); -1: not seen. */
  reach: number;
  /** Bytes after all fragments; -1 until the last one was seen. */
  total: number;
  /** Bytes in the later fragments, and where the earliest of them begins. */
  laterBytes: number;
  laterFrom: number;
  fragments: number;
  last: number;
}

/** Datagrams of which not all fragments are there. */
export const fragments: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const pairs: number[] = [];
    const pairIds = new Map<string, number>();
    const open = new Map<string, Datagram>();
    let judged = 0;
    const judge = (d: Datagram): void => {
      const part = partOf(d);
      if (part !== 'complete' && x.after(d.last) < WAIT_NS) return;
      // The fragments before may have come before the capture began.
      if (part === 'first fragment missing' && x.c.time[d.row]! - x.first < TOGETHER_NS) return;
      judged++;
      if (part !== 'complete') x.between(tally, x.c.flow[d.row]!, x.c.way[d.row]!);
      tally.add(part, () =>
        x.example(d.row, `identification ${x.c.ipId[d.row]}, ${d.fragments} fragments seen: ${part}`),
      );
    };
    for (let k = 0; k < x.table.packets; k++) {
      const i = x.rowAt(k);
      const bits = x.c.bits[i]!;
      if ((bits & (BIT_FRAG_FIRST | BIT_FRAG_LATER)) === 0 || !x.counts(i)) continue;
      const key = `${pairOf(x, i, pairs, pairIds)} ${x.c.ipId[i]}`;
      let d = open.get(key);
      if (d !== undefined && x.c.time[i]! - d.last > LIFETIME_NS) {
        judge(d);
        open.delete(key);
        d = undefined;
      }
      if (d === undefined) {
        d = { row: i, reach: -1, total: -1, laterBytes: 0, laterFrom: Infinity, fragments: 0, last: 0 };
        open.set(key, d);
        if (open.size > MAX_OPEN) evict(open, judge);
      }
      add(x, i, bits, d);
      if (partOf(d) === 'complete') {
        judge(d);
        open.delete(key);
      }
    }
    for (const d of open.values()) judge(d);
    return tally.result(META, judged, '');
  },
};

function add(x: InspectContext, i: number, bits: number, d: Datagram): void {
  d.fragments++;
  d.last = x.c.time[i]!;
  if ((bits & BIT_FRAG_FIRST) !== 0) {
    const six = x.table.flows[x.c.flow[i]!]!.a.includes(':');
    d.reach = x.c.ipLength[i]! - (six ? IPV6_HEADERS : IPV4_HEADER);
    return;
  }
  const from = x.c.flags[i]! * 8;
  d.laterBytes += x.c.payload[i]!;
  d.laterFrom = Math.min(d.laterFrom, from);
  if ((bits & BIT_FRAG_LAST) !== 0) d.total = from + x.c.payload[i]!;
}

/** Fragments may come in any order; the first one reaches up to where the others begin. */
function partOf(d: Datagram): keyof typeof PARTS {
  if (d.reach < 0) return 'first fragment missing';
  const joined = d.laterFrom <= d.reach && d.laterBytes >= d.total - d.laterFrom;
  return d.total >= 0 && joined ? 'complete' : 'later fragment missing';
}

/** Gives up the older half at once: taking the first entry of a large map again and again is slow. */
function evict(open: Map<string, Datagram>, judge: (d: Datagram) => void): void {
  let left = open.size >> 1;
  for (const [key, oldest] of open) {
    if (left-- === 0) return;
    open.delete(key);
    judge(oldest);
  }
}

/** Direction of an address pair: later fragments that came first have a flow without ports. */
function pairOf(x: InspectContext, i: number, known: number[], ids: Map<string, number>): number {
  const direction = x.c.flow[i]! * 2 + x.c.way[i]!;
  let id = known[direction];
  if (id === undefined) {
    const { a, b, protocol } = x.table.flows[x.c.flow[i]!]!;
    const key = x.c.way[i] === 0 ? `${a} ${b} ${protocol}` : `${b} ${a} ${protocol}`;
    id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    known[direction] = id;
  }
  return id;
}
