import {
  PROTO_TCP,
  TCP_ACK,
  TCP_RST,
  TCP_SYN,
  type CaptureFlow,
  type CaptureTable,
} from '../model/capture.js';
import { NO_FLOW } from '../capture/columns.js';

/** A flow that is one of several connections with the same addresses and ports. */
export interface ConnectionFlow extends CaptureFlow {
  /** Initial sequence number of the client; absent where a five-tuple was used once. */
  readonly isn?: number;
}

/** The connections of one five-tuple. */
export interface Reused {
  /** The client's end is `a`. */
  readonly clientIsA: boolean;
  /** Initial sequence numbers of the client, in order of arrival. */
  readonly isns: readonly number[];
}

/** How the TCP flows of a table began. */
export interface Beginnings {
  /** Initial sequence number of the first SYN of each flow, `NOT_SEEN` without one. */
  readonly first: Float64Array;
  /** 1 where that SYN came from `b`. */
  readonly way: Uint8Array;
  /** Flows that began more than once, with other sequence numbers. */
  readonly reused: ReadonlyMap<number, Reused>;
}

export const NOT_SEEN = -1;

function isFirstSyn(flags: number): boolean {
  return (flags & (TCP_SYN | TCP_ACK | TCP_RST)) === TCP_SYN;
}

export function beginningsOf(table: CaptureTable): Beginnings {
  const { flow, flags, seq, way } = table.columns;
  const first = new Float64Array(table.flows.length).fill(NOT_SEEN);
  const ways = new Uint8Array(table.flows.length);
  const isns = new Map<number, Set<number>>();
  for (let r = 0; r < table.packets; r++) {
    if (!isFirstSyn(flags[r]!)) continue;
    const f = flow[r]!;
    if (f === NO_FLOW || table.flows[f]!.protocol !== PROTO_TCP) continue;
    const isn = seq[r]!;
    if (first[f] === NOT_SEEN) {
      first[f] = isn;
      ways[f] = way[r]!;
    } else if (first[f] !== isn && ways[f] === way[r]) {
      const known = isns.get(f);
      if (known === undefined) isns.set(f, new Set([first[f]!, isn]));
      else known.add(isn);
    }
  }
  const reused = new Map<number, Reused>();
  for (const [f, set] of isns) reused.set(f, { clientIsA: ways[f] === 0, isns: [...set] });
  return { first, way: ways, reused };
}

/** Flows and rows of a table after its flows were split by connection. */
export interface Connections {
  /** Those of the table, then the further connections of the five-tuples that were used again. */
  readonly flows: readonly ConnectionFlow[];
  /** Flow of the table to which each further one belongs. */
  readonly original: Uint32Array;
  /** Index into `flows` of each row; `NO_FLOW` as in the table. */
  readonly flowOf: Uint32Array;
}

/**
 * Splits flows whose ports were used again: one flow per initial sequence number of the client. A packet belongs to
 * the connection whose sequence space it continues.
 */
export function splitConnections(table: CaptureTable, reused: ReadonlyMap<number, Reused>): Connections {
  if (reused.size === 0)
    return { flows: table.flows, original: new Uint32Array(0), flowOf: table.columns.flow };
  const flows: ConnectionFlow[] = [...table.flows];
  const parts: (Reused | null)[] = new Array<null>(table.flows.length).fill(null);
  const sorted: Uint32Array[] = [];
  /** Of each split flow the place in `ids` of its connections, in ascending order of their sequence numbers. */
  const places = new Uint32Array(table.flows.length);
  /** Of each split flow the place in `sorted`. */
  const orders = new Uint32Array(table.flows.length);
  let used = 0;
  for (const [f, part] of reused) {
    parts[f] = part;
    places[f] = used;
    orders[f] = sorted.push(Uint32Array.from(part.isns).sort()) - 1;
    used += part.isns.length;
  }
  const ids = new Uint32Array(used);
  const original: number[] = [];
  for (const [f, { isns }] of reused)
    isns.forEach((isn, i) => {
      const own = { ...table.flows[f]!, isn };
      // The first one keeps the place, for ICMP errors that quote the flow.
      if (i === 0) flows[f] = own;
      else original.push(f);
      ids[places[f]! + nearest(sorted[orders[f]!]!, isn)] = i === 0 ? f : flows.push(own) - 1;
    });
  const { seq, ack, flags, way } = table.columns;
  const flowOf = table.columns.flow.slice();
  /** Connection last seen of each flow, for packets that hold no position of the client's. */
  const current = new Int32Array(table.flows.length).fill(UNKNOWN);
  for (let r = 0; r < table.packets; r++) {
    const f = flowOf[r]!;
    const part = f === NO_FLOW ? null : parts[f]!;
    if (part === null) continue;
    const isns = sorted[orders[f]!]!;
    const fromClient = (way[r] === 0) === part.clientIsA;
    let connection = current[f]!;
    if (fromClient) connection = nearest(isns, seq[r]!);
    else if (flags[r]! & TCP_ACK) connection = nearest(isns, ack[r]!);
    if (connection === UNKNOWN) continue;
    current[f] = connection;
    flowOf[r] = ids[places[f]! + connection]!;
  }
  return { flows, original: Uint32Array.from(original), flowOf };
}

const UNKNOWN = -1;

/** Index of the initial sequence number that a position lies closest behind; UNKNOWN when it is behind none. */
function nearest(isns: Uint32Array, position: number): number {
  let lo = 0;
  let hi = isns.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (isns[mid]! <= position) lo = mid + 1;
    else hi = mid;
  }
  // Before the lowest one: sequence numbers go round, so the highest precedes it.
  const best = lo === 0 ? isns.length - 1 : lo - 1;
  return (position - isns[best]!) >>> 0 < 2 ** 31 ? best : UNKNOWN;
}
