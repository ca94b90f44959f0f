import type { AnalysisDocument, DocFlow } from '../../model/document.js';
import { POINTS, type Direction, type Point, type Segment } from '../../model/trace.js';
import { flowsInQuestion, hostOf } from '../flow-groups.js';
import { DIRECTION_NAME, POINT_NAME } from '../words.js';

/** A pod at an end of the path, or one of the points where captures are taken. */
export interface Station {
  readonly point: Point | null;
  readonly name: string;
  /** Address of a pod, interface of a point. */
  readonly detail: string;
  readonly state: 'pod' | 'yes' | 'no' | 'not_captured';
  readonly forward: number;
  readonly back: number;
}

/** What lies between two stations. */
export interface Stretch {
  readonly segment: Segment;
  readonly lost: { readonly word: string; readonly detail: string } | null;
  /** Were packets seen to travel it, there and back? */
  readonly forward: boolean;
  readonly back: boolean;
}

export interface Picture {
  readonly stations: readonly Station[];
  /** One less than stations. */
  readonly stretches: readonly Stretch[];
  readonly sameNode: boolean;
  readonly srcNode: string | null;
  readonly dstNode: string | null;
  readonly nat: string | null;
  /** A flow went wrong and nobody knows where. */
  readonly unknown: boolean;
  readonly segment: Segment;
}

/** What the picture of the path shows, from the flows in question. */
export function pictureOf(d: AnalysisDocument): Picture {
  const flows = flowsInQuestion(d);
  const first = flows[0];
  const sameNode = d.traffic_path === 'same_node';
  const points = sameNode ? POINTS.filter((p) => p.endsWith('veth')) : POINTS;
  const stations: Station[] = [
    pod('source pod', first?.src),
    ...points.map((p) => station(d, p, flows)),
    pod('destination pod', first?.translated?.dst ?? first?.dst),
  ];
  const segments: Segment[] = sameNode
    ? ['src_pod', 'src_node', 'dst_pod']
    : ['src_pod', 'src_node', 'vpc', 'dst_node', 'dst_pod'];
  const at = segments.findIndex((s) => s === place(d, sameNode));
  return {
    stations,
    stretches: segments.map((segment, i) => stretch(d, stations, segment, i, at)),
    sameNode,
    srcNode: nodeAt(d, 'src'),
    dstNode: nodeAt(d, 'dst'),
    nat: first === undefined ? null : natOf(first),
    unknown: d.packet_trace.segment === 'unknown' && flows.some((f) => f.verdict !== 'delivered'),
    segment: d.packet_trace.segment,
  };
}

/** On one node both halves of the node are one stretch. */
function place(d: AnalysisDocument, sameNode: boolean): Segment {
  const { segment } = d.packet_trace;
  return sameNode && segment === 'dst_node' ? 'src_node' : segment;
}

function pod(name: string, end: string | undefined): Station {
  return {
    point: null,
    name,
    detail: end === undefined ? '' : hostOf(end),
    state: 'pod',
    forward: 0,
    back: 0,
  };
}

function station(d: AnalysisDocument, p: Point, flows: readonly DocFlow[]): Station {
  const sum = (of: (c: NonNullable<DocFlow['points'][Point]>) => number): number =>
    flows.reduce((n, f) => n + (f.points[p] === undefined ? 0 : of(f.points[p])), 0);
  return {
    point: p,
    name: POINT_NAME[p],
    detail: d.coverage.captures.find((c) => c.point === p)?.interface ?? '',
    state: d.packet_trace[p],
    forward: sum((c) => c.packets),
    back: sum((c) => c.return_packets),
  };
}

function stretch(
  d: AnalysisDocument,
  stations: readonly Station[],
  segment: Segment,
  i: number,
  at: number,
): Stretch {
  // A packet has travelled a stretch when a point beyond it saw it, or, towards a pod, the point before it.
  const last = i === stations.length - 2;
  const beyond = last ? [stations[i]!] : stations.slice(i + 1);
  const before = i === 0 ? [stations[1]!] : last ? stations : stations.slice(0, i + 1);
  return {
    segment,
    lost: i === at ? lossOf(d) : null,
    forward: beyond.some((s) => s.forward > 0),
    back: before.some((s) => s.back > 0),
  };
}

function lossOf(d: AnalysisDocument): { word: string; detail: string } {
  const { direction } = d.packet_trace;
  const verdict = d.flows[0]?.verdict;
  const word =
    verdict === 'rejected' ? 'REFUSED HERE' : verdict === 'lossy' ? 'PARTLY LOST HERE' : 'LOST HERE';
  const ways = verdict === 'lossy' ? (['forward', 'return'] as const) : [direction];
  const parts = ways.map((way) => ({ way, ...lossesOf(d, way) })).filter((w) => w.lost > 0);
  if (parts.length === 0) return { word, detail: DIRECTION_NAME[direction] };
  const detail = parts.map((w) =>
    parts.length > 1
      ? `${w.way === 'forward' ? '→' : '←'} ${w.lost} of ${w.sent}`
      : [DIRECTION_NAME[w.way], `${w.lost} of ${w.sent}`].filter((s) => s !== '').join(', '),
  );
  return { word, detail: detail.join(', ') };
}

/** What the flows in question lose in the segment of the diagnosis, one way. */
function lossesOf(d: AnalysisDocument, direction: Direction): { sent: number; lost: number } {
  const losses = flowsInQuestion(d)
    .flatMap((f) => f.losses)
    .filter((l) => l.segment === d.packet_trace.segment && l.direction === direction);
  return {
    sent: losses.reduce((n, l) => n + l.sent, 0),
    lost: losses.reduce((n, l) => n + l.lost, 0),
  };
}

function natOf(f: DocFlow): string | null {
  const t = f.translated;
  if (t === null) return null;
  const parts = [
    t.src === f.src ? '' : `${f.src} becomes ${t.src}`,
    t.dst === f.dst ? '' : `${f.dst} becomes ${t.dst}`,
  ].filter((s) => s !== '');
  return parts.length === 0
    ? null
    : `NAT: ${parts.join('; ')}${t.inferred ? ' (inferred from the packets)' : ''}`;
}

function nodeAt(d: AnalysisDocument, side: 'src' | 'dst'): string | null {
  return d.coverage.captures.find((c) => c.point?.startsWith(side))?.node ?? null;
}
