import { PROTO_TCP } from '../model/capture.js';
import type { Direction, SizeLoss } from '../model/trace.js';
import type { Analysis } from './analyse.js';
import type { PairLoss } from './losses.js';
import { STATIONS } from './paths.js';
import type { Stretch } from './rejections.js';
import { stretchBetween, type Judged } from './verdicts.js';

/** Both ends without ports: what a filter, a route or a lossy link treats alike. */
export function hostPair(a: Analysis): string {
  const c = a.conversation;
  return `${c.client.ip}|${(c.translated?.server ?? c.server).ip}`;
}

export interface StretchLoss {
  readonly stretch: Stretch;
  readonly direction: Direction;
  readonly pair: PairLoss;
}

export function stretchLosses(a: Analysis): StretchLoss[] {
  const out: StretchLoss[] = [];
  for (const [pairs, direction] of [
    [a.forward, 'forward'],
    [a.back, 'return'],
  ] as const)
    for (const pair of pairs)
      out.push({ stretch: stretchBetween(a.path, pair.from, pair.to).stretch, direction, pair });
  return out;
}

/**
 * Looks at each verdict again beside its siblings between the same two hosts:
 * - A flow of which nothing passed is a lossy flow when its siblings lose part of their packets in the same
 *   place: chance, not a filter.
 * - Only packets above a size vanish, smaller ones of the same hosts pass: a path-MTU black hole.
 */
export function judgeTogether(all: readonly Judged[]): Map<Judged, SizeLoss> {
  const siblings = new Map<string, Judged[]>();
  for (const j of all) {
    const key = hostPair(j.analysis);
    const list = siblings.get(key);
    if (list) list.push(j);
    else siblings.set(key, [j]);
  }
  const sizes = new Map<Judged, SizeLoss>();
  hiddenBySnat(all);
  for (const group of siblings.values()) {
    const largest = largestPassed(group);
    const proved = group.filter((j) => j.verdict === 'dropped' && j.proved && j.reason === 'not-seen-beyond');
    for (const j of group) yieldToProof(j, proved, group);
    for (const j of group) refusedAlike(j, group);
    for (const j of group) {
      if (j.verdict !== 'dropped' || j.reason !== 'not-seen-beyond') continue;
      const size = sizeLoss(j, largest, group);
      if (size !== null) {
        j.reason = 'size';
        sizes.set(j, size);
      } else {
        const stretch = partialLossAround(j, group);
        if (stretch === null) continue;
        j.verdict = 'lossy';
        j.reason = 'partial';
        j.stretch = stretch;
      }
    }
  }
  return sizes;
}

/**
 * Where other flows of a client are seen to get their node's address on the way, and the ENI at which they do was not
 * captured, one that is missing beyond may be among those under that name.
 */
function hiddenBySnat(judged: readonly Judged[]): void {
  const names = new Map<string, Set<string>>();
  const strangers: Judged[] = [];
  for (const j of judged) {
    const { client, translated } = j.analysis.conversation;
    if (translated === null) strangers.push(j);
    else if (translated.client.ip !== client.ip)
      names.set(client.ip, (names.get(client.ip) ?? new Set()).add(translated.client.ip));
  }
  for (const j of strangers) {
    const other = names.get(j.analysis.conversation.client.ip);
    const { points } = j.analysis.path;
    if (other === undefined || (j.verdict !== 'dropped' && j.verdict !== 'lossy')) continue;
    if (points.some((p) => p.station === 'near_eni') || j.analysis.forwardAt.slice(1).some((n) => n > 0))
      continue;
    const hidden = strangers.some(
      (o) =>
        other.has(o.analysis.conversation.client.ip) &&
        sameService(o, j) &&
        o.analysis.forwardAt.some((n) => n > 0),
    );
    if (!hidden) continue;
    j.verdict = 'inconclusive';
    j.reason = 'point-not-captured';
    j.stretch = 'unknown';
  }
}

/**
 * Who refused one connection to a service refused the others: where captures tell the place of one, it is that of all.
 * A refusal that most of them first show farther on the way came from there; a nearer capture missed the others.
 */
function refusedAlike(j: Judged, group: readonly Judged[]): void {
  const refusal = j.analysis.refusal;
  if (j.verdict !== 'rejected' || refusal === null) return;
  const alike = group.filter(
    (other) =>
      other.verdict === 'rejected' &&
      other.analysis.refusal?.by === refusal.by &&
      sameService(other, j) &&
      other.direction === j.direction,
  );
  const reach = (other: Judged): number => STATIONS.indexOf(other.analysis.refusal!.firstSeen);
  const farther = alike.filter((other) => reach(other) > reach(j));
  const beyond = refusal.direction === 'forward' && farther.length > alike.length - farther.length;
  if (refusal.sure && !beyond) return;
  const witnesses = beyond ? farther : alike.filter((other) => reach(other) >= reach(j));
  const known = witnesses.find((other) => other.analysis.refusal!.sure) ?? (beyond ? farther[0] : undefined);
  if (known !== undefined) j.stretch = known.stretch;
}

/** A place that rests on a capture of which too little is known gives way to the place its siblings prove. */
function yieldToProof(j: Judged, proved: readonly Judged[], group: readonly Judged[]): void {
  if (j.verdict !== 'dropped' || j.reason !== 'not-seen-beyond') return;
  if (j.proved && j.stretch !== 'unknown') return;
  if (!j.proved && proved.some((p) => p.stretch === j.stretch && p.direction === j.direction)) return;
  // A stretch that holds the place which another flow to the same service proves: it is that place.
  const same = proved.find((p) => p.direction === j.direction && sameService(p, j) && holds(j, p));
  if (same !== undefined) {
    j.stretch = same.stretch;
    return;
  }
  if (j.proved) return;
  if (proved.length === 0 && !group.some((other) => passedLater(other, j))) return;
  j.verdict = 'inconclusive';
  j.reason = 'outside-window';
  j.stretch = 'unknown';
}

function holds(j: Judged, p: Judged): boolean {
  return p.stretch !== 'none' && j.candidates.includes(p.stretch);
}

/** A flow to the same service that began no earlier got beyond the point where the other one is missing. */
function passedLater(other: Judged, j: Judged): boolean {
  if (other === j || !sameService(other, j) || began(other) < began(j)) return false;
  const k = other.analysis.path.points.findIndex((p) => p.station === j.firstMissing);
  return k >= 0 && (j.direction === 'return' ? other.analysis.backAt : other.analysis.forwardAt)[k]! > 0;
}

/** Time of the first packet at the first point, by that point's own clock. */
function began(j: Judged): number {
  const legs = j.analysis.path.points[0]?.legs ?? [];
  return Math.min(...legs.flatMap(({ leg }) => [leg.first(0), leg.first(1)]));
}

function largestPassed(group: readonly Judged[]): Map<string, number> {
  const out = new Map<string, number>();
  for (const j of group)
    for (const { stretch, direction, pair } of stretchLosses(j.analysis)) {
      const key = `${stretch}.${direction}`;
      out.set(key, Math.max(out.get(key) ?? 0, pair.largestPassed));
    }
  return out;
}

/** Below this, every IPv4 path must carry the packet: it was not its size. */
const SMALLEST_MTU_PROBLEM = 577;

function sizeLoss(
  j: Judged,
  largest: ReadonlyMap<string, number>,
  group: readonly Judged[],
): SizeLoss | null {
  const passed = largest.get(`${j.stretch}.${j.direction}`) ?? 0;
  let smallest = 0;
  let dontFragment = true;
  for (const { stretch, direction, pair } of stretchLosses(j.analysis)) {
    if (stretch !== j.stretch || direction !== j.direction || pair.smallestLost === 0) continue;
    if (smallest === 0 || pair.smallestLost < smallest) smallest = pair.smallestLost;
    dontFragment &&= pair.dontFragment;
  }
  if (passed === 0 || smallest < SMALLEST_MTU_PROBLEM || smallest <= passed) return null;
  // Small ones die there as well: it is not the size.
  const small = group.some((other) =>
    stretchLosses(other.analysis).some(
      ({ stretch, direction, pair }) =>
        stretch === j.stretch &&
        direction === j.direction &&
        pair.smallestLost > 0 &&
        pair.smallestLost <= passed,
    ),
  );
  if (small) return null;
  return { largestPassed: passed, smallestLost: smallest, dontFragment };
}

/** Where siblings lose part of their packets, if that is where this flow may have lost all of its own; else null. */
function partialLossAround(j: Judged, group: readonly Judged[]): Stretch | null {
  const tcp = j.analysis.conversation.protocol === PROTO_TCP;
  for (const other of group) {
    if (other === j) continue;
    for (const { stretch, direction, pair } of stretchLosses(other.analysis)) {
      if (direction !== j.direction || !pair.proved) continue;
      if (stretch !== j.stretch && !(j.stretch === 'unknown' && j.candidates.includes(stretch))) continue;
      const passed = pair.sent - pair.lost;
      if (pair.lost > 0 && passed > 0) return stretch;
      // One question, one datagram: a sibling of the same service that passed makes it chance as well.
      if (!tcp && passed > 0 && stretch === j.stretch && sameService(j, other)) return stretch;
    }
  }
  return null;
}

function sameService(x: Judged, y: Judged): boolean {
  const [a, b] = [x.analysis.conversation, y.analysis.conversation];
  return a.protocol === b.protocol && a.server.port === b.server.port && a.server.ip === b.server.ip;
}
