import type { Command } from 'commander';
import { NetcheckError } from '../errors.js';
import { compareReport } from '../explain/compare/report.js';
import { renderCompare } from '../explain/compare/text.js';
import { withNodes } from '../explain/load.js';
import { warn, writeReport } from '../explain/output.js';
import { analyze } from '../run.js';
import {
  addLimitOptions,
  addOutputOptions,
  limitsOf,
  parseCount,
  type LimitOptions,
  type OutputOptions,
} from './options.js';
import { progressDisplay } from './progress.js';

interface CompareOptions extends OutputOptions, LimitOptions {
  jobs?: number;
}

const EXAMPLES = `
Examples:
  eks-netcheck compare good-node.tgz bad-node.tgz
  eks-netcheck compare bundles/ --format json

What differs on any two nodes (addresses, names of interfaces, counters, routes and rules of pods) is left out of the
comparison. With more than two nodes the odd one out is named for each difference.
`;

/** Findings and configuration that differ between nodes. */
export function addCompare(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('compare')
    .description('findings and configuration that differ between nodes')
    .argument('<input...>', 'two bundles or more, or folders of bundles')
    .option('--jobs <n>', 'worker threads (number of cores)', parseCount);
  addLimitOptions(addOutputOptions(command, ['text', 'json']))
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], o: CompareOptions) => {
      if (inputs.includes('-')) {
        throw new NetcheckError(
          'E_USAGE',
          'compare reads its inputs twice and cannot take one from standard input.',
          {
            hint: 'Save it to a file first.',
          },
        );
      }
      const progress = progressDisplay(o.quiet === true);
      const limits = limitsOf(o);
      const onProgress = progress.show ? { onProgress: progress.show } : {};
      try {
        const report = await withNodes(inputs, { limits, ...onProgress }, async ({ nodes, problems }) => {
          if (nodes.length < 2) throw oneNode(nodes[0]!.facts.id);
          const analysis = await analyze(inputs, {
            limits,
            ...onProgress,
            ...(o.jobs === undefined ? {} : { jobs: o.jobs }),
          });
          const pairs = nodes.map(({ facts, bundle }) => ({ facts, input: bundle.input }));
          return compareReport(pairs, analysis, problems);
        });
        progress.clear();
        warn(report.problems, o);
        await writeReport(report, { json: (r) => r, text: renderCompare }, o);
        exit(0);
      } finally {
        progress.clear();
      }
    });
}

function oneNode(id: string): NetcheckError {
  return new NetcheckError('E_USAGE', `There is only one bundle to compare: that of ${id}.`, {
    hint: 'Give a second one, of a node that works: eks-netcheck compare bad-node.tgz good-node.tgz',
  });
}
