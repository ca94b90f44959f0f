import {
  PROTO_TCP,
  TCP_ACK,
  TCP_RST,
  TCP_SYN,
  type CaptureFlow,
  type CaptureTable,
} from '../model/capture.js';
import { NO_FLOW } from '../capture/columns.js';
import { WordTable } from '../capture/word-table.js';

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

export function beginningsOf(table: CaptureTable): Beginnings {
  const { flow, flags, seq, way } = table.columns;
  const first = new Float64Array(table.flows.length).fill(NOT_SEEN);
  const ways = new Uint8Array(table.flows.length);
  // Pairs of flow and further sequence number, each once, in order of arrival.
  const further = new WordTable(Infinity);
  for (let r = 0; r < table.packets; r++) {
    // Not in a function: this is asked of every packet, and few are any.
    if ((flags[r]! & (TCP_SYN | TCP_ACK | TCP_RST)) !== TCP_SYN) continue;
    const f = flow[r]!;
    if (f === NO_FLOW || table.flows[f]!.protocol !== PROTO_TCP) continue;
    const isn = seq[r]!;
    if (first[f] === NOT_SEEN) {
      first[f] = isn;
      ways[f] = way[r]!;
    } else if (first[f] !== isn && ways[f] === way[r]) further.intern(f, isn | 0, 0, 0);
  }
  const lists = new Map<number, number[]>();
  for (let i = 0; i < further.count; i++) {
    const f = further.words[i * 4]!;
    const isn = further.words[i * 4 + 1]! >>> 0;
    const known = lists.get(f);
    if (known === undefined) lists.set(f, [first[f]!, isn]);
    else known.push(isn);
  }
  const reused = new Map<number, Reused>();
  for (const [f, isns] of lists) reused.set(f, { clientIsA: ways[f] === 0, isns });
  return { first, way: ways, reused };
}

/** The flows of a table after they were split by connection. */
export interface Connections {
  /** Those of the table, then the further connections of the five-tuples that were used again. */
  readonly flows: readonly ConnectionFlow[];
  /** Flow of the table to which each further one belongs. */
  readonly original: Uint32Array;
}

export function connectionsOf(
  flows: readonly CaptureFlow[],
  reused: ReadonlyMap<number, Reused>,
): Connections {
  if (reused.size === 0) return { flows, original: new Uint32Array(0) };
  const out: ConnectionFlow[] = [...flows];
  const original: number[] = [];
  for (const [f, { isns }] of reused) {
    const { protocol, a, b, aPort, bPort } = flows[f]!;
    for (let i = 0; i < isns.length; i++) {
      // Written out: spreading an object costs ten times as much.
      const own = { protocol, a, b, aPort, bPort, isn: isns[i]! };
      // The first one keeps the place, for ICMP errors that quote the flow.
      if (i === 0) out[f] = own;
      else {
        original.push(f);
        out.push(own);
      }
    }
  }
  return { flows: out, original: Uint32Array.from(original) };
}

/**
 * The connection of each row, as an index into the flows of `connectionsOf`; `NO_FLOW` as in the table. Ports that
 * were used again make one flow per initial sequence number of the client: a packet belongs to the connection whose
 * sequence space it continues.
 */
export function splitRows(table: CaptureTable, reused: ReadonlyMap<number, Reused>): Uint32Array {
  if (reused.size === 0) return table.columns.flow;
  /** Of each split flow: 1 where the client's end is `a`, 2 where it is `b`. */
  const client = new Uint8Array(table.flows.length);
  /** Of each split flow where its connections begin in the two lists that follow, and how many there are. */
  const places = new Uint32Array(table.flows.length);
  const counts = new Uint32Array(table.flows.length);
  let used = 0;
  for (const [f, { clientIsA, isns }] of reused) {
    client[f] = clientIsA ? 1 : 2;
    places[f] = used;
    counts[f] = isns.length;
    used += isns.length;
  }
  /** Sequence numbers, ascending within a flow, and the connection of each. */
  const sorted = new Uint32Array(used);
  const ids = new Uint32Array(used);
  let next = table.flows.length;
  for (const [f, { isns }] of reused) {
    const from = places[f]!;
    const ordered = ascending(isns);
    for (let i = 0; i < isns.length; i++) sorted[from + i] = ordered[i]!;
    for (let i = 0; i < isns.length; i++)
      ids[nearest(sorted, from, from + isns.length, isns[i]!)] = i === 0 ? f : next++;
  }
  const { seq, ack, flags, way } = table.columns;
  const flowOf = table.columns.flow.slice();
  /** Connection last seen of each flow, for packets that hold no position of the client's. */
  const current = new Int32Array(table.flows.length).fill(UNKNOWN);
  for (let r = 0; r < table.packets; r++) {
    const f = flowOf[r]!;
    if (f === NO_FLOW || client[f] === 0) continue;
    const from = places[f]!;
    const fromClient = (way[r] === 0) === (client[f] === 1);
    let connection = current[f]!;
    if (fromClient) connection = nearest(sorted, from, from + counts[f]!, seq[r]!);
    else if ((flags[r]! & TCP_ACK) !== 0) connection = nearest(sorted, from, from + counts[f]!, ack[r]!);
    if (connection === UNKNOWN) continue;
    current[f] = connection;
    flowOf[r] = ids[connection]!;
  }
  return flowOf;
}

const UNKNOWN = -1;

function ascending(isns: readonly number[]): readonly number[] {
  for (let i = 1; i < isns.length; i++) if (isns[i]! < isns[i - 1]!) return [...isns].sort((x, y) => x - y);
  return isns;
}

/**
 * Index of the initial sequence number among `isns[from, to)` that a position lies closest behind; UNKNOWN when it is
 * behind none.
 */
function nearest(isns: Uint32Array, from: number, to: number, position: number): number {
  let lo = from;
  let hi = to;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (isns[mid]! <= position) lo = mid + 1;
    else hi = mid;
  }
  // Before the lowest one: sequence numbers go round, so the highest precedes it.
  const best = lo === from ? to - 1 : lo - 1;
  return (position - isns[best]!) >>> 0 < 2 ** 31 ? best : UNKNOWN;
}
