import { inspectCapture, type CaptureReport, type CheckResult } from '../../src/inspect/index.js';
import { EPOCH_NS, pcapFile, tcpPacket, type PcapOptions, type RecordInput } from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';

/** A frame at `ms` milliseconds after the capture's beginning. */
export function at(ms: number, data: Uint8Array): RecordInput {
  return { data, timeNs: EPOCH_NS + BigInt(Math.round(ms * 1000)) * 1000n };
}

export async function inspect(records: readonly RecordInput[], o: PcapOptions = {}): Promise<CaptureReport> {
  return inspectCapture(await readBytes(pcapFile(records, o)));
}

export function check(report: CaptureReport, id: string): CheckResult {
  const found = report.checks.find((c) => c.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  return found;
}

/** `{ 'by reset': 3 }`. */
export function parts(result: CheckResult): Record<string, number> {
  return Object.fromEntries(result.parts.map((p) => [p.name, p.count]));
}

/** Ids of the checks that found something that is not normal; figures left out. */
export function alarms(report: CaptureReport): string[] {
  return report.checks.filter((c) => c.class === 'fault' || c.class === 'suspicious').map((c) => c.id);
}

interface Ends {
  readonly client?: string;
  readonly server?: string;
  readonly sport?: number;
  readonly dport?: number;
  /** Initial sequence numbers of client and server. */
  readonly isn?: number;
  readonly sisn?: number;
  /** Give TCP timestamps (the millisecond) and IP identifications. */
  readonly stamps?: boolean;
  readonly ids?: boolean;
}

interface Segment {
  readonly flags?: string;
  /** Relative to the side's initial sequence number; 1 is the first byte of data. */
  readonly seq?: number;
  readonly ack?: number;
  readonly payload?: string | number | Uint8Array;
  readonly window?: number;
  readonly ttl?: number;
  readonly id?: number;
  readonly tsval?: number;
  readonly df?: boolean;
}

/** One TCP connection whose packets are laid out by hand: `c` sends from the client, `s` from the server. */
export class Talk {
  private readonly o: Required<Ends>;
  private nextId = 100;

  constructor(ends: Ends = {}) {
    this.o = {
      client: '10.0.1.7',
      server: '10.0.2.9',
      sport: 40000,
      dport: 8080,
      isn: 1000,
      sisn: 5000,
      stamps: false,
      ids: false,
      ...ends,
    };
  }

  c(ms: number, g: Segment = {}): RecordInput {
    const { client, server, sport, dport, isn, sisn } = this.o;
    return this.packet(ms, g, { src: client, dst: server, sport, dport }, isn, sisn);
  }

  s(ms: number, g: Segment = {}): RecordInput {
    const { client, server, sport, dport, isn, sisn } = this.o;
    return this.packet(ms, g, { src: server, dst: client, sport: dport, dport: sport }, sisn, isn);
  }

  syn(ms: number): RecordInput {
    return this.c(ms, { flags: 'S', seq: 0 });
  }

  synAck(ms: number): RecordInput {
    return this.s(ms, { flags: 'SA', seq: 0, ack: 1 });
  }

  handshake(ms = 0): RecordInput[] {
    return [this.syn(ms), this.synAck(ms + 0.2), this.c(ms + 0.4)];
  }

  private packet(
    ms: number,
    g: Segment,
    ends: { src: string; dst: string; sport: number; dport: number },
    own: number,
    other: number,
  ): RecordInput {
    const flags = g.flags ?? 'A';
    const payload = typeof g.payload === 'number' ? 'x'.repeat(g.payload) : g.payload;
    return at(
      ms,
      tcpPacket({
        ...ends,
        flags,
        seq: (own + (g.seq ?? 1)) >>> 0,
        ack: flags.includes('A') ? (other + (g.ack ?? 1)) >>> 0 : 0,
        window: g.window ?? 64240,
        ttl: g.ttl ?? 64,
        df: g.df ?? true,
        id: g.id ?? (this.o.ids ? this.nextId++ : 0),
        ...(g.tsval !== undefined || this.o.stamps ? { tsval: g.tsval ?? 10_000 + Math.floor(ms) } : {}),
        ...(payload === undefined ? {} : { payload }),
      }),
    );
  }
}
