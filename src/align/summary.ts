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
}

const CONFIDENCE_DOWN = { high: 'medium', medium: 'low', low: 'low' } as const;

/** Says in one place what became of the flows in question. */
export function summarise(
  fate: Fate | null,
  flows: readonly Flow[],
  ends: Ends,
  scene: Scene,
  given: ReadonlyMap<string, Point>,
  watched: readonly Point[],
): TraceSummary {
  const captured = new Set([...watched, ...capturedPoints(scene, ends, given)]);
  const chosen = fate === null ? [] : fate.flows.map((i) => flows[i]!);
  const seen = Object.fromEntries(
    POINTS.map((p) => [p, seenAt(p, captured, chosen)]),
  ) as unknown as TraceSummary['seen'];
  if (fate === null)
    return {
      segment: 'unknown',
      direction: 'none',
      verdict: 'inconclusive',
      seen,
      confidence: 'low',
      explanation: 'The captures hold no flow to follow.',
      against: [],
      flows: [],
    };
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
      const point = given.get(tap.table.file) ?? pointOf(place, ends);
      if (
        point !== null &&
        place.certainty === 'assumed' &&
        chosen.some((f) => f.lastSeen === point || f.firstMissing === point)
      )
        lower(`That ${tap.id} stands at the ${pointText(point)} is assumed: ${place.reason}.`);
    }
    const lost = chosen.reduce((n, f) => n + f.losses.reduce((k, l) => k + l.lost, 0), 0);
    if (lost === 1) lower('Only one packet was lost.');
  }
  if (fate.verdict === 'inconclusive') confidence = 'low';
  return {
    segment: fate.segment,
    direction: fate.direction,
    verdict: fate.verdict,
    seen,
    confidence,
    explanation: sentence(fate, chosen),
    against,
    flows: fate.flows,
  };
}

/** Points at which a tap stands. */
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

function sentence(fate: Fate, chosen: readonly Flow[]): string {
  const f = chosen[0];
  if (!f) return 'No flow.';
  const ports = [...new Set(chosen.map((x) => x.dst.port))].filter((p) => p > 0);
  const to = ports.length === 1 ? `${f.dst.ip} port ${ports[0]}` : f.dst.ip;
  const many = chosen.length === 1 ? 'One flow' : `${chosen.length} flows`;
  const who = `${many} (${f.protocol.toUpperCase()}) from ${f.src.ip} to ${to}`;
  switch (fate.verdict) {
    case 'delivered':
      return `Nothing is lost: ${who} arrive and are answered.`;
    case 'rejected':
      return `${who}: ${f.explanation}.`;
    case 'lossy':
      return `${who} lose part of their packets ${segmentText(fate.segment)}${fate.direction === 'return' ? ', on the way back' : ''}.`;
    case 'dropped':
      return `${who} die ${segmentText(fate.segment)}${fate.direction === 'return' ? ', on the way back' : ''}: ${f.explanation}.`;
    case 'inconclusive':
      return fate.candidates.length > 0
        ? `${who} fail, but the captures leave the place open (${fate.candidates.join(' or ')}): ${f.explanation}.`
        : `${who} cannot be judged: ${f.explanation}.`;
  }
}
