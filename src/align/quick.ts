import { PROTO_TCP } from '../model/capture.js';
import type { Analysis, Scene } from './analyse.js';
import { wayOf, type Conversation } from './conversations.js';
import { COVERED } from './coverage.js';
import type { PairLoss } from './losses.js';
import type { Path, PathPoint } from './paths.js';
import type { TcpState } from './tcp-state.js';

const NONE: readonly never[] = [];

/**
 * The analysis of a TCP connection that is healthy at first sight: every point saw each byte once and in order,
 * and all of them were acknowledged. The same as the full analysis would find; null where that is needed.
 */
export function quickAnalysis(c: Conversation, path: Path, scene: Scene): Analysis | null {
  const { points } = path;
  if (c.protocol !== PROTO_TCP || c.errors.length > 0 || points.length === 0) return null;
  for (const p of points) if (p.legs.length !== 1) return null;
  const first = points[0]!;
  const { leg: leg0 } = first.legs[0]!;
  for (const way of [0, 1] as const) {
    const way0 = streamWay(first, way);
    let acknowledged = false;
    for (const p of points) {
      const { leg } = p.legs[0]!;
      const w = streamWay(p, way);
      if (!leg.inOrder(w) || !leg.sameStream(w, leg0, way0)) return null;
      if (leg.syns(w) > c.stands) return null;
      if (leg.acknowledged(w)) acknowledged = true;
    }
    if (!acknowledged) return null;
  }
  const state = stateOf(first);
  if (state === null) return null;
  const forward = pairs(points, 0, scene);
  const back = forward === null ? null : pairs([...points].reverse(), 1, scene);
  if (forward === null || back === null) return null;
  const last = points.length - 1;
  return {
    stands: c.stands,
    conversation: c,
    path,
    forwardAt: points.map((p) => p.legs[0]!.leg.packets(streamWay(p, 0))),
    backAt: points.map((p) => p.legs[0]!.leg.packets(streamWay(p, 1))),
    forwardBytes: points.map((p) => p.legs[0]!.leg.bytes(streamWay(p, 0))),
    backBytes: points.map((p) => p.legs[0]!.leg.bytes(streamWay(p, 1))),
    tcp: state,
    refusal: null,
    packetTooBig: false,
    answered: true,
    failing: false,
    failsByItself: false,
    stalled: 'none',
    forward,
    back: back.map((p) => ({ ...p, from: last - p.from, to: last - p.to })),
    witnesses: [0, 1].map((way) => {
      const n = leg0.segments(streamWay(first, way as 0 | 1));
      return { had: points.map(() => n), missed: points.map(() => 0) };
    }),
    retransmissions: 0,
    fragmented: false,
    segmentSize: 0,
    watchedSeconds: 0,
  };
}

/** Way in the tap's table of what the client (0) or the server (1) sent. */
function streamWay(p: PathPoint, way: 0 | 1): 0 | 1 {
  return wayOf(p.legs[0]!, way);
}

function stateOf(first: PathPoint): TcpState | null {
  const { leg } = first.legs[0]!;
  const [w, v] = [streamWay(first, 0), streamWay(first, 1)];
  const [syn, synAck] = [leg.syns(w), leg.syns(v)];
  const [forwardData, backData] = [leg.ackPackets(w) > 0, leg.ackPackets(v) > 0];
  const established = (synAck > 0 && forwardData) || (syn + synAck === 0 && forwardData && backData);
  if (!established) return null;
  return {
    syn,
    synAck,
    established,
    refusedAt: NONE,
    resetAt: NONE,
    refusalTtl: NONE,
    refusalTime: NONE,
    reset: false,
  };
}

/** Nothing lost between neighbouring points; null unless each capture surely ran while the other saw packets. */
function pairs(points: readonly PathPoint[], way: 0 | 1, scene: Scene): PairLoss[] | null {
  const out: PairLoss[] = [];
  for (let k = 0; k + 1 < points.length; k++) {
    const [from, to] = [points[k]!, points[k + 1]!];
    const { leg } = from.legs[0]!;
    const w = streamWay(from, way);
    for (const t of [leg.first(w), leg.last(w)])
      if (scene.windows.at(to, from, scene.clocks.toReference(from.node, t)) !== COVERED) return null;
    out.push({
      from: k,
      to: k + 1,
      sent: leg.segments(w),
      exposed: 0,
      lost: 0,
      neverPassed: 0,
      neverCopies: 0,
      watchedFor: 0,
      proved: true,
      largestPassed: leg.largest(w),
      smallestLost: 0,
      dontFragment: true,
    });
  }
  return out;
}
