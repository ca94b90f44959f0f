/** Writes the packets of a classic capture again: other formats, other clocks, other files, damaged bytes. */
export interface Packet {
  /** Nanoseconds since 1970. */
  readonly at: bigint;
  readonly length: number;
  readonly bytes: Buffer;
}

export interface Packets {
  readonly link: number;
  readonly packets: readonly Packet[];
}

const BILLION = 1_000_000_000n;

/** Reads a classic capture of the machine that wrote it (little-endian, micro- or nanoseconds). */
export function packetsOf(file: Buffer): Packets {
  const magic = file.readUInt32LE(0);
  if (magic !== 0xa1b2c3d4 && magic !== 0xa1b23c4d) throw new Error('not a classic capture');
  const unit = magic === 0xa1b2c3d4 ? 1000n : 1n;
  const packets: Packet[] = [];
  for (let at = 24; at + 16 <= file.length;) {
    const held = file.readUInt32LE(at + 8);
    packets.push({
      at: BigInt(file.readUInt32LE(at)) * BILLION + BigInt(file.readUInt32LE(at + 4)) * unit,
      length: file.readUInt32LE(at + 12),
      bytes: file.subarray(at + 16, at + 16 + held),
    });
    at += 16 + held;
  }
  return { link: file.readUInt32LE(20), packets };
}

export interface ClassicOptions {
  readonly nano?: boolean;
  readonly swapped?: boolean;
}

export function classic({ link, packets }: Packets, o: ClassicOptions = {}): Buffer {
  const u32 = (...values: readonly number[]): Buffer => {
    const out = Buffer.alloc(values.length * 4);
    values.forEach((v, i) => (o.swapped ? out.writeUInt32BE(v, i * 4) : out.writeUInt32LE(v, i * 4)));
    return out;
  };
  const version = Buffer.from(o.swapped ? [0, 2, 0, 4] : [2, 0, 4, 0]);
  const parts = [u32(o.nano ? 0xa1b23c4d : 0xa1b2c3d4), version, u32(0, 0, 262_144, link)];
  for (const p of packets) {
    const fraction = Number(p.at % BILLION);
    const unit = o.nano ? fraction : Math.floor(fraction / 1000);
    parts.push(u32(Number(p.at / BILLION), unit, p.bytes.length, p.length), p.bytes);
  }
  return Buffer.concat(parts);
}

/** A section with two interfaces, the second with packets, whose times count nanoseconds (`if_tsresol` 9). */
export function nextGeneration({ link, packets }: Packets): Buffer {
  const block = (type: number, body: Buffer): Buffer => {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(type, 0);
    head.writeUInt32LE(padded.length + 12, 4);
    return Buffer.concat([head, padded, head.subarray(4)]);
  };
  const section = Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex');
  const device = Buffer.from('0000000000000400', 'hex');
  device.writeUInt16LE(link, 0);
  const resolution = Buffer.from('090001000900000000000000', 'hex');
  const parts = [block(0x0a0d0d0a, section), block(1, device), block(1, Buffer.concat([device, resolution]))];
  for (const p of packets) {
    const head = Buffer.alloc(20);
    head.writeUInt32LE(1, 0);
    head.writeUInt32LE(Number(p.at >> 32n), 4);
    head.writeUInt32LE(Number(p.at & 0xffffffffn), 8);
    head.writeUInt32LE(p.bytes.length, 12);
    head.writeUInt32LE(p.length, 16);
    parts.push(block(6, Buffer.concat([head, p.bytes])));
  }
  return Buffer.concat(parts);
}

export function shifted(p: Packets, nanoseconds: bigint): Packets {
  return { ...p, packets: p.packets.map((x) => ({ ...x, at: x.at + nanoseconds })) };
}

export function snapped(p: Packets, most: number): Packets {
  return { ...p, packets: p.packets.map((x) => ({ ...x, bytes: x.bytes.subarray(0, most) })) };
}

/** The same packets in consecutive files. */
export function rotated(p: Packets, files: number): Packets[] {
  const each = Math.max(1, Math.ceil(p.packets.length / files));
  return Array.from({ length: files }, (_, i) => ({
    ...p,
    packets: p.packets.slice(i * each, (i + 1) * each),
  }));
}
