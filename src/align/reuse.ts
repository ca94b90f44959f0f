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
  /** Initial sequence numbers in order of arrival, and in ascending order. */
  readonly isns: Set<number>;
  sorted: readonly number[];
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
  const wantedOf = tables.map((table, i) => {
    const { flow, flags, seq, way } = table.columns;
    const wanted = numberOf[i]!.map((n) => (suspected.has(n) ? n : -1));
    for (let r = 0; r < table.packets; r++) {
      if (!isFirstSyn(flags[r]!) || flow[r] === NO_FLOW) continue;
      const n = wanted[flow[r]!]!;
      if (n < 0) continue;
      const known = byNumber.get(n);
      if (known === undefined)
        byNumber.set(n, { clientIsA: way[r] === 0, isns: new Set([seq[r]!]), sorted: [] });
      else if (known.clientIsA === (way[r] === 0)) known.isns.add(seq[r]!);
    }
    return wanted;
  });
  for (const r of byNumber.values()) r.sorted = [...r.isns].sort((x, y) => x - y);
  return wantedOf.map((wanted) => {
    const out = new Map<number, Reused>();
    wanted.forEach((n, f) => {
      if (n >= 0) out.set(f, byNumber.get(n)!);
    });
    return out;
  });
}

function splitTable(table: CaptureTable, reused: ReadonlyMap<number, Reused>): CaptureTable {
  const flows: ConnectionFlow[] = [...table.flows];
  const parts: (Reused | null)[] = new Array<null>(table.flows.length).fill(null);
  /** Of each split flow the place in `ids` of its connections, in ascending order of their sequence numbers. */
  const places = new Uint32Array(table.flows.length);
  let used = 0;
  for (const [f, part] of reused) {
    parts[f] = part;
    places[f] = used;
    used += part.isns.size;
  }
  const ids = new Uint32Array(used);
  for (const [f, { isns, sorted }] of reused) {
    let first = true;
    // The first one keeps the place, for ICMP errors that quote the flow.
    for (const isn of isns) {
      const own = { ...table.flows[f]!, isn };
      if (first) flows[f] = own;
      ids[places[f]! + nearest(sorted, isn)] = first ? f : flows.push(own) - 1;
      first = false;
    }
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
    if (fromClient) connection = nearest(part.sorted, seq[r]!);
    else if (flags[r]! & TCP_ACK) connection = nearest(part.sorted, ack[r]!);
    if (connection === UNKNOWN) continue;
    current[original] = connection;
    flow[r] = ids[places[original]! + connection]!;
  }
  return { ...table, flows, columns: { ...table.columns, flow } };
}

/** Index of the initial sequence number that a position lies closest behind; UNKNOWN when it is behind none. */
function nearest(isns: readonly number[], position: number): number {
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
