import type { CaptureFlow, CaptureTable, PacketColumns } from '../model/capture.js';

/** `flow` of a row that is no IP packet, or whose flow could not be told. */
export const NO_FLOW = 0xffffffff;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const FIRST_CAPACITY = 4096;

function allocate(n: number): PacketColumns {
  return {
    time: new Float64Array(n),
    iface: new Uint16Array(n),
    dir: new Uint8Array(n),
    flow: new Uint32Array(n),
    way: new Uint8Array(n),
    ttl: new Uint8Array(n),
    ipId: new Uint16Array(n),
    bits: new Uint8Array(n),
    ipLength: new Uint32Array(n),
    payload: new Uint32Array(n),
    hash: new Uint32Array(n),
    flags: new Uint16Array(n),
    seq: new Uint32Array(n),
    ack: new Uint32Array(n),
    window: new Uint16Array(n),
    tsval: new Uint32Array(n),
    aux: new Uint32Array(n),
  };
}

/** Rows from which the size of a file tells how many will come; below, the first of them may be unlike the rest. */
const ENOUGH_TO_GUESS = 65_536;
/** Unused rows that are kept rather than copied away: one part in so many. */
const TOLERATED = 16;

/** Columns that grow by doubling, or to what is expected; one column at a time, so that only one is held twice. */
export class ColumnStore {
  readonly columns: Mutable<PacketColumns> = allocate(FIRST_CAPACITY);
  capacity = FIRST_CAPACITY;

  /** `expected`: rows of the whole capture by what was read so far, 0 when nothing tells. */
  grow(limit: number, expected = 0): void {
    const doubled = this.capacity * 2;
    const guess = Math.ceil(expected * 1.01) + 1024;
    // Bounded by what really came: no file's beginning can ask for more than so many times its own rows.
    const wanted =
      this.capacity < ENOUGH_TO_GUESS || guess <= this.capacity
        ? doubled
        : Math.min(guess, this.capacity * 16);
    const capacity = Math.min(Math.max(limit, this.capacity + 1), wanted);
    this.resize(capacity, this.capacity);
    this.capacity = capacity;
  }

  /** The columns cut to their final length. The store must not be used afterwards. */
  finish(rows: number): PacketColumns {
    if (this.capacity - rows > this.capacity / TOLERATED) this.resize(rows, rows);
    else if (rows !== this.capacity) {
      const c = this.columns as Record<string, Float64Array | Uint32Array | Uint16Array | Uint8Array>;
      for (const name of Object.keys(c)) c[name] = c[name]!.subarray(0, rows);
    }
    return this.columns;
  }

  private resize(capacity: number, keep: number): void {
    const c = this.columns as Record<string, Float64Array | Uint32Array | Uint16Array | Uint8Array>;
    for (const name of Object.keys(c)) {
      const old = c[name]!;
      const Type = old.constructor as new (n: number) => typeof old;
      const next = new Type(capacity);
      next.set(old.subarray(0, keep));
      c[name] = next;
    }
  }
}

/** Time of row `i`, nanoseconds since the epoch. */
export function packetTimeNs(table: CaptureTable, i: number): bigint {
  return table.baseNs + BigInt(table.columns.time[i] ?? 0);
}

/** `6 10.0.0.1:1234 10.0.0.2:80`: equal for equal conversations, whatever the file. */
export function flowKeyText(flow: CaptureFlow): string {
  return `${flow.protocol} ${endText(flow.a, flow.aPort)} ${endText(flow.b, flow.bPort)}`;
}

function endText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Buffers of a table for the transfer list of a message between threads. */
export function transferables(table: CaptureTable): ArrayBuffer[] {
  return Object.values(table.columns).map((column) => (column as Uint8Array).buffer as ArrayBuffer);
}
