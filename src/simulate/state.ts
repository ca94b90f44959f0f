import type { Loc } from '../model/location.js';
import type { Family } from '../model/node.js';
import type { Addr } from './address.js';
import type { Decisions } from './decisions.js';
import type { Mark } from './mark.js';
import type { SimNode } from './node.js';
import type { CtState, Hook, TrailEntry } from './types.js';

export interface Tuple {
  readonly src: Addr;
  readonly dst: Addr;
  readonly sport: number;
  readonly dport: number;
}

/** The packet on its way, and what is known of it. Changed in place; one per run. */
export interface State {
  readonly node: SimNode;
  readonly family: Family;
  readonly protocol: number;
  src: Addr;
  dst: Addr;
  sport: number;
  dport: number;
  /** False when NAT picked an address or port that cannot be told. */
  srcKnown: boolean;
  sportKnown: boolean;
  dportKnown: boolean;
  /** As it came in, before NAT. */
  readonly original: Tuple;
  /** Null: none in this hook. Undefined: not known. */
  iif: string | null | undefined;
  oif: string | null | undefined;
  /** Gateway of the route taken, or null when the destination is on the link. */
  gateway: Addr | null;
  /** Sent to a broadcast address: nothing is answered. */
  broadcast: boolean;
  /** Sent by a process of this node. */
  readonly local: boolean;
  ctstate: CtState;
  mark: Mark;
  ctmark: Mark;
  /** Null: not known. */
  dnat: boolean | null;
  snat: boolean | null;
  /** TCP flag bits, null when not known. */
  readonly tcpFlags: number | null;
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  readonly length: number | null;
  ttl: number | null;
  hook: Hook;
  readonly decisions: Decisions;
  /** Answers assumed on this run, so that the same question is answered the same way. */
  readonly assumed: Map<string, boolean>;
  readonly trail: TrailEntry[];
  /** Reasons why this run's outcome is not to be relied on. */
  readonly uncertain: Set<string>;
  /** Rules that may still be looked at. */
  readonly budget: { steps: number };
}

const MAX_TRAIL = 400;

export function addTrail(
  state: State,
  entry: { hook?: TrailEntry['hook']; table: string | null; chain: string | null; text: string },
  loc: Loc | null,
  effect: string,
): void {
  if (state.trail.length >= MAX_TRAIL) return;
  state.trail.push({
    hook: entry.hook ?? state.hook,
    table: entry.table,
    chain: entry.chain,
    text: entry.text,
    file: loc?.file ?? null,
    line: loc?.line ?? null,
    effect,
  });
}
