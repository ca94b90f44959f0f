/**
 * Tasks that run in workers. A module is loaded when its first task arrives, so that a worker that reads
 * captures never loads the log readers. Inputs and outputs are plain values and typed arrays.
 */
export const TASKS = {
  capture: async () => (await import('../align/task.js')).default,
  inspect: async () => (await import('../inspect/task.js')).default,
  logs: async () => (await import('../logs/task.js')).default,
  index: async () => (await import('../index-store/task.js')).default,
  search: async () => (await import('../search/task.js')).default,
} as const;

export type TaskName = keyof typeof TASKS;
