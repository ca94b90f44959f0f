import { transferables } from '../capture/columns.js';
import type { CaptureFlow, CaptureTable } from '../model/capture.js';
import type { PreparedCapture } from './prepare.js';
import { connectionsOf, type Beginnings, type Reused } from './reuse.js';

/** Flows as columns, each address once: objects and their strings would be copied one by one between threads. */
interface FlowColumns {
  readonly addresses: readonly string[];
  /** Indexes into `addresses`. */
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  readonly aPort: Uint16Array;
  readonly bPort: Uint16Array;
  readonly protocol: Uint8Array;
}

interface ReusedColumns {
  readonly flow: Uint32Array;
  readonly clientIsA: Uint8Array;
  /** Connections of each flow, and their initial sequence numbers one flow after the other. */
  readonly count: Uint32Array;
  readonly isns: Uint32Array;
}

/** A prepared capture as it passes from the worker that read it. */
export interface PackedCapture {
  readonly table: Omit<CaptureTable, 'flows'>;
  readonly flows: FlowColumns;
  readonly beginnings: Omit<Beginnings, 'reused'>;
  readonly reused: ReusedColumns;
  readonly index: PreparedCapture['index'];
  readonly own: PreparedCapture['own'];
  readonly summary: PreparedCapture['summary'];
}

/** A capture that was split by what it shows itself, and the buffers to hand over with it. */
export function pack(p: PreparedCapture): {
  readonly packed: PackedCapture;
  readonly buffers: ArrayBuffer[];
} {
  const { flows: list, ...table } = p.table;
  const { reused: map, ...beginnings } = p.beginnings;
  const flows = packFlows(list);
  const reused = packReused(map);
  const { index, own, summary } = p;
  const arrays = [
    ...typedArraysOf(flows),
    ...typedArraysOf(reused),
    ...typedArraysOf(beginnings),
    ...typedArraysOf(index),
    ...(summary === null
      ? []
      : [
          ...typedArraysOf(summary.legs),
          summary.flowOfLeg,
          ...summary.taps.map((t) => t.legs),
          ...typedArraysOf(summary.parts),
        ]),
  ];
  return {
    packed: { table, flows, beginnings, reused, index, own, summary },
    buffers: [...new Set([...transferables(p.table), ...arrays.map((x) => x.buffer as ArrayBuffer)])],
  };
}

export function unpack(packed: PackedCapture): PreparedCapture {
  const { index, own, summary } = packed;
  const flows = unpackFlows(packed.flows);
  const reused = unpackReused(packed.reused);
  return {
    table: { ...packed.table, flows },
    beginnings: { ...packed.beginnings, reused },
    reused,
    ...connectionsOf(flows, reused),
    index,
    own,
    summary,
  };
}

function packFlows(list: readonly CaptureFlow[]): FlowColumns {
  const numbers = new Map<string, number>();
  const number = (ip: string): number => {
    let n = numbers.get(ip);
    if (n === undefined) numbers.set(ip, (n = numbers.size));
    return n;
  };
  const a = new Uint32Array(list.length);
  const b = new Uint32Array(list.length);
  const aPort = new Uint16Array(list.length);
  const bPort = new Uint16Array(list.length);
  const protocol = new Uint8Array(list.length);
  list.forEach((f, i) => {
    a[i] = number(f.a);
    b[i] = number(f.b);
    aPort[i] = f.aPort;
    bPort[i] = f.bPort;
    protocol[i] = f.protocol;
  });
  return { addresses: [...numbers.keys()], a, b, aPort, bPort, protocol };
}

function unpackFlows(c: FlowColumns): CaptureFlow[] {
  const out = new Array<CaptureFlow>(c.a.length);
  for (let i = 0; i < out.length; i++)
    out[i] = {
      protocol: c.protocol[i]!,
      a: c.addresses[c.a[i]!]!,
      b: c.addresses[c.b[i]!]!,
      aPort: c.aPort[i]!,
      bPort: c.bPort[i]!,
    };
  return out;
}

function packReused(reused: ReadonlyMap<number, Reused>): ReusedColumns {
  const flow = new Uint32Array(reused.size);
  const clientIsA = new Uint8Array(reused.size);
  const count = new Uint32Array(reused.size);
  let total = 0;
  let i = 0;
  for (const [f, r] of reused) {
    flow[i] = f;
    clientIsA[i] = r.clientIsA ? 1 : 0;
    count[i++] = r.isns.length;
    total += r.isns.length;
  }
  const isns = new Uint32Array(total);
  let at = 0;
  for (const r of reused.values()) for (let k = 0; k < r.isns.length; k++) isns[at++] = r.isns[k]!;
  return { flow, clientIsA, count, isns };
}

function unpackReused({ flow, clientIsA, count, isns }: ReusedColumns): Map<number, Reused> {
  const out = new Map<number, Reused>();
  let at = 0;
  for (let i = 0; i < flow.length; i++) {
    const own: number[] = [];
    for (let k = 0; k < count[i]!; k++) own.push(isns[at++]!);
    out.set(flow[i]!, { clientIsA: clientIsA[i] === 1, isns: own });
  }
  return out;
}

function typedArraysOf(value: object): ArrayBufferView[] {
  return Object.values(value).filter((x): x is ArrayBufferView => ArrayBuffer.isView(x));
}
