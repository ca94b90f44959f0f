import { PROTO_TCP } from '../model/capture.js';
import type { FlowEnd } from '../model/trace.js';
import { putTogether } from './bulk.js';
import type { FlowNumbers } from './flow-numbers.js';
import { LegList } from './leg-list.js';
import { keyOfFlow, type IcmpError, type Leg } from './legs.js';
import type { ConnectionFlow } from './reuse.js';
import type { TapData } from './taps.js';
import type { FiveTuple, Topology } from './topology.js';

/** The legs of one flow at all taps, or of many that are healthy and alike. */
export class Group {
  clientWay: 0 | 1 | null = null;
  known = false;

  constructor(
    readonly index: number,
    readonly flow: ConnectionFlow,
    readonly legs: readonly Leg[],
    /** Connections put together in it. */
    readonly stands: number,
  ) {
    for (const { clientWay } of legs)
      if (this.clientWay === null && clientWay !== null) {
        this.clientWay = clientWay;
        this.known = true;
      }
  }

  /** Made when asked for: most groups never are. */
  get key(): string {
    return keyOfFlow(this.flow);
  }
}

/** @param apart flows that must not be put together with others; null to keep all by themselves */
export function groupByFlow(
  taps: readonly TapData[],
  numbers: FlowNumbers,
  errors: readonly IcmpError[],
  topology: Topology,
  apart: ((f: ConnectionFlow) => boolean) | null,
): Group[] {
  const list = new LegList(taps, numbers.count);
  const flowOf = (leg: Leg): ConnectionFlow => taps[leg.tap]!.flows[leg.flow]!;
  const groups: Group[] = [];
  const add = (legs: readonly Leg[], stands: number): void => {
    groups.push(new Group(groups.length, flowOf(legs[0]!), legs, stands));
  };
  const quoted = new Set(errors.map((e) => taps[e.tap]!.flowNumbers[e.flow]));
  const { bulks, gone } =
    apart === null
      ? { bulks: [], gone: null }
      : putTogether(list, numbers, (n) => quoted.has(n) || apart(list.flow(n)));
  for (let n = 0; n < list.count; n++) {
    const size = list.size(n);
    if (size === 0 || gone?.[n] === 1) continue;
    const legs = new Array<Leg>(size);
    for (let i = 0; i < size; i++) legs[i] = list.leg(n, i);
    add(legs, 1);
  }
  for (const { legs, stands } of bulks) add(legs, stands);
  for (const g of groups) if (g.clientWay === null) orient(g, topology);
  return groups;
}

/** Without a SYN or echo request: service addresses and well-known ports are servers, else the first to speak is the client. */
function orient(g: Group, topology: Topology): void {
  const { protocol, a, aPort, b, bPort } = g.flow;
  const aServes = topology.endpoints(protocol, { ip: a, port: aPort }).length > 0;
  const bServes = topology.endpoints(protocol, { ip: b, port: bPort }).length > 0;
  if (aServes !== bServes) {
    g.clientWay = bServes ? 0 : 1;
    g.known = true;
    return;
  }
  const asClient = topology.translate({ protocol, src: { ip: a, port: aPort }, dst: { ip: b, port: bPort } });
  if (asClient !== null) {
    g.clientWay = 0;
    g.known = true;
    return;
  }
  // Ephemeral ports begin at 32768 on Linux, 1024 under prng SNAT: only a clear difference counts.
  if (aPort !== bPort && aPort < 32768 !== bPort < 32768) {
    g.clientWay = aPort < 32768 ? 1 : 0;
    g.known = protocol === PROTO_TCP || Math.min(aPort, bPort) > 0;
    return;
  }
  let first: 0 | 1 = 0;
  let at = Infinity;
  for (const leg of g.legs)
    for (const w of [0, 1] as const)
      if (leg.first(w) < at) {
        at = leg.first(w);
        first = w;
      }
  g.clientWay = first;
  g.known = g.legs.every((l) => l.first(first) <= l.first(first === 0 ? 1 : 0));
}

export function tupleOf(g: Group): FiveTuple {
  const { protocol, a, aPort, b, bPort } = g.flow;
  const ends: [FlowEnd, FlowEnd] = [
    { ip: a, port: aPort },
    { ip: b, port: bPort },
  ];
  const w = g.clientWay ?? 0;
  return { protocol, src: ends[w], dst: ends[w === 0 ? 1 : 0] };
}
