import { PROTO_ICMP, PROTO_ICMPV6, PROTO_SCTP, PROTO_TCP, PROTO_UDP } from '../model/capture.js';
import type { Flow, Loss, Point, PointCount, Rejection, Segment, SizeLoss } from '../model/trace.js';
import type { Analysis } from './analyse.js';
import { wayOf } from './conversations.js';
import { stretchLosses } from './grouping.js';
import type { PathPoint, Station } from './paths.js';
import type { Stretch } from './rejections.js';
import type { Ends } from './roles.js';
import { isoMicros, type TimeBase } from './timebase.js';
import type { Judged } from './verdicts.js';
import { wilson } from './wilson.js';

const PROTOCOLS: Readonly<Record<number, Flow['protocol']>> = {
  [PROTO_TCP]: 'tcp',
  [PROTO_UDP]: 'udp',
  [PROTO_ICMP]: 'icmp',
  [PROTO_ICMPV6]: 'icmpv6',
  [PROTO_SCTP]: 'sctp',
};

/** True when the flow's client lives at the end called destination: its near side is then `dst`. */
export function runsBackwards(a: Analysis, ends: Ends): boolean {
  const client = a.conversation.client.ip;
  if (client === ends.srcIp) return false;
  if (client === ends.dstIp) return true;
  const { nearNode, farNode } = a.path;
  if (ends.srcNode === ends.dstNode) return false;
  return (
    (nearNode !== null && nearNode === ends.dstNode) ||
    (nearNode === null && farNode !== null && farNode === ends.srcNode)
  );
}

export function pointName(station: Station, backwards: boolean): Point {
  const near = station.startsWith('near');
  const side = near !== backwards ? 'src' : 'dst';
  return `${side}_${station.endsWith('veth') ? 'veth' : 'eth0'}` as Point;
}

export function segmentName(stretch: Stretch | 'none', backwards: boolean): Segment {
  switch (stretch) {
    case 'none':
    case 'unknown':
    case 'vpc':
      return stretch;
    case 'near_pod':
      return backwards ? 'dst_pod' : 'src_pod';
    case 'near_node':
      return backwards ? 'dst_node' : 'src_node';
    case 'far_node':
      return backwards ? 'src_node' : 'dst_node';
    case 'far_pod':
      return backwards ? 'src_pod' : 'dst_pod';
  }
}

export function makeFlow(
  j: Judged,
  size: SizeLoss | null,
  ends: Ends,
  base: TimeBase,
  explanation: string,
  interfaceOf: (tap: number) => string | null,
): Flow {
  const a = j.analysis;
  const c = a.conversation;
  const backwards = runsBackwards(a, ends);
  const points: Partial<Record<Point, PointCount>> = {};
  a.path.points.forEach((p, k) => {
    points[pointName(p.station, backwards)] = { ...pointCount(a, k, p, base), ...arrival(p, interfaceOf) };
  });
  const times = c.legs.flatMap(({ leg }) => [leg.first(0), leg.first(1)]).filter((t) => Number.isFinite(t));
  const ended = c.legs.flatMap(({ leg }) => [leg.last(0), leg.last(1)]).filter((t) => Number.isFinite(t));
  return {
    protocol: PROTOCOLS[c.protocol] ?? 'other',
    src: c.client,
    dst: c.server,
    translated: c.translated
      ? { src: c.translated.client, dst: c.translated.server, inferred: c.translated.inferred }
      : null,
    verdict: j.verdict,
    segment: segmentName(j.stretch, backwards),
    direction: j.direction,
    reason: j.reason,
    explanation,
    points,
    lastSeen: j.lastSeen === null ? null : pointName(j.lastSeen, backwards),
    firstMissing: j.firstMissing === null ? null : pointName(j.firstMissing, backwards),
    losses: flowLosses(a, backwards),
    rejection: rejection(j, backwards),
    size,
    syn: a.tcp?.syn ?? 0,
    synAck: a.tcp?.synAck ?? 0,
    retransmissions: a.retransmissions,
    firstNs: base.absolute(Math.min(...times)),
    lastNs: base.absolute(Math.max(...ended)),
  };
}

function pointCount(a: Analysis, k: number, p: PathPoint, base: TimeBase): PointCount {
  let first = Infinity;
  let last = -Infinity;
  for (const { leg } of p.legs) {
    first = Math.min(first, leg.first(0), leg.first(1));
    last = Math.max(last, leg.last(0), leg.last(1));
  }
  const iso = (t: number): string | null => (Number.isFinite(t) ? isoMicros(base.absolute(t)) : null);
  return {
    packets: a.forwardAt[k]!,
    bytes: a.forwardBytes[k]!,
    returnPackets: a.backAt[k]!,
    returnBytes: a.backBytes[k]!,
    first: iso(first),
    last: iso(last),
  };
}

/** What comes in at the server's ENI are questions, at the client's answers. */
function arrival(p: PathPoint, interfaceOf: (tap: number) => string | null): { arrivedBy?: string } {
  if (!p.station.endsWith('eni')) return {};
  const from = p.station === 'far_eni' ? 0 : 1;
  const names = new Set(
    p.legs.filter((l) => l.leg.packets(wayOf(l, from)) > 0).map(({ leg }) => interfaceOf(leg.tap)),
  );
  const [name] = names;
  return names.size === 1 && name != null ? { arrivedBy: name } : {};
}

function flowLosses(a: Analysis, backwards: boolean): Loss[] {
  return stretchLosses(a)
    .filter(({ pair }) => pair.lost > 0)
    .map(({ stretch, direction, pair }) => ({
      segment: segmentName(stretch, backwards),
      direction,
      sent: pair.sent,
      lost: pair.lost,
      ...wilson(pair.lost, pair.sent),
      from: pointName(a.path.points[pair.from]!.station, backwards),
      to: pointName(a.path.points[pair.to]!.station, backwards),
    }));
}

function rejection(j: Judged, backwards: boolean): Rejection | null {
  const r = j.analysis.refusal;
  if (r === null) return null;
  return {
    by: r.by,
    icmpType: r.icmpType,
    icmpCode: r.icmpCode,
    sender: r.sender,
    firstSeen: pointName(r.firstSeen, backwards),
    segment: segmentName(j.stretch, backwards),
    candidates: (j.stretch === 'unknown' ? r.candidates : [j.stretch]).map((stretch) =>
      segmentName(stretch, backwards),
    ),
  };
}
