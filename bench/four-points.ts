import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Deterministic 32-bit generator (mulberry32). */
function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const POINTS = ['src-veth', 'src-eth0', 'dst-eth0', 'dst-veth'] as const;
const TTL_THERE = [64, 63, 63, 62];
const DELAY_US = [0, 5, 120, 128];

/** One capture written with a large buffer. */
class PcapWriter {
  private readonly buffer = Buffer.alloc(1 << 20);
  private used = 0;
  private readonly fd: number;
  constructor(file: string) {
    this.fd = openSync(file, 'w');
    this.buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.buffer.writeUInt16LE(2, 4);
    this.buffer.writeUInt16LE(4, 6);
    this.buffer.writeUInt32LE(262144, 16);
    this.buffer.writeUInt32LE(1, 20);
    this.used = 24;
  }
  packet(us: number, macs: [number, number], p: Packet, ttl: number): void {
    const length = 14 + 20 + 32 + p.payload;
    if (this.used + 16 + length > this.buffer.length) this.flush();
    const b = this.buffer;
    let o = this.used;
    b.writeUInt32LE(1_700_000_000 + Math.floor(us / 1e6), o);
    b.writeUInt32LE(us % 1e6, o + 4);
    b.writeUInt32LE(length, o + 8);
    b.writeUInt32LE(length, o + 12);
    o += 16;
    b.fill(0, o, o + length);
    b.writeUIntBE(macs[1], o, 6);
    b.writeUIntBE(macs[0], o + 6, 6);
    b.writeUInt16BE(0x0800, o + 12);
    b[o + 14] = 0x45;
    b.writeUInt16BE(length - 14, o + 16);
    b.writeUInt16BE(p.id, o + 18);
    b.writeUInt16BE(0x4000, o + 20);
    b[o + 22] = ttl;
    b[o + 23] = 6;
    b.writeUInt32BE(p.src, o + 26);
    b.writeUInt32BE(p.dst, o + 30);
    b.writeUInt16BE(p.sport, o + 34);
    b.writeUInt16BE(p.dport, o + 36);
    b.writeUInt32BE(p.seq, o + 38);
    b.writeUInt32BE(p.ack, o + 42);
    b[o + 46] = 0x80;
    b[o + 47] = p.flags;
    b.writeUInt16BE(501, o + 48);
    b.writeUInt32BE(0x0101080a, o + 54);
    b.writeUInt32BE(Math.floor(us / 1000) >>> 0, o + 58);
    b[o + 66] = p.id & 0xff;
    this.used = o + length;
  }
  private flush(): void {
    writeSync(this.fd, this.buffer, 0, this.used);
    this.used = 0;
  }
  close(): void {
    this.flush();
    closeSync(this.fd);
  }
}

interface Packet {
  readonly src: number;
  readonly dst: number;
  readonly sport: number;
  readonly dport: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly payload: number;
  readonly id: number;
}

const SYN = 2;
const ACK = 16;
const PSH = 8;
const FIN = 1;

/**
 * Writes captures of one path from pod to pod at its four points: short connections of 12 packets and one bulk
 * transfer, of which `lossRate` of the data segments are lost between the nodes and sent again 250 ms later.
 */
export function writeFourPoints(dir: string, packets: number, lossRate = 0.001, seed = 1): string[] {
  const rand = random(seed);
  const files = POINTS.map((p) => join(dir, `${p}.pcap`));
  const writers = files.map((f) => new PcapWriter(f));
  const macs: [number, number][] = [
    [0x3a0000000001, 0xee0000000001],
    [0x0a0000000001, 0x020000000001],
    [0x020000000002, 0x0a0000000002],
    [0xee0000000002, 0x3a0000000002],
  ];
  const client = 0x0a0001_09;
  const server = 0x0a0002_07;
  let us = 0;
  let written = 0;
  let id = 1;
  const emit = (
    back: boolean,
    sport: number,
    seq: number,
    ack: number,
    flags: number,
    payload: number,
  ): void => {
    // Nobody answers what has not arrived.
    us += DELAY_US[3]! + 3 + Math.floor(rand() * 20);
    const send = (at: number, last: number): void => {
      const p: Packet = back
        ? { src: server, dst: client, sport: 8080, dport: sport, seq, ack, flags, payload, id: id++ & 0xffff }
        : { src: client, dst: server, sport, dport: 8080, seq, ack, flags, payload, id: id++ & 0xffff };
      for (let hop = 0; hop <= last; hop++) {
        const k = back ? 3 - hop : hop;
        const m = macs[k]!;
        writers[k]!.packet(at + DELAY_US[hop]!, back ? [m[1], m[0]] : m, p, TTL_THERE[hop]!);
      }
      written++;
    };
    if (payload > 0 && rand() < lossRate) {
      send(us, 1);
      us += 250_000;
    }
    send(us, 3);
  };
  for (let n = 0; written < packets; n++) {
    const sport = 20_000 + (n % 40_000);
    let seq = Math.floor(rand() * 2 ** 32);
    let ack = Math.floor(rand() * 2 ** 32);
    const next = (x: number, by: number): number => (x + by) >>> 0;
    emit(false, sport, seq, 0, SYN, 0);
    emit(true, sport, ack, next(seq, 1), SYN | ACK, 0);
    seq = next(seq, 1);
    ack = next(ack, 1);
    emit(false, sport, seq, ack, ACK, 0);
    const rounds = n % 50 === 0 ? 200 : 3;
    for (let i = 0; i < rounds; i++) {
      emit(false, sport, seq, ack, ACK | PSH, 120);
      seq = next(seq, 120);
      emit(true, sport, ack, seq, ACK | PSH, 900);
      ack = next(ack, 900);
    }
    emit(false, sport, seq, ack, FIN | ACK, 0);
    seq = next(seq, 1);
    emit(true, sport, ack, seq, FIN | ACK, 0);
    emit(false, sport, seq, next(ack, 1), ACK, 0);
  }
  for (const w of writers) w.close();
  return files;
}
