import type { CaptureTable } from '../model/capture.js';
import { columnsOf, type FlowColumns } from './flow-columns.js';
import { indexFlows, type FlowIndex } from './flow-index.js';
import {
  beginningsOf,
  connectionsOf,
  splitRows,
  type Beginnings,
  type ConnectionFlow,
  type Reused,
} from './reuse.js';
import { ownSenders, splitByInterface } from './tap-parts.js';
import { summariseTaps, type CaptureSummary } from './tap-summary.js';

/** A capture with all that can be told of it without the others: made where it was read, one pass after the other. */
export interface PreparedCapture {
  readonly table: CaptureTable;
  /** The flows of the table. */
  readonly ends: FlowColumns;
  readonly beginnings: Beginnings;
  /** Connections by which flows of the table were split. */
  readonly reused: ReadonlyMap<number, Reused>;
  /** Those of the table, then the further connections of five-tuples that were used again. */
  readonly flows: readonly ConnectionFlow[];
  /** Flow of the table to which each further one belongs. */
  readonly original: Uint32Array;
  /** Rows by index into `flows`. */
  readonly index: FlowIndex;
  /** Addresses of the capturing node itself, where the capture tells directions. */
  readonly own: readonly string[];
  /** Null for cooked v1 captures: which of their packets were at which interface, only all captures tell. */
  readonly summary: CaptureSummary | null;
}

/** @param given connections to split ports that were used again by; those that the capture itself shows, unless given */
export function prepare(table: CaptureTable, given?: ReadonlyMap<number, Reused>): PreparedCapture {
  const beginnings = beginningsOf(table);
  const reused = given ?? beginnings.reused;
  const { flows, original } = connectionsOf(table.flows, reused);
  const flowOf = splitRows(table, reused);
  const parts = splitByInterface(table);
  return {
    table,
    ends: columnsOf(table.flows),
    beginnings,
    reused,
    flows,
    original,
    index: indexFlows(flowOf, flows.length),
    own: ownSenders(table),
    summary: parts === null ? null : summariseTaps(table, flows, flowOf, parts),
  };
}
