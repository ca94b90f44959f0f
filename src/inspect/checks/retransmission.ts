import { BIT_ICMP_ERROR } from '../../model/capture.js';
import type { InspectContext } from '../context.js';
import {
  AGAIN_EARLY,
  AGAIN_FAST,
  AGAIN_LOST_BEFORE,
  AGAIN_NEEDLESS,
  AGAIN_SYN,
  AGAIN_SYN_ACK,
  AGAIN_TIMEOUT,
  isAgain,
} from '../tcp/marks.js';
import { Tally, type PartMeaning } from '../tally.js';
import { quotedFlow } from './icmp-error.js';
import { isTooBig } from './icmp-names.js';
import { percent } from '../text.js';
import type { Check, CheckClass, CheckMeta } from '../types.js';

const SUSPICIOUS = 0.01;
const FAULT = 0.05;
/** Below this a high share says little. */
const FAULT_COUNT = 10;

const META: CheckMeta = {
  id: 'retransmission',
  title: 'Retransmissions',
  unit: 'segments with data, SYN or FIN',
  threshold:
    'normal below 1 % of the segments, and one or two that nobody had to wait for; suspicious from there, a fault from 5 % and 10 retransmissions; those that were needless, or obey a router that asked for smaller packets, do not count',
  normal:
    'A few. Only equal sequence numbers of one five-tuple count: parallel connections, keep-alives and copies of a packet in the capture never do.',
};

const SMALLER = 'sent again smaller';
/** So many that nobody waited for, in a short capture, are no sign of anything. */
const FEW = 2;
/** A sender obeys a router's word at once. */
const OBEYS_NS = 1e9;

const NAMES = {
  [AGAIN_SYN]: 'SYN',
  [AGAIN_SYN_ACK]: 'SYN-ACK',
  [AGAIN_FAST]: 'fast',
  [AGAIN_TIMEOUT]: 'timeout',
  [AGAIN_NEEDLESS]: 'needless',
  [AGAIN_EARLY]: 'early',
  [AGAIN_LOST_BEFORE]: 'lost before this tap',
} as const;
type Part = (typeof NAMES)[keyof typeof NAMES] | typeof SMALLER;

const MEANS: Readonly<Record<Part, string>> = {
  SYN: 'a connection attempt was repeated.',
  'SYN-ACK': 'the answer to an attempt was repeated.',
  fast: 'sent again after three duplicate acknowledgements: single packets are lost behind this tap.',
  timeout:
    'sent again after 200 ms of silence or more: everything, or the last packet, was lost behind this tap.',
  needless: 'the acknowledgement had passed here already: it was lost or late on its way to the sender.',
  early:
    'sent again sooner than a timeout and without three duplicate acknowledgements: a tail loss probe, or SACK.',
  'sent again smaller':
    'sent again because a router on the way asked for smaller packets; see the path MTU check.',
  'lost before this tap':
    'seen for the first time here, but sent after what follows it: the original was lost before it came here.',
};

/** Kinds that may mean a loss. */
const LOST: ReadonlySet<string> = new Set(Object.values(NAMES).filter((name) => name !== 'needless'));

/** Bytes sent again, and why the sender did so. */
export const retransmission: Check = {
  ...META,
  run(x) {
    const { segments } = x.tcp.totals;
    const rows = againRows(x);
    const told = tooBig(x);
    const parts = rows.map((i) =>
      obeys(x, told, i) ? SMALLER : NAMES[x.tcp.marks[i] as keyof typeof NAMES],
    );
    // Neither kind was lost.
    const lost = parts.filter((part) => LOST.has(part)).length;
    const rate = segments === 0 ? 0 : lost / segments;
    const few = lost <= FEW && parts.every((part) => part === 'early' || part === 'fast' || !LOST.has(part));
    const bad: CheckClass =
      rate < SUSPICIOUS || few ? 'normal' : rate >= FAULT && lost >= FAULT_COUNT ? 'fault' : 'suspicious';
    const many = segments > 0 && rows.length / segments >= SUSPICIOUS;
    const meanings = Object.fromEntries(
      (Object.keys(MEANS) as Part[]).map((part) => [
        part,
        {
          class: LOST.has(part) ? bad : many ? 'information' : 'normal',
          means: MEANS[part],
        },
      ]),
    ) as Record<Part, PartMeaning>;
    const tally = new Tally(meanings);
    for (const [n, i] of rows.entries()) {
      const part = parts[n]!;
      x.between(tally, x.c.flow[i]!);
      tally.add(part, () => x.example(i, `${part}: sequence number ${x.c.seq[i]}, ${x.c.payload[i]} bytes`));
    }
    const more = rows.length === 0 ? [] : [`${percent(rows.length, segments)} of the segments.`];
    return tally.result(META, segments, 'Nothing was sent twice.', more);
  },
};

function againRows(x: InspectContext): number[] {
  const rows: number[] = [];
  const { marks } = x.tcp;
  for (let k = 0; k < marks.length; k++) {
    const i = x.rowAt(k);
    if (isAgain(marks[i]!)) rows.push(i);
  }
  return rows;
}

/** Direction (flow × 2 + way) → times at which a router told it that its packets are too big. */
function tooBig(x: InspectContext): Map<number, number[]> {
  const told = new Map<number, number[]>();
  for (let k = 0; k < x.table.packets; k++) {
    const i = x.rowAt(k);
    if ((x.c.bits[i]! & BIT_ICMP_ERROR) === 0 || !x.counts(i) || !isTooBig(x, i)) continue;
    const quoted = quotedFlow(x, i);
    if (quoted === null) continue;
    const d = quoted * 2 + (x.c.window[i]! & 1);
    told.set(d, [...(told.get(d) ?? []).slice(-15), x.c.time[i]!]);
  }
  return told;
}

function obeys(x: InspectContext, told: ReadonlyMap<number, readonly number[]>, i: number): boolean {
  const times = told.get(x.c.flow[i]! * 2 + x.c.way[i]!);
  return times?.some((t) => x.c.time[i]! >= t && x.c.time[i]! - t < OBEYS_NS) ?? false;
}
