import { PROTO_ICMP, PROTO_ICMPV6, PROTO_TCP } from '../model/capture.js';
import { blindPoints } from './blind-points.js';
import type { Clocks } from './clocks.js';
import type { Direction } from '../model/trace.js';
import type { Conversation } from './conversations.js';
import { ASSUMED, COVERED, LIKELY, NOT_COVERED, type Windows } from './coverage.js';
import { reversed } from './miss-rates.js';
import { datagramDirection, datagramLosses, datagramWitness, type DatagramDirection } from './datagrams.js';
import type { Geography } from './geography.js';
import type { CoverageOf, LeastCoverage, PairLoss, RanAround, Witness } from './losses.js';
import { observe, type Observation } from './observations.js';
import type { Path, PathPoint } from './paths.js';
import { findRefusal, isPacketTooBig, type Refusal } from './rejections.js';
import { tcpLosses, tcpWitness } from './sequence-space.js';
import { tcpDirection, type TcpDirection } from './tcp-direction.js';
import type { TapData } from './taps.js';
import { tcpState, type TcpState } from './tcp-state.js';
import type { Topology } from './topology.js';

/** Everything measured of one conversation; verdicts are given from it. */
export interface Analysis {
  /** Connections it stands for: more than one where healthy ones were put together. */
  readonly stands: number;
  readonly conversation: Conversation;
  readonly path: Path;
  /** Packets from client and from server at each point of the path. */
  readonly forwardAt: readonly number[];
  readonly backAt: readonly number[];
  /** IP bytes of those packets. */
  readonly forwardBytes: readonly number[];
  readonly backBytes: readonly number[];
  readonly tcp: TcpState | null;
  readonly refusal: Refusal | null;
  readonly packetTooBig: boolean;
  /** An answer was seen at the first point that saw the question. */
  readonly answered: boolean;
  /** Not what a working exchange looks like: worth accepting likely coverage as proof. */
  readonly failing: boolean;
  /** Its own packets show that it fails: questions repeated or left without the answer their protocol demands. */
  readonly failsByItself: boolean;
  /** The way of data that goes on being repeated although the captures on its way saw it, or `none`. */
  readonly stalled: Direction;
  /** Losses from client to server; indexes are those of `path.points`. */
  readonly forward: readonly PairLoss[];
  /** Losses from server to client; `from` is the point nearer to the server. */
  readonly back: readonly PairLoss[];
  /** How many units had to pass each point and were missed there; forward and back, in the path's order. */
  readonly witnesses: readonly Witness[];
  readonly retransmissions: number;
  readonly fragmented: boolean;
  readonly segmentSize: number;
  /** Seconds for which the first point was captured after the client's first packet there. */
  readonly watchedSeconds: number;
}

export interface Scene {
  readonly taps: readonly TapData[];
  readonly geography: Geography;
  readonly clocks: Clocks;
  readonly topology: Topology;
  readonly windows: Windows;
}

export function analyseConversation(c: Conversation, path: Path, scene: Scene): Analysis {
  const seen = path.points.map((p) => observe(p, scene.geography, scene.clocks));
  const forwardAt = seen.map((o) => count(o, 0));
  const backAt = seen.map((o) => count(o, 1));
  const tcp = c.protocol === PROTO_TCP ? tcpState(seen) : null;
  const ran = (from: number, to: number, t: number): boolean => {
    const at = scene.clocks.toReference(path.points[from]!.node, t);
    return scene.windows.at(path.points[to]!, path.points[from]!, at) >= LIKELY;
  };
  const sentLater = (from: number, to: number, t: number): boolean =>
    sendsData(seen[to]!, scene.clocks.toReference(path.points[from]!.node, t) + LATER);
  const refusal = findRefusal(c, path, tcp, scene.topology, ran, sentLater);
  const firstSeen = forwardAt.findIndex((n) => n > 0);
  const answered = firstSeen >= 0 && backAt.slice(0, firstSeen + 1).some((n) => n > 0);
  const base = {
    stands: c.stands,
    conversation: c,
    path,
    forwardAt,
    backAt,
    forwardBytes: seen.map((o) => bytes(o, 0)),
    backBytes: seen.map((o) => bytes(o, 1)),
    tcp,
    packetTooBig: c.errors.some((e) => isPacketTooBig(c.protocol, e)),
    answered,
    watchedSeconds: watchedSeconds(path, seen, scene),
  };
  const blind = blindPoints(c, path, seen, tcp, { forward: forwardAt, return: backAt }, scene);
  const coverage = [
    coverageOf(path.points, blind.forward, scene),
    coverageOf([...path.points].reverse(), [...blind.return].reverse(), scene),
  ] as const;
  if (tcp !== null) return { ...base, ...analyseTcp(path, seen, tcp, refusal, coverage, scene) };
  return { ...base, ...analyseDatagrams(c, path, seen, answered, refusal, coverage, scene) };
}

/** Beyond the way between two points and what their clocks may differ; a host repeats its data after 200 ms. */
const LATER = 100e6;

/** Whether a point saw the server send data after a time. */
function sendsData(o: Observation, after: number): boolean {
  for (let i = 0; i < o.count; i++)
    if (o.back[i] === 1 && o.time[i]! > after && o.taps[o.tap[i]!]!.table.columns.payload[o.row[i]!]! > 0)
      return true;
  return false;
}

function count(o: Observation, back: 0 | 1): number {
  let n = 0;
  for (let i = 0; i < o.count; i++) if (o.back[i] === back) n++;
  return n;
}

function bytes(o: Observation, back: 0 | 1): number {
  let n = 0;
  for (let i = 0; i < o.count; i++)
    if (o.back[i] === back) n += o.taps[o.tap[i]!]!.table.columns.ipLength[o.row[i]!]!;
  return n;
}

function coverageOf(points: readonly PathPoint[], blind: readonly boolean[], scene: Scene): CoverageOf {
  return (from, to, t) => (blind[to]! ? NOT_COVERED : scene.windows.at(points[to]!, points[from]!, t));
}

function ranAround(points: readonly PathPoint[], scene: Scene): RanAround {
  return (k, t) => scene.windows.ranAround(points[k]!, t);
}

/** End of the capture at a point, by the reference clock. */
function watchedUntil(points: readonly PathPoint[], scene: Scene): (k: number) => number {
  return (k) => scene.windows.span(points[k]!)?.last ?? -Infinity;
}

function watchedSeconds(path: Path, seen: readonly Observation[], scene: Scene): number {
  const until = watchedUntil(path.points, scene);
  const k = seen.findIndex((o) => o.count > 0);
  if (k < 0) return 0;
  const o = seen[k]!;
  for (let i = 0; i < o.count; i++) if (o.back[i] === 0) return Math.max(0, (until(k) - o.time[i]!) / 1e9);
  return 0;
}

/** Port 53, on either side of a service's translation. */
export function isDns(c: Conversation): boolean {
  return c.server.port === 53 || c.translated?.server.port === 53;
}

/** Of the points in the order of the path, and in reverse. */
type Coverages = readonly [CoverageOf, CoverageOf];

type Measured = Pick<
  Analysis,
  | 'failing'
  | 'failsByItself'
  | 'stalled'
  | 'forward'
  | 'back'
  | 'witnesses'
  | 'retransmissions'
  | 'fragmented'
  | 'segmentSize'
  | 'refusal'
>;

function analyseTcp(
  path: Path,
  seen: readonly Observation[],
  state: TcpState,
  refusal: Refusal | null,
  coverage: Coverages,
  scene: Scene,
): Measured {
  const reversedPoints = [...path.points].reverse();
  const forward = tcpDirection(seen, 0);
  const back = tcpDirection([...seen].reverse(), 1);
  const losses = (least: LeastCoverage): { forward: PairLoss[]; back: PairLoss[] } => ({
    forward: tcpLosses(forward, coverage[0], watchedUntil(path.points, scene), least),
    back: mirror(
      tcpLosses(back, coverage[1], watchedUntil(reversedPoints, scene), least),
      path.points.length,
    ),
  });
  let found = losses(() => COVERED);
  const stalled =
    forward.waitingCopies >= 3 ||
    back.waitingCopies >= 3 ||
    [...found.forward, ...found.back].some((p) => p.neverPassed > 0);
  const failing = !state.established || stalled;
  if (failing) found = losses(() => ASSUMED);
  if (state.established && forward.waitingCopies >= 3) {
    const lost = lostAcknowledgements(forward, path, scene);
    if (lost !== null) found.back.push(lost);
  }
  if (state.established && back.waitingCopies >= 3) {
    const lost = lostAcknowledgements(back, { ...path, points: reversedPoints }, scene);
    if (lost !== null) found.forward.push(...mirror([lost], path.points.length));
  }
  return {
    ...found,
    failing,
    failsByItself: !state.established || forward.waitingCopies >= 3 || back.waitingCopies >= 3,
    stalled: stallsBeyond(forward, path.points)
      ? 'forward'
      : stallsBeyond(back, reversedPoints)
        ? 'return'
        : 'none',
    refusal,
    witnesses: [
      tcpWitness(forward, ranAround(path.points, scene)),
      reversed(tcpWitness(back, ranAround(reversedPoints, scene))),
    ],
    retransmissions: forward.retransmissions + back.retransmissions,
    fragmented: false,
    segmentSize: forward.segmentSize,
  };
}

/** Data goes on being repeated that the last capture on its way saw, short of the veth of who should get it. */
function stallsBeyond({ waitingAtLast, last }: TcpDirection, points: readonly PathPoint[]): boolean {
  const end = last === points.length - 1 && points[last]?.station.endsWith('veth') === true;
  return waitingAtLast >= 3 && !(end && points.length > 1);
}

/**
 * Data goes on being repeated although it was acknowledged: the acknowledgements die on their way. `direction` and
 * `path` run with the data; the loss returned runs against them, in the indexes of that path.
 */
function lostAcknowledgements(direction: TcpDirection, path: Path, scene: Scene): PairLoss | null {
  const { ackedAt, overtaken } = direction;
  const sender = direction.transmissions.findIndex((t) => t.count > 0);
  let from = sender + 1;
  while (from < ackedAt.length && ackedAt[from]! <= ackedAt[sender]!) from++;
  if (sender < 0 || from >= ackedAt.length) return null;
  const waitingFor = Math.max(0, ackedAt[sender]!);
  const sent = direction.transmissions[sender]!;
  let copies = 0;
  let again = 0;
  for (let i = 0; i < sent.count; i++) {
    if (sent.start(i) > waitingFor || sent.end(i) <= waitingFor) continue;
    if (sent.time(i) <= overtaken[from]! + 5e6) continue;
    copies++;
    again = sent.time(i);
  }
  if (copies < 2) return null;
  let to = from - 1;
  const covered = (k: number): boolean =>
    scene.windows.at(path.points[k]!, path.points[sender]!, again) >= ASSUMED;
  while (to > sender && !covered(to)) to--;
  return {
    from,
    to,
    proved: true,
    sent: copies,
    exposed: copies,
    lost: copies,
    neverPassed: 1,
    neverCopies: copies,
    watchedFor: 0,
    largestPassed: 0,
    smallestLost: 0,
    dontFragment: true,
  };
}

/** Point indexes of the reversed path, put back into the order from client to server. */
function mirror(pairs: readonly PairLoss[], points: number): PairLoss[] {
  return pairs.map((p) => ({ ...p, from: points - 1 - p.from, to: points - 1 - p.to }));
}

function analyseDatagrams(
  c: Conversation,
  path: Path,
  seen: readonly Observation[],
  answered: boolean,
  refusal: Refusal | null,
  coverage: Coverages,
  scene: Scene,
): Measured {
  const reversedPoints = [...path.points].reverse();
  const seenBackwards = [...seen].reverse();
  let hashed = hashesComparable(c, scene);
  let forward = datagramDirection(seen, 0, c.protocol, hashed);
  let back = datagramDirection(seenBackwards, 1, c.protocol, hashed);
  if (hashed && c.legs.some(({ leg }) => leg.snapped) && (sharesNothing(forward) || sharesNothing(back))) {
    hashed = false;
    forward = datagramDirection(seen, 0, c.protocol, hashed);
    back = datagramDirection(seenBackwards, 1, c.protocol, hashed);
  }
  const echo = c.protocol === PROTO_ICMP || c.protocol === PROTO_ICMPV6;
  // As many answers as questions came back to where they were first seen: none was lost, whatever a capture missed.
  const nearest = forward.total.findIndex((n) => n > 0);
  const allAnswered =
    nearest >= 0 && back.total[path.points.length - 1 - nearest]! >= forward.total[nearest]!;
  const answeredUnits = echo
    ? echoAnswers(back)
    : (key: string): number => (allAnswered ? (forward.units[nearest]!.get(key)?.count ?? 0) : 0);
  // Only exchanges that are known to be answered may rest on captures that are only assumed to have run.
  const expectsAnswer = echo || isDns(c);
  const answeredUntil = unansweredSince(seen, expectsAnswer);
  const failing = !answered && refusal === null;
  const losses = (least: LeastCoverage): { forward: PairLoss[]; back: PairLoss[] } => ({
    forward: datagramLosses(forward, answeredUnits, coverage[0], watchedUntil(path.points, scene), least),
    back: mirror(
      datagramLosses(back, () => 0, coverage[1], watchedUntil(reversedPoints, scene), least),
      path.points.length,
    ),
  });
  return {
    ...losses((t) => (t > answeredUntil ? ASSUMED : LIKELY)),
    failing,
    failsByItself: failing && expectsAnswer,
    stalled: 'none',
    refusal: answered ? null : refusal,
    witnesses: [
      datagramWitness(forward, answeredUnits, ranAround(path.points, scene)),
      reversed(datagramWitness(back, () => 0, ranAround(reversedPoints, scene))),
    ],
    retransmissions: 0,
    fragmented: forward.fragmented || back.fragmented,
    segmentSize: 0,
  };
}

/**
 * Time of the last answer at the client when questions went on after it without one: what followed failed,
 * whatever other captures show. Infinity when the exchange shows no such thing.
 */
function unansweredSince(seen: readonly Observation[], expectsAnswer: boolean): number {
  const o = seen.find((x) => x.count > 0);
  if (o === undefined) return Infinity;
  let lastAnswer = -Infinity;
  for (let i = 0; i < o.count; i++) if (o.back[i] === 1) lastAnswer = o.time[i]!;
  if (lastAnswer === -Infinity && !expectsAnswer) return Infinity;
  let after = 0;
  let first = Infinity;
  let last = -Infinity;
  for (let i = 0; i < o.count; i++) {
    if (o.back[i] === 1 || o.time[i]! <= lastAnswer) continue;
    after++;
    if (o.time[i]! < first) first = o.time[i]!;
    last = o.time[i]!;
  }
  return after >= 2 && (lastAnswer === -Infinity || (after >= 3 && last - first >= 5e8))
    ? lastAnswer
    : Infinity;
}

/** Captures with one snap length and one kind of header cut payloads at one place. */
function hashesComparable(c: Conversation, scene: Scene): boolean {
  const reach = scene.taps[c.legs[0]!.leg.tap]!.hashReach;
  return c.legs.every(({ leg }) => !leg.snapped || scene.taps[leg.tap]!.hashReach === reach);
}

/** Two points saw datagrams, but none in common: what they compare must differ, not what they saw. */
function sharesNothing(d: DatagramDirection): boolean {
  const seen = d.units.filter((m) => m.size > 0);
  return seen.some((m, i) => i > 0 && ![...m.keys()].some((key) => seen[i - 1]!.has(key)));
}

/** Copies of an echo request that a reply proves to have arrived: the sequence number is the same. */
function echoAnswers(back: DatagramDirection): (key: string) => number {
  const replies = new Map<string, number>();
  for (const map of back.units)
    for (const [key, unit] of map) {
      const sequence = key.split('.')[1] ?? key;
      replies.set(sequence, Math.max(replies.get(sequence) ?? 0, unit.count));
    }
  return (key) => replies.get(key.split('.')[1] ?? key) ?? 0;
}
