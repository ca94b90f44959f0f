import { transferables } from '../capture/columns.js';
import type { CaptureTable } from '../model/capture.js';
import { flowsOf } from './flow-columns.js';
import type { PreparedCapture } from './prepare.js';
import { connectionsOf, type Beginnings, type Reused } from './reuse.js';

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
  readonly ends: PreparedCapture['ends'];
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
  const { flows: _flows, ...table } = p.table;
  const { reused: map, ...beginnings } = p.beginnings;
  const reused = packReused(map);
  const { ends, index, own, summary } = p;
  const arrays = [
    ...typedArraysOf(ends),
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
    packed: { table, ends, beginnings, reused, index, own, summary },
    buffers: [...new Set([...transferables(p.table), ...arrays.map((x) => x.buffer as ArrayBuffer)])],
  };
}

export function unpack(packed: PackedCapture): PreparedCapture {
  const { ends, index, own, summary } = packed;
  const flows = flowsOf(ends);
  const reused = unpackReused(packed.reused);
  return {
    table: { ...packed.table, flows },
    ends,
    beginnings: { ...packed.beginnings, reused },
    reused,
    ...connectionsOf(flows, reused),
    index,
    own,
    summary,
  };
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
