import type { Command } from 'commander';
import { problem } from '../errors.js';
import { ingest, TempDir } from '../ingest/index.js';
import type { InspectedCapture } from '../inspect/task.js';
import { renderCaptures, type CaptureDocument } from '../inspect/text-report.js';
import type { Limits } from '../limits.js';
import type { Problem } from '../model/source.js';
import { createPool, type Pool } from '../pool/pool.js';
import {
  addLimitOptions,
  addOutputOptions,
  limitsOf,
  parseCount,
  type LimitOptions,
  type OutputOptions,
} from './options.js';
import { useColor, width, writeOut } from './output.js';
import { progressDisplay, type ProgressDisplay } from './progress.js';

const EXAMPLES = `
Examples:
  eks-netcheck capture eth0.pcap
  eks-netcheck capture caps/ --format json --output captures.json
`;

interface CaptureOptions extends OutputOptions, LimitOptions {
  jobs?: number;
}

/** Statistics and anomalies of single captures, each judged on its own. */
export function addCapture(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('capture')
    .description('statistics and anomalies of single captures')
    .argument('<capture...>', 'captures, folders of captures, or bundles that hold captures');
  addLimitOptions(addOutputOptions(command, ['text', 'json']))
    .option('--jobs <n>', 'worker threads (number of cores)', parseCount)
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], o: CaptureOptions) => {
      const document = await inspectInputs(inputs, o);
      const text =
        o.format === 'json'
          ? `${JSON.stringify(document, null, 2)}\n`
          : renderCaptures(document, { color: useColor(o), width: width() });
      await writeOut(text, o);
      if (document.captures.length === 0) exit(2);
    });
}

async function inspectInputs(inputs: readonly string[], o: CaptureOptions): Promise<CaptureDocument> {
  const limits = limitsOf(o);
  const progress = progressDisplay(o.quiet === true);
  const tempDir = new TempDir();
  const pool = createPool(o.jobs);
  try {
    return await inspectAll(inputs, limits, tempDir, pool, progress);
  } finally {
    progress.clear();
    await pool.close();
    await tempDir.remove();
  }
}

async function inspectAll(
  inputs: readonly string[],
  limits: Limits,
  tempDir: TempDir,
  pool: Pool,
  progress: ProgressDisplay,
): Promise<CaptureDocument> {
  const ingested = await ingest(inputs, {
    limits,
    tempDir,
    onProgress: (e) =>
      progress.show?.({ stage: 'ingest', subject: e.input, done: e.bytes, total: null, unit: 'bytes' }),
  });
  const files = ingested.captures;
  let done = 0;
  const inspected = await Promise.all(
    files.map(async (file) => {
      const one = await pool.run<InspectedCapture>('inspect', { file, sharedLimits: limits });
      progress.show?.({
        stage: 'captures',
        subject: file.path,
        done: ++done,
        total: files.length,
        unit: 'files',
      });
      return one;
    }),
  );
  const reading = inspected.flatMap(({ report, problems }): Problem[] =>
    problems.map((p) => problem(p.code as never, report.file, p.message)),
  );
  return { captures: inspected.map((i) => i.report), problems: [...ingested.problems, ...reading] };
}
