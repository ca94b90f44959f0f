import { PROTO_ICMP, PROTO_ICMPV6 } from '../model/capture.js';
import type { Direction, FlowReason, Verdict } from '../model/trace.js';
import { isDns, type Analysis } from './analyse.js';
import type { PairLoss } from './losses.js';
import { comesInUnseen, STATIONS, type Path, type Station } from './paths.js';
import type { Stretch } from './rejections.js';

/** A verdict in terms of near (client) and far (server); `summary.ts` puts the four points' names on it. */
export interface Judged {
  readonly analysis: Analysis;
  verdict: Verdict;
  stretch: Stretch | 'none';
  direction: Direction;
  reason: FlowReason;
  /** False when it rests on a capture that is only assumed to have been running. */
  proved: boolean;
  readonly lastSeen: Station | null;
  readonly firstMissing: Station | null;
  /** Where the place cannot be told exactly: the stretches it lies in. */
  readonly candidates: readonly Stretch[];
  /** Stations whose interface should have been captured on another name. */
  readonly missedInterface: string | null;
}

/** Enough to say that a unit is gone: sent twice, or watched for a second without a sign of it. */
const WATCH_NS = 1e9;

/** What lies between each station and the next. */
const BETWEEN: readonly Stretch[] = ['near_node', 'vpc', 'far_node'];

export function stretchBetween(
  path: Path,
  from: number,
  to: number,
): { stretch: Stretch; candidates: Stretch[] } {
  const a = path.points[from]!.station;
  const b = path.points[to]!.station;
  if (path.sameNode) return { stretch: 'near_node', candidates: ['near_node'] };
  const [i, j] = [STATIONS.indexOf(a), STATIONS.indexOf(b)].sort((x, y) => x - y) as [number, number];
  const candidates = BETWEEN.slice(i, j);
  return { stretch: candidates.length === 1 ? candidates[0]! : 'unknown', candidates };
}

export function judge(a: Analysis): Judged {
  const placed = a.path.points.some(
    (p, k) => p.missedInterface !== null || a.forwardAt[k]! + a.backAt[k]! > 0,
  );
  if (!placed) return judgeUnplaced(a);
  if (a.refusal !== null)
    return verdict(
      a,
      'rejected',
      a.refusal.stretch,
      a.refusal.direction,
      a.refusal.by === 'rst' ? 'rst' : 'icmp',
      {
        lastSeen: a.refusal.direction === 'return' ? a.refusal.firstSeen : lastStation(a.path, a.forwardAt),
      },
    );
  return a.tcp !== null ? judgeTcp(a) : judgeDatagrams(a);
}

/** Seen by captures of which nobody knows where they stand: whether it was answered they tell all the same. */
function judgeUnplaced(a: Analysis): Judged {
  const tcp = a.tcp !== null;
  const answered = a.conversation.legs.some(({ leg }) =>
    tcp
      ? leg.acknowledged(0) && leg.acknowledged(1) && leg.ackPackets(0) > 0 && leg.ackPackets(1) > 0
      : leg.packets(0) > 0 && leg.packets(1) > 0,
  );
  if (answered) return verdict(a, 'delivered', 'none', 'none', tcp ? 'acknowledged' : 'answered');
  const failing =
    a.conversation.errors.length > 0 ||
    a.conversation.legs.some(
      ({ leg }) =>
        // A SYN that nothing but a reset answers; or questions without answers.
        (tcp && leg.syns(0) + leg.syns(1) > 0 && leg.syns(0) * leg.syns(1) === 0) ||
        (!tcp && a.failsByItself && leg.packets(0) * leg.packets(1) === 0),
    );
  return verdict(a, 'inconclusive', 'unknown', 'none', 'roles-unknown', { candidates: failing ? ALL : [] });
}

const ALL: readonly Stretch[] = ['near_node', 'vpc', 'far_node', 'far_pod'];

function verdict(
  analysis: Analysis,
  v: Verdict,
  stretch: Stretch | 'none',
  direction: Direction,
  reason: FlowReason,
  more: Partial<Pick<Judged, 'proved' | 'lastSeen' | 'firstMissing' | 'candidates' | 'missedInterface'>> = {},
): Judged {
  return {
    analysis,
    verdict: v,
    stretch,
    direction,
    reason,
    proved: more.proved ?? true,
    lastSeen: more.lastSeen ?? null,
    firstMissing: more.firstMissing ?? null,
    candidates: more.candidates ?? [],
    missedInterface: more.missedInterface ?? null,
  };
}

function lastStation(path: Path, at: readonly number[]): Station | null {
  for (let k = at.length - 1; k >= 0; k--) if (at[k]! > 0) return path.points[k]!.station;
  return null;
}

/** The pair in which units vanished for good, if there is enough to say so. */
function hardLoss(pairs: readonly PairLoss[]): PairLoss | null {
  const gone = pairs.filter((p) => p.neverPassed > 0 && (p.neverCopies >= 2 || p.watchedFor >= WATCH_NS));
  let best: PairLoss | null = null;
  for (const p of gone) if (best === null || p.neverCopies > best.neverCopies) best = p;
  if (best === null) return null;
  // While a nearer capture ran it named the place more closely than a farther one does after its end.
  const { from, proved } = best;
  for (const p of gone)
    if (p.from === from && (p.proved || !proved) && Math.abs(p.to - from) < Math.abs(best.to - from))
      best = p;
  return best;
}

function dropped(a: Analysis, p: PairLoss, direction: Direction): Judged {
  const { stretch, candidates } = stretchBetween(a.path, p.from, p.to);
  // One copy that vanished while the next capture surely ran proves the place for all of them.
  const proved = (direction === 'forward' ? a.forward : a.back).some(
    (q) => q.from === p.from && q.to === p.to && q.proved && q.neverPassed > 0,
  );
  const passed = a.path.points.slice(Math.min(p.from, p.to) + 1, Math.max(p.from, p.to));
  const missed = passed.find((point) => comesInUnseen(point, direction));
  return verdict(a, 'dropped', stretch, direction, 'not-seen-beyond', {
    proved,
    lastSeen: a.path.points[p.from]!.station,
    firstMissing: a.path.points[p.to]!.station,
    candidates,
    missedInterface: missed?.missedInbound ?? null,
  });
}

function judgeTcp(a: Analysis): Judged {
  const state = a.tcp!;
  if (!state.established && state.syn + state.synAck > 0) return judgeHandshake(a);
  if (!state.established) {
    // No handshake in the captures and data one way only: acknowledged or not is all that can be said.
    const hard = hardLoss(a.forward.filter((p) => p.proved)) ?? hardLoss(a.back.filter((p) => p.proved));
    if (hard && a.retransmissions >= 2)
      return dropped(a, hard, a.forward.includes(hard) ? 'forward' : 'return');
    if (state.reset) return verdict(a, 'delivered', 'none', 'none', 'seen-at-last-point');
    return verdict(a, 'inconclusive', 'unknown', 'none', 'one-way');
  }
  const forward = hardLoss(a.forward);
  const back = hardLoss(a.back);
  const stuck =
    forward !== null && (back === null || forward.neverCopies >= back.neverCopies) ? forward : back;
  if (stuck !== null) {
    // An established connection that stalls sends its data again: without that it was merely cut by the capture's end.
    const direction = stuck === forward ? 'forward' : 'return';
    const same = (direction === 'forward' ? a.forward : a.back).filter(
      (p) => p.from === stuck.from && p.to === stuck.to,
    );
    const copies = same.reduce((n, p) => n + p.neverCopies, 0);
    const gone = same.filter((p) => p.neverPassed > 0);
    const proof = gone.find((p) => p.proved) ?? (a.failsByItself ? gone[0] : undefined);
    if (
      proof !== undefined &&
      ((a.failsByItself && a.stalled === 'none') || copies > Math.max(...same.map((p) => p.neverPassed)))
    )
      return dropped(a, proof, direction);
  }
  // Packets that were refused as too big and sent again in smaller ones: path MTU discovery at work.
  if (a.packetTooBig) return verdict(a, 'delivered', 'none', 'none', 'acknowledged');
  const lossy = worstLoss(a.forward, a.back);
  // What it goes on repeating was seen by every capture on its way: it is lost beyond, whatever else was.
  if (a.stalled !== 'none' && (lossy === null || lossy.direction === a.stalled))
    return undecided(a, a.stalled);
  if (lossy !== null)
    return verdict(
      a,
      'lossy',
      stretchBetween(a.path, lossy.pair.from, lossy.pair.to).stretch,
      lossy.direction,
      'partial',
      {
        lastSeen: a.path.points[lossy.pair.from]!.station,
        firstMissing: a.path.points[lossy.pair.to]!.station,
        candidates: stretchBetween(a.path, lossy.pair.from, lossy.pair.to).candidates,
      },
    );
  return verdict(a, 'delivered', 'none', 'none', 'acknowledged');
}

function worstLoss(
  forward: readonly PairLoss[],
  back: readonly PairLoss[],
): { pair: PairLoss; direction: Direction } | null {
  let best: { pair: PairLoss; direction: Direction } | null = null;
  for (const [pairs, direction] of [
    [forward, 'forward'],
    [back, 'return'],
  ] as const)
    for (const pair of pairs)
      if (pair.proved && pair.lost > 0 && (best === null || pair.lost > best.pair.lost))
        best = { pair, direction };
  return best;
}

/** A handshake that did not complete: the SYN was lost, its answer was lost, or nobody answered. */
function judgeHandshake(a: Analysis): Judged {
  const forward = hardLoss(a.forward);
  if (forward !== null) return dropped(a, forward, 'forward');
  if (a.tcp!.synAck > 0) {
    const back = hardLoss(a.back);
    if (back !== null) return dropped(a, back, 'return');
    const arrived = a.backAt[0]! > 0 && a.path.points[0]?.station === 'near_veth';
    if (arrived && (a.tcp!.synAck >= 2 || a.watchedSeconds >= 1))
      return verdict(a, 'dropped', 'near_pod', 'return', 'no-answer', { lastSeen: 'near_veth' });
    return undecided(a, 'return');
  }
  return unanswered(a, a.tcp!.syn >= 2 || a.watchedSeconds >= 1);
}

/** Everything that could be seen arrived as far as the captures reach, and no answer was seen. */
function unanswered(a: Analysis, watched: boolean): Judged {
  const last = a.path.points.length - 1;
  const lastSeen = lastStation(a.path, a.forwardAt);
  if (last >= 0 && a.path.points[last]!.station === 'far_veth' && a.forwardAt[last]! > 0) {
    if (watched) return verdict(a, 'dropped', 'far_pod', 'forward', 'no-answer', { lastSeen: 'far_veth' });
    return verdict(a, 'inconclusive', 'unknown', 'none', 'outside-window', { lastSeen });
  }
  if (!watched) return verdict(a, 'inconclusive', 'unknown', 'none', 'outside-window', { lastSeen });
  return undecided(a, 'forward');
}

/** Gone somewhere beyond the last point that saw it: say what keeps the place open. */
function undecided(a: Analysis, direction: Direction): Judged {
  const at = direction === 'return' ? [...a.backAt].reverse() : a.forwardAt;
  const points = direction === 'return' ? [...a.path.points].reverse() : a.path.points;
  let k = at.length - 1;
  while (k >= 0 && at[k] === 0) k--;
  const lastSeen = k < 0 ? null : points[k]!.station;
  const blind = points.slice(k + 1);
  const missed = blind.find((p) => p.missedInterface !== null)?.missedInterface ?? null;
  const reason: FlowReason =
    missed !== null
      ? 'interface-not-captured'
      : blind.length === 0
        ? 'beyond-last-point'
        : blind.every((p) => p.taps.every((t) => t.first === null))
          ? 'capture-empty'
          : 'outside-window';
  return verdict(a, 'inconclusive', 'unknown', direction, reason, {
    lastSeen,
    candidates: stretchesBeyond(a.path, lastSeen, direction),
    missedInterface: missed,
  });
}

/** What lies on the way beyond a station, to the pod at its end. */
function stretchesBeyond(path: Path, lastSeen: Station | null, direction: Direction): Stretch[] {
  const end: Stretch = direction === 'return' ? 'near_pod' : 'far_pod';
  if (path.sameNode)
    return [...(direction === 'forward' || lastSeen !== 'near_veth' ? (['near_node'] as const) : []), end];
  const at = lastSeen === null ? null : STATIONS.indexOf(lastSeen);
  if (direction === 'return') return [...BETWEEN.slice(0, at ?? BETWEEN.length).reverse(), end];
  return [...BETWEEN.slice(at ?? 0), end];
}

/** Where nothing passed. While a nearer capture ran it named the place more closely than a farther one does. */
function nearestGone(pairs: readonly PairLoss[]): PairLoss | undefined {
  const gone = pairs.filter((p) => p.lost > 0 && p.lost === p.sent);
  const proved = gone.filter((p) => p.proved);
  const first = most(proved.length > 0 ? proved : gone);
  if (first === undefined) return undefined;
  let best = first;
  for (const p of gone)
    if (
      p.from === best.from &&
      (p.proved || !first.proved) &&
      Math.abs(p.to - p.from) < Math.abs(best.to - best.from)
    )
      best = p;
  return best;
}

/** Where the most were lost: a capture that ends before others leaves a few of them to a farther one. */
function most(pairs: readonly PairLoss[]): PairLoss | undefined {
  let best: PairLoss | undefined;
  for (const p of pairs) if (best === undefined || p.lost > best.lost) best = p;
  return best;
}

function judgeDatagrams(a: Analysis): Judged {
  const { protocol } = a.conversation;
  const echo = protocol === PROTO_ICMP || protocol === PROTO_ICMPV6;
  // Only exchanges that are known to be answered may rest on captures that are only likely to have run.
  const expectsAnswer = echo || isDns(a.conversation);
  const forward = a.forward.filter((p) => p.proved || expectsAnswer);
  const back = a.back.filter((p) => p.proved);
  for (const [pairs, direction] of [
    [forward, 'forward'],
    [back, 'return'],
  ] as const) {
    const gone = nearestGone(pairs);
    const lostUnits = gone?.neverCopies ?? 0;
    if (gone && (lostUnits >= 2 || gone.watchedFor >= WATCH_NS) && !(direction === 'forward' && a.answered)) {
      const j = dropped(a, gone, direction);
      return a.fragmented ? { ...j, reason: 'fragment' } : j;
    }
  }
  const lossy = worstLoss(forward, back);
  if (lossy !== null) {
    const { stretch, candidates } = stretchBetween(a.path, lossy.pair.from, lossy.pair.to);
    return verdict(a, 'lossy', stretch, lossy.direction, a.fragmented ? 'fragment' : 'partial', {
      lastSeen: a.path.points[lossy.pair.from]!.station,
      firstMissing: a.path.points[lossy.pair.to]!.station,
      candidates,
    });
  }
  if (a.answered) return verdict(a, 'delivered', 'none', 'none', 'answered');
  const last = a.path.points.length - 1;
  const arrived = last >= 0 && a.forwardAt[last]! > 0;
  if (expectsAnswer) {
    if (a.backAt.some((n) => n > 0)) return undecided(a, 'return');
    return unanswered(a, a.watchedSeconds >= 1);
  }
  if (arrived)
    return verdict(a, 'delivered', 'none', 'none', 'seen-at-last-point', {
      lastSeen: lastStation(a.path, a.forwardAt),
    });
  return {
    ...undecided(a, 'forward'),
    reason: a.path.points.length < 2 ? 'one-way' : undecided(a, 'forward').reason,
  };
}
