import { Argument, type Command } from 'commander';
import { bashCompletion } from './shell/bash.js';
import { fishCompletion } from './shell/fish.js';
import { modelOf, type CommandModel } from './shell/model.js';
import { zshCompletion } from './shell/zsh.js';
import { writeOut } from './output.js';

const SHELLS: Readonly<Record<string, (program: CommandModel) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const EXAMPLES = `
Examples:
  eks-netcheck completion bash > /etc/bash_completion.d/eks-netcheck
  eks-netcheck completion zsh > ~/.zsh/completions/_eks-netcheck
  eks-netcheck completion fish > ~/.config/fish/completions/eks-netcheck.fish
`;

/** Completion scripts, made from the definitions of the commands themselves. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: string) => {
      await writeOut(SHELLS[shell]!(modelOf(program)), { format: 'text', color: 'never' });
    });
}
