import type { NodeFacts } from '../../model/node.js';
import type { Decision, SimPacket, SimResult, SimVerdict, TrailEntry } from '../../simulate/index.js';

/** What the user asks: a packet by its ends. */
export interface PathQuestion {
  readonly src: { readonly ip: string; readonly port: number | null };
  readonly dst: { readonly ip: string; readonly port: number | null };
  /** `tcp` when nobody says. */
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'sctp';
  readonly sport: number | null;
  /** Id, instance id, host name or address of the node to begin at; null to let the addresses decide. */
  readonly node: string | null;
  /** Also follow the answer. */
  readonly answer: boolean;
}

/** What the policy agent's dumped eBPF maps say of the packet at one pod. */
export interface PolicyAnswer {
  readonly direction: 'ingress' | 'egress';
  /** `namespace/name` of the pod, or its address. */
  readonly pod: string;
  readonly verdict: 'allow' | 'deny' | 'unknown';
  /** Words for a reader. */
  readonly reason: string;
  /** The other end, as the program sees it. */
  readonly peer: string;
  /** The map's entry that decided: its prefix; null when none did. */
  readonly key: string | null;
  readonly programId: number | null;
  readonly mapId: number | null;
  readonly file: string | null;
  readonly line: number | null;
}

/** One way it can go on one node: a simulated outcome, the policies of its pods applied. */
export interface Outcome {
  readonly verdict: SimVerdict;
  readonly outInterface: string | null;
  readonly translated: SimResult['translated'];
  readonly decidedBy: Decision | null;
  readonly trail: readonly PathStep[];
  readonly undetermined: readonly string[];
  readonly policy: readonly PolicyAnswer[];
  readonly ctmark: number | null;
}

/** As the simulation's; `TC` is the hook of eBPF programs at a pod's veth. */
export interface PathStep extends Omit<TrailEntry, 'hook'> {
  readonly hook: TrailEntry['hook'] | 'TC';
}

/** The packet on one node: every way it can go, and what they agree on. */
export interface Hop {
  readonly node: NodeFacts;
  readonly way: 'forward' | 'return';
  readonly packet: SimPacket;
  /** Why it is taken to enter the node there. */
  readonly entry: string;
  /** At least one. */
  readonly outcomes: readonly Outcome[];
  readonly joined: Outcome;
  /** Remarks on what is special about it, in words. */
  readonly notes: readonly string[];
}

/** The whole answer, before it is printed. */
export interface PathAnswer {
  readonly question: PathQuestion;
  readonly hops: readonly Hop[];
  /** The answer's way back; empty when it was not asked for, or nothing came to answer. */
  readonly answers: readonly Hop[];
  /** What was taken for granted, and what no bundle can tell. */
  readonly assumptions: readonly string[];
  readonly notes: readonly string[];
}
