import { Command, CommanderError } from 'commander';
import { NetcheckError } from '../errors.js';
import { escapeUnsafe, printable } from '../ingest/printable.js';
import { packageVersion } from '../version.js';
import { addAnalyze } from './analyze.js';
import { addCompare } from './compare.js';
import { addNetwork } from './network.js';
import { addPath } from './path.js';
import { addCapture } from './capture.js';
import { addCompletion } from './completion.js';
import { addMan } from './man.js';
import { addReport } from './report.js';
import { addRules } from './rules-cli.js';
import { addShow } from './show.js';
import { addTrace } from './trace.js';
import { addValidate } from './validate.js';

/** Runs the command line; answers the exit code (see the contract: 0, 1, 2, 130). */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const exit = (c: number): void => {
    code = Math.max(code, c);
  };
  const program = new Command('eks-netcheck')
    .description('Says why pods on EKS cannot reach each other, from log bundles and packet captures, offline.')
    .version(packageVersion())
    .showHelpAfterError('(add --help for usage and examples)')
    .showSuggestionAfterError()
    .exitOverride();
  addAnalyze(program, exit);
  addTrace(program, exit);
  addCapture(program, exit);
  addShow(program, exit);
  addPath(program, exit);
  addNetwork(program, exit);
  addCompare(program, exit);
  addValidate(program, exit);
  addReport(program);
  addRules(program, exit);
  addCompletion(program);
  addMan(program);
  // A reader that closes early (`| head`) is no error.
  process.stdout.on('error', (e: NodeJS.ErrnoException) => {
    if (e.code === 'EPIPE') process.exit(code);
    throw e;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof NetcheckError) {
    process.stderr.write(`eks-netcheck: ${escapeLines(error.message)} [${error.code}]\n${error.hint === '' ? '' : `  ${error.hint}\n`}`);
    return error.exitCode;
  }
  const e = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`eks-netcheck: ${printable(e.message)} [E_INTERNAL]\n`);
  if (process.env['EKS_NETCHECK_DEBUG'] !== undefined && e.stack !== undefined) process.stderr.write(`${e.stack}\n`);
  return 2;
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeUnsafe).join('\n');
}
