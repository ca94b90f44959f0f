/** Runs one command in this process, as the command line would: exit code, what is printed, what is warned. */
import { Command, CommanderError } from 'commander';
import { vi } from 'vitest';
import { NetcheckError } from '../../src/errors.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Add = (program: Command, exit: (code: number) => void) => void;

export async function runCommand(add: Add, ...args: string[]): Promise<Ran> {
  let code = 0;
  const out: string[] = [];
  const err: string[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk, ...rest: unknown[]) => {
    out.push(String(chunk));
    for (const done of rest) if (typeof done === 'function') (done as () => void)();
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    err.push(String(chunk));
    return true;
  });
  try {
    const program = new Command('eks-netcheck').exitOverride();
    add(program, (c) => {
      code = Math.max(code, c);
    });
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) code = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof NetcheckError) {
      code = error.exitCode;
      err.push(`${error.message} [${error.code}]\n${error.hint}\n`);
    } else throw error;
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
  return { code, stdout: out.join(''), stderr: err.join('') };
}

export async function runJson<T>(add: Add, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await runCommand(add, ...args, '--format', 'json', '--quiet');
  if (stdout === '') throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
