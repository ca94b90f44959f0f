import type { Command } from 'commander';
import { withNodes } from '../explain/load.js';
import { writeReport } from '../explain/output.js';
import { logTimes } from '../explain/validate/logs.js';
import { validateReport } from '../explain/validate/report.js';
import { renderValidate } from '../explain/validate/text.js';
import {
  addLimitOptions,
  addOutputOptions,
  limitsOf,
  parseCount,
  type LimitOptions,
  type OutputOptions,
} from './options.js';
import { progressDisplay } from './progress.js';

interface ValidateOptions extends OutputOptions, LimitOptions {
  failOnIncomplete?: boolean;
  jobs?: number;
}

const EXAMPLES = `
Examples:
  eks-netcheck validate eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8.tar.gz
  eks-netcheck validate bundles/ --fail-on-incomplete --format json --output coverage.json
`;

/** Is the bundle complete: what is there, empty, missing or cut, and which questions that leaves open. */
export function addValidate(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('validate')
    .description('is the bundle complete: what is there, empty, missing, cut, and what that leaves open')
    .argument('<input...>', 'bundles (.tar.gz, .tar, .zip, folder) or folders of bundles')
    .option('--fail-on-incomplete', 'exit with 1 when something that matters is missing or could not be read')
    .option('--jobs <n>', 'worker threads for large logs (number of cores)', parseCount);
  addLimitOptions(addOutputOptions(command, ['text', 'json']))
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], o: ValidateOptions) => {
      const progress = progressDisplay(o.quiet === true);
      const limits = limitsOf(o);
      const onProgress = progress.show ? { onProgress: progress.show } : {};
      try {
        const report = await withNodes(
          inputs,
          { limits, ...onProgress },
          async ({ nodes, problems, captures }) => {
            const jobs = o.jobs === undefined ? {} : { jobs: o.jobs };
            const logs = await logTimes(
              nodes.map((n) => n.bundle),
              { limits, ...onProgress, ...jobs },
            );
            return validateReport(nodes, logs.files, captures, [...problems, ...(logs.problems ?? [])]);
          },
        );
        progress.clear();
        await writeReport(report, { json: (r) => r, text: renderValidate }, o);
        exit(o.failOnIncomplete === true && !report.complete ? 1 : 0);
      } finally {
        progress.clear();
      }
    });
}
