/**
 * Seeded captures for benchmarks: one conversation mix as seen at the four points of the path between two pods,
 * written as classic pcap without building an object per packet.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { pcapHeader, tcpPacket, udpPacket } from '../test/support/pcap-writer.js';

export const POINTS = ['src-veth', 'src-eth0', 'dst-eth0', 'dst-veth'] as const;
const FLOWS = 5000;
const PACKET_BYTES = [66, 66, 66, 130, 250, 600, 1514];

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Writes the four files of `packets` records each into `folder` and returns their paths. */
export function writeCaptures(folder: string, packets: number, small: boolean, seed = 7): string[] {
  return POINTS.map((point, hop) => {
    const file = path.join(folder, `${point}.pcap`);
    writeCapture(file, packets, hop, small, seed);
    return file;
  });
}

function writeCapture(file: string, packets: number, hop: number, small: boolean, seed: number): void {
  const next = random(seed);
  const filler = 'x'.repeat(1500);
  const sizes = small ? [66] : PACKET_BYTES;
  const ttl = [64, 63, 63, 62][hop]!;
  const common = { ttl, df: true, src: '10.0.1.7', dst: '10.0.2.9' };
  const tcp = sizes.map((size) =>
    tcpPacket({
      ...common,
      sport: 1,
      dport: 8080,
      flags: size > 66 ? 'PA' : 'A',
      tsval: 1,
      payload: filler.slice(0, size - 66),
    }),
  );
  const udp = udpPacket({ ...common, sport: 1, dport: 9000, payload: filler.slice(0, small ? 24 : 180) });
  const sequence = new Uint32Array(FLOWS);
  const out = Buffer.alloc(4 * 1024 * 1024);
  const fd = openSync(file, 'w');
  out.set(pcapHeader());
  let o = 24;
  let micros = hop * 40;
  for (let i = 0; i < packets; i++) {
    const flow = Math.floor(next() * FLOWS);
    const isTcp = next() < 0.9;
    const frame = isTcp ? tcp[Math.floor(next() * tcp.length)]! : udp;
    micros += Math.floor(next() * 20);
    if (o + 16 + frame.length > out.length) {
      writeSync(fd, out, 0, o);
      o = 0;
    }
    out.writeUInt32LE(1_795_132_800 + Math.floor(micros / 1e6), o);
    out.writeUInt32LE(micros % 1e6, o + 4);
    out.writeUInt32LE(frame.length, o + 8);
    out.writeUInt32LE(frame.length, o + 12);
    o += 16;
    out.set(frame, o);
    out.writeUInt16BE(i & 0xffff, o + 18);
    // The last bytes of the source address and the port tell the flows apart.
    out.writeUInt16BE(0x0100 + (flow & 0xff), o + 28);
    out.writeUInt16BE(20000 + flow, o + 34);
    if (isTcp) {
      out.writeUInt32BE(sequence[flow]!, o + 38);
      out.writeUInt32BE(micros >>> 10, o + 58);
      sequence[flow]! += frame.length - 66;
    }
    o += frame.length;
  }
  writeSync(fd, out, 0, o);
  closeSync(fd);
}
