import { NO_FLOW } from '../capture/columns.js';

/** Packets of one table grouped by flow, so that a conversation is read without scanning the file. */
export interface FlowIndex {
  /** Rows in (flow, file order) order. */
  readonly rows: Uint32Array;
  /** Flow f has rows[offsets[f]] … rows[offsets[f + 1] - 1]. */
  readonly offsets: Uint32Array;
}

/** @param flowOf flow of each row, below `flows`; `NO_FLOW` for rows of none */
export function indexFlows(flowOf: Uint32Array, flows: number): FlowIndex {
  const offsets = new Uint32Array(flows + 1);
  for (let r = 0; r < flowOf.length; r++) if (flowOf[r]! !== NO_FLOW) offsets[flowOf[r]! + 1]!++;
  for (let f = 0; f < flows; f++) offsets[f + 1]! += offsets[f]!;
  const next = offsets.slice(0, flows);
  const rows = new Uint32Array(offsets[flows]!);
  for (let r = 0; r < flowOf.length; r++) {
    const f = flowOf[r]!;
    if (f !== NO_FLOW) rows[next[f]!++] = r;
  }
  return { rows, offsets };
}
