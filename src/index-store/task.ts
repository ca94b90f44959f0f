/** The worker's side of indexing: some files in, their indexes out; their text goes to one part on disk. */
import { correctYears } from '../logs/clock.js';
import { TextFile } from '../logs/text-file.js';
import { FileBuilder } from './file-builder.js';
import { look } from './look.js';
import { TextNotWritten, TextPartWriter } from './text-part.js';
import type { BuiltFile, IndexFile, IndexResult, IndexTask, SkippedFile } from './types.js';

/** A pass is repeated when it shows that the years were taken wrongly, as in `src/logs`. */
const MAX_PASSES = 3;

/** Shape of Piscina's handler. Files that cannot be read are skipped; `notWritten` tells that the text could not be kept. */
export default async function indexFiles(task: IndexTask): Promise<IndexResult> {
  const files: BuiltFile[] = [];
  const skipped: SkippedFile[] = [];
  let text: TextPartWriter | null = null;
  try {
    text = new TextPartWriter(task.textPath);
    for (const file of task.files) {
      const index = await indexFile(file, task.part, text);
      if (typeof index === 'string') skipped.push({ node: file.node, path: file.file.path, reason: index });
      else files.push(index);
    }
  } catch (error) {
    // Errors lose their members on the way between threads.
    if (error instanceof TextNotWritten) return { files: [], skipped: [], notWritten: error.code };
    throw error;
  } finally {
    text?.close();
  }
  return { files, skipped };
}

/** The index, or why there is none. */
async function indexFile(task: IndexFile, part: number, text: TextPartWriter): Promise<BuiltFile | string> {
  let file: TextFile;
  try {
    file = await TextFile.open(task.file.spool);
  } catch (error) {
    return `it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`;
  }
  try {
    if (file.encoding === 'utf-8' && (await isBinary(file))) return 'it is no text';
    const sniffed = await look(file, task);
    let { profile } = sniffed;
    for (let pass = 1; ; pass++) {
      const builder = new FileBuilder(task, text, profile, sniffed.yearless);
      for await (const chunk of file.chunks()) builder.push(chunk);
      builder.end();
      const corrected = correctYears(profile, builder.clock.turns);
      if (corrected === null || pass === MAX_PASSES) {
        const { askedLocal, askedBoot } = builder.clock;
        return { ...builder.finish(part), basis: { sniffed: sniffed.profile, askedLocal, askedBoot } };
      }
      profile = corrected;
    }
  } finally {
    await file.close();
  }
}

const HEAD = 4096;
/** Share of bytes at the start that no text has. */
const MOST_CONTROLS = 0.3;

async function isBinary(file: TextFile): Promise<boolean> {
  for await (const chunk of file.chunks()) {
    const head = chunk.subarray(0, HEAD);
    let controls = 0;
    for (const byte of head) if (byte < 32 && (byte < 9 || byte > 13) && byte !== 27) controls++;
    return controls > head.length * MOST_CONTROLS;
  }
  return false;
}
