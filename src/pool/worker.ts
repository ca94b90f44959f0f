import { TASKS, type TaskName } from './tasks.js';

/** Entry of every worker: runs the named task. */
export default async function run({ task, input }: { task: TaskName; input: unknown }): Promise<unknown> {
  const handler = (await TASKS[task]()) as (input: unknown) => Promise<unknown>;
  return handler(input);
}
