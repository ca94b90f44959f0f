import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { NetcheckError } from '../errors.js';
import { compare } from './problem.js';

export interface RuleFile {
  /** Where it is read from. */
  readonly path: string;
  /** How messages name it: `rules/x.yaml` for built-in ones, else below the folder as the user gave it. */
  readonly display: string;
}

const MAX_FILES = 2000;
const MAX_DEPTH = 6;
const RULE_FILE = /\.ya?ml$/;
const TEST_FILE = /\.test\.ya?ml$/;

/** Rule files below a folder (or the one file given), in order of their names; tests and links are no rules. */
export async function ruleFiles(dir: string, builtin: boolean): Promise<RuleFile[]> {
  return listFiles(dir, builtin, (name) => RULE_FILE.test(name) && !TEST_FILE.test(name));
}

/** Files with test cases below a folder, in order of their names. */
export async function testFiles(dir: string, builtin: boolean): Promise<RuleFile[]> {
  return listFiles(dir, builtin, (name) => TEST_FILE.test(name));
}

async function listFiles(
  dir: string,
  builtin: boolean,
  wanted: (name: string) => boolean,
): Promise<RuleFile[]> {
  const root = builtin ? 'rules' : dir;
  let stat;
  try {
    stat = await lstat(dir);
  } catch (cause) {
    throw new NetcheckError('E_NOT_FOUND', `there are no rules at ${root}`, { cause });
  }
  if (stat.isFile())
    return wanted(dir) ? [{ path: dir, display: builtin ? path.join(root, path.basename(dir)) : dir }] : [];
  const found: RuleFile[] = [];
  await visit(dir, root, 0);
  return found;

  async function visit(folder: string, display: string, depth: number): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => compare(a.name, b.name))) {
      const at = { path: path.join(folder, entry.name), display: path.join(display, entry.name) };
      if (entry.isDirectory() && depth < MAX_DEPTH && !entry.name.startsWith('.')) {
        await visit(at.path, at.display, depth + 1);
      } else if (entry.isFile() && wanted(entry.name)) found.push(at);
      if (found.length > MAX_FILES) {
        throw new NetcheckError(
          'E_RULE_INVALID',
          `there are more than ${MAX_FILES} rule files below ${root}`,
        );
      }
    }
  }
}
