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
    'normal below 1 % of the segments, suspicious from there, a fault from 5 % and 10 retransmissions',
  normal:
    'A few. Only equal sequence numbers of one five-tuple count: parallel connections, keep-alives and copies of a packet in the capture never do.',
};

const NAMES = {
  [AGAIN_SYN]: 'SYN',
  [AGAIN_SYN_ACK]: 'SYN-ACK',
  [AGAIN_FAST]: 'fast',
  [AGAIN_TIMEOUT]: 'timeout',
  [AGAIN_NEEDLESS]: 'needless',
  [AGAIN_EARLY]: 'early',
  [AGAIN_LOST_BEFORE]: 'lost before this tap',
} as const;
type Part = (typeof NAMES)[keyof typeof NAMES];

const MEANS: Readonly<Record<Part, string>> = {
  SYN: 'a connection attempt was repeated.',
  'SYN-ACK': 'the answer to an attempt was repeated.',
  fast: 'sent again after three duplicate acknowledgements: single packets are lost behind this tap.',
  timeout:
    'sent again after 200 ms of silence or more: everything, or the last packet, was lost behind this tap.',
  needless: 'the acknowledgement had passed here already: it was lost or late on its way to the sender.',
  early:
    'sent again sooner than a timeout and without three duplicate acknowledgements: a tail loss probe, or SACK.',
  'lost before this tap':
    'seen for the first time here, but sent after what follows it: the original was lost before it came here.',
};

/** Bytes sent again, and why the sender did so. */
export const retransmission: Check = {
  ...META,
  run(x) {
    const { segments } = x.tcp.totals;
    const rows = againRows(x);
    const rate = segments === 0 ? 0 : rows.length / segments;
    const bad: CheckClass =
      rate < SUSPICIOUS ? 'normal' : rate >= FAULT && rows.length >= FAULT_COUNT ? 'fault' : 'suspicious';
    const meanings = Object.fromEntries(
      Object.values(NAMES).map((part) => [
        part,
        { class: part === 'needless' && bad !== 'normal' ? 'information' : bad, means: MEANS[part] },
      ]),
    ) as Record<Part, PartMeaning>;
    const tally = new Tally(meanings);
    for (const i of rows) {
      const part = NAMES[x.tcp.marks[i] as keyof typeof NAMES];
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
