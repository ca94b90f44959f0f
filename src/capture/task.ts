/** The worker's side of reading captures: `filename` of a Piscina task. */
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { CaptureTable } from '../model/capture.js';
import { transferables } from './columns.js';
import { readCapture, type ReadCaptureInput } from './read.js';

export { readCapture, type ReadCaptureInput } from './read.js';
export { transferables } from './columns.js';

/** Reads a capture and hands the columns over to the caller's thread without copying them. */
export default async function task(input: ReadCaptureInput): Promise<CaptureTable> {
  const table = await readCapture(input);
  const movable = { [transferableSymbol]: transferables(table), [valueSymbol]: table };
  return move(movable as unknown as Parameters<typeof move>[0]) as unknown as CaptureTable;
}
