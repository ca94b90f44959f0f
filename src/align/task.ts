/** The worker's side of reading captures: `filename` of a Piscina task. */
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { transferables } from '../capture/columns.js';
import { readCapture, type ReadCaptureInput } from '../capture/read.js';
import { buffersOf, prepare, type PreparedCapture } from './prepare.js';

/** Reads a capture, prepares it for the alignment, and hands the columns to the caller's thread without copying them. */
export default async function task(input: ReadCaptureInput): Promise<PreparedCapture> {
  const prepared = prepare(await readCapture(input));
  const buffers = [...new Set([...transferables(prepared.table), ...buffersOf(prepared)])];
  const movable = { [transferableSymbol]: buffers, [valueSymbol]: prepared };
  return move(movable as unknown as Parameters<typeof move>[0]) as unknown as PreparedCapture;
}
