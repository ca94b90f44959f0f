/** No row, no connection. */
export const NONE = -1;

const ROW_FIELDS = [
  /** First SYN, first SYN-ACK, the client's first packet that acknowledges. */
  'syn',
  'synAck',
  'established',
  /** An ACK without SYN where the SYN-ACK should be. */
  'challenge',
  /** First data and first FIN of way 0 and of way 1. */
  'data0',
  'data1',
  'fin0',
  'fin1',
  'reset',
  /** First ICMP error about a packet of the connection. */
  'icmp',
] as const;

export type RowField = (typeof ROW_FIELDS)[number];

const FIRST_CAPACITY = 1024;

/**
 * TCP connections of a capture as columns, in order of their first packet. A five-tuple used again with a new
 * initial sequence number is a new connection. Fields of `ROW_FIELDS` hold rows of packets, or NONE.
 */
export class Connections {
  count = 0;
  flow = new Uint32Array(FIRST_CAPACITY);
  /** Way (0 or 1) of the client's packets. Without a handshake in the capture the higher port is taken for it. */
  client = new Uint8Array(FIRST_CAPACITY);
  /** Initial sequence number: of the client, or of the server where only its SYN-ACK was seen. */
  isn = new Uint32Array(FIRST_CAPACITY);
  first = new Float64Array(FIRST_CAPACITY);
  last = new Float64Array(FIRST_CAPACITY);
  /** Copies of the SYN and of the SYN-ACK. */
  syns = new Uint16Array(FIRST_CAPACITY);
  synAcks = new Uint16Array(FIRST_CAPACITY);
  /** 1: a SYN was sent again after the SYN-ACK had been seen. */
  synAfterAnswer = new Uint8Array(FIRST_CAPACITY);
  /** Way of the latest data. */
  lastDataWay = new Uint8Array(FIRST_CAPACITY);
  /** Silence before the reset, in nanoseconds. */
  resetIdle = new Float64Array(FIRST_CAPACITY);
  /** The connection that used the same five-tuple before, and its last packet's time then. */
  previous = new Int32Array(FIRST_CAPACITY);
  private readonly rows = Object.fromEntries(
    ROW_FIELDS.map((name) => [name, new Int32Array(FIRST_CAPACITY).fill(NONE)]),
  ) as Record<RowField, Int32Array>;

  get syn(): Int32Array {
    return this.rows.syn;
  }
  get synAck(): Int32Array {
    return this.rows.synAck;
  }
  get established(): Int32Array {
    return this.rows.established;
  }
  get challenge(): Int32Array {
    return this.rows.challenge;
  }
  get reset(): Int32Array {
    return this.rows.reset;
  }
  get icmp(): Int32Array {
    return this.rows.icmp;
  }

  /** Rows of the first data of a way. */
  data(way: number): Int32Array {
    return way === 0 ? this.rows.data0 : this.rows.data1;
  }

  /** Rows of the first FIN of a way. */
  fin(way: number): Int32Array {
    return way === 0 ? this.rows.fin0 : this.rows.fin1;
  }

  /** Whether data was seen either way. */
  hasData(c: number): boolean {
    return this.rows.data0[c] !== NONE || this.rows.data1[c] !== NONE;
  }

  hasFin(c: number): boolean {
    return this.rows.fin0[c] !== NONE || this.rows.fin1[c] !== NONE;
  }

  add(flow: number, client: number, isn: number, time: number, previous: number): number {
    const c = this.count++;
    if (c === this.flow.length) this.grow();
    this.flow[c] = flow;
    this.client[c] = client;
    this.isn[c] = isn;
    this.first[c] = this.last[c] = time;
    this.previous[c] = previous;
    return c;
  }

  private grow(): void {
    const n = this.flow.length * 2;
    this.flow = widened(this.flow, new Uint32Array(n));
    this.client = widened(this.client, new Uint8Array(n));
    this.isn = widened(this.isn, new Uint32Array(n));
    this.first = widened(this.first, new Float64Array(n));
    this.last = widened(this.last, new Float64Array(n));
    this.syns = widened(this.syns, new Uint16Array(n));
    this.synAcks = widened(this.synAcks, new Uint16Array(n));
    this.synAfterAnswer = widened(this.synAfterAnswer, new Uint8Array(n));
    this.lastDataWay = widened(this.lastDataWay, new Uint8Array(n));
    this.resetIdle = widened(this.resetIdle, new Float64Array(n));
    this.previous = widened(this.previous, new Int32Array(n));
    for (const name of ROW_FIELDS) {
      const next = new Int32Array(n).fill(NONE);
      next.set(this.rows[name]);
      this.rows[name] = next;
    }
  }
}

function widened<T extends { set(from: T): void }>(old: T, next: T): T {
  next.set(old);
  return next;
}
