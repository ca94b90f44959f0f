/** First and last record of every log, read without asking anything of the lines between. */
import { scanLogs } from '../../logs/scan.js';
import { bytesOf } from '../../logs/seam.js';
import { scanLogFile } from '../../logs/task.js';
import type { LogFileScan } from '../../logs/types.js';
import type { Limits } from '../../limits.js';
import type { LogScan } from '../../model/logs.js';
import type { Bundle } from '../../model/source.js';
import { createPool } from '../../pool/pool.js';
import type { Progress } from '../../phases.js';

/** Below this starting threads takes longer than reading. */
const SMALL_BYTES = 64 * 1024 * 1024;

export interface LogTimesOptions {
  readonly limits: Limits;
  readonly jobs?: number;
  readonly onProgress?: (progress: Progress) => void;
}

export async function logTimes(bundles: readonly Bundle[], options: LogTimesOptions): Promise<LogScan> {
  const total = bundles.reduce((n, b) => n + [...b.files.values()].reduce((k, f) => k + f.size, 0), 0);
  const { limits, onProgress } = options;
  if (total < SMALL_BYTES) return scanLogs(bundles, [], scanLogFile, { limits });
  const pool = createPool(options.jobs);
  let done = 0;
  try {
    return await scanLogs(
      bundles,
      [],
      async (task) => {
        const scan = await pool.run<LogFileScan>('logs', task);
        done = Math.min(total, done + bytesOf(task));
        onProgress?.({ stage: 'logs', subject: task.file.name, done, total, unit: 'bytes' });
        return scan;
      },
      { limits },
    );
  } finally {
    await pool.close();
  }
}
