import { endText, portOf } from '../model/flow-ends.js';
import {
  POINTS,
  type Direction,
  type Flow,
  type Point,
  type Segment,
  type TraceSummary,
  type Verdict,
} from '../model/trace.js';
import type { Scene } from './analyse.js';
import type { MissRates } from './miss-rates.js';
import { pointOf, type Ends } from './roles.js';
import { pointText, segmentText } from './wording.js';

/** A set of flows between the same hosts with the same fate. */
export interface Fate {
  readonly flows: readonly number[];
  readonly verdict: Verdict;
  readonly segment: Segment;
  readonly direction: Direction;
  readonly proved: boolean;
  readonly candidates: readonly Segment[];
  /** Its packets themselves show that something went wrong. */
  readonly fails: boolean;
  /** Points whose captures lack so many of its packets that some may have been lost. */
  readonly doubtful: readonly Point[];
}

/** What the captures leave open. */
const OPEN = { segment: 'unknown', direction: 'none', verdict: 'inconclusive', confidence: 'low' } as const;

const CONFIDENCE_DOWN = { high: 'medium', medium: 'low', low: 'low' } as const;

/** Says in one place what became of the flows in question. */
export function summarise(
  fate: Fate | null,
  flows: readonly Flow[],
  ends: Ends,
  scene: Scene,
  given: ReadonlyMap<string, Point>,
  watched: readonly Point[],
  misses: MissRates,
): TraceSummary {
  const standing = capturedPoints(scene, ends, given);
  const captured = new Set([...watched, ...standing]);
  const chosen = fate === null ? [] : fate.flows.map((i) => flows[i]!);
  const seen = Object.fromEntries(
    POINTS.map((p) => [p, seenAt(p, captured, chosen)]),
  ) as unknown as TraceSummary['seen'];
  if (fate === null)
    return { ...OPEN, seen, explanation: 'The captures hold no flow to follow.', against: [], flows: [] };
  const against: string[] = [];
  let confidence: TraceSummary['confidence'] = 'high';
  const lower = (why: string): void => {
    confidence = CONFIDENCE_DOWN[confidence];
    against.push(why);
  };
  if (fate.verdict === 'dropped' || fate.verdict === 'lossy') {
    if (!fate.proved)
      lower(
        'The capture that should have seen the packets next holds too few to prove that it was running at the time.',
      );
    if (ends.srcNode !== ends.dstNode && scene.clocks.offsets.some((o) => o.offsetNs === null))
      against.push('No packet was seen on both nodes, so their clocks could not be compared.');
    for (const tap of scene.taps) {
      const place = scene.geography.places[tap.index]!;
      const point = standing[tap.index]!;
      if (
        point !== null &&
        place.certainty === 'assumed' &&
        chosen.some((f) => f.lastSeen === point || f.firstMissing === point)
      )
        lower(`That ${tap.id} stands at the ${pointText(point)} is assumed: ${place.reason}.`);
    }
    const lost = chosen.reduce((n, f) => n + f.losses.reduce((k, l) => k + l.lost, 0), 0);
    if (lost === 1) lower('Only one packet was lost.');
    const unproved = fate.verdict === 'lossy' ? unwitnessed(chosen, standing, misses) : [];
    if (unproved.length > 0)
      lower(
        `Nothing shows how many packets the capture at the ${unproved.map(pointText).join(' and the ')} misses by itself; so small a loss could be its own.`,
      );
  }
  if (fate.verdict === 'delivered' && chosen.some((f) => f.reason === 'seen-at-last-point' && fallsShort(f)))
    lower(
      'The last captured point is not the destination veth: what became of the packets beyond it was not captured.',
    );
  if (
    fate.verdict === 'delivered' &&
    scene.clocks.offsets.some((o) => o.offsetNs === null) &&
    chosen.some(arrivesShort)
  )
    lower(
      'Fewer packets were seen on the destination node than left the source node, and no packet shows how their clocks differ: whether its captures ran at the time cannot be told.',
    );
  if (fate.verdict === 'delivered' && ends.srcNode !== null && !captured.has('src_veth')) {
    if (chosen.some(({ src }) => !scene.geography.isNodeAddress(src.ip)))
      lower(
        'The veth of the source pod was not captured: what dies before the first capture is in none of them.',
      );
  }
  if (fate.verdict === 'delivered' && fate.doubtful.length > 0)
    lower(
      `The ${fate.doubtful.map(captureText).join(' and the ')} misses packets, as others prove; among those that it lacks here may be lost ones.`,
    );
  // Copies that arrived too late bring segments to be sent again as well as copies that were lost.
  const watchesEnds = fate.verdict !== 'delivered' || (captured.has('src_veth') && captured.has('dst_veth'));
  const again = watchesEnds ? null : sentAgain(chosen);
  if (again !== null) lower(`${again}: some may have been lost where nothing was captured.`);
  if (fate.verdict === 'inconclusive') confidence = 'low';
  const silent = watchesEnds ? null : unansweredEchoes(chosen);
  if (silent !== null)
    return {
      ...OPEN,
      seen,
      explanation: `${subject(chosen)} ${chosen.length === 1 ? 'is' : 'are'} answered, but not all of it: ${silent}. What becomes of the others was not captured.`,
      against,
      flows: fate.flows,
    };
  return {
    segment: fate.segment,
    direction: fate.direction,
    verdict: fate.verdict,
    seen,
    confidence,
    explanation: sentence(fate, chosen, again === null),
    against,
    flows: fate.flows,
  };
}

function captureText(p: Point): string {
  return `capture at the ${pointText(p)}`;
}

/** So many, and such a share, are more than chance brings about. */
const isMuch = (n: number, of: number): boolean => n >= 3 && n >= of * 0.03;

/** Packets and answers of flows where they were captured first. */
function countsOf(flows: readonly Flow[]): { readonly sent: number; readonly back: number } {
  const first = flows.map(({ points }) =>
    POINTS.map((p) => points[p]).find((count) => count !== undefined && count.packets > 0),
  );
  return {
    sent: first.reduce((n, count) => n + (count?.packets ?? 0), 0),
    back: first.reduce((n, count) => n + (count?.returnPackets ?? 0), 0),
  };
}

function sentAgain(chosen: readonly Flow[]): string | null {
  const tcp = chosen.filter(({ protocol }) => protocol === 'tcp');
  const again = tcp.reduce((n, f) => n + f.retransmissions, 0);
  const { sent, back } = countsOf(tcp);
  return isMuch(again, sent + back) ? `${again} of ${sent + back} TCP packets were sent again` : null;
}

function unansweredEchoes(chosen: readonly Flow[]): string | null {
  const { sent, back } = countsOf(chosen.filter(({ protocol }) => protocol.startsWith('icmp')));
  return isMuch(sent - back, sent) ? `${sent - back} of ${sent} echo requests bring no reply` : null;
}

/** Sent without answer, and seen less often at the end of its way than at the beginning. */
function arrivesShort(f: Flow): boolean {
  const sent = Math.max(f.points.src_veth?.packets ?? 0, f.points.src_eth0?.packets ?? 0);
  const arrived = Math.max(f.points.dst_eth0?.packets ?? 0, f.points.dst_veth?.packets ?? 0);
  return f.reason === 'seen-at-last-point' && arrived < sent;
}

function fallsShort(f: Flow): boolean {
  return f.protocol !== 'tcp' && f.lastSeen !== null && f.lastSeen !== 'dst_veth';
}

/** Above this share lost, a capture would have to miss more than captures do. */
const MOST_MISSED = 0.2;
/** So few may be missed whatever share of a few packets they are. */
const FEW = 2;

/** Points that seem to miss a small share of packets, and whose captures too few others put to the test. */
function unwitnessed(
  chosen: readonly Flow[],
  standing: readonly (Point | null)[],
  misses: MissRates,
): Point[] {
  const losses = chosen.flatMap((f) => f.losses);
  return POINTS.filter((p) => {
    const here = losses.filter((l) => l.to === p);
    const sent = here.reduce((n, l) => n + l.sent, 0);
    const lost = here.reduce((n, l) => n + l.lost, 0);
    if (lost === 0 || (lost > sent * MOST_MISSED && lost > FEW)) return false;
    return standing.every((point, tap) => point !== p || misses.mayExplain(tap, lost, sent));
  });
}

/** Point of each tap, null where it stands at none. */
export function capturedPoints(
  scene: Scene,
  ends: Ends,
  given: ReadonlyMap<string, Point>,
): (Point | null)[] {
  return scene.taps.map((t) => given.get(t.table.file) ?? pointOf(scene.geography.places[t.index]!, ends));
}

function seenAt(
  p: Point,
  captured: ReadonlySet<Point | null>,
  chosen: readonly Flow[],
): 'yes' | 'no' | 'not_captured' {
  if (!captured.has(p)) return 'not_captured';
  return chosen.some((f) => (f.points[p]?.packets ?? 0) + (f.points[p]?.returnPackets ?? 0) > 0)
    ? 'yes'
    : 'no';
}

/** `3 flows (UDP, ICMP) from 10.0.1.9 to 10.0.2.7 port 53`. */
function subject(chosen: readonly Flow[]): string {
  const { src, dst } = chosen[0]!;
  const ports = [...new Set(chosen.map((x) => portOf(x, x.dst)))];
  const to = endText(dst.ip, ports.length === 1 ? ports[0]! : null);
  const protocols = [...new Set(chosen.map(({ protocol }) => protocol.toUpperCase()))];
  const many = chosen.length === 1 ? 'One flow' : `${chosen.length} flows`;
  return `${many} (${protocols.join(', ')}) from ${src.ip} to ${to}`;
}

/** `surely`: nothing hints at losses beyond the captures. */
function sentence(fate: Fate, chosen: readonly Flow[], surely: boolean): string {
  const f = chosen[0];
  if (!f) return 'No flow.';
  const one = chosen.length === 1;
  const who = subject(chosen);
  const arrivedOnly = chosen.filter((x) => x.reason === 'seen-at-last-point');
  switch (fate.verdict) {
    case 'delivered':
      return arrivedOnly.length === 0
        ? `Nothing is lost${surely ? '' : ' as far as the captures reach'}: ${who} ${one ? 'arrives and is answered' : 'arrive and are answered'}.`
        : `Nothing is lost as far as the captures reach: ${who} ${one ? 'arrives' : 'arrive'} at the ${lastPoints(arrivedOnly)}. No answer was expected or captured.`;
    case 'rejected':
      return `${who}: ${f.explanation}.`;
    case 'lossy':
      return `${who} ${one ? 'loses' : 'lose'} ${shareLost(fate, chosen)} ${segmentText(fate.segment)}${fate.direction === 'return' ? ', on the way back' : ''}.`;
    case 'dropped':
      return `${who} ${one ? 'dies' : 'die'} ${segmentText(fate.segment)}${fate.direction === 'return' ? ', on the way back' : ''}: ${f.explanation}.`;
    case 'inconclusive':
      return fate.fails && fate.candidates.length > 0
        ? `${who} ${one ? 'fails' : 'fail'}, but the captures leave the place open (${fate.candidates.join(' or ')}): ${f.explanation}.`
        : `${who} cannot be judged: ${f.explanation}.`;
  }
}

/** `31 % of their packets (120 of 387)`, or without figures where none were measured. */
function shareLost(fate: Fate, chosen: readonly Flow[]): string {
  const whose = chosen.length === 1 ? 'its' : 'their';
  const losses = chosen.flatMap((f) =>
    f.losses.filter((l) => l.segment === fate.segment && l.direction === fate.direction),
  );
  const sent = losses.reduce((n, l) => n + l.sent, 0);
  const lost = losses.reduce((n, l) => n + l.lost, 0);
  if (lost === 0) return `part of ${whose} packets`;
  const percent = (lost / sent) * 100;
  return `${percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} % of ${whose} packets (${lost} of ${sent})`;
}

function lastPoints(flows: readonly Flow[]): string {
  const points = POINTS.filter((p) => flows.some((f) => f.lastSeen === p));
  return points.length === 0 ? 'last captured point' : points.map(pointText).join(' or the ');
}
