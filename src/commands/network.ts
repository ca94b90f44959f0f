import { InvalidArgumentError, type Command } from 'commander';
import { withNodes } from '../explain/load.js';
import { networkDocument, networkReport } from '../explain/network/report.js';
import { renderNetwork } from '../explain/network/text.js';
import { SECTIONS, type SectionName } from '../explain/network/types.js';
import { warn, writeReport } from '../explain/output.js';
import { nearestNames } from './nearest.js';
import {
  addLimitOptions,
  addOutputOptions,
  limitsOf,
  type LimitOptions,
  type OutputOptions,
} from './options.js';
import { progressDisplay } from './progress.js';

interface NetworkOptions extends OutputOptions, LimitOptions {
  sections: readonly SectionName[];
}

const EXAMPLES = `
Examples:
  eks-netcheck network node-a.tgz
  eks-netcheck network bundles/ --sections routes,rules
  eks-netcheck network node-a.tgz --format json | jq '.nodes[].sections[].checks[] | select(.status == "wrong")'
`;

/** The network of each node: what is there, what is healthy, what is not and why. */
export function addNetwork(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('network')
    .description(
      'the network of each node: interfaces, routes, rules, filter, CNI, and what is wrong with them',
    )
    .argument('<input...>', 'bundles (.tar.gz, .tar, .zip, folder) or folders of bundles')
    .option(
      '--sections <list>',
      `which sections, separated by commas (${SECTIONS.join(',')})`,
      parseSections,
      SECTIONS,
    );
  addLimitOptions(addOutputOptions(command, ['text', 'json']))
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], o: NetworkOptions) => {
      const progress = progressDisplay(o.quiet === true);
      try {
        const report = await withNodes(
          inputs,
          { limits: limitsOf(o), ...(progress.show ? { onProgress: progress.show } : {}) },
          ({ nodes, problems }) =>
            networkReport(
              nodes.map(({ facts, bundle }) => ({ facts, input: bundle.input })),
              o.sections,
              problems,
            ),
        );
        progress.clear();
        warn(report.problems, o);
        await writeReport(report, { json: networkDocument, text: renderNetwork }, o);
        exit(0);
      } finally {
        progress.clear();
      }
    });
}

function parseSections(text: string): readonly SectionName[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = names.find((name) => !(SECTIONS as readonly string[]).includes(name));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(
      `There is no section ${wrong}. ${nearestNames(wrong, SECTIONS)} Sections: ${SECTIONS.join(', ')}.`,
    );
  }
  if (names.length === 0) throw new InvalidArgumentError(`Give some of ${SECTIONS.join(', ')}.`);
  return SECTIONS.filter((name) => names.includes(name));
}
