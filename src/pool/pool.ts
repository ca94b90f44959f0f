import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { NetcheckError } from '../errors.js';
import type { TaskName } from './tasks.js';

/** Runs tasks in worker threads. One pool per run; `close` it. */
export interface Pool {
  run<Output>(task: TaskName, input: unknown, signal?: AbortSignal): Promise<Output>;
  close(): Promise<void>;
}

/** Worker threads load JavaScript: from sources (tests run by a TypeScript loader) the built file is used. */
function workerFile(): string {
  const beside = fileURLToPath(new URL('./worker.js', import.meta.url));
  if (existsSync(beside)) return beside;
  return fileURLToPath(new URL('../../dist/pool/worker.js', import.meta.url));
}

function startThreads(jobs: number): Piscina {
  return new Piscina({
    filename: workerFile(),
    minThreads: 0,
    maxThreads: Math.max(1, Math.min(jobs, 64)),
    idleTimeout: 5000,
    // One at a time: a task streams a whole file and holds its columns.
    concurrentTasksPerWorker: 1,
    // Threads share the process's heap limit settings; keep a runaway file from taking all memory.
    resourceLimits: { maxOldGenerationSizeMb: 2048 },
  });
}

/** Resident bytes of the process from which threads without work are not kept. */
const ENOUGH_HELD = 256 * 1024 * 1024;

export function createPool(jobs: number = availableParallelism()): Pool {
  let piscina: Piscina | null = startThreads(jobs);
  let running = 0;

  /** Captures were read and much is held: what is made of them needs the memory that idle threads keep. */
  async function retire(): Promise<void> {
    if (running > 0 || piscina === null || process.memoryUsage.rss() < ENOUGH_HELD) return;
    const idle = piscina;
    piscina = null;
    await idle.destroy();
  }

  return {
    async run<Output>(task: TaskName, input: unknown, signal?: AbortSignal): Promise<Output> {
      piscina ??= startThreads(jobs);
      running++;
      let output: Output;
      try {
        output = (await piscina.run({ task, input }, signal ? { signal } : {})) as Output;
      } catch (cause) {
        if (signal?.aborted) throw cause;
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new NetcheckError('E_WORKER', `A worker failed at a ${task} task: ${message}`, { cause });
      } finally {
        running--;
      }
      if (task === 'capture') await retire();
      return output;
    },
    async close() {
      await piscina?.destroy();
    },
  };
}
