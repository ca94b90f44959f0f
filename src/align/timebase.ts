import type { CaptureTable } from '../model/capture.js';

/**
 * One time axis for all captures of a run: nanoseconds as numbers since the earliest `baseNs`. Exact while the
 * captures lie within 104 days of each other; beyond that (a clock at 1970) still right to a microsecond.
 */
export class TimeBase {
  readonly originNs: bigint;

  constructor(tables: readonly CaptureTable[]) {
    let origin: bigint | null = null;
    for (const t of tables) if (t.packets > 0 && (origin === null || t.baseNs < origin)) origin = t.baseNs;
    this.originNs = origin ?? 0n;
  }

  /** What to add to a table's own column times. */
  shift(table: CaptureTable): number {
    return Number(table.baseNs - this.originNs);
  }

  absolute(ns: number): bigint {
    return this.originNs + BigInt(Math.round(ns));
  }
}

/** ISO 8601 UTC with microseconds, from nanoseconds since the epoch. */
export function isoMicros(ns: bigint): string {
  const ms = ns / 1_000_000n;
  const micros = (ns / 1000n) % 1000n;
  if (ms < -8_640_000_000_000_000n || ms > 8_640_000_000_000_000n) return 'out of range';
  const iso = new Date(Number(ms)).toISOString();
  return `${iso.slice(0, -1)}${micros.toString().padStart(3, '0')}Z`;
}
