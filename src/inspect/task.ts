/** The worker's side of the command `capture`: reads one capture and judges it, so that only the report travels. */
import { readCapture, type ReadCaptureInput } from '../capture/read.js';
import { inspectCapture, type CaptureReport } from './index.js';

/** What was found in one capture, and what went wrong while it was read. */
export interface InspectedCapture {
  readonly report: CaptureReport;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

export default async function task(input: ReadCaptureInput): Promise<InspectedCapture> {
  const table = await readCapture(input);
  return { report: inspectCapture(table), problems: table.problems };
}
