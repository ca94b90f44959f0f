import { TASKS, type TaskName } from './tasks.js';

// A worker that was started ahead of its first task is told which that will be.
const expected = process.argv[2] ?? '';
if (Object.hasOwn(TASKS, expected)) await TASKS[expected as TaskName]();

/** Entry of every worker: runs the named task. */
export default async function run({ task, input }: { task: TaskName; input: unknown }): Promise<unknown> {
  const handler = (await TASKS[task]()) as (input: unknown) => Promise<unknown>;
  return handler(input);
}
