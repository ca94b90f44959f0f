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

/** The payload's hash, written apart from the one that is tested. */
export function payloadHash(bytes: Uint8Array): number {
  const mixed = (h: bigint, value: bigint): bigint => ((h ^ value) * 0x01000193n) & 0xffffffffn;
  const whole = bytes.length - (bytes.length % 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let h = 0x811c9dc5n;
  for (let i = 0; i < whole; i += 4) {
    h = mixed(h, BigInt(view.getUint32(i)));
    h ^= h >> 15n;
  }
  for (const b of bytes.subarray(whole)) h = mixed(h, BigInt(b));
  return Number(h);
}
