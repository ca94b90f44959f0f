import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { NetcheckError } from '../errors.js';
import { PACKAGE_ROOT } from '../package-root.js';
import type { TaskName } from './tasks.js';

/** Runs tasks in worker threads. One pool per run; `close` it. */
export interface Pool {
  run<Output>(task: TaskName, input: unknown, signal?: AbortSignal): Promise<Output>;
  close(): Promise<void>;
}

/** Worker threads load JavaScript: where this runs from sources (tests), the built file is used. */
const WORKER = join(PACKAGE_ROOT, 'dist', 'worker.js');

/** Threads that start at once, for tasks that are sure to come: they load the task's code while they wait. */
export interface Ready {
  readonly threads: number;
  readonly task: TaskName;
}

export function createPool(jobs: number = availableParallelism(), ready?: Ready): Pool {
  const maxThreads = Math.max(1, Math.min(jobs, 64));
  const piscina = new Piscina({
    filename: WORKER,
    minThreads: Math.min(ready?.threads ?? 0, maxThreads),
    ...(ready === undefined ? {} : { argv: [ready.task] }),
    maxThreads,
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
