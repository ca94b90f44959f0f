import { Command, CommanderError } from 'commander';
import { NetcheckError } from '../errors.js';
import { escapeUnsafe, printable } from '../ingest/printable.js';
import { packageVersion } from '../version.js';

/**
 * Each command with its module. When one is named, the others are not loaded: a search in a kept index takes less time
 * than loading all of them.
 */
const COMMANDS: Readonly<Record<string, (program: Command, exit: (code: number) => void) => Promise<void>>> =
  {
    analyze: async (program, exit) => (await import('./analyze.js')).addAnalyze(program, exit),
    trace: async (program, exit) => (await import('./trace.js')).addTrace(program, exit),
    capture: async (program, exit) => (await import('./capture.js')).addCapture(program, exit),
    search: async (program) => (await import('./search.js')).addSearch(program),
    timeline: async (program) => (await import('./timeline.js')).addTimeline(program),
    show: async (program, exit) => (await import('./show.js')).addShow(program, exit),
    path: async (program, exit) => (await import('./path.js')).addPath(program, exit),
    network: async (program, exit) => (await import('./network.js')).addNetwork(program, exit),
    compare: async (program, exit) => (await import('./compare.js')).addCompare(program, exit),
    validate: async (program, exit) => (await import('./validate.js')).addValidate(program, exit),
    report: async (program) => (await import('./report.js')).addReport(program),
    rules: async (program, exit) => (await import('./rules-cli.js')).addRules(program, exit),
    completion: async (program) => (await import('./completion.js')).addCompletion(program),
    man: async (program) => (await import('./man.js')).addMan(program),
  };

/** Commands that describe all others. */
const ABOUT_ALL = new Set(['completion', 'man']);

/** Runs the command line; answers the exit code (see the contract: 0, 1, 2, 130). */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const exit = (c: number): void => {
    code = Math.max(code, c);
  };
  const program = new Command('eks-netcheck')
    .description(
      'Says why pods on EKS cannot reach each other, from log bundles and packet captures, offline.',
    )
    .version(packageVersion())
    .showHelpAfterError('(add --help for usage and examples)')
    .showSuggestionAfterError()
    .exitOverride();
  const first = argv[0] ?? '';
  const one = Object.hasOwn(COMMANDS, first) && !ABOUT_ALL.has(first);
  const named = one ? [first] : Object.keys(COMMANDS);
  for (const name of named) await COMMANDS[name]!(program, exit);
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
    process.stderr.write(
      `eks-netcheck: ${escapeLines(error.message)} [${error.code}]\n${error.hint === '' ? '' : `  ${error.hint}\n`}`,
    );
    return error.exitCode;
  }
  const e = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`eks-netcheck: ${printable(e.message)} [E_INTERNAL]\n`);
  if (process.env['EKS_NETCHECK_DEBUG'] !== undefined && e.stack !== undefined)
    process.stderr.write(`${e.stack}\n`);
  return 2;
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeUnsafe).join('\n');
}
