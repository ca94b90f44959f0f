/** The JSON of `path`. The contract's keys first; the rest are additions. */
import type { SimEnd, SimVerdict } from '../../simulate/index.js';
import { nextHop } from './leaving.js';
import type { Hop, Outcome, PathAnswer, PathStep, PolicyAnswer } from './types.js';

/** Steps printed of one outcome. */
const MAX_TRAIL = 400;

export interface PathDecision {
  /** `rule`, `route`, `policy` (of a chain, or a network policy), `rp_filter`; also `sysctl` and `ttl`. */
  kind: string;
  text: string;
  file: string | null;
  line: number | null;
  /** What is sent back where the packet is rejected: `icmp-port-unreachable` … */
  reject_with?: string;
}

export interface PathShape {
  verdict: SimVerdict;
  out_interface: string | null;
  translated: { src: string | null; dst: string | null } | null;
  decided_by: PathDecision | null;
  trail: readonly PathStep[];
  undetermined: readonly string[];
  policy: readonly PathPolicy[];
}

export interface PathPolicy {
  direction: 'ingress' | 'egress';
  pod: string;
  verdict: PolicyAnswer['verdict'];
  reason: string;
  peer: string;
  key: string | null;
  program_id: number | null;
  map_id: number | null;
  file: string | null;
  line: number | null;
}

export interface PathNode extends PathShape {
  node: string;
  packet: {
    protocol: string;
    src: string;
    dst: string;
    in_interface: string | null;
    state: string;
    entry: string;
  };
  /** Every possible outcome, where there are several. */
  branches: readonly PathShape[];
  notes: readonly string[];
}

export interface PathDocument extends PathNode {
  other_nodes: readonly PathNode[];
  /** The answer, node by node; null when it was not asked for. */
  return: readonly PathNode[] | null;
  /** Over all nodes: how far the packet comes. */
  outcome: { verdict: SimVerdict; node: string; decided_by: PathDecision | null };
  assumptions: readonly string[];
  /** What holds for the whole way: mostly what no bundle can tell. */
  remarks: readonly string[];
}

/** Plain values of the answer, for JSON and for text. */
export function pathDocument(answer: PathAnswer): PathDocument {
  const [first, ...others] = answer.hops;
  const start = nodeOf(first!);
  return {
    ...start,
    other_nodes: others.map(nodeOf),
    return: answer.question.answer ? answer.answers.map(nodeOf) : null,
    outcome: outcomeOf(answer.hops),
    assumptions: answer.assumptions,
    remarks: answer.notes,
  };
}

/** Every way the packet can end: one that all share, else undetermined, with the one that goes wrong. */
function outcomeOf(hops: readonly Hop[]): PathDocument['outcome'] {
  const ends = hops.flatMap((hop) =>
    hop.outcomes.flatMap((outcome) => (nextHop(hops, hop, outcome) === undefined ? [{ hop, outcome }] : [])),
  );
  const wrong = ends.find(({ outcome }) => !passes(outcome.verdict));
  const { hop, outcome } = wrong ?? ends.at(-1)!;
  const agreed = wrong === undefined || ends.every((e) => e.outcome.verdict === outcome.verdict);
  return {
    verdict: agreed ? outcome.verdict : 'undetermined',
    node: hop.node.id,
    decided_by: decision(outcome, hop),
  };
}

const passes = (verdict: SimVerdict): boolean => verdict === 'forwarded' || verdict === 'delivered';

function nodeOf(hop: Hop): PathNode {
  const { node, packet, joined, outcomes, entry, notes } = hop;
  const end = (ip: string, port: number): string => endText({ ip, port }, isPorted(hop)) ?? ip;
  return {
    ...shapeOf(joined, hop),
    node: node.id,
    packet: {
      protocol: String(packet.protocol),
      src: end(packet.src, packet.sport),
      dst: end(packet.dst, packet.dport),
      in_interface: packet.iif,
      state: packet.ctstate,
      entry,
    },
    branches: outcomes.length > 1 ? outcomes.map((o) => shapeOf(o, hop)) : [],
    notes,
  };
}

function shapeOf(outcome: Outcome, hop: Hop): PathShape {
  const { verdict, outInterface, translated, undetermined, trail } = outcome;
  const ported = isPorted(hop);
  return {
    verdict,
    out_interface: outInterface,
    translated:
      translated === null
        ? null
        : { src: endText(translated.src, ported), dst: endText(translated.dst, ported) },
    decided_by: decision(outcome, hop),
    trail: trail.slice(0, MAX_TRAIL),
    undetermined,
    policy: outcome.policy.map(policyOf),
  };
}

function decision({ decidedBy }: Outcome, { node, packet }: Hop): PathDecision | null {
  if (decidedBy === null) return null;
  const { kind, text, loc, rejectWith } = decidedBy;
  return {
    kind,
    text,
    // No line says that there is no route: the file it is missing from does.
    file: loc?.file ?? (kind === 'route' ? (packet.family === 4 ? node.routes : node.routes6).file : null),
    line: loc?.line ?? null,
    ...(rejectWith === undefined ? {} : { reject_with: rejectWith }),
  };
}

function policyOf(answer: PolicyAnswer): PathPolicy {
  const { programId, mapId, ...rest } = answer;
  return { ...rest, program_id: programId, map_id: mapId };
}

const isPorted = ({ packet }: Hop): boolean => ['tcp', 'udp', 'sctp', 6, 17, 132].includes(packet.protocol);

/** `10.0.1.9:8080`, `[2600::9]:443`; without the port where the kernel picks one. */
function endText({ ip, port }: SimEnd, ported: boolean): string | null {
  if (ip === null) return null;
  if (!ported || port === null) return ip;
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
