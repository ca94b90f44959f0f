import {
  PROTO_TCP,
  TCP_ACK,
  TCP_RST,
  TCP_SYN,
  type CaptureFlow,
  type CaptureTable,
} from '../model/capture.js';
import { FlowNumbers } from './flow-numbers.js';
import { NO_FLOW } from './taps.js';

/** A flow that is one of several connections with the same addresses and ports. */
export interface ConnectionFlow extends CaptureFlow {
  /** Initial sequence number of the client; absent where a five-tuple was used once. */
  readonly isn?: number;
}

interface Reused {
  /** The client's end is `a`. */
  readonly clientIsA: boolean;
  /** In order of arrival. */
  readonly isns: Set<number>;
}

/** Flows of all tables whose ports were used again, by table and flow. */
type ReusedFlows = readonly ReadonlyMap<number, Reused>[];

/**
 * Splits flows whose ports were used again: one flow per initial sequence number of the client, over all captures
 * alike. A packet belongs to the connection whose sequence space it continues.
 */
export function splitReusedPorts(tables: readonly CaptureTable[]): readonly CaptureTable[] {
  const suspects = findSuspects(tables);
  if (suspects.every((s) => s.length === 0)) return tables;
  const reused = findReused(tables, suspects);
  return tables.map((t, i) => (reused[i]!.size === 0 ? t : splitTable(t, reused[i]!)));
}

function isFirstSyn(flags: number): boolean {
  return (flags & (TCP_SYN | TCP_ACK | TCP_RST)) === TCP_SYN;
}

/** No sequence numbers: none was seen yet; the flow is among the suspects already. */
const UNKNOWN = -1;
const SUSPECT = -2;

/** Flows of each table that began with more than one sequence number. */
function findSuspects(tables: readonly CaptureTable[]): number[][] {
  return tables.map((table) => {
    const { flow, flags, seq } = table.columns;
    const out: number[] = [];
    const first = new Float64Array(table.flows.length).fill(UNKNOWN);
    for (let r = 0; r < table.packets; r++) {
      if (!isFirstSyn(flags[r]!)) continue;
      const f = flow[r]!;
      if (f === NO_FLOW || table.flows[f]!.protocol !== PROTO_TCP) continue;
      if (first[f] === UNKNOWN) first[f] = seq[r]!;
      else if (first[f] !== seq[r]! && first[f] !== SUSPECT) {
        first[f] = SUSPECT;
        out.push(f);
      }
    }
    return out;
  });
}

/** What one capture shows to be reused is so in all of them. */
function findReused(tables: readonly CaptureTable[], suspects: readonly (readonly number[])[]): ReusedFlows {
  const numbers = new FlowNumbers();
  const numberOf = tables.map((t) => Int32Array.from(t.flows, (f) => numbers.of(f)));
  const suspected = new Set(suspects.flatMap((list, i) => list.map((f) => numberOf[i]![f]!)));
  const byNumber = new Map<number, Reused>();
  return tables
    .map((table, i) => {
      const { flow, flags, seq, way } = table.columns;
      const wanted = numberOf[i]!.map((n) => (suspected.has(n) ? n : -1));
      for (let r = 0; r < table.packets; r++) {
        if (!isFirstSyn(flags[r]!) || flow[r] === NO_FLOW) continue;
        const n = wanted[flow[r]!]!;
        if (n < 0) continue;
        const known = byNumber.get(n);
        if (known === undefined) byNumber.set(n, { clientIsA: way[r] === 0, isns: new Set([seq[r]!]) });
        else if (known.clientIsA === (way[r] === 0)) known.isns.add(seq[r]!);
      }
      return wanted;
    })
    .map((wanted) => {
      const out = new Map<number, Reused>();
      wanted.forEach((n, f) => {
        if (n >= 0) out.set(f, byNumber.get(n)!);
      });
      return out;
    });
}

/** The connections of one flow of a table. */
interface Part {
  readonly clientIsA: boolean;
  /** Initial sequence numbers in ascending order, and the flow of each. */
  readonly isns: Float64Array;
  readonly ids: Uint32Array;
}

function splitTable(table: CaptureTable, reused: ReadonlyMap<number, Reused>): CaptureTable {
  const flows: ConnectionFlow[] = [...table.flows];
  const parts: (Part | null)[] = new Array<null>(table.flows.length).fill(null);
  for (const [f, { clientIsA, isns }] of reused) {
    const ids = new Map<number, number>();
    // The first one keeps the place, for ICMP errors that quote the flow.
    for (const isn of isns) {
      const own = { ...table.flows[f]!, isn };
      if (ids.size === 0) flows[f] = own;
      ids.set(isn, ids.size === 0 ? f : flows.push(own) - 1);
    }
    const sorted = Float64Array.from(isns).sort();
    parts[f] = { clientIsA, isns: sorted, ids: Uint32Array.from(sorted, (isn) => ids.get(isn)!) };
  }
  const { seq, ack, flags, way } = table.columns;
  const flow = table.columns.flow.slice();
  /** Connection last seen of each flow, for packets that hold no position of the client's. */
  const current = new Int32Array(table.flows.length).fill(UNKNOWN);
  for (let r = 0; r < table.packets; r++) {
    const original = flow[r]!;
    const part = original === NO_FLOW ? null : parts[original]!;
    if (part === null) continue;
    const fromClient = (way[r] === 0) === part.clientIsA;
    let connection = current[original]!;
    if (fromClient) connection = nearest(part.isns, seq[r]!);
    else if (flags[r]! & TCP_ACK) connection = nearest(part.isns, ack[r]!);
    if (connection === UNKNOWN) continue;
    current[original] = connection;
    flow[r] = part.ids[connection]!;
  }
  return { ...table, flows, columns: { ...table.columns, flow } };
}

/** Index of the initial sequence number that a position lies closest behind; UNKNOWN when it is behind none. */
function nearest(isns: Float64Array, position: number): number {
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
