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

export function createPool(jobs: number = availableParallelism()): Pool {
  const piscina = new Piscina({
    filename: workerFile(),
    minThreads: 0,
    maxThreads: Math.max(1, Math.min(jobs, 64)),
    idleTimeout: 5000,
    // One at a time: a task streams a whole file and holds its columns.
    concurrentTasksPerWorker: 1,
    // Threads share the process's heap limit settings; keep a runaway file from taking all memory.
    resourceLimits: { maxOldGenerationSizeMb: 2048 },
  });
  return {
    async run<Output>(task: TaskName, input: unknown, signal?: AbortSignal): Promise<Output> {
      try {
        return (await piscina.run({ task, input }, signal ? { signal } : {})) as Output;
      } catch (cause) {
        if (signal?.aborted) throw cause;
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new NetcheckError('E_WORKER', `A worker failed at a ${task} task: ${message}`, { cause });
      }
    },
    async close() {
      await piscina.destroy();
    },
  };
}
