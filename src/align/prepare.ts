import type { CaptureTable } from '../model/capture.js';
import { indexFlows, type FlowIndex } from './flow-index.js';
import {
  beginningsOf,
  splitConnections,
  type Beginnings,
  type ConnectionFlow,
  type Reused,
} from './reuse.js';
import { ownSenders, splitByInterface } from './tap-parts.js';
import { summariseTaps, type CaptureSummary } from './tap-summary.js';

/** A capture with all that can be told of it without the others: made where it was read, one pass after the other. */
export interface PreparedCapture {
  readonly table: CaptureTable;
  readonly beginnings: Beginnings;
  /** Connections by which flows of the table were split. */
  readonly reused: ReadonlyMap<number, Reused>;
  /** Those of the table, then the further connections of five-tuples that were used again. */
  readonly flows: readonly ConnectionFlow[];
  /** Flow of the table to which each further one belongs. */
  readonly original: Uint32Array;
  /** Rows by index into `flows`. */
  readonly index: FlowIndex;
  /** All bits that any packet has. */
  readonly bits: number;
  /** Addresses of the capturing node itself, where the capture tells directions. */
  readonly own: readonly string[];
  /** Null for cooked v1 captures: which of their packets were at which interface, only all captures tell. */
  readonly summary: CaptureSummary | null;
}

/** @param given connections to split ports that were used again by; those that the capture itself shows, unless given */
export function prepare(table: CaptureTable, given?: ReadonlyMap<number, Reused>): PreparedCapture {
  const beginnings = beginningsOf(table);
  const reused = given ?? beginnings.reused;
  const { flows, original, flowOf } = splitConnections(table, reused);
  const parts = splitByInterface(table);
  return {
    table,
    beginnings,
    reused,
    flows,
    original,
    index: indexFlows(flowOf, flows.length),
    bits: bitsOf(table),
    own: ownSenders(table),
    summary: parts === null ? null : summariseTaps(table, flows, flowOf, parts),
  };
}

/** Buffers of a prepared capture besides those of its table, for the transfer list of a message between threads. */
export function buffersOf(p: PreparedCapture): ArrayBuffer[] {
  const { summary: s } = p;
  const arrays = [
    p.beginnings.first,
    p.beginnings.way,
    p.original,
    p.index.rows,
    p.index.offsets,
    ...(s === null ? [] : [s.legs.numbers, s.legs.wide, s.flowOfLeg, ...s.taps.map((t) => t.legs)]),
    ...(s === null || s.parts.rowTap === null ? [] : [s.parts.rowTap]),
  ];
  return arrays.map((a) => a.buffer as ArrayBuffer);
}

function bitsOf(table: CaptureTable): number {
  const { bits } = table.columns;
  let all = 0;
  for (let r = 0; r < bits.length; r++) all |= bits[r]!;
  return all;
}
