import type { Question } from '../facts/types.js';
import { POINTS, type Point, type TraceSummary } from '../model/trace.js';
import type { Scene } from './analyse.js';
import type { Ends } from './roles.js';
import { capturedPoints } from './summary.js';
import type { Conversation } from './conversations.js';
import type { Geography } from './geography.js';
import type { TapData } from './taps.js';

/** A pod that should have sent and of which no capture holds a single packet. */
export interface Silence {
  readonly podIp: string;
  readonly peerIp: string | null;
  /** Index of the tap at its veth. */
  readonly tap: number;
  /** Frames at its veth prove that the capture ran. */
  readonly proved: boolean;
  readonly why: string;
}

/**
 * Looks for a source pod that never speaks: its veth was captured and shows packets to it at most. That it should
 * have spoken must be said by somebody: the question, the point a capture was given for, its file name, or a
 * capture at a second, living pod that shares no flow with it.
 */
export function findSilentSource(
  taps: readonly TapData[],
  conversations: readonly Conversation[],
  geography: Geography,
  question: Question,
  given: ReadonlyMap<string, Point>,
): Silence | null {
  const veths = taps.filter(
    (t) => geography.places[t.index]!.kind === 'veth' && geography.places[t.index]!.podIps.length > 0,
  );
  const speaks = (ip: string): boolean => taps.some((t) => (t.ends.get(ip)?.sent ?? 0) > 0);
  for (const tap of veths) {
    const { podIps, node, certainty } = geography.places[tap.index]!;
    // A place that was guessed because nothing else was left proves nothing about its pod.
    if (certainty === 'assumed' || podIps.some(speaks)) continue;
    const podIp = podIps[0]!;
    if (conversations.some((c) => podIps.includes(c.client.ip))) continue;
    const others = veths.filter((t) => !geography.places[t.index]!.podIps.some((ip) => podIps.includes(ip)));
    const peers = [...new Set(others.flatMap((t) => geography.places[t.index]!.podIps))];
    const why = reason(tap, podIps, peers, question, given, geography, speaks, conversations);
    if (why === null) continue;
    const ran = taps.some((t) => t.packets > 0 && geography.places[t.index]!.node === node);
    if (tap.packets === 0 && !ran) continue;
    return {
      podIp,
      peerIp: question.dst?.ip ?? (peers.length === 1 ? peers[0]! : null),
      tap: tap.index,
      proved: tap.packets > 0,
      why,
    };
  }
  return null;
}

/** The silent pod as source, and the pod captured beside it or asked about as destination. */
export function endsOfSilence(s: Silence, geography: Geography): Ends {
  return {
    srcIp: s.podIp,
    dstIp: s.peerIp,
    srcNode: geography.places[s.tap]!.node,
    dstNode: s.peerIp === null ? null : geography.nodeOf(s.peerIp),
  };
}

export function summariseSilence(
  s: Silence,
  ends: Ends,
  scene: Scene,
  given: ReadonlyMap<string, Point>,
): TraceSummary {
  const captured = new Set(capturedPoints(scene, ends, given));
  const tap = scene.taps[s.tap]!;
  return {
    segment: 'src_pod',
    direction: 'forward',
    verdict: 'dropped',
    seen: Object.fromEntries(
      POINTS.map((p) => [p, captured.has(p) ? 'no' : 'not_captured']),
    ) as TraceSummary['seen'],
    confidence: s.proved ? 'medium' : 'low',
    explanation: `Nothing ever leaves the source pod ${s.podIp}: its veth's capture ${tap.id} holds no packet from it; ${s.why}.`,
    against: s.proved
      ? []
      : ['The capture at its veth is empty; only another capture of the node shows that captures ran.'],
    flows: [],
  };
}

function reason(
  tap: TapData,
  podIps: readonly string[],
  peers: readonly string[],
  question: Question,
  given: ReadonlyMap<string, Point>,
  geography: Geography,
  speaks: (ip: string) => boolean,
  conversations: readonly Conversation[],
): string | null {
  if (question.src !== null) return podIps.includes(question.src.ip) ? 'it is the source asked about' : null;
  const said = given.get(tap.table.file);
  if (said !== undefined) return said === 'src_veth' ? 'its capture was given as src-veth' : null;
  if (geography.hints[tap.index]!.side === 'src') return "its capture's file name calls it the source";
  if (geography.hints[tap.index]!.side === 'dst') return null;
  const [peer] = peers;
  // The weakest of the four: the capture must hold frames, and its peer must serve others and fail at nothing itself.
  if (tap.packets === 0 || peers.length !== 1 || peer === undefined || !speaks(peer)) return null;
  const serves = conversations.some((c) => (c.translated?.server ?? c.server).ip === peer && answered(c));
  const fails = conversations.some((c) => c.client.ip === peer && !answered(c));
  // Asked from elsewhere and silent, it is a destination that does not answer; its own node asks by probes.
  const home = geography.places[tap.index]!.node;
  const asked = conversations.some(
    (c) => podIps.includes((c.translated?.server ?? c.server).ip) && geography.nodeOf(c.client.ip) !== home,
  );
  return !serves || fails || asked
    ? null
    : `the pod ${peer}, captured beside it, is alive and hears nothing from it`;
}

function answered(c: Conversation): boolean {
  return c.legs.some(({ leg, forward }) => leg.packets(forward === 0 ? 1 : 0) > 0);
}
