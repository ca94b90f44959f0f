import { BIT_FRAG_FIRST, BIT_FRAG_LATER, BIT_ICMP_ERROR, PROTO_TCP, TCP_ACK } from '../../model/capture.js';
import type { InspectContext } from '../context.js';
import { Tally } from '../tally.js';
import { plural } from '../../plural.js';
import type { Check, CheckMeta } from '../types.js';
import { quotedFlow, quotedText } from './icmp-error.js';
import { isTooBig } from './icmp-names.js';

/** A sender must have learned the MTU by then. */
const LEARN_NS = 1e9;
const MAX_DIRECTIONS = 10_000;

const META: CheckMeta = {
  id: 'path-mtu',
  title: '"Fragmentation needed" and "packet too big"',
  unit: 'directions of flows told of a smaller MTU',
  threshold:
    'heeded when bytes from the quoted packet on are acknowledged, or later packets fit; not heeded when larger ones are sent 1 s after the first message or later',
  normal:
    'Never normal in itself: it tells of a smaller MTU on the path. It is harmless where the sender heeds it.',
};

const PARTS = {
  'not heeded': {
    class: 'fault',
    means:
      'packets stay larger than the MTU told: the message does not reach the sender, or it ignores it; large transfers hang (black hole).',
  },
  undecided: {
    class: 'suspicious',
    means:
      'what the sender did afterwards is not in the capture, for example because the message speaks of translated addresses.',
  },
  heeded: {
    class: 'information',
    means:
      'the segments shrank or got through: path MTU discovery works, and a link on the path has a smaller MTU.',
  },
} as const;

interface Told {
  readonly row: number;
  readonly time: number;
  readonly seq: number;
  mtu: number;
  messages: number;
  acknowledged: boolean;
  fits: boolean;
  tooLargeLate: boolean;
}

/** Whether senders heed what they are told of the path MTU. */
export const pathMtu: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { told, unquoted } = follow(x);
    for (const [direction, t] of told) {
      const part = verdict(t);
      x.between(tally, direction >> 1, direction & 1);
      tally.add(part, () =>
        x.example(
          t.row,
          `MTU ${t.mtu} told ${plural(t.messages, 'time')} for ${quotedText(x, t.row, direction >> 1)}: ${part}`,
        ),
      );
    }
    for (const row of unquoted)
      tally.add('undecided', () => x.example(row, 'the quoted packet cannot be read'));
    return tally.result(META, told.size + unquoted.length, 'No packet was too large.');
  },
};

function verdict(t: Told): keyof typeof PARTS {
  if (t.acknowledged) return 'heeded';
  if (t.tooLargeLate) return 'not heeded';
  return t.fits ? 'heeded' : 'undecided';
}

function follow(x: InspectContext): { told: Map<number, Told>; unquoted: number[] } {
  const told = new Map<number, Told>();
  const unquoted: number[] = [];
  const { c } = x;
  for (let k = 0; k < x.table.packets; k++) {
    const i = x.rowAt(k);
    if (!x.counts(i)) continue;
    if ((c.bits[i]! & BIT_ICMP_ERROR) !== 0) {
      if (isTooBig(x, i)) message(x, i, told, unquoted);
      continue;
    }
    if (told.size === 0) continue;
    const direction = c.flow[i]! * 2 + c.way[i]!;
    const own = told.get(direction);
    if (own !== undefined) sent(x, i, own);
    const other = told.get(direction ^ 1);
    if (
      other !== undefined &&
      isTcp(x, i) &&
      (c.flags[i]! & TCP_ACK) !== 0 &&
      ((c.ack[i]! - other.seq) | 0) > 0
    )
      other.acknowledged = true;
  }
  return { told, unquoted };
}

function message(x: InspectContext, i: number, told: Map<number, Told>, unquoted: number[]): void {
  const { c } = x;
  const flow = quotedFlow(x, i);
  if (flow === null) {
    if (unquoted.length < MAX_DIRECTIONS) unquoted.push(i);
    return;
  }
  const direction = flow * 2 + (c.window[i]! & 1);
  const known = told.get(direction);
  if (known !== undefined) {
    known.messages++;
    known.mtu = Math.min(known.mtu, c.ack[i]!);
  } else if (told.size < MAX_DIRECTIONS) {
    const { time, seq, ack } = c;
    told.set(direction, {
      row: i,
      time: time[i]!,
      seq: seq[i]!,
      mtu: ack[i]!,
      messages: 1,
      acknowledged: false,
      fits: false,
      tooLargeLate: false,
    });
  }
}

/** A later packet of a direction that was told: does it fit? */
function sent(x: InspectContext, i: number, t: Told): void {
  const { c } = x;
  if (c.payload[i] === 0) return;
  const fragment = (c.bits[i]! & (BIT_FRAG_FIRST | BIT_FRAG_LATER)) !== 0;
  if (c.ipLength[i]! > t.mtu && !fragment) {
    if (c.time[i]! - t.time >= LEARN_NS) t.tooLargeLate = true;
  } else if (!isTcp(x, i) || ((c.seq[i]! - t.seq) | 0) >= 0) t.fits = true;
}

function isTcp(x: InspectContext, i: number): boolean {
  return x.table.flows[x.c.flow[i]!]!.protocol === PROTO_TCP;
}
