import type { Point } from '../model/trace.js';
import { pointName, runsBackwards } from './flows.js';
import type { Ends } from './roles.js';
import { hostPair, stretchLosses } from './grouping.js';
import type { Judged } from './verdicts.js';
import { pointText } from './wording.js';

/** What the flows between the hosts in question have in common, in sentences for people. */
export function notesOn(
  judged: readonly Judged[],
  chosen: { readonly members: readonly Judged[]; readonly ends: Ends } | null,
): string[] {
  const notes: string[] = [];
  const tooBig = judged.filter((j) => j.analysis.packetTooBig && j.verdict === 'delivered').length;
  if (tooBig > 0)
    notes.push(
      `Path MTU discovery works: ${tooBig} ${tooBig === 1 ? 'flow was' : 'flows were'} told to send smaller packets and did.`,
    );
  const first = chosen?.members[0];
  if (chosen !== null) notes.push(...ownMisses(chosen));
  if (chosen === null || first === undefined || first.verdict === 'delivered') return notes;
  // Large packets die wherever they come from and when: neither port nor time tells anything.
  if (first.reason === 'size') return notes;
  const siblings = judged.filter((j) => hostPair(j.analysis) === hostPair(first.analysis));
  const portsOf = (list: readonly Judged[]): number[] =>
    [...new Set(list.map((j) => j.analysis.conversation.server.port))]
      .filter((p) => p > 0)
      .sort((x, y) => x - y);
  const bad = portsOf(chosen.members);
  const good = portsOf(siblings.filter((j) => j.verdict === 'delivered')).filter((p) => !bad.includes(p));
  if (good.length > 0 && bad.length > 0)
    notes.push(`By port: ${bad.join(', ')} fails, ${good.join(', ')} passes between the same hosts.`);
  if (first.verdict === 'dropped' && first.analysis.tcp?.established === true)
    notes.push(
      'The connection was established and died later: what drops its packets lets the first of a flow pass.',
    );
  if (first.verdict === 'lossy') {
    const back = chosen.members.some((j) => j.analysis.back.some((p) => p.lost > 0));
    const forward = chosen.members.some((j) => j.analysis.forward.some((p) => p.lost > 0));
    if (back !== forward) notes.push(`Loss in one direction only: ${back ? 'return' : 'forward'}.`);
    const bursts = inBursts(chosen.members);
    if (bursts !== null) notes.push(bursts);
    if (chosen.members.every(losesOnlySyns))
      notes.push(
        'Only first packets are lost: each connection went through once its SYN was sent again, and lost nothing after. That points at what happens once per flow: resolving a neighbour, making a conntrack entry, a limit on new connections.',
      );
  }
  return notes;
}

/** Losses and packets after a lost one, from which on their order says something. */
const ENOUGH_LOST = 10;
/** Share of the packets after a lost one that are lost too, in bursts, and how far it lies above the share of all. */
const BURST_SHARE = 0.5;
const BURST_FACTOR = 3;

/** The lost packets follow one another: a queue was full, or a limit reached. */
function inBursts(members: readonly Judged[]): string | null {
  let [sent, lost, afterLost, lostAfterLost] = [0, 0, 0, 0];
  for (const { analysis } of members)
    for (const { pair } of stretchLosses(analysis)) {
      const s = pair.succession;
      if (s === undefined || pair.lost === 0) continue;
      sent += s.sent;
      lost += s.lost;
      afterLost += s.afterLost;
      lostAfterLost += s.lostAfterLost;
    }
  if (lost < ENOUGH_LOST || afterLost < ENOUGH_LOST) return null;
  const share = lostAfterLost / afterLost;
  if (share < BURST_SHARE || share < (BURST_FACTOR * lost) / sent) return null;
  const percent = (x: number): string => `${Math.round(100 * x)} %`;
  return `The losses come in bursts: of the packets sent right after a lost one ${percent(share)} were lost too, of all ${percent(lost / sent)}. Chance does not do that; a rate limit or a full queue does, such as the bandwidth or packet-rate allowance of an instance.`;
}

/** All that a connection lost on its way are SYNs, and one got through. */
function losesOnlySyns({ analysis }: Judged): boolean {
  const { tcp, forward, back } = analysis;
  if (tcp === null || !tcp.established || tcp.syn < 2) return false;
  const lost = forward.reduce((n, p) => n + p.lost, 0);
  return lost > 0 && lost < tcp.syn && analysis.retransmissions < tcp.syn && back.every((p) => p.lost === 0);
}

interface Missed {
  readonly point: Point;
  readonly missed: number;
  readonly sent: number;
}

/** Packets of the flows in question that a capture is thought to have missed, by the point that missed them. */
function missedByPoint(members: readonly Judged[], ends: Ends): Missed[] {
  const points = new Map<Point, Missed>();
  for (const { analysis } of members)
    for (const { pair } of stretchLosses(analysis)) {
      if (pair.ownMisses === undefined) continue;
      const point = pointName(analysis.path.points[pair.to]!.station, runsBackwards(analysis, ends));
      const at = points.get(point) ?? { point, missed: 0, sent: 0 };
      points.set(point, { point, missed: at.missed + pair.ownMisses, sent: at.sent + pair.sent });
    }
  return [...points.values()];
}

function ownMisses(chosen: { readonly members: readonly Judged[]; readonly ends: Ends }): string[] {
  return missedByPoint(chosen.members, chosen.ends).map(
    ({ point, missed, sent }) =>
      `${missed} of ${sent} packets that should have passed the ${pointText(point)} are not in its capture; the captures miss packets that they prove to have passed, and so few are put down to that, not to loss.`,
  );
}

/** From this many on, and this share of them, packets that a capture is thought to have missed may hide a loss. */
const MANY_MISSED = 3;
const LARGE_SHARE = 0.05;

/** Points whose captures lack so many packets that not all of them need be their own misses. */
export function doubtfulPoints(members: readonly Judged[], ends: Ends): Point[] {
  return missedByPoint(members, ends)
    .filter(({ missed, sent }) => missed >= MANY_MISSED && missed >= sent * LARGE_SHARE)
    .map(({ point }) => point);
}
