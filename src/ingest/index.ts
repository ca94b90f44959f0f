/** Phase one: turn the inputs the user named into bundles and captures whose files can be streamed. */
import { NetcheckError } from '../errors.js';
import type { Limits } from '../limits.js';
import type { Ingested } from '../model/source.js';
import { assemble, type ReadInput } from './assemble.js';
import type { Context } from './context.js';
import { printable } from './printable.js';
import { ProblemLog } from './problem-log.js';
import { labelOf, readInput, type Seen } from './read-input.js';
import type { TempDir } from './temp-dir.js';
import type { Unpacked } from './unpacked.js';

export { TempDir } from './temp-dir.js';
export type { Unpacked } from './unpacked.js';
export { printable } from './printable.js';
export { readLineBatches, readLines, readText, type Line } from './read-text.js';

export interface IngestProgress {
  readonly stage: 'ingest';
  /** Base name of the input being read. */
  readonly input: string;
  /** Bytes read of the input so far, as it lies on disk. */
  readonly bytes: number;
  /** Entries of archives and folders met so far. */
  readonly entries: number;
}

export interface IngestOptions {
  readonly limits: Limits;
  /** Where files of archives are unpacked; the caller removes it when the run is over. */
  readonly tempDir: TempDir;
  /** Called often: per entry and per piece read. */
  readonly onProgress?: (event: IngestProgress) => void;
  /** Called with each plain file of an archive as soon as it is unpacked: work on it need not wait for the rest. */
  readonly onUnpacked?: (file: Unpacked) => void;
  readonly signal?: AbortSignal;
  /** What `-` reads; standard input of the process unless given. */
  readonly stdin?: AsyncIterable<Buffer>;
}

/**
 * Read all inputs: archives (tar, zip, gzipped or not), extracted folders, captures, folders of any of these, and `-`
 * for an archive or a capture on standard input. What a file is, its content decides.
 *
 * Trouble with one input is a problem in the answer. Throws NetcheckError E_NO_INPUT when nothing was named,
 * E_NOT_FOUND when something is missing and nothing else is usable, E_DISK_FULL; and the signal's reason.
 */
export async function ingest(inputs: readonly string[], options: IngestOptions): Promise<Ingested> {
  if (inputs.length === 0) throw new NetcheckError('E_NO_INPUT', 'No input was given.');
  const problems = new ProblemLog();
  const seen: Seen = new Set();
  const read: ReadInput[] = [];
  const missing: string[] = [];
  const stdin = options.stdin ?? process.stdin;
  for (const input of inputs) {
    const ctx = context(options, problems, labelOf(input));
    const container = await readInput(ctx, input, seen, stdin);
    if (container !== null) {
      read.push({ input, container });
      continue;
    }
    const name = printable(labelOf(input));
    missing.push(name);
    problems.add(name, 'E_NOT_FOUND', name, 'There is no such file or folder.');
  }
  const { bundles, captures } = await assemble(context(options, problems, ''), read);
  if (missing.length > 0 && bundles.length === 0 && captures.length === 0) {
    throw new NetcheckError('E_NOT_FOUND', `There is no such file or folder: ${missing.join(', ')}.`);
  }
  return { bundles, captures, problems: problems.list() };
}

function context(options: IngestOptions, problems: ProblemLog, input: string): Context {
  const { limits, tempDir: temp, onProgress, onUnpacked, signal } = options;
  let bytes = 0;
  let entries = 0;
  return {
    limits,
    temp,
    problems,
    ...(onUnpacked ? { onUnpacked } : {}),
    tick: (moreBytes, moreEntries) => {
      signal?.throwIfAborted();
      bytes += moreBytes;
      entries += moreEntries;
      onProgress?.({ stage: 'ingest', input, bytes, entries });
    },
  };
}
