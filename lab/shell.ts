/** Runs commands, and remembers every namespace and child so that all of it is gone at exit, however we exit. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const namespaces = new Set<string>();
const children = new Set<ChildProcess>();
const folders = new Set<string>();

export class CommandError extends Error {
  constructor(
    readonly command: string,
    readonly status: number | null,
    readonly stderr: string,
  ) {
    super(`${command}: ${stderr.trim() || `exit ${String(status)}`}`);
    this.name = 'CommandError';
  }
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs a command to its end and gives its output; never throws for a non-zero exit. */
export function attempt(command: readonly string[], input?: string): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = start(command);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (s: string) => (stdout += s));
    child.stderr?.setEncoding('utf8').on('data', (s: string) => (stderr += s));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ stdout, stderr, status });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

/** Runs a command and gives its standard output; throws {@link CommandError} when it fails. */
export async function run(command: readonly string[], input?: string): Promise<string> {
  const out = await attempt(command, input);
  if (out.status !== 0) throw new CommandError(command.join(' '), out.status, out.stderr);
  return out.stdout;
}

/** The command as seen from inside a network namespace. */
export function inside(netns: string, command: readonly string[]): string[] {
  return ['ip', 'netns', 'exec', netns, ...command];
}

/** `ip -n <netns> <line>` */
export async function ip(netns: string, line: string): Promise<void> {
  await run(['ip', '-n', netns, ...line.split(' ')]);
}

/** Starts a Python program of `traffic/` and returns when it says that it is ready. */
export function runProgram(netns: string, name: string, args: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL(`./traffic/${name}`, import.meta.url));
  const child = start(inside(netns, ['python3', script, ...args]));
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.stdout?.once('data', () => {
      resolve();
    });
    child.once('close', () => {
      reject(new Error(`${name} in ${netns} ended: ${errors}`));
    });
  });
}

/** Starts a child that is killed at exit. */
export function start(command: readonly string[]): ChildProcess {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], env: environment() });
  children.add(child);
  child.on('close', () => children.delete(child));
  return child;
}

/** UTC and plain English in every tool's output. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}

export async function addNamespace(name: string): Promise<void> {
  namespaces.add(name);
  await run(['ip', 'netns', 'add', name]);
}

/** Ends the processes inside the namespaces (all are ours: the names are), then removes the namespaces. */
export function removeNamespaces(names: Iterable<string> = [...namespaces]): void {
  for (const name of names) {
    const pids = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' }).stdout ?? '';
    for (const pid of pids.split('\n').filter(Boolean)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // Already gone.
      }
    }
    spawnSync('ip', ['netns', 'del', name]);
    namespaces.delete(name);
  }
}

/** A folder that is removed at exit. */
export function ownFolder(path: string): string {
  folders.add(path);
  return path;
}

export function dropFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
  folders.delete(path);
}

function cleanUp(): void {
  for (const child of children) child.kill('SIGKILL');
  removeNamespaces();
  for (const folder of [...folders]) dropFolder(folder);
}

/** Installs the handlers for exit and signals; call once. */
export function cleanUpAtExit(): void {
  process.on('exit', cleanUp);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      process.exit(code);
    });
  }
}

export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
