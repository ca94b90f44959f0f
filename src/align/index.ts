import type { Question } from '../facts/types.js';
import type { Flow, Loss, Point, SizeLoss, Tap, Trace, Verdict } from '../model/trace.js';
import { agreeOnConnections } from './agree.js';
import { analyseConversation, type Analysis, type Scene } from './analyse.js';
import { estimateClocks } from './clocks.js';
import { Windows } from './coverage.js';
import { joinConversations, type Conversation } from './conversations.js';
import { FlowNumbers } from './flow-numbers.js';
import { makeFlow, pointName, runsBackwards, segmentName } from './flows.js';
import { locateTaps } from './geography.js';
import { hostPair, judgeTogether, stretchLosses } from './grouping.js';
import { groupByFlow } from './groups.js';
import { errorsOf } from './legs.js';
import { PathFinder } from './paths.js';
import { MissRates } from './miss-rates.js';
import type { PreparedCapture } from './prepare.js';
import { HealthyDigest } from './digest.js';
import { quickAnalysis } from './quick.js';
import type { ConnectionFlow } from './reuse.js';
import { doubtfulPoints, notesOn } from './notes.js';
import { endsOfSilence, findSilentSource, summariseSilence, type Silence } from './silence.js';
import { applyGiven, endsOf, likelyEnds, placeLeftovers, pointOf, type Ends } from './roles.js';
import { summarise, type Fate } from './summary.js';
import { makeTaps } from './taps.js';
import { TimeBase } from './timebase.js';
import type { Topology } from './topology.js';
import { judge, type Judged } from './verdicts.js';
import { wilson } from './wilson.js';
import { explain } from './wording.js';

export { NO_TOPOLOGY, type FiveTuple, type Topology, type TopologyNode } from './topology.js';
export { unpack, type PackedCapture } from './pack.js';
export { prepare, type PreparedCapture } from './prepare.js';
export { isoMicros } from './timebase.js';

export interface AlignInput {
  readonly captures: readonly PreparedCapture[];
  readonly topology: Topology;
  readonly question: Question;
  /** Capture file → point, as the user gave it. */
  readonly given: ReadonlyMap<string, Point>;
  /** Flows listed in the result beyond those that went wrong. */
  readonly maxHealthyFlows?: number;
  /** Never take the short way for connections that are healthy at first sight. For tests: the result is the same. */
  readonly thorough?: boolean;
}

const MAX_LISTED = 500;

/**
 * Aligns captures of up to four points and says what became of each flow.
 * Pure: the same tables give the same result.
 */
export function align(input: AlignInput): Trace {
  const { topology, question, given } = input;
  const base = new TimeBase(input.captures.map((p) => p.table));
  const numbers = new FlowNumbers(Math.max(0, ...input.captures.map((p) => p.flows.length)));
  const taps = makeTaps(agreeOnConnections(input.captures, numbers), base, topology.nodes);
  const errors = errorsOf(taps);
  const apart = input.thorough === true ? null : (f: ConnectionFlow): boolean => isNamed(f, question);
  const groups = groupByFlow(taps, numbers, errors, topology, apart);
  const conversations = joinConversations(taps, groups, errors, topology);
  const geography = locateTaps(taps, conversations, topology);
  applyGiven(taps, geography, given);
  const asked = conversations.filter((c) => isAsked(c, question));
  const guess = likelyEnds(taps, asked.length > 0 ? asked : conversations, geography, topology, given);
  if (guess !== null) placeLeftovers(taps, geography, guess, given);
  const clocks = estimateClocks(taps, conversations, geography);
  const finder = new PathFinder(taps, geography, topology);
  const windows = new Windows(taps, geography, clocks);
  for (const c of conversations) windows.contradict(c.protocol, finder.find(c));
  const scene: Scene = { taps, geography, clocks, topology, windows };
  const analyses = analyseAll(conversations, finder, scene, input);
  const missRates = new MissRates(analyses);
  const judged = missRates.discount(analyses).map((a) => judge(a));
  const sizes = judgeTogether(judged);
  const fates = groupFates(judged, scene, topology, question);
  const silence = findSilentSource(taps, conversations, geography, question, given);
  const silent = silence !== null && !outweighs(fates[0], silence) ? silence : null;
  const chosen = silent === null ? (fates[0] ?? null) : null;
  const ends: Ends =
    silent === null
      ? (chosen?.ends ?? guess ?? { srcIp: null, dstIp: null, srcNode: null, dstNode: null })
      : endsOfSilence(silent, geography);
  const order = listOrder(judged, fates, input.maxHealthyFlows ?? 20);
  const interfaceOf = (tap: number): string | null =>
    geography.places[tap]!.interfaceName ?? taps[tap]!.interfaceName;
  const flows = order.map((j) => toFlow(j, sizes.get(j) ?? null, ends, base, interfaceOf));
  const fate = chosen === null ? null : toFate(chosen, order, ends);
  const counts: Record<Verdict, number> = {
    delivered: 0,
    dropped: 0,
    lossy: 0,
    rejected: 0,
    inconclusive: 0,
  };
  for (const j of judged) counts[j.verdict] += j.analysis.stands;
  const total = judged.reduce((n, j) => n + j.analysis.stands, 0);
  return {
    trafficPath:
      ends.srcNode === null || ends.dstNode === null
        ? 'unknown'
        : ends.srcNode === ends.dstNode
          ? 'same_node'
          : 'cross_node',
    taps: taps.map((t) => describeTap(t.index, scene, ends, given, base, missRates)),
    clocks: clocks.offsets,
    flows,
    counts,
    summary:
      silent === null
        ? summarise(fate, flows, ends, scene, given, watchedPoints(chosen, ends), missRates)
        : summariseSilence(silent, ends, scene, given),
    srcIp: ends.srcIp,
    dstIp: ends.dstIp,
    srcNode: ends.srcNode,
    dstNode: ends.dstNode,
    losses: chosen === null ? [] : totalLosses(judged, chosen, ends),
    notes: [
      ...notesOn(judged, chosen),
      ...(total > order.length ? [`${total - order.length} more flows are counted, not listed.`] : []),
    ],
  };
}

/** A loss that packets show, between others than the silent pod, matters more than its silence. */
function outweighs(group: Group | undefined, silence: Silence): boolean {
  if (group === undefined) return false;
  const { verdict } = group.members[0]!;
  const lost = verdict === 'dropped' || verdict === 'rejected' || verdict === 'lossy';
  return lost && group.ends.dstIp !== silence.podIp;
}

/** Points that were watched for the flows in question, also by captures of all interfaces. */
function watchedPoints(chosen: Group | null, ends: Ends): Point[] {
  if (chosen === null) return [];
  const a = chosen.members[0]!.analysis;
  return a.path.points.map((p) => pointName(p.station, runsBackwards(a, ends)));
}

/** Analyses of all conversations; of many healthy ones between two hosts, one stands for the most. */
function analyseAll(
  conversations: readonly Conversation[],
  finder: PathFinder,
  scene: Scene,
  input: AlignInput,
): Analysis[] {
  const digest = new HealthyDigest();
  const out: Analysis[] = [];
  for (const c of conversations) {
    const path = finder.find(c);
    const quick = input.thorough === true ? null : quickAnalysis(c, path, scene);
    if (quick === null) out.push(analyseConversation(c, path, scene));
    else if ((c.stands === 1 && isAsked(c, input.question)) || digest.add(quick)) out.push(quick);
  }
  return [...out, ...digest.rest()];
}

/** The question names the client's port, and so this very flow. */
function isNamed(f: ConnectionFlow, { src }: Question): boolean {
  if (src === null || src.port === null) return false;
  return (f.a === src.ip && f.aPort === src.port) || (f.b === src.ip && f.bPort === src.port);
}

function isAsked(c: Conversation, q: Question): boolean {
  const matches = (
    end: { ip: string; port: number },
    wanted: { ip: string; port: number | null } | null,
  ): boolean =>
    wanted === null || (end.ip === wanted.ip && (wanted.port === null || end.port === wanted.port));
  if (q.src === null && q.dst === null && q.protocol === null) return false;
  const protocols: Record<string, number[]> = { tcp: [6], udp: [17], icmp: [1, 58], sctp: [132] };
  if (q.protocol !== null && !(protocols[q.protocol] ?? []).includes(c.protocol)) return false;
  const servers = [c.server, ...(c.translated ? [c.translated.server] : [])];
  return matches(c.client, q.src) && servers.some((s) => matches(s, q.dst));
}

interface Group {
  readonly members: Judged[];
  readonly ends: Ends;
  readonly score: number;
}

/** Flows by hosts and fate, the one that matters most first. */
function groupFates(
  judged: readonly Judged[],
  scene: Scene,
  topology: Topology,
  question: Question,
): Group[] {
  const groups = new Map<string, Judged[]>();
  for (const j of judged) {
    const key = `${hostPair(j.analysis)}|${j.verdict}|${j.stretch}|${j.direction}|${j.reason === 'size'}`;
    const list = groups.get(key);
    if (list) list.push(j);
    else groups.set(key, [j]);
  }
  const vethEnds = new Set(scene.geography.places.filter((p) => p.kind === 'veth').flatMap((p) => p.podIps));
  const out = [...groups.values()].map((members): Group => {
    const c = members[0]!.analysis.conversation;
    const ends = endsOf(c, scene.geography, topology);
    let score = weight(members);
    const [atSource, atDestination] = [vethEnds.has(ends.srcIp ?? ''), vethEnds.has(ends.dstIp ?? '')];
    if (atSource) score += 40;
    if (atDestination) score += 20;
    // Somebody captured at these two pods: how they fare matters more than that one of them reaches others.
    if (atSource && atDestination) score += 40;
    if (members.some((m) => isAsked(m.analysis.conversation, question))) score += 10_000;
    return { members, ends, score: score + Math.min(members.length, 30) };
  });
  return out.sort(
    (x, y) =>
      y.score - x.score || (hostPair(x.members[0]!.analysis) < hostPair(y.members[0]!.analysis) ? -1 : 1),
  );
}

function weight(members: readonly Judged[]): number {
  const j = members[0]!;
  switch (j.verdict) {
    case 'dropped':
      if (j.reason === 'no-answer') return 900;
      // A refusal was seen; that nothing arrived may be a capture's fault.
      return members.some((m) => m.proved) ? 1000 : 790;
    case 'rejected':
      return 800;
    case 'lossy': {
      const lost = members.reduce(
        (n, m) => n + stretchLosses(m.analysis).reduce((k, l) => k + l.pair.lost, 0),
        0,
      );
      return lost >= 2 ? 600 : 100;
    }
    case 'inconclusive':
      // A flow that fails by its own showing matters even where its place stays open.
      return fails(j) ? 300 : 50;
    case 'delivered':
      return 80;
  }
}

/** Its packets themselves show that something went wrong, though not where. */
function fails(j: Judged): boolean {
  return j.candidates.length > 0 && (j.analysis.failsByItself || j.reason === 'roles-unknown');
}

function listOrder(judged: readonly Judged[], fates: readonly Group[], maxHealthy: number): Judged[] {
  const out: Judged[] = [];
  let healthy = 0;
  for (const g of fates)
    for (const j of g.members) {
      if (j.analysis.stands > 1) continue;
      if (out.length >= MAX_LISTED) return out;
      if (j.verdict === 'delivered' && healthy++ >= maxHealthy) continue;
      out.push(j);
    }
  return judged.length < out.length ? [...judged] : out;
}

function toFlow(
  j: Judged,
  size: SizeLoss | null,
  ends: Ends,
  base: TimeBase,
  interfaceOf: (tap: number) => string | null,
): Flow {
  return makeFlow(j, size, ends, base, explain(j, size, runsBackwards(j.analysis, ends)), interfaceOf);
}

function toFate(group: Group, order: readonly Judged[], ends: Ends): Fate {
  const j = group.members[0]!;
  const backwards = runsBackwards(j.analysis, ends);
  const place = new Map(order.map((m, i) => [m, i]));
  return {
    flows: group.members.map((m) => place.get(m) ?? -1).filter((i) => i >= 0),
    verdict: j.verdict,
    segment: segmentName(j.stretch, backwards),
    direction: j.direction,
    proved: group.members.some((m) => m.proved),
    candidates: j.candidates.map((s) => segmentName(s, backwards)),
    fails: group.members.some(fails),
    doubtful: doubtfulPoints(group.members, ends),
  };
}

/** Loss between the hosts in question, over all their flows. */
function totalLosses(judged: readonly Judged[], chosen: Group, ends: Ends): Loss[] {
  const pair = hostPair(chosen.members[0]!.analysis);
  const sums = new Map<string, Omit<Loss, 'rate' | 'low' | 'high'>>();
  for (const j of judged) {
    if (hostPair(j.analysis) !== pair) continue;
    const backwards = runsBackwards(j.analysis, ends);
    for (const { stretch, direction, pair: p } of stretchLosses(j.analysis)) {
      if (!p.proved) continue;
      const from = pointName(j.analysis.path.points[p.from]!.station, backwards);
      const to = pointName(j.analysis.path.points[p.to]!.station, backwards);
      const key = `${from}.${to}.${direction}`;
      const s = sums.get(key) ?? {
        segment: segmentName(stretch, backwards),
        direction,
        sent: 0,
        lost: 0,
        from,
        to,
      };
      sums.set(key, { ...s, sent: s.sent + p.sent, lost: s.lost + p.lost });
    }
  }
  return [...sums.values()].map((s) => ({ ...s, ...wilson(s.lost, s.sent) }));
}

function describeTap(
  index: number,
  scene: Scene,
  ends: Ends,
  given: ReadonlyMap<string, Point>,
  base: TimeBase,
  missRates: MissRates,
): Tap {
  const tap = scene.taps[index]!;
  const place = scene.geography.places[index]!;
  return {
    id: tap.id,
    file: tap.table.file,
    iface: tap.id === tap.table.file ? null : tap.slot,
    point: given.get(tap.table.file) ?? pointOf(place, ends),
    node: place.node,
    interfaceName: place.interfaceName ?? tap.interfaceName,
    kind: place.kind,
    podIps: place.podIps,
    reason: place.reason,
    certainty: place.certainty,
    packets: tap.packets,
    first: tap.first === null ? null : base.absolute(tap.first),
    last: tap.last === null ? null : base.absolute(tap.last),
    missRate: missRates.of(index),
  };
}
