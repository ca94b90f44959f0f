import type { Command } from 'commander';
import { packageVersion } from '../version.js';
import { writeOut } from './output.js';
import { manPage } from './shell/man.js';
import { modelOf } from './shell/model.js';

const EXAMPLES = `
Examples:
  eks-netcheck man > eks-netcheck.1 && man ./eks-netcheck.1
`;

/** The manual page, made from the definitions of the commands themselves. */
export function addMan(program: Command): void {
  program
    .command('man')
    .description('print the manual page (troff)')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      await writeOut(manPage(modelOf(program), packageVersion()), { format: 'text', color: 'never' });
    });
}
