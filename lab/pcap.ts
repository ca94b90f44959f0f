/** Moves the time of every record of a little-endian classic capture, to stand for a clock that is ahead. */

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

/** @throws when the file is no classic little-endian capture. */
export function shiftClock(file: Buffer, seconds: number): Buffer {
  const magic = file.length >= 24 ? file.readUInt32LE(0) : 0;
  if (magic !== MICROSECONDS && magic !== NANOSECONDS) throw new Error('not a little-endian classic capture');
  const unit = magic === MICROSECONDS ? 1e6 : 1e9;
  const out = Buffer.from(file);
  for (let at = 24; at + 16 <= out.length; at += 16 + out.readUInt32LE(at + 8)) {
    const ticks = BigInt(out.readUInt32LE(at)) * BigInt(unit) + BigInt(out.readUInt32LE(at + 4));
    const moved = ticks + BigInt(Math.round(seconds * unit));
    out.writeUInt32LE(Number(moved / BigInt(unit)), at);
    out.writeUInt32LE(Number(moved % BigInt(unit)), at + 4);
  }
  return out;
}
