import { PROTO_ICMP, PROTO_ICMPV6, PROTO_TCP } from '../model/capture.js';
import type { Clocks } from './clocks.js';
import type { Conversation } from './conversations.js';
import { datagramDirection, datagramLosses, type DatagramDirection } from './datagrams.js';
import type { Geography } from './geography.js';
import type { CoverageOf, PairLoss } from './losses.js';
import { observe, type Observation } from './observations.js';
import { coverageAt, pathOf, type Path, type PathPoint } from './paths.js';
import { findRefusal, isPacketTooBig, type Refusal } from './rejections.js';
import { tcpDirection, tcpLosses } from './sequence-space.js';
import type { TapData } from './taps.js';
import { tcpState, type TcpState } from './tcp-state.js';
import type { Topology } from './topology.js';

/** Everything measured of one conversation; verdicts are given from it. */
export interface Analysis {
  readonly conversation: Conversation;
  readonly path: Path;
  /** Packets from client and from server at each point of the path. */
  readonly forwardAt: readonly number[];
  readonly backAt: readonly number[];
  readonly tcp: TcpState | null;
  readonly refusal: Refusal | null;
  readonly packetTooBig: boolean;
  /** An answer was seen at the first point that saw the question. */
  readonly answered: boolean;
  /** Not what a working exchange looks like: worth accepting likely coverage as proof. */
  readonly failing: boolean;
  /** Losses from client to server; indexes are those of `path.points`. */
  readonly forward: readonly PairLoss[];
  /** Losses from server to client; `from` is the point nearer to the server. */
  readonly back: readonly PairLoss[];
  readonly retransmissions: number;
  readonly fragmented: boolean;
  readonly segmentSize: number;
  /** Seconds for which the first point was still captured after the client's last packet there. */
  readonly watchedSeconds: number;
}

export interface Scene {
  readonly taps: readonly TapData[];
  readonly geography: Geography;
  readonly clocks: Clocks;
  readonly topology: Topology;
}

export function analyseConversation(c: Conversation, scene: Scene): Analysis {
  const path = pathOf(c, scene.taps, scene.geography, scene.topology);
  const seen = path.points.map((p) => observe(p, scene.geography, scene.clocks));
  const forwardAt = seen.map((o) => count(o, 0));
  const backAt = seen.map((o) => count(o, 1));
  const tcp = c.protocol === PROTO_TCP ? tcpState(seen) : null;
  const refusal = findRefusal(c, path, tcp, scene.topology);
  const firstSeen = forwardAt.findIndex((n) => n > 0);
  const answered = firstSeen >= 0 && backAt.slice(0, firstSeen + 1).some((n) => n > 0);
  const base = {
    conversation: c,
    path,
    forwardAt,
    backAt,
    tcp,
    packetTooBig: c.errors.some((e) => isPacketTooBig(c.protocol, e)),
    answered,
    watchedSeconds: watchedSeconds(path, seen, scene),
  };
  if (tcp !== null) return { ...base, ...analyseTcp(path, seen, tcp, refusal, scene) };
  return { ...base, ...analyseDatagrams(c, path, seen, answered, refusal, scene) };
}

function count(o: Observation, back: 0 | 1): number {
  let n = 0;
  for (let i = 0; i < o.count; i++) if (o.back[i] === back) n++;
  return n;
}

function coverageOf(points: readonly PathPoint[], scene: Scene): CoverageOf {
  return (from, to, t) => coverageAt(points[to]!, points[from]!, t, scene.geography, scene.clocks);
}

/** End of the capture at a point, by the reference clock. */
function watchedUntil(points: readonly PathPoint[], scene: Scene): (k: number) => number {
  return (k) =>
    Math.max(
      ...points[k]!.taps.map((t) =>
        t.last === null ? -Infinity : scene.clocks.toReference(scene.geography.places[t.index]!.node, t.last),
      ),
    );
}

function watchedSeconds(path: Path, seen: readonly Observation[], scene: Scene): number {
  const until = watchedUntil(path.points, scene);
  const k = seen.findIndex((o) => o.count > 0);
  if (k < 0) return 0;
  const o = seen[k]!;
  let last = -Infinity;
  for (let i = 0; i < o.count; i++) if (o.back[i] === 0) last = o.time[i]!;
  return last === -Infinity ? 0 : Math.max(0, (until(k) - last) / 1e9);
}

type Measured = Pick<Analysis, 'failing' | 'forward' | 'back' | 'retransmissions' | 'fragmented' | 'segmentSize' | 'refusal'>;

function analyseTcp(
  path: Path,
  seen: readonly Observation[],
  state: TcpState,
  refusal: Refusal | null,
  scene: Scene,
): Measured {
  const reversedPoints = [...path.points].reverse();
  const forward = tcpDirection(seen, 0);
  const back = tcpDirection([...seen].reverse(), 1);
  const losses = (assumed: boolean): { forward: PairLoss[]; back: PairLoss[] } => ({
    forward: tcpLosses(forward, coverageOf(path.points, scene), watchedUntil(path.points, scene), assumed),
    back: mirror(
      tcpLosses(back, coverageOf(reversedPoints, scene), watchedUntil(reversedPoints, scene), assumed),
      path.points.length,
    ),
  });
  let found = losses(false);
  const stalled = [...found.forward, ...found.back].some((p) => p.neverPassed > 0);
  const failing = !state.established || stalled;
  if (failing) found = losses(true);
  return {
    ...found,
    failing,
    refusal: state.established ? null : refusal,
    retransmissions: forward.retransmissions + back.retransmissions,
    fragmented: false,
    segmentSize: forward.segmentSize,
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
  scene: Scene,
): Measured {
  const reversedPoints = [...path.points].reverse();
  const reversed = [...seen].reverse();
  const forward = datagramDirection(seen, 0, c.protocol);
  const back = datagramDirection(reversed, 1, c.protocol);
  const echo = c.protocol === PROTO_ICMP || c.protocol === PROTO_ICMPV6;
  const replies = Math.max(0, ...back.total);
  const questions = Math.max(0, ...forward.total);
  // As many answers as questions: none was lost, whatever a capture missed.
  const allAnswered = questions > 0 && replies >= questions;
  const answeredUnits = echo ? echoAnswers(back) : (): number => (allAnswered ? questions : 0);
  const failing = !answered && refusal === null;
  const losses = (assumed: boolean): { forward: PairLoss[]; back: PairLoss[] } => ({
    forward: datagramLosses(
      forward,
      answeredUnits,
      coverageOf(path.points, scene),
      watchedUntil(path.points, scene),
      assumed,
    ),
    back: mirror(
      datagramLosses(
        back,
        () => 0,
        coverageOf(reversedPoints, scene),
        watchedUntil(reversedPoints, scene),
        assumed,
      ),
      path.points.length,
    ),
  });
  return {
    ...losses(failing && (echo || questions > 0)),
    failing,
    refusal: answered ? null : refusal,
    retransmissions: 0,
    fragmented: forward.fragmented || back.fragmented,
    segmentSize: 0,
  };
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
