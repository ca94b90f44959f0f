import { Budget, LimitHit } from './budget.js';
import { openForReading, readChunks } from './chunks.js';
import { reportDamage } from './collector.js';
import { subject, type Container, type FoundFile } from './container.js';
import type { Context } from './context.js';
import { Inflater } from './inflate.js';
import { spool } from './spool.js';

/** Decompress a gzipped file of a folder to the temporary folder. What a limit or damage cuts off is a problem. */
export async function inflateFile(
  ctx: Context,
  container: Container,
  file: FoundFile,
): Promise<{ spool: string; size: number; truncated: boolean }> {
  const budget = new Budget(ctx.limits, file.size, container.budget);
  const handle = await openForReading(file.spool);
  try {
    const source = readChunks(handle, (bytes) => {
      budget.read(bytes);
      ctx.tick(bytes, 0);
    });
    const inflater = new Inflater(source, (bytes) => budget.inflated(bytes));
    const { spool: path, size, hit } = await spool(inflater.chunks(), ctx.temp, budget);
    if (hit !== null) reportLimit(ctx, container, file.path, hit);
    else if (inflater.end !== 'complete') reportDamage(ctx, container, file.path);
    return { spool: path, size, truncated: hit !== null || inflater.end !== 'complete' };
  } finally {
    await handle.close();
  }
}

/** A limit as a problem of the thing whose reading it ended. */
export function reportLimit(ctx: Context, container: Container, path: string, hit: LimitHit): void {
  const message = `Reading stopped: ${hit.message}. What was read until then is analysed.`;
  ctx.problems.add(subject(container), hit.code, subject(container, path), message);
}
