import { flowKeyText, NO_FLOW, packetTimeNs } from '../../src/capture/columns.js';
import type { CaptureTable } from '../../src/model/capture.js';

/** One row of a table as a plain value; `flow` as text, null without one. */
export function row(table: CaptureTable, i: number): Record<string, unknown> & { flow: string | null } {
  const { time, flow, ...rest } = table.columns;
  const values = Object.fromEntries(Object.entries(rest).map(([name, column]) => [name, column[i]!]));
  const index = flow[i]!;
  return {
    ...values,
    time: time[i]!,
    epochNs: packetTimeNs(table, i),
    flow: index === NO_FLOW ? null : flowKeyText(table.flows[index]!),
  };
}

/** The flows of all rows, in order. */
export function rowFlows(table: CaptureTable): (string | null)[] {
  return Array.from({ length: table.packets }, (_, i) => row(table, i).flow);
}

/** 32-bit FNV-1a, written apart from the one that is tested. */
export function fnv(bytes: Uint8Array): number {
  let h = 0x811c9dc5n;
  for (const b of bytes) h = ((h ^ BigInt(b)) * 0x01000193n) & 0xffffffffn;
  return Number(h);
}
