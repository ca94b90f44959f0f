/** The worker's side of reading captures: `filename` of a Piscina task. */
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { readCapture, type ReadCaptureInput } from '../capture/read.js';
import { pack, type PackedCapture } from './pack.js';
import { prepare } from './prepare.js';

/** Reads a capture, prepares it for the alignment, and hands the columns to the caller's thread without copying them. */
export default async function task(input: ReadCaptureInput): Promise<PackedCapture> {
  const { packed, buffers } = pack(prepare(await readCapture(input)));
  const movable = { [transferableSymbol]: buffers, [valueSymbol]: packed };
  return move(movable as unknown as Parameters<typeof move>[0]) as unknown as PackedCapture;
}
