import {
  PROTO_TCP,
  TCP_ACK,
  TCP_RST,
  TCP_SYN,
  type CaptureFlow,
  type CaptureTable,
} from '../model/capture.js';
import { NO_FLOW } from './taps.js';

/** A flow that is one of several connections with the same addresses and ports. */
export interface ConnectionFlow extends CaptureFlow {
  /** Initial sequence number of the client; absent where a five-tuple was used once. */
  readonly isn?: number;
}

interface Reused {
  /** The client's end is `a`. */
  readonly clientIsA: boolean;
  readonly isns: Set<number>;
}

/**
 * Splits flows whose ports were used again: one flow per initial sequence number of the client, over all captures
 * alike. A packet belongs to the connection whose sequence space it continues.
 */
export function splitReusedPorts(tables: readonly CaptureTable[]): readonly CaptureTable[] {
  const reused = findReused(tables);
  return reused.size === 0 ? tables : tables.map((t) => splitTable(t, reused));
}

/** Keys of tuples; few flows are ever asked for theirs, for most differ from all of them by their ports. */
class Tuples<V> {
  private readonly ports = new Set<number>();
  private readonly byKey = new Map<string, V>();

  get size(): number {
    return this.byKey.size;
  }
  set(f: CaptureFlow, value: V): void {
    this.ports.add(f.aPort * 65536 + f.bPort);
    this.byKey.set(tupleKey(f), value);
  }
  get(f: CaptureFlow): V | undefined {
    return this.ports.has(f.aPort * 65536 + f.bPort) ? this.byKey.get(tupleKey(f)) : undefined;
  }
}

function tupleKey(f: CaptureFlow): string {
  return `${f.a}|${f.aPort}|${f.b}|${f.bPort}`;
}

function isFirstSyn(flags: number): boolean {
  return (flags & (TCP_SYN | TCP_ACK | TCP_RST)) === TCP_SYN;
}

/** No sequence number: the flow is among the suspects already. */
const SUSPECT = -2;

function findReused(tables: readonly CaptureTable[]): Tuples<Reused> {
  const suspects = new Tuples<true>();
  for (const table of tables) {
    const { flow, flags, seq } = table.columns;
    const first = new Float64Array(table.flows.length).fill(-1);
    for (let r = 0; r < table.packets; r++) {
      if (!isFirstSyn(flags[r]!)) continue;
      const f = flow[r]!;
      if (f === NO_FLOW || table.flows[f]!.protocol !== PROTO_TCP) continue;
      if (first[f] === -1) first[f] = seq[r]!;
      else if (first[f] !== seq[r]! && first[f] !== SUSPECT) {
        first[f] = SUSPECT;
        suspects.set(table.flows[f]!, true);
      }
    }
  }
  const reused = new Tuples<Reused>();
  if (suspects.size === 0) return reused;
  for (const table of tables) {
    const { flow, flags, seq, way } = table.columns;
    const wanted = Uint8Array.from(table.flows, (f) =>
      f.protocol === PROTO_TCP && suspects.get(f) === true ? 1 : 0,
    );
    for (let r = 0; r < table.packets; r++) {
      if (!isFirstSyn(flags[r]!)) continue;
      if (flow[r] === NO_FLOW || wanted[flow[r]!] === 0) continue;
      const tuple = table.flows[flow[r]!]!;
      const known = reused.get(tuple);
      if (known === undefined) reused.set(tuple, { clientIsA: way[r] === 0, isns: new Set([seq[r]!]) });
      else if (known.clientIsA === (way[r] === 0)) known.isns.add(seq[r]!);
    }
  }
  return reused;
}

function splitTable(table: CaptureTable, reused: Tuples<Reused>): CaptureTable {
  const flows: ConnectionFlow[] = [...table.flows];
  const parts = new Map<number, { readonly reused: Reused; readonly ids: Map<number, number> }>();
  table.flows.forEach((f, i) => {
    const found = f.protocol === PROTO_TCP ? reused.get(f) : undefined;
    if (found === undefined) return;
    const ids = new Map<number, number>();
    // The first one keeps the place, for ICMP errors that quote the flow.
    for (const isn of found.isns) {
      if (ids.size === 0) flows[i] = { ...f, isn };
      ids.set(isn, ids.size === 0 ? i : flows.push({ ...f, isn }) - 1);
    }
    parts.set(i, { reused: found, ids });
  });
  if (parts.size === 0) return table;
  const { seq, ack, flags, way } = table.columns;
  const flow = table.columns.flow.slice();
  const current = new Map<number, number>();
  for (let r = 0; r < table.packets; r++) {
    const part = parts.get(flow[r]!);
    if (part === undefined) continue;
    const fromClient = (way[r] === 0) === part.reused.clientIsA;
    const position = fromClient ? seq[r]! : flags[r]! & TCP_ACK ? ack[r]! : null;
    const original = flow[r]!;
    const isn = position === null ? current.get(original) : nearest(part.reused.isns, position);
    if (isn === undefined) continue;
    current.set(original, isn);
    flow[r] = part.ids.get(isn)!;
  }
  return { ...table, flows, columns: { ...table.columns, flow } };
}

/** The initial sequence number a position lies closest behind. */
function nearest(isns: ReadonlySet<number>, position: number): number | undefined {
  let best: number | undefined;
  let distance = 2 ** 31;
  for (const isn of isns) {
    const d = (position - isn) >>> 0;
    if (d < distance) {
      distance = d;
      best = isn;
    }
  }
  return best;
}
